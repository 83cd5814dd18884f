-- rollup: the ones that hunts read (src/hunts/05_rollups.sql). Which states these are was measured (docs/performance.md):
-- the values in which rows of a day agree as keys, with what count, min and max say of them, are read faster than states that
-- hold many values, and least and greatest values tell who had only one.

create function hunt.create_default_rollups() returns text[]
  language plpgsql set search_path = pg_catalog, hunt, pg_temp as $$
declare
  made text[] := '{}';
  item record;
begin
  for item in
    select * from (values
      -- Users
      ('user_session', 'source_id,user_id,device_ip_asn_number,device_ip_country_code,agent_id,success,is_own_network', '{1 day}', 'user_id is not null'),
      ('user_network', 'user_id,source_id,device_ip_asn_number,device_ip_country_code', '{7 days}',
       'user_id is not null and is_own_network is not true and success is not false'),
      ('user_application', 'source_id,user_id,application_id', '{7 days}',
       'user_id is not null and application_id is not null and success is not false'),
      ('user_action', 'user_id,source_id,application_id,action_id,success', '{1 day}', 'user_id is not null'),
      ('action', 'source_id,application_id,action_id', '{1 hour}', 'user_id is not null and action_id is not null'),
      -- Access keys and identities of clusters
      ('access_key', 'access_key_id,user_id,source_id', '{1 day}', 'access_key_id is not null and user_id is not null and agent_id is not null'),
      ('identity', 'user_arn,user_id,access_key_id,agent_id,source_id,device_ip,device_ip_asn_number,device_ip_country_code', '{1 day}',
       'source_id = any (' || quote_literal(array(select d.id from hunt.dictionary_source d where d.value in ('eks_audit', 'kubernetes_audit'))) || ')
        and is_public_ip(device_ip) and not is_own_network'),
      -- Hosts: of the sources whose events have no command line none is looked up in the details.
      ('command', 'user_id,source_id,command', '{1 day}',
       'user_id is not null and success is not false and source_id <> all (' || quote_literal(array(select d.id from hunt.dictionary_source d where d.value in
          ('cloudtrail', 'eks_audit', 'entra_audit', 'entra_signin', 'kubernetes_audit', 'o365_ual', 'okta'))) || ') and command_line is not null')
    ) d (name, keys, slices, condition)
  loop
    continue when exists (select from hunt.rollup r where r.name = item.name);
    perform hunt.create_rollup(item.name, string_to_array(item.keys, ','),
      ('{"events": "count(*)"' || case item.name when 'action' then ''
         when 'access_key' then ', "least_agent": "min(agent_id)", "greatest_agent": "max(agent_id)",
                                  "least_network": "min(device_ip_asn_number)", "greatest_network": "max(device_ip_asn_number)"'
         else ', "first_at": "min(event_time)", "last_at": "max(event_time)"' end
       -- Who had two of something in one hour is told by hours that two rows of his day share.
       || case item.name when 'user_session' then ', "hours": "bit_or(1 << date_part(''hour'', event_time at time zone ''UTC'')::integer)"' else '' end
       || '}')::jsonb,
      source => 'hunt.event_ids', condition => item.condition, slices => item.slices::interval[]);
    if item.name = 'user_session' then
      -- Most hunts ask for one source, whose rows lie together.
      create index on hunt.rollup_user_session_day (source_id, slice_start);
    elsif item.name = 'user_application' then
      create index on hunt.rollup_user_application_7_days (source_id, slice_start);
    end if;
    made := made || item.name;
  end loop;
  return made;
end $$;
comment on function hunt.create_default_rollups() is
'Makes the roll-ups over the events that the hunts read, those that are missing, and returns their names; the next refresh fills them.';

revoke execute on function hunt.create_default_rollups() from public;
