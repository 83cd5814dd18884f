-- hunts: the user's client, but not his device (hypotheses 2 and 3): a replayed cookie brings no device identity along.

create function hunt.unregistered_devices(start_at timestamptz, end_at timestamptz, lookback interval default '90 days',
  learning interval default '14 days', min_share double precision default 0.9, min_before integer default 5,
  min_events integer default 2, source text default 'entra_signin')
returns table (seen_at timestamptz, user_identity text, client text, network text, country text, address inet, application text,
  new_field text, named_before bigint, events_before bigint, named_by_all double precision, first_at timestamptz)
language sql stable parallel safe rows 100 as $$
  with fresh as materialized (
    select n.user_identity, 'network' as field, n.value, n.first_at from hunt.first_seen_values($1, $2, 'network', $3, $4) n
    union all
    select n.user_identity, 'client', n.value, n.first_at from hunt.first_seen_values($1, $2, 'client', $3, $4) n
  ), person as materialized (
    select u.id, hunt.user_identity(u.value) as user_identity from hunt.dictionary_user u
    where hunt.user_identity(u.value) operator(pg_catalog.=) any (array(select n.user_identity from fresh n))
  ), everyone as materialized (
    -- Some browsers never name a device: what a client does is told by everybody's week before and the window.
    select g.agent_key, avg((not hunt.is_blank(d.device_hostname))::integer)::double precision as share
    from hunt.event_fact f
    join hunt.event_detail d on d.event_time operator(pg_catalog.=) f.event_time and d.event_key operator(pg_catalog.=) f.event_key
    join hunt.dictionary_agent g on g.id operator(pg_catalog.=) f.agent_id
    where f.event_time operator(pg_catalog.>=) ($1 operator(pg_catalog.-) interval '7 days') and f.event_time operator(pg_catalog.<) $2
      and d.event_time operator(pg_catalog.>=) ($1 operator(pg_catalog.-) interval '7 days') and d.event_time operator(pg_catalog.<) $2
      and f.source_id operator(pg_catalog.=) (select hunt.source_id($8)) and f.success
    group by g.agent_key
  )
  select s.seen_at, s.user_identity, s.agent_key, s.network, s.country_code, s.device_ip, p.value, s.field, b.named, b.events, e.share,
         s.first_at
  from (
    select distinct on (n.user_identity, n.network, n.agent_key)
           n.user_identity, n.network, n.agent_key, n.field, max(n.event_time) as seen_at, min(n.event_time) as first_at,
           min(n.country_code) as country_code, min(n.device_ip) as device_ip, min(n.application_id) as application_id
    from (
      select f.event_time, w.user_identity, g.agent_key, c.field, v.network, f.device_ip_country_code as country_code, f.device_ip,
             f.application_id, not hunt.is_blank(d.device_hostname) as is_named,
             row_number() over (partition by w.user_identity, v.network, g.agent_key, c.field order by f.event_time, f.event_key) as number
      from fresh c
      join person w on w.user_identity operator(pg_catalog.=) c.user_identity
      join hunt.event_fact f on f.user_id operator(pg_catalog.=) w.id
      join hunt.dictionary_agent g on g.id operator(pg_catalog.=) f.agent_id
      join hunt.event_detail d on d.event_time operator(pg_catalog.=) f.event_time and d.event_key operator(pg_catalog.=) f.event_key
      cross join lateral (select coalesce(hunt.asn_org(f.device_ip_asn_number), 'AS' operator(pg_catalog.||) f.device_ip_asn_number) as network) v
      where f.event_time operator(pg_catalog.>=) c.first_at and f.event_time operator(pg_catalog.>=) $1 and f.event_time operator(pg_catalog.<) $2
        and f.source_id operator(pg_catalog.=) (select hunt.source_id($8)) and f.success and not hunt.is_own_network(f.device_ip)
        and c.value operator(pg_catalog.=) case c.field when 'network' then v.network else g.agent_key end
    ) n
    where n.number operator(pg_catalog.<=) $7
    group by n.user_identity, n.network, n.agent_key, n.field
    having count(*) operator(pg_catalog.=) $7 and not bool_or(n.is_named)
    order by n.user_identity, n.network, n.agent_key, n.field
  ) s
  left join everyone e on e.agent_key operator(pg_catalog.=) s.agent_key
  cross join lateral (
    -- The person's newest sign-ins before: with this client, or, where the client is new, with all.
    select count(*) as events, count(*) filter (where not hunt.is_blank(l.device_hostname)) as named
    from (select d.device_hostname
          from person w
          join hunt.event_fact f on f.user_id operator(pg_catalog.=) w.id
          join hunt.dictionary_agent g on g.id operator(pg_catalog.=) f.agent_id
          join hunt.event_detail d on d.event_time operator(pg_catalog.=) f.event_time and d.event_key operator(pg_catalog.=) f.event_key
          join everyone a on a.agent_key operator(pg_catalog.=) g.agent_key
          where w.user_identity operator(pg_catalog.=) s.user_identity
            and f.source_id operator(pg_catalog.=) (select hunt.source_id($8)) and f.success
            and f.event_time operator(pg_catalog.<) s.first_at
            and f.event_time operator(pg_catalog.>=) ($1 operator(pg_catalog.-) $3)
            and case s.field when 'network' then g.agent_key operator(pg_catalog.=) s.agent_key
                             else a.share operator(pg_catalog.>=) 0.5 and split_part(g.agent_key, ' / ', 3) operator(pg_catalog.=) split_part(s.agent_key, ' / ', 3) end
          order by f.event_time desc limit 50) l) b
  left join hunt.dictionary_application p on p.id operator(pg_catalog.=) s.application_id
  where b.events operator(pg_catalog.>=) $6 and b.named operator(pg_catalog.>=) (b.events operator(pg_catalog.*) $5)
    and (s.field operator(pg_catalog.=) 'network' or coalesce(e.share, 0) operator(pg_catalog.>=) 0.5)
  order by s.seen_at, s.user_identity, s.network, s.agent_key $$;
comment on function hunt.unregistered_devices(timestamptz, timestamptz, interval, interval, double precision, integer, integer, text) is 'Hunt: people who sign in from a network, or with a client (new_field), that they had not shown before, where the first min_events sign-ins name no device (device_hostname), though at least min_share of their last 50 with this client did, of which there are min_before or more. Where the client is new, it is one with which most sign-ins of everyone name a device, and the last 50 are those with such clients. One row for each person, network and client; seen_at is the sign-in that completes min_events.';
