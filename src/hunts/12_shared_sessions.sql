-- hunts: one session goes on in two places (hypothesis 1): the thief's beside the user's.

create function hunt.shared_sessions(start_at timestamptz, end_at timestamptz, within interval default '1 hour',
  lookback interval default '30 days', familiar interval default '3 days',
  sources text[] default '{entra_signin,okta,cloudtrail,eks_audit,kubernetes_audit}',
  ignored_classes text[] default '{corporate,cloud,cdn,mobile,relay,satellite}')
returns table (seen_at timestamptz, user_identity text, session text, elsewhere_network text, elsewhere_country text,
  elsewhere_address inet, elsewhere_client text, elsewhere_at timestamptz, home_network text, home_country text,
  home_before timestamptz, home_after timestamptz, network_known_since timestamptz)
language sql stable parallel safe rows 100 as $$
  with used as materialized (
    select coalesce(i.identity, u.value) as user_identity, f.event_time, f.asn_number, f.country_code, f.device_ip, f.agent_id,
           f.session, f.network
    from (
      select e.user_id, e.event_time, e.device_ip_asn_number as asn_number, e.device_ip_country_code as country_code, e.device_ip,
             e.agent_id, coalesce(k.value, e.session_id) as session,
             coalesce(hunt.asn_org(e.device_ip_asn_number), 'AS' operator(pg_catalog.||) e.device_ip_asn_number) as network
      from hunt.event_fact e
      left join hunt.dictionary_access_key k on k.id operator(pg_catalog.=) e.access_key_id
      where e.event_time operator(pg_catalog.>=) ($1 operator(pg_catalog.-) $4) and e.event_time operator(pg_catalog.<) $2
        and e.source_id operator(pg_catalog.=) any ((select hunt.source_ids($6))::integer[])
        and e.user_id is not null and e.device_ip_asn_number is not null and e.success is not false
        and not hunt.is_own_network(e.device_ip)
    ) f
    join hunt.dictionary_user u on u.id operator(pg_catalog.=) f.user_id
    left join hunt.identity i on i.username operator(pg_catalog.=) u.value
  ), placed as (
    select s.*, min(s.event_time) over (partition by s.user_identity, s.network) as known_since from used s
  ), beside as (
    -- The nearest uses of the session from networks that its user has had for some days. An unfamiliar one is none of them.
    select p.*, max(p.event_time) filter (where p.is_familiar) over (partition by p.user_identity, p.session order by p.event_time) as home_before,
           min(p.event_time) filter (where p.is_familiar) over (partition by p.user_identity, p.session order by p.event_time desc) as home_after
    from (select q.*, q.known_since operator(pg_catalog.<) (q.event_time operator(pg_catalog.-) $5) as is_familiar
          from placed q where q.session is not null) p
  )
  select e.home_after, e.user_identity, e.session, e.network, e.country_code, e.device_ip, g.agent_key, e.event_time, h.network,
         h.country_code, e.home_before, e.home_after, e.known_since
  from (
    select distinct on (b.user_identity, b.session, b.network) b.*
    from beside b
    where not b.is_familiar and b.home_after operator(pg_catalog.>=) $1
      and b.home_before operator(pg_catalog.>=) (b.event_time operator(pg_catalog.-) $3)
      and b.home_after operator(pg_catalog.<=) (b.event_time operator(pg_catalog.+) $3)
      and not exists (select from hunt.asn_classes c where c.number operator(pg_catalog.=) b.asn_number
                                                       and c.class operator(pg_catalog.=) any ($7))
    order by b.user_identity, b.session, b.network, b.event_time, b.device_ip, b.agent_id
  ) e
  cross join lateral (
    select min(p.network) as network, min(p.country_code) as country_code from placed p
    where p.user_identity operator(pg_catalog.=) e.user_identity and p.session operator(pg_catalog.=) e.session
      and p.event_time operator(pg_catalog.=) e.home_after) h
  left join hunt.dictionary_agent g on g.id operator(pg_catalog.=) e.agent_id
  order by e.home_after, e.user_identity, e.session, e.network $$;
comment on function hunt.shared_sessions(timestamptz, timestamptz, interval, interval, interval, text[], text[]) is 'Hunt: sessions (session id, or access key) that were used from a network unfamiliar to their user while they went on in a familiar one: it came before and after within the interval within. A network is familiar once the user has had it for the time of familiar, within the lookback. seen_at is when the session was back; one row for each session and unfamiliar network, without networks of one''s own and of ignored_classes. Who carries a laptop to a café and back within the interval shows as well.';
