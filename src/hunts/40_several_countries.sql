-- hunts: a stolen session shows several places for one user (hypothesis 4).

create function hunt.several_countries(start_at timestamptz, end_at timestamptz, slice interval default '1 day',
  min_networks integer default 2, min_countries integer default 2, source text default 'entra_signin',
  time_zone text default 'UTC', ignored_classes text[] default '{}')
returns table (slice_start timestamptz, user_username text, network_count integer, networks text[], country_count integer,
  countries text[], events bigint, first_at timestamptz, last_at timestamptz)
language sql stable parallel safe rows 100 as $$
  select n.slice_start, u.value, coalesce(cardinality(v.networks), 0), v.networks, coalesce(cardinality(n.countries), 0), n.countries,
         n.events, n.first_at, n.last_at
  from (
    select s.user_id, s.slice_start, hunt.distinct_values(s.asn_number) as asn_numbers, hunt.distinct_values(s.country_code) as countries,
           sum(s.events)::bigint as events, min(s.first_at) as first_at, max(s.last_at) as last_at
    from hunt.signin_networks($1, $2, $3, $6, $7, $8, greatest($4, $5)) s
    group by s.user_id, s.slice_start
    having count(*) operator(pg_catalog.>=) greatest($4, $5) and ($5 operator(pg_catalog.<) 2 or min(s.country_code) operator(pg_catalog.<) max(s.country_code))
  ) n
  cross join lateral (select hunt.distinct_values(hunt.network_of(a)) as networks from unnest(n.asn_numbers) a) v
  join hunt.dictionary_user u on u.id operator(pg_catalog.=) n.user_id
  where coalesce(cardinality(v.networks), 0) operator(pg_catalog.>=) $4 and coalesce(cardinality(n.countries), 0) operator(pg_catalog.>=) $5
  order by coalesce(cardinality(n.countries), 0) desc, coalesce(cardinality(v.networks), 0) desc, n.slice_start, u.value $$;
comment on function hunt.several_countries(timestamptz, timestamptz, interval, integer, integer, text, text, text[]) is 'Hunt: users whose successful sign-ins came from at least min_networks network operators and at least min_countries countries within one time slice, with both lists. start_at inclusive, end_at exclusive; slices as timeslice() cuts them in time_zone. Missing networks and countries are not counted, nor are networks whose asn_class is among ignored_classes, with the countries they stand in. Most countries first.';
