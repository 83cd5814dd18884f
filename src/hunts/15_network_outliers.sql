-- hunts: more networks than usual for this user (hypothesis 1, without a fixed number).

create function hunt.network_outliers(start_at timestamptz, end_at timestamptz, slice interval default '1 hour',
  lookback interval default '90 days', learning interval default '14 days', sigma double precision default 3,
  min_networks bigint default 2, source text default 'entra_signin', time_zone text default 'UTC',
  ignored_classes text[] default '{corporate}')
returns table (slice_start timestamptz, user_username text, network_count bigint, networks text[], expected double precision,
  threshold bigint, highest_before bigint, probability double precision, reason text, countries text[], events bigint,
  first_at timestamptz, last_at timestamptz)
language sql stable parallel safe rows 100 as $$
  with used as materialized (
    -- Whole slices only, so that none is compared with a part of one.
    select s.* from hunt.signin_networks(hunt.timeslice($1 operator(pg_catalog.-) $4, $3, $9), $2, $3, $8, $9, $10) s
    where s.asn_number is not null and $7 operator(pg_catalog.<) 2
    union all
    select s.*
    from hunt.several_signins(hunt.timeslice($1 operator(pg_catalog.-) $4, $3, $9), $2, $3, $8, $9, 'corporate' operator(pg_catalog.=) any ($10), $7, hunt.timeslice($1, $3, $9)) s
    where s.asn_number is not null and $7 operator(pg_catalog.>=) 2
      and (pg_catalog.cardinality($10) operator(pg_catalog.=) 0
           or not exists (select from hunt.asn_classes c where c.number operator(pg_catalog.=) s.asn_number and c.class operator(pg_catalog.=) any ($10)))
  ), suspect as (
    -- Less than min_networks is never too many, so nobody else needs a model.
    select s.user_id from used s where s.slice_start operator(pg_catalog.>=) hunt.timeslice($1, $3, $9)
    group by s.user_id, s.slice_start having count(*) operator(pg_catalog.>=) $7
  ), counted as (
    select s.user_id, s.slice_start, hunt.count_distinct(hunt.network_of(s.asn_number)) as network_count,
           hunt.distinct_values(hunt.network_of(s.asn_number)) as networks, hunt.distinct_values(s.country_code) as countries,
           sum(s.events)::bigint as events, min(s.first_at) as first_at, max(s.last_at) as last_at
    from used s
    where s.user_id in (select t.user_id from suspect t)
    group by s.user_id, s.slice_start
  ), model as (
    select c.user_id, hunt.baseline(c.network_count, c.slice_start, $3, 'max', $9, $4 operator(pg_catalog.+) ($2 operator(pg_catalog.-) $1)) as model
    from counted c group by c.user_id
  )
  select c.slice_start, u.value, c.network_count, c.networks, v.expected, v.threshold, v.highest, v.p, v.reason, c.countries,
         c.events, c.first_at, c.last_at
  from counted c
  join model m on m.user_id operator(pg_catalog.=) c.user_id
  cross join lateral hunt.baseline_verdict(m.model, c.network_count, c.slice_start, sigma => $6, floor_value => $7, learning => $5) v
  join hunt.dictionary_user u on u.id operator(pg_catalog.=) c.user_id
  where c.slice_start operator(pg_catalog.>=) hunt.timeslice($1, $3, $9) and v.is_outlier
  order by v.p, c.slice_start, u.value $$;
comment on function hunt.network_outliers(timestamptz, timestamptz, interval, interval, interval, double precision, bigint, text, text, text[]) is 'Hunt: slices (1 hour or 1 day) in which a user signed in through more network operators than his own slices of the lookback before let expect, with the expectation, the least number that would have been too many and the reason in words. A user is judged once he has been known for the time of learning; min_networks is the least number that can be too many. Least probable first.';
