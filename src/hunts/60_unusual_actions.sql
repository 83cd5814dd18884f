-- hunts: what this user does not normally do (hypothesis 6).

create function hunt.unusual_actions(start_at timestamptz, end_at timestamptz, slice interval default '1 hour',
  lookback interval default '90 days', learning interval default '14 days', min_bits double precision default 12,
  min_actions integer default 2, sources text[] default '{cloudtrail,eks_audit,kubernetes_audit,okta}',
  time_zone text default 'UTC')
returns table (slice_start timestamptz, user_identity text, bits double precision, new_actions text[], action_count bigint,
  new_events bigint, events bigint, known_actions bigint, known_events numeric, networks text[], first_at timestamptz,
  last_at timestamptz)
language sql stable parallel safe rows 100 as $$
  with done as (
    select coalesce(i.identity, u.value) as user_identity, s.slice_start, s.action_id, s.application_id,
           sum(s.events) as events, min(s.first_at) as first_at, max(s.last_at) as last_at,
           hunt.distinct_values(hunt.asn_org(s.asn_number)) as networks
    from (
      select f.user_id, hunt.timeslice(f.event_time, $3, $9) as slice_start, f.action_id, f.application_id,
             f.device_ip_asn_number as asn_number, count(*) as events, min(f.event_time) as first_at, max(f.event_time) as last_at
      from hunt.event_fact f
      where f.event_time operator(pg_catalog.>=) hunt.timeslice($1 operator(pg_catalog.-) $4, $3, $9)
        and f.event_time operator(pg_catalog.<) $2
        and f.source_id operator(pg_catalog.=) any ((select hunt.source_ids($8))::integer[])
        and f.user_id is not null and f.action_id is not null
      group by 1, 2, 3, 4, 5
    ) s
    join hunt.dictionary_user u on u.id operator(pg_catalog.=) s.user_id
    left join hunt.identity i on i.username operator(pg_catalog.=) u.value
    group by 1, 2, 3, 4
  ), placed as (
    -- How often this was done before the slice: by the person, and by everyone.
    select d.*,
           row_number() over (partition by d.user_identity, d.action_id, d.application_id order by d.slice_start) operator(pg_catalog.=) 1 as is_new,
           coalesce(sum(d.events) over (partition by d.action_id, d.application_id order by d.slice_start
                                        groups between unbounded preceding and 1 preceding), 0) as everyones
    from done d
  ), person as (
    select p.user_identity, p.slice_start, min(p.slice_start) over w as known_since,
           coalesce(sum(p.events) over w, 0) as events, coalesce(sum(p.fresh) over w, 0) as actions
    from (select p.user_identity, p.slice_start, sum(p.events) as events, count(*) filter (where p.is_new) as fresh
          from placed p group by 1, 2) p
    window w as (partition by p.user_identity order by p.slice_start groups between unbounded preceding and 1 preceding)
  ), everyone as (
    select t.slice_start, coalesce(sum(t.events) over w, 0) as events, coalesce(sum(t.fresh) over w, 0) as actions
    from (select p.slice_start, sum(p.events) as events, sum(p.fresh) as fresh
          from (select p.slice_start, p.action_id, p.application_id, sum(p.events) as events,
                       (bool_and(p.everyones operator(pg_catalog.=) 0))::integer as fresh
                from placed p group by 1, 2, 3) p
          group by 1) t
    window w as (order by t.slice_start groups between unbounded preceding and 1 preceding)
  ), surprising as (
    select n.user_identity, n.slice_start, n.action_id, n.application_id, n.events, n.networks, n.first_at, n.last_at, n.is_new,
           s.events as known_events, s.actions as known_actions,
           -- Witten and Bell: something new comes with T / (N + T), and is shared out as everyone does things.
           -log(2::numeric, (s.actions / (s.events operator(pg_catalog.+) s.actions))
                operator(pg_catalog.*) ((n.everyones operator(pg_catalog.+) (e.actions operator(pg_catalog./) (e.actions operator(pg_catalog.+) 1)))
                                        operator(pg_catalog./) (e.events operator(pg_catalog.+) e.actions))) as bits
    from placed n
    join person s on s.user_identity operator(pg_catalog.=) n.user_identity and s.slice_start operator(pg_catalog.=) n.slice_start
    join everyone e on e.slice_start operator(pg_catalog.=) n.slice_start
    where n.slice_start operator(pg_catalog.>=) hunt.timeslice($1, $3, $9)
      and s.known_since operator(pg_catalog.<=) (n.slice_start operator(pg_catalog.-) $5)
      and s.events operator(pg_catalog.>) 0 and e.events operator(pg_catalog.>) 0
  )
  select n.slice_start, n.user_identity, (sum(n.bits) filter (where n.is_new))::double precision,
         array_agg(concat_ws(' ', p.value, a.value) order by n.bits desc, a.value) filter (where n.is_new),
         count(*) filter (where n.is_new), (sum(n.events) filter (where n.is_new))::bigint, sum(n.events)::bigint,
         min(n.known_actions)::bigint, min(n.known_events),
         (select array_agg(distinct o order by o) from unnest(string_to_array(string_agg(array_to_string(n.networks, e'\x1f'), e'\x1f'), e'\x1f')) o),
         min(n.first_at) filter (where n.is_new), max(n.last_at) filter (where n.is_new)
  from surprising n
  join hunt.dictionary_action a on a.id operator(pg_catalog.=) n.action_id
  left join hunt.dictionary_application p on p.id operator(pg_catalog.=) n.application_id
  group by n.slice_start, n.user_identity
  having count(*) filter (where n.is_new) operator(pg_catalog.>=) $7 and sum(n.bits) filter (where n.is_new) operator(pg_catalog.>=) $6
  order by 3 desc, n.slice_start, n.user_identity $$;
comment on function hunt.unusual_actions(timestamptz, timestamptz, interval, interval, interval, double precision, integer, text[], text) is 'Hunt: slices in which a person did at least min_actions things (application and action) that he had not done since the lookback before, failed attempts included, once he has been known for the time of learning. bits add up how improbable each was by what he and everyone had done before: new things from a person who never does new things, and things that nobody does, count most. Most bits first.';
