-- hunts: what this user does not normally do (hypothesis 6).

-- By id, application 0 where there is none.
create function hunt.begun_actions(start_at timestamptz, end_at timestamptz, sources text[])
returns table (user_id integer, action_id integer, application_id integer, first_at timestamptz)
language sql stable parallel safe rows 100000 as $$
  select f.user_id, f.action_id, coalesce(f.application_id, 0), min(f.event_time)
  from hunt.event_fact f
  where f.event_time operator(pg_catalog.>=) $1 and f.event_time operator(pg_catalog.<) $2 and f.source_id operator(pg_catalog.=) any ((select hunt.source_ids($3))::integer[])
    and f.user_id is not null and f.action_id is not null and not (select hunt.has_rollup('user_action'))
  group by 1, 2, 3
  union all
  select s.* from hunt.stored_begun_actions($1, $2, $3) s where (select hunt.has_rollup('user_action')) $$;
comment on function hunt.begun_actions(timestamptz, timestamptz, text[]) is 'Of each user the actions, each with its application (0: none), failed ones included, and when he first did them from start_at (inclusive) to end_at (exclusive).';

create function hunt.done_actions(start_at timestamptz, end_at timestamptz, slice interval, sources text[], time_zone text)
returns table (slice_start timestamptz, action_id integer, application_id integer, events bigint)
language sql stable parallel safe rows 100000 as $$
  select hunt.timeslice(f.event_time, $3, $5), f.action_id, coalesce(f.application_id, 0), count(*)
  from hunt.event_fact f
  where f.event_time operator(pg_catalog.>=) $1 and f.event_time operator(pg_catalog.<) $2 and f.source_id operator(pg_catalog.=) any ((select hunt.source_ids($4))::integer[])
    and f.user_id is not null and f.action_id is not null
    and not (select $5 operator(pg_catalog.=) 'UTC' and hunt.slice_divides('1 hour', $3) and hunt.has_rollup('action'))
  group by 1, 2, 3
  union all
  select s.* from hunt.stored_done_actions($1, $2, $3, $4) s
  where (select $5 operator(pg_catalog.=) 'UTC' and hunt.slice_divides('1 hour', $3) and hunt.has_rollup('action')) $$;
comment on function hunt.done_actions(timestamptz, timestamptz, interval, text[], text) is 'How often everyone did each action of each application (0: none) in each slice, failed ones included, from start_at (inclusive) to end_at (exclusive).';

create function hunt.counted_actions(user_ids integer[], named timestamptz[], start_at timestamptz, end_at timestamptz, slice interval,
  sources text[], time_zone text)
returns table (user_id integer, slice_start timestamptz, events bigint)
language sql stable parallel safe rows 10000 as $$
  select f.user_id, hunt.timeslice(f.event_time, $5, $7), count(*)
  from (select distinct u.u from unnest($1) u (u)) u
  join hunt.event_fact f on f.user_id operator(pg_catalog.=) u.u
  where f.event_time operator(pg_catalog.>=) $3 and f.event_time operator(pg_catalog.<) $4 and f.source_id operator(pg_catalog.=) any ((select hunt.source_ids($6))::integer[])
    and f.action_id is not null
    and not (select hunt.is_within_days($5, $7) and hunt.has_rollup('user_action'))
  group by 1, 2
  union all
  select s.* from hunt.stored_counted_actions($1, $2, $3, $4, $5, $6) s
  where (select hunt.is_within_days($5, $7) and hunt.has_rollup('user_action')) $$;
comment on function hunt.counted_actions(integer[], timestamptz[], timestamptz, timestamptz, interval, text[], text) is 'How many things these users did from start_at (inclusive) to end_at (exclusive), failed ones included: by slices or, on days without one that is named for the user beside his number, by the day. So the sum of what is before a named slice is right.';

create function hunt.unusual_actions(start_at timestamptz, end_at timestamptz, slice interval default '1 hour',
  lookback interval default '90 days', learning interval default '14 days', min_bits double precision default 12,
  min_actions integer default 2, sources text[] default '{cloudtrail,eks_audit,kubernetes_audit,okta}',
  time_zone text default 'UTC')
returns table (slice_start timestamptz, user_identity text, bits double precision, new_actions text[], action_count bigint,
  new_events bigint, events bigint, known_actions bigint, known_events numeric, networks text[], first_at timestamptz,
  last_at timestamptz)
language sql stable parallel safe rows 100 as $$
  with person as materialized (
    select u.id as user_id, coalesce(i.identity, u.value) as user_identity,
           min(u.id) over (partition by coalesce(i.identity, u.value)) as person_id
    from hunt.dictionary_user u left join hunt.identity i on i.username operator(pg_catalog.=) u.value
  ), begun as materialized (
    select p.person_id, b.action_id, b.application_id, hunt.timeslice(min(b.first_at), $3, $9) as slice_start
    from hunt.begun_actions(hunt.timeslice($1 operator(pg_catalog.-) $4, $3, $9), $2, $8) b
    join person p on p.user_id operator(pg_catalog.=) b.user_id
    group by 1, 2, 3
  ), suspect as (
    -- Slices with enough new things of those who had been known for long enough.
    select b.person_id, b.slice_start
    from (select b.person_id, b.slice_start, count(*) as fresh from begun b
          where b.slice_start operator(pg_catalog.>=) hunt.timeslice($1, $3, $9) group by 1, 2) b
    join (select b.person_id, min(b.slice_start) as known_since from begun b group by 1) k on k.person_id operator(pg_catalog.=) b.person_id
    where b.fresh operator(pg_catalog.>=) $7 and k.known_since operator(pg_catalog.<=) (b.slice_start operator(pg_catalog.-) $5)
  ), done as materialized (
    select s.person_id, s.slice_start, f.action_id, coalesce(f.application_id, 0) as application_id, count(*) as events,
           min(f.event_time) as first_at, max(f.event_time) as last_at
    from suspect s
    join person p on p.person_id operator(pg_catalog.=) s.person_id
    -- OFFSET keeps the planner, which does not know how few suspects there are, from reading the whole index.
    cross join lateral (
      select f.* from hunt.event_fact f
      where f.user_id operator(pg_catalog.=) p.user_id and f.event_time operator(pg_catalog.>=) s.slice_start and f.event_time operator(pg_catalog.<) hunt.timeslice_end(s.slice_start, $3, $9)
        and f.event_time operator(pg_catalog.>=) hunt.timeslice($1, $3, $9) and f.event_time operator(pg_catalog.<) $2
        and f.source_id operator(pg_catalog.=) any ((select hunt.source_ids($8))::integer[]) and f.action_id is not null
      offset 0) f
    group by 1, 2, 3, 4
  ), known as (
    -- What they had done before the slice.
    select s.person_id, s.slice_start, e.events, a.actions
    from suspect s
    join (select p.person_id, c.slice_start,
                 sum(sum(c.events)) over (partition by p.person_id order by c.slice_start
                                          rows between unbounded preceding and 1 preceding) as events
          from (select array_agg(p.user_id) as user_ids, array_agg(s.slice_start) as named
                from suspect s join person p on p.person_id operator(pg_catalog.=) s.person_id) q,
               hunt.counted_actions(q.user_ids, q.named, hunt.timeslice($1 operator(pg_catalog.-) $4, $3, $9), $2, $3, $8, $9) c
          join person p on p.user_id operator(pg_catalog.=) c.user_id
          group by 1, 2) e on e.person_id operator(pg_catalog.=) s.person_id and e.slice_start operator(pg_catalog.=) s.slice_start
    join (select s.person_id, s.slice_start, count(*)::numeric as actions
          from suspect s join begun b on b.person_id operator(pg_catalog.=) s.person_id and b.slice_start operator(pg_catalog.<) s.slice_start group by 1, 2) a
      on a.person_id operator(pg_catalog.=) s.person_id and a.slice_start operator(pg_catalog.=) s.slice_start
  ), kind as materialized (
    -- How often everyone had done each thing before each slice.
    select k.action_id, k.application_id, k.slice_start, k.events,
           coalesce(sum(k.events) over (partition by k.action_id, k.application_id order by k.slice_start
                                        rows between unbounded preceding and 1 preceding), 0) as everyones
    from hunt.done_actions(hunt.timeslice($1 operator(pg_catalog.-) $4, $3, $9), $2, $3, $8, $9) k
  ), everyone as (
    select t.slice_start, coalesce(sum(t.events) over w, 0) as events, coalesce(sum(t.fresh) over w, 0) as actions
    from (select k.slice_start, sum(k.events) as events, count(*) filter (where k.everyones operator(pg_catalog.=) 0) as fresh from kind k group by 1) t
    window w as (order by t.slice_start rows between unbounded preceding and 1 preceding)
  ), surprising as (
    select n.person_id, n.slice_start, n.action_id, n.application_id, n.events, n.first_at, n.last_at, n.is_new,
           s.events as known_events, s.actions as known_actions,
           -- Witten and Bell: something new comes with T / (N + T), and is shared out as everyone does things.
           -log(2::numeric, (s.actions operator(pg_catalog./) (s.events operator(pg_catalog.+) s.actions))
                operator(pg_catalog.*) ((n.everyones operator(pg_catalog.+) (e.actions operator(pg_catalog./) (e.actions operator(pg_catalog.+) 1))) operator(pg_catalog./) (e.events operator(pg_catalog.+) e.actions))) as bits
    from (
      select d.person_id, d.slice_start, d.action_id, d.application_id, sum(d.events) as events, min(d.first_at) as first_at,
             max(d.last_at) as last_at, bool_and(b.slice_start operator(pg_catalog.=) d.slice_start) as is_new, min(k.everyones) as everyones
      from suspect s
      join done d on d.person_id operator(pg_catalog.=) s.person_id and d.slice_start operator(pg_catalog.=) s.slice_start
      join begun b on b.person_id operator(pg_catalog.=) d.person_id and b.action_id operator(pg_catalog.=) d.action_id and b.application_id operator(pg_catalog.=) d.application_id
      join kind k on k.slice_start operator(pg_catalog.=) d.slice_start and k.action_id operator(pg_catalog.=) d.action_id and k.application_id operator(pg_catalog.=) d.application_id
      group by 1, 2, 3, 4) n
    join known s on s.person_id operator(pg_catalog.=) n.person_id and s.slice_start operator(pg_catalog.=) n.slice_start
    join everyone e on e.slice_start operator(pg_catalog.=) n.slice_start
    where e.events operator(pg_catalog.>) 0
  )
  select n.slice_start, i.user_identity, n.bits, n.new_actions, n.action_count, n.new_events, n.events, n.known_actions, n.known_events,
         (select array_agg(distinct hunt.asn_org(f.device_ip_asn_number) order by hunt.asn_org(f.device_ip_asn_number))
            filter (where hunt.asn_org(f.device_ip_asn_number) is not null)
          from person p
          join hunt.event_fact f on f.user_id operator(pg_catalog.=) p.user_id
          where p.person_id operator(pg_catalog.=) n.person_id and f.event_time operator(pg_catalog.>=) n.slice_start
            and f.event_time operator(pg_catalog.<) hunt.timeslice_end(n.slice_start, $3, $9)
            and f.event_time operator(pg_catalog.>=) hunt.timeslice($1, $3, $9) and f.event_time operator(pg_catalog.<) $2
            and f.source_id operator(pg_catalog.=) any ((select hunt.source_ids($8))::integer[]) and f.action_id is not null),
         n.first_at, n.last_at
  from (
    select n.person_id, n.slice_start, (sum(n.bits) filter (where n.is_new))::double precision as bits,
           array_agg(concat_ws(' ', p.value, a.value) order by n.bits desc, a.value) filter (where n.is_new) as new_actions,
           count(*) filter (where n.is_new) as action_count, (sum(n.events) filter (where n.is_new))::bigint as new_events,
           sum(n.events)::bigint as events, min(n.known_actions)::bigint as known_actions, min(n.known_events) as known_events,
           min(n.first_at) filter (where n.is_new) as first_at, max(n.last_at) filter (where n.is_new) as last_at
    from surprising n
    join hunt.dictionary_action a on a.id operator(pg_catalog.=) n.action_id
    left join hunt.dictionary_application p on p.id operator(pg_catalog.=) n.application_id
    group by n.person_id, n.slice_start
    having count(*) filter (where n.is_new) operator(pg_catalog.>=) $7 and sum(n.bits) filter (where n.is_new) operator(pg_catalog.>=) $6
  ) n
  join person i on i.user_id operator(pg_catalog.=) n.person_id
  order by n.bits desc, n.slice_start, i.user_identity $$;
comment on function hunt.unusual_actions(timestamptz, timestamptz, interval, interval, interval, double precision, integer, text[], text) is 'Hunt: slices in which a person did at least min_actions things (application and action) that he had not done since the lookback before, failed attempts included, once he has been known for the time of learning. bits add up how improbable each was by what he and everyone had done before: new things from a person who never does new things, and things that nobody does, count most. Most bits first.';
