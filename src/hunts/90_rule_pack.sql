-- hunts: the same as rules that run by themselves. docs/rule-pack.md has a section for each.

-- The arguments of hunt.create_rule() after the name, as one would write them.
create function hunt.rule_pack() returns table (name text, definition text)
language sql immutable parallel safe as $pack$
  values
('First-seen network', $$ 'first_seen', entity => '{user_identity}', value => 'coalesce(device_ip_asn_org, ''AS'' || device_ip_asn_number)',
  filter => 'success is not false and not is_own_network(device_ip)', learning => '14 days', retention => '90 days',
  severity => 'case when asn_class(device_ip_asn_number) = ''hosting'' then 11 when asn_class(device_ip_asn_number) = ''vpn'' then 8
                    when asn_class(device_ip_asn_number) in (''cloud'', ''mobile'', ''relay'', ''satellite'', ''cdn'') then 2 else 3 end',
  signal_name => 'Network not seen before', summary => '{{entity}} came from {{value}}, {{reason}}', tags => '{T1078.004,T1539,T1550.004}' $$),
('First-seen country', $$ 'first_seen', entity => '{user_identity}', value => 'device_ip_country_code',
  filter => 'success is not false and not is_own_network(device_ip) and (asn_class(device_ip_asn_number) in (''cloud'', ''cdn'', ''relay'', ''mobile'')) is not true',
  learning => '14 days', retention => '90 days', severity => '2',
  signal_name => 'Country not seen before', summary => '{{entity}} came from {{value}}, {{reason}}', tags => '{T1078.004,T1539}' $$),
('First-seen client', $$ 'first_seen', entity => '{user_identity}', value => 'http_user_agent_key', filter => 'success is not false',
  learning => '14 days', retention => '90 days', severity => 'case when source = ''entra_signin'' and http_user_agent_key ~ ''(sdk|cli|library)$'' then 4 else 2 end',
  signal_name => 'Client not seen before', summary => '{{entity}} used {{value}}, {{reason}}', tags => '{T1539,T1550.001,T1550.004}' $$),
('First-seen application', $$ 'first_seen', entity => '{user_identity}', value => 'application', filter => 'success and source in (''okta'', ''entra_signin'')',
  learning => '14 days', retention => '90 days', severity => '1',
  signal_name => 'Application not seen before', summary => '{{entity}} opened {{value}}, {{reason}}', tags => '{T1528,T1550.001}' $$),
('First-seen kubectl command', $$ 'new_signature', entity => '{user_identity}',
  value => 'case when command_line ~ ''\mkubectl\M'' then command_line else ''something else'' end', filter => 'command_line is not null',
  learning => '14 days', retention => '90 days', severity => '2', prototype => true,
  signal_name => 'kubectl command not seen before', summary => '{{entity}} ran {{value}}, {{reason}}', tags => '{T1609,T1613}' $$),
('Credentials read on an endpoint', $$ 'match', entity => '{user_identity}',
  filter => 'command_line ~* ''(\.aws[/\\]+credentials|\.kube[/\\]+config|\.azure[/\\]+(msal_token_cache|accessTokens)|security +find-(generic|internet)-password|169\.254\.169\.254)''',
  severity => '4', signal_name => 'Credentials read on an endpoint', summary => '{{entity}} ran {{command_line}}', tags => '{T1552.001,T1555}' $$),
('Networks per hour above baseline', $$ 'outlier', entity => '{user_identity}', slice => '1 hour', aggregates => '{"networks": "count_distinct(device_ip_asn_number)"}',
  filter => 'success is not false and not is_own_network(device_ip) and (asn_class(device_ip_asn_number) in (''cloud'', ''cdn'', ''relay'')) is not true',
  min_value => 2, learning => '14 days', retention => '90 days', severity => '1',
  signal_name => 'More networks in an hour than usual', summary => '{{entity}}: {{reason}}', tags => '{T1539,T1550.004}' $$),
('Several countries within an hour', $$ 'threshold', entity => '{user_identity}', window_size => '1 hour', min_count => 2, distinct_of => 'device_ip_country_code',
  filter => 'success is not false and not is_own_network(device_ip) and (asn_class(device_ip_asn_number) in (''cloud'', ''cdn'', ''relay'', ''mobile'', ''corporate'', ''satellite'')) is not true',
  severity => '2', signal_name => 'Several countries within an hour', tags => '{T1539,T1550.004,T1078.004}' $$),
('Several clients on single sign-on', $$ 'aggregation', entity => '{user_identity}', window_size => '1 hour',
  aggregates => '{"clients": "count_distinct(http_user_agent_key)"}', condition => 'clients >= 3',
  filter => 'success and metadata_device_event_id = ''user.authentication.sso''', severity => '1',
  signal_name => 'Several clients on single sign-on', summary => '{{entity}} used {{clients}} clients within an hour', tags => '{T1539,T1550.004}' $$),
('Second factor refused, then approved', $$ 'chain', entity => '{user_identity}', window_size => '30 minutes',
  filter => 'metadata_device_event_id = ''user.authentication.auth_via_mfa'' and mfa_method not ilike ''%password%''
             or source = ''entra_signin'' and (error_code in (''50074'', ''50076'', ''500121'') or mfa_method is not null)',
  steps => '[{"filter": "not success", "count": 3}, {"filter": "success"}]', severity => '11',
  signal_name => 'Second factor refused, then approved', tags => '{T1621}' $$),
('Access key in two places', $$ 'aggregation', entity => '{user_identity,access_key_id}', window_size => '10 minutes',
  aggregates => '{"clients": "count_distinct(http_user_agent_key)", "networks": "count_distinct(device_ip_asn_number)"}',
  condition => 'clients >= 2 and networks >= 2', filter => 'source = ''cloudtrail'' and device_ip_asn_number is not null', severity => '4',
  signal_name => 'Access key with several clients and networks', tags => '{T1078.004,T1552.001}' $$),
('Cluster identity in two places', $$ 'threshold', entity => '{user_identity}', group_by => '{access_key_id}', window_size => '1 hour',
  min_count => 2, distinct_of => 'device_ip_asn_number', severity => '3',
  filter => 'source in (''eks_audit'', ''kubernetes_audit'') and is_public_ip(device_ip) and not is_own_network(device_ip)',
  signal_name => 'Cluster identity from several networks', tags => '{T1078.004,T1550.001}' $$),
('Session in two places', $$ 'query', entity => '{user_identity}', enabled => false,
  query => 'select user_identity as entity, seen_at as event_time, session, elsewhere_network, elsewhere_address, home_network
            from hunt.shared_sessions($1, $2)',
  severity => '2', signal_name => 'Session in two places',
  summary => '{{entity}}: session {{session}} from {{elsewhere_network}} while it went on in {{home_network}}', tags => '{T1539,T1550.004}' $$),
('Unregistered device', $$ 'query', entity => '{user_identity}', enabled => false, window_size => '1 day',
  query => 'select user_identity as entity, seen_at as event_time, client, network, address, new_field from hunt.unregistered_devices($1, $2)',
  severity => '11', signal_name => 'Unregistered device', summary => '{{entity}}: {{client}} from {{network}}', tags => '{T1539}' $$),
('Unusual actions', $$ 'query', entity => '{user_identity}', enabled => false,
  query => 'select user_identity as entity, last_at as event_time, bits, new_actions, networks from hunt.unusual_actions($1, $2)',
  severity => '6', signal_name => 'Unusual actions', summary => '{{entity}}: {{new_actions}}', tags => '{T1087.004,T1580}' $$),
('Many unusual actions', $$ 'query', entity => '{user_identity}', enabled => false,
  query => 'select user_identity as entity, last_at as event_time, bits, new_actions, networks from hunt.unusual_actions($1, $2, min_actions => 3)',
  severity => '7', signal_name => 'Many unusual actions', summary => '{{entity}}: {{new_actions}}', tags => '{T1087.004,T1580}' $$),
('Second factor approved elsewhere', $$ 'query', entity => '{user_identity}', enabled => false,
  query => 'select hunt.user_identity(user_username) as entity, greatest(mfa_at, used_at) as event_time, mfa_country, used_country, used_network from hunt.mfa_contrast($1, $2)',
  severity => '2', prototype => true, signal_name => 'Second factor approved in one country, used in another',
  summary => '{{entity}}: approved in {{mfa_country}}, used in {{used_country}} ({{used_network}})', tags => '{T1621,T1539}' $$),
('Impossible travel', $$ 'query', entity => '{user_identity}', enabled => false,
  query => 'select user_identity as entity, to_at as event_time, speed_kmh, from_country, to_country, to_network from hunt.impossible_travel($1, $2)',
  severity => '2', signal_name => 'Impossible travel', summary => '{{entity}}: {{from_country}} to {{to_country}} at {{speed_kmh}} km/h',
  tags => '{T1078.004,T1539}' $$) $pack$;
comment on function hunt.rule_pack() is 'The rules that hunt.install_rule_pack() makes: name, and the other arguments of hunt.create_rule().';

create function hunt.install_rule_pack() returns table (rule text, outcome text)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  p record;
begin
  for p in select * from hunt.rule_pack() loop
    rule := p.name;
    if exists (select from hunt.rule r where r.name = p.name) then
      outcome := 'was there';
    else
      execute format('select hunt.create_rule(%L, %s)', p.name, p.definition);
      outcome := 'added';
    end if;
    return next;
  end loop;
end $$;
comment on function hunt.install_rule_pack() is 'Makes the rules of hunt.rule_pack() that are missing, owned by the caller, and says of each whether it was added or was there. A rule of the same name is never changed: edit or disable it, since one that was dropped comes back.';
revoke execute on function hunt.install_rule_pack() from public;
