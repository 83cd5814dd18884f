-- hunts: a stolen session shows several clients for one user (hypothesis 2).

-- The rows that the hunts of this family count. Agents are told apart by their key: an upgrade is no new client.
create function hunt.user_clients(start_at timestamptz, end_at timestamptz, slice interval, sources text[], time_zone text,
  event_types text[])
returns table (user_id integer, slice_start timestamptz, agent_id integer, agent_key text, os text, asn_number bigint,
  events bigint, first_at timestamptz, last_at timestamptz)
language sql stable parallel safe rows 10000 as $$
  select u.user_id, u.slice_start, u.agent_id, g.agent_key, g.os, u.asn_number, u.events, u.first_at, u.last_at
  from (
    select f.user_id, hunt.timeslice(f.event_time, $3, $5) as slice_start, f.agent_id,
           f.device_ip_asn_number as asn_number, count(*) as events, min(f.event_time) as first_at, max(f.event_time) as last_at
    from hunt.event_fact f
    where f.event_time operator(pg_catalog.>=) $1 and f.event_time operator(pg_catalog.<) $2
      and f.source_id operator(pg_catalog.=) any ((select hunt.source_ids($4))::integer[])
      and ($6 is null or f.device_event_id operator(pg_catalog.=) any (array(select d.id from hunt.dictionary_device_event d
                                                                            where d.value operator(pg_catalog.=) any ($6))))
      and f.success and f.user_id is not null and f.agent_id is not null
    group by 1, 2, 3, 4
  ) u
  join hunt.dictionary_agent g on g.id operator(pg_catalog.=) u.agent_id $$;
comment on function hunt.user_clients(timestamptz, timestamptz, interval, text[], text, text[]) is 'Of each user and time slice the user agents and networks of his successful events of these sources (and of these vendor''s kinds of record, unless NULL) from start_at (inclusive) to end_at (exclusive), with agent key and operating system; what the hunts of this family count.';

create function hunt.several_clients(start_at timestamptz, end_at timestamptz, slice interval default '1 day',
  min_clients integer default 3, min_systems integer default 2, sources text[] default '{entra_signin}',
  time_zone text default 'UTC')
returns table (slice_start timestamptz, user_username text, client_count integer, clients text[], system_count integer,
  systems text[], agents text[], events bigint, first_at timestamptz, last_at timestamptz)
language sql stable parallel safe rows 100 as $$
  select n.slice_start, u.value, cardinality(n.clients), n.clients, coalesce(cardinality(n.systems), 0), n.systems,
         (select array_agg(g.value order by g.value) from hunt.dictionary_agent g
          where g.id operator(pg_catalog.=) any (n.agent_ids)),
         n.events, n.first_at, n.last_at
  from (
    select s.user_id, s.slice_start, hunt.distinct_values(s.agent_key) as clients, hunt.distinct_values(s.os) as systems,
           array_agg(distinct s.agent_id) as agent_ids,
           sum(s.events)::bigint as events, min(s.first_at) as first_at, max(s.last_at) as last_at
    from hunt.user_clients($1, $2, $3, $6, $7, null) s
    group by s.user_id, s.slice_start
    having hunt.count_distinct(s.agent_key) operator(pg_catalog.>=) $4 and hunt.count_distinct(s.os) operator(pg_catalog.>=) $5
  ) n
  join hunt.dictionary_user u on u.id operator(pg_catalog.=) n.user_id
  order by cardinality(n.clients) desc, n.slice_start, u.value $$;
comment on function hunt.several_clients(timestamptz, timestamptz, interval, integer, integer, text[], text) is 'Hunt: users who showed at least min_clients different clients (agent keys: program and operating system, without versions) on at least min_systems operating systems within one time slice. start_at inclusive, end_at exclusive. Most clients first.';

create function hunt.single_sign_on_clients(start_at timestamptz, end_at timestamptz, slice interval default '1 hour',
  min_clients integer default 3, shift interval default '7 days', sources text[] default '{okta}',
  event_types text[] default '{user.authentication.sso}', time_zone text default 'UTC')
returns table (slice_start timestamptz, user_username text, client_count integer, clients text[], count_before integer,
  clients_before text[], new_clients text[], networks text[], events bigint)
language sql stable parallel safe rows 100 as $$
  with client as (
    select s.user_id, s.slice_start, hunt.distinct_values(s.agent_key) as clients,
           hunt.distinct_values(hunt.asn_org(s.asn_number)) as networks, sum(s.events)::bigint as events
    from hunt.user_clients($1 operator(pg_catalog.-) $5, $2, $3, $6, $8, $7) s
    group by s.user_id, s.slice_start
  )
  select c.slice_start, u.value, cardinality(c.clients), c.clients, coalesce(cardinality(b.clients), 0), b.clients,
         array(select k from unnest(c.clients) k where b.clients is null or k operator(pg_catalog.<>) all (b.clients)),
         c.networks, c.events
  from client c
  left join client b on b.user_id operator(pg_catalog.=) c.user_id
    and b.slice_start operator(pg_catalog.=) hunt.timeslice(c.slice_start operator(pg_catalog.-) $5, $3, $8)
  join hunt.dictionary_user u on u.id operator(pg_catalog.=) c.user_id
  where c.slice_start operator(pg_catalog.>=) hunt.timeslice($1, $3, $8) and cardinality(c.clients) operator(pg_catalog.>=) $4
  order by cardinality(c.clients) desc, c.slice_start, u.value $$;
comment on function hunt.single_sign_on_clients(timestamptz, timestamptz, interval, integer, interval, text[], text[], text) is 'Hunt: users who signed on to applications with at least min_clients different clients within one time slice, beside the clients of the same slice one shift (a week) earlier: new_clients were not there then. Most clients first.';
