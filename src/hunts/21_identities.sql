-- hunts: one access key or one identity used from two places (hypotheses 1 and 2 together).

-- Slices in which a key may have enough clients and networks; the hunt reads the events of these by their index.
create function hunt.suspect_access_keys(start_at timestamptz, end_at timestamptz, slice interval, min_clients integer,
  min_networks integer, sources text[], username text, time_zone text)
returns table (access_key_id integer, user_id integer, slice_start timestamptz, slice_end timestamptz)
language sql stable parallel safe rows 100 as $$
  select c.access_key_id, c.user_id, c.slice_start, hunt.timeslice_end(c.slice_start, $3, $8)
  from (
    select f.access_key_id, f.user_id, hunt.timeslice(f.event_time, $3, $8) as slice_start
    from hunt.event_fact f
    where f.event_time operator(pg_catalog.>=) $1 and f.event_time operator(pg_catalog.<) $2
      and f.source_id operator(pg_catalog.=) any ((select hunt.source_ids($6))::integer[])
      and f.access_key_id is not null and f.user_id is not null and f.agent_id is not null
      and not (select (hunt.is_whole_days($3, $8) or hunt.is_within_days($3, $8)) and hunt.has_rollup('access_key'))
      and ($7 is null or f.user_id operator(pg_catalog.=) (select d.id from hunt.dictionary_user d where d.value operator(pg_catalog.=) $7))
    group by 1, 2, 3
    having count(*) operator(pg_catalog.>=) greatest($4, $5) and ($4 operator(pg_catalog.<) 2 or min(f.agent_id) operator(pg_catalog.<) max(f.agent_id))
       and ($5 operator(pg_catalog.<) 2 or min(f.device_ip_asn_number) operator(pg_catalog.<) max(f.device_ip_asn_number))
    union all
    select s.access_key_id, s.user_id, s.slice_start from hunt.stored_access_keys($1, $2, $3, $4, $5, $6, $7) s
    where (select (hunt.is_whole_days($3, $8) or hunt.is_within_days($3, $8)) and hunt.has_rollup('access_key'))
  ) c $$;
comment on function hunt.suspect_access_keys(timestamptz, timestamptz, interval, integer, integer, text[], text, text) is 'Access keys, users and slices that show several user agents and AS numbers where that many clients and networks are asked for: all that hunt.access_key_clients() can find.';

create function hunt.access_key_clients(start_at timestamptz, end_at timestamptz, slice interval default '10 minutes',
  min_clients integer default 2, min_networks integer default 2, sources text[] default '{cloudtrail}',
  username text default null, time_zone text default 'UTC')
returns table (slice_start timestamptz, access_key_id text, user_username text, client_count integer, clients text[],
  network_count integer, networks text[], countries text[], actions text[], events bigint, first_at timestamptz,
  last_at timestamptz)
language sql stable parallel safe rows 100 as $$
  select n.slice_start, k.value, u.value, cardinality(n.clients), n.clients, cardinality(n.networks), n.networks, n.countries,
         (select array_agg(a.value order by a.value) from hunt.dictionary_action a where a.id operator(pg_catalog.=) any (n.action_ids)),
         n.events, n.first_at, n.last_at
  from (
    select c.access_key_id, c.user_id, c.slice_start, hunt.distinct_values(g.agent_key) as clients,
           hunt.distinct_values(hunt.network_of(f.device_ip_asn_number)) as networks,
           hunt.distinct_values(f.device_ip_country_code) as countries, hunt.distinct_values(f.action_id::bigint) as action_ids,
           count(*) as events, min(f.event_time) as first_at, max(f.event_time) as last_at
    from hunt.suspect_access_keys($1, $2, $3, $4, $5, $6, $7, $8) c
    -- OFFSET keeps the planner, which does not know how few suspects there are, from reading all events.
    cross join lateral (
      select f.* from hunt.event_fact f
      where f.access_key_id operator(pg_catalog.=) c.access_key_id and f.user_id operator(pg_catalog.=) c.user_id
        and f.event_time operator(pg_catalog.>=) c.slice_start and f.event_time operator(pg_catalog.<) c.slice_end
        and f.event_time operator(pg_catalog.>=) $1 and f.event_time operator(pg_catalog.<) $2
        and f.source_id operator(pg_catalog.=) any ((select hunt.source_ids($6))::integer[])
      offset 0) f
    join hunt.dictionary_agent g on g.id operator(pg_catalog.=) f.agent_id
    group by c.access_key_id, c.user_id, c.slice_start
    having hunt.count_distinct(g.agent_key) operator(pg_catalog.>=) $4
  ) n
  join hunt.dictionary_access_key k on k.id operator(pg_catalog.=) n.access_key_id
  join hunt.dictionary_user u on u.id operator(pg_catalog.=) n.user_id
  where cardinality(n.networks) operator(pg_catalog.>=) $5
  order by cardinality(n.networks) desc, cardinality(n.clients) desc, n.slice_start, k.value $$;
comment on function hunt.access_key_clients(timestamptz, timestamptz, interval, integer, integer, text[], text, text) is 'Hunt: access keys used by at least min_clients clients (agent keys) from at least min_networks network operators within one time slice, with the countries and the API calls. A workstation in the cloud shows the cloud''s own network beside the home''s: weigh the other one. Of one user, or of all if username is NULL. Most networks first.';

create function hunt.identity_addresses(start_at timestamptz, end_at timestamptz, slice interval default '1 day',
  min_addresses integer default 2, sources text[] default '{eks_audit,kubernetes_audit}', time_zone text default 'UTC')
returns table (slice_start timestamptz, user_arn text, user_username text, access_key_id text, http_user_agent text,
  address_count bigint, addresses inet[], networks text[], countries text[], events bigint, first_at timestamptz,
  last_at timestamptz)
language sql stable parallel safe rows 100 as $$
  select * from (
  select n.slice_start, n.user_arn, u.value as user_username, k.value as access_key_id, g.value as http_user_agent, n.address_count,
         n.addresses, n.networks, n.countries, n.events, n.first_at, n.last_at
  from (
    select hunt.timeslice(f.event_time, $3, $6) as slice_start, d.user_arn, f.user_id, f.access_key_id, f.agent_id,
           hunt.count_distinct(f.device_ip) as address_count, hunt.distinct_values(f.device_ip) as addresses,
           hunt.distinct_values(hunt.asn_org(f.device_ip_asn_number)) as networks,
           hunt.distinct_values(f.device_ip_country_code) as countries,
           count(*) as events, min(f.event_time) as first_at, max(f.event_time) as last_at
    from hunt.event_fact f
    join hunt.event_detail d on d.event_time operator(pg_catalog.=) f.event_time and d.event_key operator(pg_catalog.=) f.event_key
    where f.event_time operator(pg_catalog.>=) $1 and f.event_time operator(pg_catalog.<) $2 and d.event_time operator(pg_catalog.>=) $1 and d.event_time operator(pg_catalog.<) $2
      and f.source_id operator(pg_catalog.=) any ((select hunt.source_ids($5))::integer[])
      and hunt.is_public_ip(f.device_ip) and not hunt.is_own_network(f.device_ip)
      and not (select hunt.is_whole_days($3, $6) and $5 operator(pg_catalog.<@) '{eks_audit,kubernetes_audit}' and hunt.has_rollup('identity'))
    group by 1, 2, 3, 4, 5
    having hunt.count_distinct(f.device_ip) operator(pg_catalog.>=) $4
  ) n
  left join hunt.dictionary_user u on u.id operator(pg_catalog.=) n.user_id
  left join hunt.dictionary_access_key k on k.id operator(pg_catalog.=) n.access_key_id
  left join hunt.dictionary_agent g on g.id operator(pg_catalog.=) n.agent_id
  union all
  select s.* from hunt.stored_identities($1, $2, $3, $4, $5) s
  where (select hunt.is_whole_days($3, $6) and $5 operator(pg_catalog.<@) '{eks_audit,kubernetes_audit}' and hunt.has_rollup('identity'))
  ) n
  order by n.address_count desc, n.slice_start, n.user_username $$;
comment on function hunt.identity_addresses(timestamptz, timestamptz, interval, integer, text[], text) is 'Hunt: identities (ARN, user, access key and user agent together) of a cluster that acted from at least min_addresses public addresses, those of hunt.own_network left out, within one time slice. Most addresses first.';
