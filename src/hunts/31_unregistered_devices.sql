-- hunts: the user's client, but not his device (hypotheses 2 and 3): a replayed cookie brings no device identity along.

create function hunt.entra_device_id(payload jsonb) returns text
language sql immutable parallel safe as $$
  -- Azure Monitor nests it, Microsoft Graph does not, Log Analytics writes it as a text.
  select nullif(coalesce($1 #>> '{properties,deviceDetail,deviceId}', $1 #>> '{deviceDetail,deviceId}',
                         $1 #>> '{DeviceDetail,deviceId}',
                         case when left($1 ->> 'DeviceDetail', 1) operator(pg_catalog.=) '{'
                              then ($1 ->> 'DeviceDetail')::jsonb ->> 'deviceId' end), '') $$;
comment on function hunt.entra_device_id(jsonb) is 'The id of the registered device in a sign-in of Entra ID as received, in any of its shapes; NULL if the device is not registered.';

create function hunt.unregistered_devices(start_at timestamptz, end_at timestamptz, lookback interval default '90 days',
  learning interval default '14 days', min_share double precision default 0.9, min_events integer default 5,
  source text default 'entra_signin')
returns table (seen_at timestamptz, user_identity text, client text, network text, country text, address inet, application text,
  registered_before bigint, events_before bigint, people_before bigint)
language sql stable parallel safe rows 100 as $$
  select s.event_time, s.user_identity, s.agent_key, s.network, s.country_code, s.device_ip, p.value, b.registered, b.events,
         s.people_before
  from (
    select distinct on (n.user_identity, n.value, g.agent_key)
           f.event_time, n.user_identity, g.agent_key, n.value as network, f.device_ip_country_code as country_code, f.device_ip,
           f.application_id, n.first_at, n.people_before
    from hunt.first_seen_values($1, $2, 'network', $3, $4) n
    join hunt.dictionary_user u on hunt.user_identity(u.value) operator(pg_catalog.=) n.user_identity
    join hunt.event_fact f on f.user_id operator(pg_catalog.=) u.id
    join hunt.dictionary_agent g on g.id operator(pg_catalog.=) f.agent_id
    join hunt.event_detail d on d.event_time operator(pg_catalog.=) f.event_time and d.event_key operator(pg_catalog.=) f.event_key
    where f.event_time operator(pg_catalog.>=) n.first_at and f.event_time operator(pg_catalog.<) $2
      and f.source_id operator(pg_catalog.=) hunt.source_id($7) and f.success
      and coalesce(hunt.asn_org(f.device_ip_asn_number), 'AS' operator(pg_catalog.||) f.device_ip_asn_number) operator(pg_catalog.=) n.value
      and g.agent_key is not null
      and hunt.entra_device_id(hunt.payload_json(d.payload)) is null
    order by n.user_identity, n.value, g.agent_key, f.event_time
  ) s
  cross join lateral (
    -- The newest sign-ins of this client before; to read the payloads of all would take long.
    select count(*) as events, count(*) filter (where hunt.entra_device_id(hunt.payload_json(l.payload)) is not null) as registered
    from (select d.payload
          from hunt.dictionary_user u
          join hunt.event_fact f on f.user_id operator(pg_catalog.=) u.id
          join hunt.dictionary_agent g on g.id operator(pg_catalog.=) f.agent_id
          join hunt.event_detail d on d.event_time operator(pg_catalog.=) f.event_time and d.event_key operator(pg_catalog.=) f.event_key
          where hunt.user_identity(u.value) operator(pg_catalog.=) s.user_identity
            and f.source_id operator(pg_catalog.=) hunt.source_id($7) and f.success
            and f.event_time operator(pg_catalog.<) s.first_at
            and f.event_time operator(pg_catalog.>=) ($1 operator(pg_catalog.-) $3)
            and g.agent_key operator(pg_catalog.=) s.agent_key
          order by f.event_time desc limit 50) l) b
  left join hunt.dictionary_application p on p.id operator(pg_catalog.=) s.application_id
  where b.events operator(pg_catalog.>=) $6 and b.registered operator(pg_catalog.>=) (b.events operator(pg_catalog.*) $5)
  order by s.people_before, s.event_time, s.user_identity $$;
comment on function hunt.unregistered_devices(timestamptz, timestamptz, interval, interval, double precision, integer, text) is 'Hunt: sign-ins from a network that the person had not shown before, with a client that he has used on registered devices so far (at least min_share of his last 50 sign-ins with it, of which there are min_events or more), but without a device identity. One row for each person, network and client, the first. For Entra ID, whose sign-ins name the device.';
