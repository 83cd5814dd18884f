-- hunts: two places too far apart for the time between (hypothesis 4).

create function hunt.impossible_travel(start_at timestamptz, end_at timestamptz, lookback interval default '30 days',
  max_kmh double precision default 900, min_km double precision default 100, recurring_days integer default 3,
  sources text[] default '{entra_signin,okta,cloudtrail}', ignored_classes text[] default '{corporate}',
  username text default null)
returns table (to_at timestamptz, user_identity text, from_at timestamptz, distance_km double precision, speed_kmh double precision,
  from_country text, from_network text, from_client text, to_country text, to_network text, to_client text, to_application text)
language sql stable parallel safe rows 100 as $$
  with visit as materialized (
    select coalesce(i.identity, u.value) as user_identity, v.event_time, v.asn_number, v.country_code, v.agent_id, v.application_id,
           v.class, g.latitude, g.longitude, g.accuracy_km
    from (
      select f.user_id, f.event_time, f.device_ip, f.device_ip_asn_number as asn_number, f.device_ip_country_code as country_code,
             f.agent_id, f.application_id, c.class
      from hunt.event_fact f
      left join hunt.asn_classes c on c.number operator(pg_catalog.=) f.device_ip_asn_number
      where f.event_time operator(pg_catalog.>=) ($1 operator(pg_catalog.-) $3) and f.event_time operator(pg_catalog.<) $2
        and f.source_id operator(pg_catalog.=) any ((select hunt.source_ids($7))::integer[])
        and f.success is not false and f.user_id is not null and f.device_ip is not null
        and not hunt.is_own_network(f.device_ip)
        and (c.class is null or c.class operator(pg_catalog.<>) all ($8))
        and ($9 is null or f.user_id operator(pg_catalog.=) any (array(
              select d.id from hunt.dictionary_user d left join hunt.identity o on o.username operator(pg_catalog.=) d.value
              where coalesce(o.identity, d.value) operator(pg_catalog.=) (select hunt.user_identity($9)))))
    ) v
    join hunt.dictionary_user u on u.id operator(pg_catalog.=) v.user_id
    left join hunt.identity i on i.username operator(pg_catalog.=) u.value
    cross join lateral hunt.geo_lookup(v.device_ip) g
    where g.latitude is not null
  ), hop as (
    select t.user_identity, h.from_at, h.to_at, h.distance_km, h.speed_kmh
    from (select v.user_identity, hunt.travel(v.event_time, v.latitude, v.longitude, v.accuracy_km, v.class) as visits
          from visit v group by v.user_identity) t,
         hunt.travel_hops(t.visits, $4, $5, $6) h
    where h.to_at operator(pg_catalog.>=) $1 and h.is_fast and h.is_reliable and not h.is_recurring
  ), side as (
    -- Of several events of one moment the first by network, so that the answer does not change.
    select distinct on (v.user_identity, v.event_time) v.user_identity, v.event_time, v.country_code,
           coalesce(hunt.asn_org(v.asn_number), 'AS' operator(pg_catalog.||) v.asn_number) as network, a.agent_key, p.value as application
    from visit v
    left join hunt.dictionary_agent a on a.id operator(pg_catalog.=) v.agent_id
    left join hunt.dictionary_application p on p.id operator(pg_catalog.=) v.application_id
    where exists (select from hop h where h.user_identity operator(pg_catalog.=) v.user_identity
                  and v.event_time operator(pg_catalog.=) any (array[h.from_at, h.to_at]))
    order by v.user_identity, v.event_time, v.asn_number, v.agent_id, v.application_id
  )
  select h.to_at, h.user_identity, h.from_at, h.distance_km, h.speed_kmh, b.country_code, b.network, b.agent_key,
         e.country_code, e.network, e.agent_key, e.application
  from hop h
  join side b on b.user_identity operator(pg_catalog.=) h.user_identity and b.event_time operator(pg_catalog.=) h.from_at
  join side e on e.user_identity operator(pg_catalog.=) h.user_identity and e.event_time operator(pg_catalog.=) h.to_at
  order by h.speed_kmh desc, h.to_at, h.user_identity $$;
comment on function hunt.impossible_travel(timestamptz, timestamptz, interval, double precision, double precision, integer, text[], text[], text) is 'Hunt: people seen at two places between which they would have had to travel faster than max_kmh, at least min_km apart beyond the accuracy of both, without networks of one''s own, those of ignored_classes, pairs of places that were too fast on recurring_days earlier days of the lookback, and places shown by a VPN, relay, mobile or satellite network. It needs an IP database with coordinates. Fastest first.';
