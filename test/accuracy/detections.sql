-- The detections that are judged, in the order of the table. To add one:
--   call accuracy.detect(team, name, $$ select user name or access key, moment from ... $$);
--   call accuracy.detect_rule(team, name, $$ kind, filter => ..., ... $$);         a rule, by hunt.backtest_rule()
--   call accuracy.detect_pack(team, windows);                                      the rule pack and its insights
--   call accuracy.together(team, name, pattern);                                   several of a team as one
-- The months are accuracy.start_at() to accuracy.end_at(); alerts count from accuracy.judged_from() on.

-- The published programme with its static thresholds, in plain SQL.
call accuracy.detect('published', 'a: > 1 ASN a day', $$
  select user_username, max(event_time) from hunt.event where source = 'entra_signin' and success
  group by user_username, date_trunc('day', event_time) having count(distinct device_ip_asn_number) > 1 $$);
call accuracy.detect('published', 'b: > 1 ASN and > 2 countries a day', $$
  select user_username, max(event_time) from hunt.event where source = 'entra_signin' and success
  group by user_username, date_trunc('day', event_time)
  having count(distinct device_ip_asn_number) > 1 and count(distinct device_ip_country_code) > 2 $$);
call accuracy.detect('published', 'c: > 3 ASNs in 30 minutes', $$
  select user_username, max(event_time) from hunt.event where source = 'entra_signin' and success
  group by user_username, date_bin('30 minutes', event_time, '2001-01-01') having count(distinct device_ip_asn_number) > 3 $$);
call accuracy.detect('published', 'c: > 4 user agents in 30 minutes', $$
  select user_username, max(event_time) from hunt.event where source = 'entra_signin' and success
  group by user_username, date_bin('30 minutes', event_time, '2001-01-01') having count(distinct http_user_agent) > 4 $$);
call accuracy.detect('published', 'd: hourly ASNs > mean + 3 sigma of 14 days', $$
  select user_username, last_at
  from (select *, avg(asns) over w as mean, stddev_pop(asns) over w as sigma, count(*) over w as hours
        from (select user_username, date_trunc('hour', event_time) as hour, count(distinct device_ip_asn_number) as asns,
                     max(event_time) as last_at
              from hunt.event where source = 'entra_signin' and success group by 1, 2) h
        window w as (partition by user_username order by hour
                     range between interval '14 days' preceding and interval '1 hour' preceding)) o
  where hours >= 5 and asns > mean + 3 * sigma $$);
call accuracy.detect('published', 'e: first-seen ASN of the user', $$
  select user_username, min(event_time) from hunt.event where source = 'entra_signin' and success
  group by user_username, device_ip_asn_number $$);
call accuracy.detect('published', 'e: the same in every log', $$
  select user_username, min(event_time) from hunt.event where success and device_ip_asn_number is not null
  group by source, user_username, device_ip_asn_number $$);
call accuracy.detect('published', 'f: > 1 address of an EKS identity a day', $$
  select user_username, max(event_time) from hunt.event where source = 'eks_audit' and hunt.is_public_ip(device_ip)
  group by user_username, user_arn, access_key_id, http_user_agent, date_trunc('day', event_time)
  having count(distinct device_ip) > 1 $$);
call accuracy.detect('published', 'g: > 2 user agents an hour, Okta SSO', $$
  select user_username, max(event_time) from hunt.event where source = 'okta' and action = 'User single sign on to app'
  group by user_username, date_trunc('hour', event_time) having count(distinct http_user_agent) > 2 $$);
call accuracy.detect('published', 'h: first-seen application, Okta SSO', $$
  select user_username, min(event_time) from hunt.event where source = 'okta' and action = 'User single sign on to app'
  group by user_username, application $$);
call accuracy.detect('published', 'h: first-seen kubectl command of the user', $$
  select user_username, min(event_time) from hunt.event where source = 'mde_process' and command_line like 'kubectl%'
  group by user_username, command_line $$);
call accuracy.detect('published', 'i: > 1 country an hour, Okta MFA', $$
  select user_username, max(event_time) from hunt.event where source = 'okta' and action = 'Authentication of user via MFA'
  group by user_username, date_trunc('hour', event_time) having count(distinct device_ip_country_code) > 1 $$);
call accuracy.detect('published', 'i: > 1 country in 60 minutes, sign-ins', $$
  select user_username, max(event_time) from hunt.event where source = 'entra_signin' and success
  group by user_username, date_trunc('hour', event_time) having count(distinct device_ip_country_code) > 1 $$);
call accuracy.detect('published', 'j: key with > 1 agent and > 1 ASN in 10 minutes', $$
  select access_key_id, max(event_time) from hunt.event
  where source = 'cloudtrail' and access_key_id is not null and user_username is not null
  group by access_key_id, user_username, date_bin('10 minutes', event_time, '2001-01-01')
  having count(distinct http_user_agent) > 1 and count(distinct device_ip_asn_number) > 1 $$);
call accuracy.detect('published', 'k: session profile seen < 3 times', $$
  select user_username, max(event_time) from hunt.event
  where source = 'cloudtrail' and user_username is not null and device_ip_asn_org is not null
  group by user_username, device_ip_asn_org, device_ip_country_code, regexp_replace(http_user_agent, '[0-9]+', 'N', 'g')
  having count(*) < 3 $$);
call accuracy.together('published', 'all published', '^[a-k]:');
call accuracy.together('published', 'e, j, k', '^[ejk]:');

-- Hunts of the extension, with their defaults unless the name says otherwise.
call accuracy.detect('hunts', 'several_networks', $$
  select user_username, last_at from hunt.several_networks(accuracy.start_at(), accuracy.end_at()) $$);
call accuracy.detect('hunts', 'several_networks with hosting, vpn or cloud', $$
  select user_username, last_at from hunt.several_networks(accuracy.start_at(), accuracy.end_at())
  where exists (select from unnest(asn_numbers) n where hunt.asn_class(n) in ('hosting', 'vpn', 'cloud')) $$);
call accuracy.detect('hunts', 'several_countries', $$
  select user_username, last_at from hunt.several_countries(accuracy.start_at(), accuracy.end_at()) $$);
call accuracy.detect('hunts', 'several_countries without corporate', $$
  select user_username, last_at
  from hunt.several_countries(accuracy.start_at(), accuracy.end_at(), ignored_classes => '{corporate}') $$);

-- Rules.
call accuracy.detect_rule('rules', 'prompts refused, then one approved', $$ 'chain', window_size => '30 minutes',
  filter => 'action = ''Authentication of user via MFA'' or (source = ''entra_signin'' and error_code = ''50074'')
             or (source = ''entra_signin'' and mfa_method is not null)',
  steps => '[{"filter": "not success", "count": 3}, {"filter": "success"}]' $$);

call accuracy.detect('hunts', 'several_clients', $$
  select user_username, last_at from hunt.several_clients(accuracy.start_at(), accuracy.end_at()) $$);
call accuracy.detect('hunts', 'single_sign_on_clients', $$
  select user_username, slice_start + interval '1 hour' from hunt.single_sign_on_clients(accuracy.start_at(), accuracy.end_at()) $$);
call accuracy.detect('hunts', 'access_key_clients', $$
  select access_key_id, last_at from hunt.access_key_clients(accuracy.start_at(), accuracy.end_at()) $$);
call accuracy.detect('hunts', 'identity_addresses', $$
  select user_username, last_at from hunt.identity_addresses(accuracy.start_at(), accuracy.end_at()) $$);
call accuracy.detect('hunts', 'mfa_contrast', $$
  select user_username, greatest(mfa_at, used_at) from hunt.mfa_contrast(accuracy.start_at(), accuracy.end_at()) $$);
call accuracy.detect('hunts', 'network_outliers', $$
  select user_username, last_at from hunt.network_outliers(accuracy.judged_from(), accuracy.end_at()) $$);
call accuracy.detect('hunts', 'first_seen_values, network', $$
  select user_identity, first_at from hunt.first_seen_values(accuracy.judged_from(), accuracy.end_at()) $$);
call accuracy.detect('hunts', 'first_seen_values, country', $$
  select user_identity, first_at from hunt.first_seen_values(accuracy.judged_from(), accuracy.end_at(), 'country') $$);
call accuracy.detect('hunts', 'first_seen_values, client', $$
  select user_identity, first_at from hunt.first_seen_values(accuracy.judged_from(), accuracy.end_at(), 'client') $$);
call accuracy.detect('hunts', 'first_seen_values, application, Okta', $$
  select user_identity, first_at from hunt.first_seen_values(accuracy.judged_from(), accuracy.end_at(), 'application', sources => '{okta}') $$);
call accuracy.detect('hunts', 'first_seen_values, kubectl', $$
  select user_identity, first_at from hunt.first_seen_values(accuracy.judged_from(), accuracy.end_at(), 'command', pattern => 'kubectl%') $$);
call accuracy.detect('hunts', 'unusual_actions', $$
  select user_identity, last_at from hunt.unusual_actions(accuracy.judged_from(), accuracy.end_at()) $$);
call accuracy.detect('hunts', 'shared_sessions', $$
  select user_identity, seen_at from hunt.shared_sessions(accuracy.judged_from(), accuracy.end_at()) $$);
call accuracy.detect('hunts', 'unregistered_devices', $$
  select user_identity, seen_at from hunt.unregistered_devices(accuracy.judged_from(), accuracy.end_at()) $$);

call accuracy.detect('hunts', 'session_risks', $$
  select user_identity, seen_at from hunt.session_risks(accuracy.judged_from(), accuracy.end_at()) $$);

-- The rule pack, alone and together.
call accuracy.detect_pack('pack', '{14 days,1 day}');
