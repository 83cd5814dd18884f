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
  new_field text, device_class text, registered_before bigint, events_before bigint)
language sql stable parallel safe rows 100 as $$
  with fresh as materialized (
    select n.user_identity, 'network' as field, n.value, n.first_at from hunt.first_seen_values($1, $2, 'network', $3, $4) n
    union all
    select n.user_identity, 'client', n.value, n.first_at from hunt.first_seen_values($1, $2, 'client', $3, $4) n
  ), person as materialized (
    select u.id, hunt.user_identity(u.value) as user_identity from hunt.dictionary_user u
    where hunt.user_identity(u.value) operator(pg_catalog.=) any (array(select n.user_identity from fresh n))
  )
  select s.event_time, s.user_identity, s.agent_key, s.network, s.country_code, s.device_ip, p.value, s.field, s.device_class,
         b.registered, b.events
  from (
    select distinct on (n.user_identity, n.network, n.agent_key) n.*
    from (
      select f.event_time, w.user_identity, g.agent_key, (hunt.user_agent(g.value)).device_class, n.field, n.first_at,
             coalesce(hunt.asn_org(f.device_ip_asn_number), 'AS' operator(pg_catalog.||) f.device_ip_asn_number) as network,
             f.device_ip_country_code as country_code, f.device_ip, f.application_id, f.event_key, n.value
      from fresh n
      join person w on w.user_identity operator(pg_catalog.=) n.user_identity
      join hunt.event_fact f on f.user_id operator(pg_catalog.=) w.id
      join hunt.dictionary_agent g on g.id operator(pg_catalog.=) f.agent_id
      where f.event_time operator(pg_catalog.>=) n.first_at and f.event_time operator(pg_catalog.<) $2
        and f.source_id operator(pg_catalog.=) hunt.source_id($7) and f.success and not hunt.is_own_network(f.device_ip)
    ) n
    join hunt.event_detail d on d.event_time operator(pg_catalog.=) n.event_time and d.event_key operator(pg_catalog.=) n.event_key
    where n.value operator(pg_catalog.=) case n.field when 'network' then n.network else n.agent_key end
      and n.device_class operator(pg_catalog.=) any ('{desktop,mobile}') and hunt.entra_device_id(hunt.payload_json(d.payload)) is null
    order by n.user_identity, n.network, n.agent_key, n.event_time, n.field desc
  ) s
  cross join lateral (
    -- The newest sign-ins of such devices before; to read the payloads of all would take long.
    select count(*) as events, count(*) filter (where hunt.entra_device_id(hunt.payload_json(l.payload)) is not null) as registered
    from (select d.payload
          from person w
          join hunt.event_fact f on f.user_id operator(pg_catalog.=) w.id
          join hunt.dictionary_agent g on g.id operator(pg_catalog.=) f.agent_id
          join hunt.event_detail d on d.event_time operator(pg_catalog.=) f.event_time and d.event_key operator(pg_catalog.=) f.event_key
          where w.user_identity operator(pg_catalog.=) s.user_identity
            and f.source_id operator(pg_catalog.=) hunt.source_id($7) and f.success
            and f.event_time operator(pg_catalog.<) s.first_at
            and f.event_time operator(pg_catalog.>=) ($1 operator(pg_catalog.-) $3)
            and (hunt.user_agent(g.value)).device_class operator(pg_catalog.=) s.device_class
          order by f.event_time desc limit 50) l) b
  left join hunt.dictionary_application p on p.id operator(pg_catalog.=) s.application_id
  where b.events operator(pg_catalog.>=) $6 and b.registered operator(pg_catalog.>=) (b.events operator(pg_catalog.*) $5)
  order by s.event_time, s.user_identity, s.network, s.agent_key $$;
comment on function hunt.unregistered_devices(timestamptz, timestamptz, interval, interval, double precision, integer, text) is 'Hunt: sign-ins without a device identity from a network, or with a client (new_field), that the person had not shown before, where his devices of this class (desktop or mobile) have been registered so far: at least min_share of his last 50 sign-ins with such, of which there are min_events or more. Programs without a device, scripts and servers, are left out. One row for each person, network and client, the first. For Entra ID, whose sign-ins name the device.';
