-- rollup: the ones that hunts read (src/hunts/05_rollups.sql). Which states these are was measured (docs/performance.md):
-- the values in which rows of a day agree as keys, with what count, min and max say of them, are read faster than states that
-- hold many values, and least and greatest values tell who had only one.

create function hunt.create_default_rollups() returns text[]
  language plpgsql set search_path = pg_catalog, hunt, pg_temp as $$
declare
  made text[] := '{}';
  seen constant text := '"events": "count(*)", "first_at": "min(event_time)", "last_at": "max(event_time)"';
  item record;
begin
  for item in
    select * from (values
      -- Users
      ('user_source', 'source_id,user_id', '{1 hour,1 day}', null, 'user_id is not null',
       '"actions": "count(*) filter (where action_id is not null)",
        "least_network": "min(device_ip_asn_number) filter (where success)", "greatest_network": "max(device_ip_asn_number) filter (where success)",
        "least_country": "min(device_ip_country_code) filter (where success)", "greatest_country": "max(device_ip_country_code) filter (where success)",
        "least_agent": "min(agent_id) filter (where success)", "greatest_agent": "max(agent_id) filter (where success)"'),
      ('user_session', 'source_id,user_id,device_ip_asn_number,device_ip_country_code,agent_id,success', '{1 day}', null, 'user_id is not null',
       '"events": "count(*) filter (where is_own_network(device_ip) is not true)",
        "first_at": "min(event_time) filter (where is_own_network(device_ip) is not true)",
        "last_at": "max(event_time) filter (where is_own_network(device_ip) is not true)",
        "own_events": "sum(1) filter (where is_own_network(device_ip))", "own_first_at": "min(event_time) filter (where is_own_network(device_ip))",
        "own_last_at": "max(event_time) filter (where is_own_network(device_ip))"'),
      ('user_network', 'source_id,user_id,device_ip_asn_number,device_ip_country_code,success', '{7 days}', null,
       'user_id is not null and is_own_network(device_ip) is not true', seen),
      ('user_application', 'source_id,user_id,application_id,success', '{7 days}', null, 'user_id is not null and application_id is not null', seen),
      ('user_action', 'source_id,user_id,application_id,action_id,success', '{1 day}', null, 'user_id is not null', seen),
      ('action', 'source_id,application_id,action_id', '{1 hour}', null, 'user_id is not null and action_id is not null', '"events": "count(*)"'),
      -- Access keys and identities of clusters
      ('access_key', 'source_id,access_key_id,user_id', '{1 hour}', null, 'access_key_id is not null and user_id is not null and agent_id is not null',
       '"events": "count(*)", "least_agent": "min(agent_id)", "greatest_agent": "max(agent_id)",
        "least_network": "min(device_ip_asn_number)", "greatest_network": "max(device_ip_asn_number)"'),
      ('identity', 'source,user_arn,user_username,access_key_id,http_user_agent,device_ip,device_ip_asn_number,device_ip_country_code', '{1 day}',
       'hunt.event', 'source in (''eks_audit'', ''kubernetes_audit'') and is_public_ip(device_ip) and not is_own_network(device_ip)', seen),
      -- Hosts
      ('command', 'source,user_username,command_line,success', '{1 day,7 days}', 'hunt.event', 'user_username is not null and command_line is not null', seen)
    ) d (name, keys, slices, source, condition, states)
  loop
    continue when exists (select from hunt.rollup r where r.name = item.name);
    perform hunt.create_rollup(item.name, string_to_array(item.keys, ','), ('{' || item.states || '}')::jsonb, source => item.source::regclass,
                               condition => item.condition, slices => item.slices::interval[]);
    made := made || item.name;
  end loop;
  return made;
end $$;
comment on function hunt.create_default_rollups() is
'Makes the roll-ups over the events that the hunts read, those that are missing, and returns their names; the next refresh fills them.';

revoke execute on function hunt.create_default_rollups() from public;
