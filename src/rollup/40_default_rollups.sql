-- rollup: the ones that hunts read.

create function hunt.create_default_rollups() returns text[]
  language plpgsql set search_path = pg_catalog, hunt, pg_temp as $$
declare
  made text[] := '{}';
begin
  if not exists (select from hunt.rollup r where r.name = 'user') then
    perform hunt.create_rollup('user', '{source_id,user_id}', '{"events": "count(*)",
      "sessions": "history((coalesce(device_ip_asn_number, 0) << 31) | coalesce(agent_id, 0), event_time)",
      "actions": "history(action_id::bigint, event_time)"}', condition => 'user_id is not null');
    made := made || 'user'::text;
  end if;
  if not exists (select from hunt.rollup r where r.name = 'access_key') then
    perform hunt.create_rollup('access_key', '{access_key_id,user_id}', '{"events": "count(*)",
      "sessions": "history((coalesce(device_ip_asn_number, 0) << 31) | coalesce(agent_id, 0), event_time)",
      "actions": "history(action_id::bigint, event_time)"}', condition => 'access_key_id is not null');
    made := made || 'access_key'::text;
  end if;
  if not exists (select from hunt.rollup r where r.name = 'host') then
    perform hunt.create_rollup('host', '{source,device_hostname}', '{"events": "count(*)", "users": "distinct_values_state(user_username)",
      "networks": "distinct_values_state(device_ip_asn_number)"}', source => 'hunt.event', condition => 'device_hostname is not null');
    made := made || 'host'::text;
  end if;
  return made;
end $$;
comment on function hunt.create_default_rollups() is
'Makes the roll-ups user, access_key and host over the events, those that are missing, and returns their names; the next refresh fills them.';

revoke execute on function hunt.create_default_rollups() from public;
