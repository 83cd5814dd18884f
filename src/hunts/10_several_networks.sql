-- hunts: a stolen session shows several networks for one user (hypothesis 1).

create function hunt.source_id(source text) returns integer
language plpgsql stable strict parallel safe set search_path = pg_catalog, pg_temp as $$
declare
  id integer;
begin
  select d.id into id from hunt.dictionary_source d where d.value = source_id.source;
  if id is null then
    raise exception using errcode = 'undefined_object', message = format('log source "%s" is unknown', source_id.source),
      hint = 'hunt.sources() lists the sources; hunt.setup() registers them.';
  end if;
  return id;
end $$;
comment on function hunt.source_id(text) is 'The source_id of a log source in hunt.event_fact; an error if the source is unknown, so that a misspelt name does not look like a log without findings.';

create function hunt.source_ids(sources text[]) returns integer[]
language sql stable strict parallel safe as $$ select array_agg(hunt.source_id(s)) from unnest($1) s $$;
comment on function hunt.source_ids(text[]) is 'The source_id of each of these log sources; an error if one is unknown.';

create function hunt.network_of(asn_number bigint) returns text
language sql stable parallel safe as $$ select coalesce(hunt.asn_org($1), 'AS' operator(pg_catalog.||) $1) $$;
comment on function hunt.network_of(bigint) is 'By what hunts tell networks apart: the operator, so that a carrier with two AS numbers is one network, else the AS number.';

-- Ids only: the hunts look up names for the few groups that pass.
create function hunt.signin_networks(start_at timestamptz, end_at timestamptz, slice interval, source text, time_zone text,
  ignored_classes text[], least_count bigint default 1)
returns table (user_id integer, slice_start timestamptz, asn_number bigint, country_code text, events bigint,
  first_at timestamptz, last_at timestamptz)
language sql stable parallel safe rows 10000 as $$
  select u.user_id, u.slice_start, u.asn_number, u.country_code, u.events, u.first_at, u.last_at
  from (
    select f.user_id, hunt.timeslice(f.event_time, $3, $5) as slice_start, f.device_ip_asn_number as asn_number,
           f.device_ip_country_code as country_code, count(*) as events, min(f.event_time) as first_at,
           max(f.event_time) as last_at
    from hunt.event_fact f
    where f.event_time operator(pg_catalog.>=) $1 and f.event_time operator(pg_catalog.<) $2
      and f.source_id operator(pg_catalog.=) (select hunt.source_id($4))
      and f.success and f.user_id is not null
      -- Networks of one's own are corporate, whatever provider's AS they are in.
      and not ('corporate' operator(pg_catalog.=) any ($6) and f.device_ip is not null and hunt.is_own_network(f.device_ip))
      and not (select hunt.is_whole_days($3, $5) and hunt.has_rollup('user_session'))
    group by 1, 2, 3, 4
    union all
    select s.* from hunt.stored_signins($1, $2, $3, $4, 'corporate' operator(pg_catalog.=) any ($6), $7) s
    where (select hunt.is_whole_days($3, $5) and hunt.has_rollup('user_session'))
  ) u
  where pg_catalog.cardinality($6) operator(pg_catalog.=) 0
     or not exists (select from hunt.asn_classes c where c.number operator(pg_catalog.=) u.asn_number
                                                     and c.class operator(pg_catalog.=) any ($6)) $$;
comment on function hunt.signin_networks(timestamptz, timestamptz, interval, text, text, text[], bigint) is 'Of each user and time slice the networks and countries of his successful sign-ins from start_at (inclusive) to end_at (exclusive), with the number of events, the first and the last, without networks of the ignored classes; what the hunts of this family count. Slices of a user with fewer rows than least_count may be left out.';

create function hunt.several_networks(start_at timestamptz, end_at timestamptz, slice interval default '1 day',
  min_networks integer default 2, source text default 'entra_signin', time_zone text default 'UTC',
  ignored_classes text[] default '{}')
returns table (slice_start timestamptz, user_username text, network_count integer, networks text[], asn_numbers bigint[],
  events bigint, first_at timestamptz, last_at timestamptz)
language sql stable parallel safe rows 100 as $$
  select n.slice_start, u.value, cardinality(v.networks), v.networks, n.asn_numbers, n.events, n.first_at, n.last_at
  from (
    select s.user_id, s.slice_start, hunt.distinct_values(s.asn_number) as asn_numbers, sum(s.events)::bigint as events,
           min(s.first_at) as first_at, max(s.last_at) as last_at
    from hunt.signin_networks($1, $2, $3, $5, $6, $7, $4) s
    where s.asn_number is not null
    group by s.user_id, s.slice_start
    having count(*) operator(pg_catalog.>=) $4
  ) n
  cross join lateral (select hunt.distinct_values(hunt.network_of(a)) as networks from unnest(n.asn_numbers) a) v
  join hunt.dictionary_user u on u.id operator(pg_catalog.=) n.user_id
  where cardinality(v.networks) operator(pg_catalog.>=) $4
  order by cardinality(v.networks) desc, n.slice_start, u.value $$;
comment on function hunt.several_networks(timestamptz, timestamptz, interval, integer, text, text, text[]) is 'Hunt: users whose successful sign-ins came from at least min_networks network operators within one time slice, with the operators and AS numbers. start_at inclusive, end_at exclusive; slices as timeslice() cuts them in time_zone. Addresses without a known network are not counted, nor are networks whose asn_class is among ignored_classes ("{corporate}" for the egress that all colleagues share). Most networks first.';
