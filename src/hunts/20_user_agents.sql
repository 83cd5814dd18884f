-- hunts: a stolen session shows several clients for one user (hypothesis 2).

-- Ids only: the hunts look up agents for the few groups that pass, and tell them apart by their key: an upgrade is no new client.
create function hunt.user_clients(start_at timestamptz, end_at timestamptz, slice interval, sources text[], time_zone text,
  event_types text[], least_count integer default 1)
returns table (user_id integer, slice_start timestamptz, agent_id integer, asn_number bigint, events bigint,
  first_at timestamptz, last_at timestamptz)
language sql stable parallel safe rows 10000 as $$
  select f.user_id, hunt.timeslice(f.event_time, $3, $5), f.agent_id, f.device_ip_asn_number, count(*), min(f.event_time),
         max(f.event_time)
  from hunt.event_fact f
  where f.event_time operator(pg_catalog.>=) $1 and f.event_time operator(pg_catalog.<) $2
    and f.source_id operator(pg_catalog.=) any ((select hunt.source_ids($4))::integer[])
    and ($6 is null or f.device_event_id operator(pg_catalog.=) any (array(select d.id from hunt.dictionary_device_event d
                                                        where d.value operator(pg_catalog.=) any ($6))))
    and f.success and f.user_id is not null and f.agent_id is not null
    and not (select $6 is null and hunt.is_whole_days($3, $5) and hunt.has_rollup('user_session'))
  group by 1, 2, 3, 4
  union all
  select s.* from hunt.stored_clients($1, $2, $3, $4, $7) s
  where (select $6 is null and hunt.is_whole_days($3, $5) and hunt.has_rollup('user_session')) $$;
comment on function hunt.user_clients(timestamptz, timestamptz, interval, text[], text, text[], integer) is 'Of each user and time slice the user agents and networks of his successful events of these sources (and of these vendor''s kinds of record, unless NULL) from start_at (inclusive) to end_at (exclusive), by id; what the hunts of this family count. Slices of a user with fewer rows than least_count may be left out.';

create function hunt.several_clients(start_at timestamptz, end_at timestamptz, slice interval default '1 day',
  min_clients integer default 3, min_systems integer default 2, sources text[] default '{entra_signin}',
  time_zone text default 'UTC')
returns table (slice_start timestamptz, user_username text, client_count integer, clients text[], system_count integer,
  systems text[], agents text[], events bigint, first_at timestamptz, last_at timestamptz)
language sql stable parallel safe rows 100 as $$
  select n.slice_start, u.value, cardinality(g.clients), g.clients, coalesce(cardinality(g.systems), 0), g.systems, g.agents,
         n.events, n.first_at, n.last_at
  from (
    select s.user_id, s.slice_start, hunt.distinct_values(s.agent_id::bigint) as agent_ids,
           sum(s.events)::bigint as events, min(s.first_at) as first_at, max(s.last_at) as last_at
    from hunt.user_clients($1, $2, $3, $6, $7, null, greatest($4, $5)) s
    group by s.user_id, s.slice_start
    having count(*) operator(pg_catalog.>=) greatest($4, $5)
  ) n
  cross join lateral (
    select hunt.distinct_values(g.agent_key) as clients, hunt.distinct_values(g.os) as systems, array_agg(g.value order by g.value) as agents
    from unnest(n.agent_ids) a join hunt.dictionary_agent g on g.id operator(pg_catalog.=) a) g
  join hunt.dictionary_user u on u.id operator(pg_catalog.=) n.user_id
  where cardinality(g.clients) operator(pg_catalog.>=) $4 and coalesce(cardinality(g.systems), 0) operator(pg_catalog.>=) $5
  order by cardinality(g.clients) desc, n.slice_start, u.value $$;
comment on function hunt.several_clients(timestamptz, timestamptz, interval, integer, integer, text[], text) is 'Hunt: users who showed at least min_clients different clients (agent keys: program and operating system, without versions) on at least min_systems operating systems within one time slice. start_at inclusive, end_at exclusive. Most clients first.';

create function hunt.single_sign_on_clients(start_at timestamptz, end_at timestamptz, slice interval default '1 hour',
  min_clients integer default 3, shift interval default '7 days', sources text[] default '{okta}',
  event_types text[] default '{user.authentication.sso}', time_zone text default 'UTC')
returns table (slice_start timestamptz, user_username text, client_count integer, clients text[], count_before integer,
  clients_before text[], new_clients text[], networks text[], events bigint)
language sql stable parallel safe rows 100 as $$
  with used as materialized (
    select s.* from hunt.user_clients($1 operator(pg_catalog.-) $5, $2, $3, $6, $8, $7) s
    where not hunt.is_within_days($3, $8)
    union all
    select s.* from hunt.several_clients_used($1, $2, $3, $6, $7, $4, $5) s
    where hunt.is_within_days($3, $8)
  ), client as (
    select c.user_id, c.slice_start, c.events, g.clients,
           (select hunt.distinct_values(hunt.asn_org(a)) from unnest(c.asn_numbers) a) as networks
    from (select s.user_id, s.slice_start, hunt.distinct_values(s.agent_id::bigint) as agent_ids,
                 hunt.distinct_values(s.asn_number) as asn_numbers, sum(s.events)::bigint as events
          from used s where s.slice_start operator(pg_catalog.>=) hunt.timeslice($1, $3, $8)
          group by s.user_id, s.slice_start having count(*) operator(pg_catalog.>=) $4) c
    cross join lateral (select hunt.distinct_values(g.agent_key) as clients
                        from unnest(c.agent_ids) a join hunt.dictionary_agent g on g.id operator(pg_catalog.=) a) g
    where cardinality(g.clients) operator(pg_catalog.>=) $4
  ), before as (
    select c.user_id, c.slice_start, hunt.distinct_values(g.agent_key) as clients
    from client c
    join used b on b.user_id operator(pg_catalog.=) c.user_id and b.slice_start operator(pg_catalog.=) hunt.timeslice(c.slice_start operator(pg_catalog.-) $5, $3, $8)
    join hunt.dictionary_agent g on g.id operator(pg_catalog.=) b.agent_id
    group by 1, 2
  )
  select c.slice_start, u.value, cardinality(c.clients), c.clients, coalesce(cardinality(b.clients), 0), b.clients,
         array(select k from unnest(c.clients) k where b.clients is null or k operator(pg_catalog.<>) all (b.clients)),
         c.networks, c.events
  from client c
  left join before b on b.user_id operator(pg_catalog.=) c.user_id and b.slice_start operator(pg_catalog.=) c.slice_start
  join hunt.dictionary_user u on u.id operator(pg_catalog.=) c.user_id
  order by cardinality(c.clients) desc, c.slice_start, u.value $$;
comment on function hunt.single_sign_on_clients(timestamptz, timestamptz, interval, integer, interval, text[], text[], text) is 'Hunt: users who signed on to applications with at least min_clients different clients within one time slice, beside the clients of the same slice one shift (a week) earlier: new_clients were not there then. Most clients first.';
