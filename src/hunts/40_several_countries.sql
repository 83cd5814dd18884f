-- hunts: a stolen session shows several places for one user (hypothesis 4).

create function hunt.several_countries(start_at timestamptz, end_at timestamptz, slice interval default '1 day',
  min_networks integer default 2, min_countries integer default 2, source text default 'entra_signin',
  time_zone text default 'UTC', ignored_classes text[] default '{}')
returns table (slice_start timestamptz, user_username text, network_count integer, networks text[], country_count integer,
  countries text[], events bigint, first_at timestamptz, last_at timestamptz)
language sql stable parallel safe rows 100 as $$
  select n.slice_start, u.value, n.network_count, n.networks, n.country_count, n.countries, n.events, n.first_at, n.last_at
  from (
    select s.user_id, s.slice_start,
           count(distinct s.network)::integer as network_count,
           array_agg(distinct s.network order by s.network) filter (where s.network is not null) as networks,
           count(distinct s.country_code)::integer as country_count,
           array_agg(distinct s.country_code order by s.country_code) filter (where s.country_code is not null) as countries,
           sum(s.events)::bigint as events, min(s.first_at) as first_at, max(s.last_at) as last_at
    from hunt.signin_networks($1, $2, $3, $6, $7, $8) s
    group by s.user_id, s.slice_start
    having count(distinct s.network) operator(pg_catalog.>=) $4 and count(distinct s.country_code) operator(pg_catalog.>=) $5
  ) n
  join hunt.dictionary_user u on u.id operator(pg_catalog.=) n.user_id
  order by n.country_count desc, n.network_count desc, n.slice_start, u.value $$;
comment on function hunt.several_countries(timestamptz, timestamptz, interval, integer, integer, text, text, text[]) is 'Hunt: users whose successful sign-ins came from at least min_networks network operators and at least min_countries countries within one time slice, with both lists. start_at inclusive, end_at exclusive; slices as timeslice() cuts them in time_zone. Missing networks and countries are not counted, nor are networks whose asn_class is among ignored_classes, with the countries they stand in. Most countries first.';
