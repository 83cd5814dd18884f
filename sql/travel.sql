-- travel: the speed that it takes to be seen at one place and then at another
set timezone = 'UTC';
set datestyle = 'ISO, YMD';
set extra_float_digits = -3;
set search_path = public, hunt;
\pset null '(null)'
create temp table place (name text, latitude float8, longitude float8, accuracy_km float8);
insert into place values ('Berlin', 52.52, 13.405, 10), ('London', 51.5074, -0.1278, 10), ('Potsdam', 52.4, 13.06, 5), ('Germany', 51, 9, 500),
                         ('Singapore', 1.35, 103.82, 20), ('nowhere', null, null, null);
create temp table seen as
select usr, ts, class, p.* from (values
  ('traveller', timestamptz '2024-01-01 08:00', null, 'Berlin'), ('traveller', '2024-01-01 12:00', null, 'London'),
  ('thief', '2024-01-01 08:00', null, 'Berlin'), ('thief', '2024-01-01 08:05', null, 'nowhere'), ('thief', '2024-01-01 08:10', null, 'London'), ('thief', '2024-01-01 08:20', null, 'Berlin'),
  ('vpn', '2024-01-01 08:00', null, 'Berlin'), ('vpn', '2024-01-01 08:10', 'vpn', 'London'), ('vpn', '2024-01-01 08:20', null, 'Berlin'),
  ('vague', '2024-01-01 08:00', null, 'Berlin'), ('vague', '2024-01-01 08:10', null, 'Germany'), ('vague', '2024-01-01 08:20', null, 'London'),
  ('near', '2024-01-01 08:00', null, 'Berlin'), ('near', '2024-01-01 08:01', null, 'Potsdam'),
  ('twins', '2024-01-01 08:00', null, 'London'), ('twins', '2024-01-01 08:00', null, 'Berlin'),
  ('unknown', '2024-01-01 08:00', null, 'nowhere')) v (usr, ts, class, name) join place p using (name)
union all
select 'commuter', timestamptz '2024-01-01 08:00' + day * interval '1 day' + n * interval '10 minutes', null, p.*
from generate_series(0, 5) day, (values (0, 'Berlin'), (1, 'London'), (2, 'Berlin')) v (n, name) join place p using (name)
union all select 'commuter', '2024-01-06 09:00', null, p.* from place p where name = 'Singapore';
create temp table travelled as
select usr, travel(ts, latitude, longitude, accuracy_km, class) as visits from seen group by usr;
select usr, f.* from travelled, fastest_travel(visits) f order by usr;
select usr, f.from_at, f.to_at, round(f.distance_km) as km, round(f.speed_kmh) as kmh, is_fast, is_recurring, is_reliable
from travelled, travel_hops(visits) f where usr not in ('commuter') order by usr, to_at;
select count(*), count(*) filter (where is_fast) as fast, count(*) filter (where is_recurring) as recurring, min(to_at) filter (where is_recurring) as recurring_from
from travelled, travel_hops(visits) f where usr = 'commuter';
select recurring_days, fast_hops, recurring_hops from travelled, (values (1), (5), (9)) d (recurring_days), fastest_travel(visits, recurring_days => d.recurring_days) where usr = 'commuter';
select max_kmh, min_km, fast_hops, round(speed_kmh) as kmh from travelled, (values (900, 100), (100, 100), (900, 2000), (900, 0)) d (max_kmh, min_km),
  fastest_travel(visits, d.max_kmh, d.min_km) where usr in ('traveller') order by 1, 2;

-- the same as speed_kmh() between each visit and the one before, where places are exact and times differ
create temp table step as
select n % 7 as usr, timestamptz '2024-01-01' + n * n % 5003 * interval '1 minute' + n * interval '1 second' as ts,
       n * 7919 % 180 - 90.0 as latitude, n * 104729 % 360 - 180.0 as longitude
from generate_series(1, 3000) n;
with before as (
  select *, lag((null, null, null, null, latitude, longitude, 0, null, null)::geo) over w as earlier, lag(ts) over w as earlier_at from step window w as (partition by usr order by ts)
), expected as (
  select usr, ts, speed_kmh(earlier, earlier_at, (null, null, null, null, latitude, longitude, 0, null, null)::geo, ts) as kmh from before
), found as (
  select usr, to_at as ts, speed_kmh as kmh from (select usr, travel(ts, latitude, longitude, 0) as visits from step group by usr) t, travel_hops(visits, min_km => 0)
)
select count(*) as hops, count(*) filter (where abs(f.kmh - e.kmh) > 1e-6 * e.kmh or f.kmh is null) as differences
from expected e left join found f using (usr, ts) where e.kmh > 0;

-- any order and batches give the same bytes
select bool_and(a.visits::text = b.visits::text) as equal, bool_and(a.visits::text = (a.visits::text::hunt.travel)::text) as text_round_trip
from (select usr, travel(ts, latitude, longitude, accuracy_km, class) as visits from (select * from seen order by md5(seen::text)) s group by usr) a
join (select usr, travel_merge(visits) as visits
      from (select usr, travel(ts, latitude, longitude, accuracy_km, class) as visits from seen group by usr, extract(minute from ts)) p group by usr) b using (usr);
select (a || b)::text = (b || a)::text as commutes from (select travel(now(), 1, 2, 3) as a, travel(now(), 4, 5, null) as b) s;

-- nothing, and what is no place
select travel(null, 1, 1, 1), travel(now(), null, 1, 1), travel_merge(null), travel(now(), 'NaN', 1, 1);
select fastest_travel(null);
select travel(now(), 91, 0, 0);
select travel(now(), 0, 0, -1);
select travel('infinity', 0, 0, 0);
select fastest_travel(travel(now(), 0, 0, 0), max_kmh => -1);
select fastest_travel(travel(now(), 0, 0, 0), recurring_days => 0);
select 'EAAAAA=='::hunt.travel;
select 'QUFB'::hunt.travel;

-- four stories, each as history, baseline and travel tell it; every state also holds what came later
create temp table story as
select who, at, country, laptop, latitude, longitude, accuracy_km from (
  select 'new employee' as who, timestamptz '2026-06-01 08:00' + day * interval '1 day' as at, 'DE' as country, 'A' as laptop, 'Berlin' as name from generate_series(0, 60) day
  union all select 'returns after 100 days', timestamptz '2026-01-01 08:00' + day * interval '1 day', 'DE', 'A', 'Berlin' from generate_series(0, 200) day where day not between 60 and 159
  union all select 'traveller', timestamptz '2026-01-01 08:00' + day * interval '1 day', 'DE', 'A', 'Berlin' from generate_series(0, 60) day
  union all select 'traveller', timestamptz '2026-03-02 23:00' + day * interval '1 day', 'SG', 'A', 'Singapore' from generate_series(0, 4) day
  union all select 'laptop change', timestamptz '2026-01-01 08:00' + day * interval '1 day', 'DE', case when day < 60 then 'A' else 'B' end, 'Berlin' from generate_series(0, 70) day
  union all select 'laptop change', timestamptz '2026-03-02 18:00', 'DE', 'A', 'Berlin'
  union all select 'thief', timestamptz '2026-01-01 08:00' + day * interval '1 day', 'DE', 'A', 'Berlin' from generate_series(0, 60) day
  union all select 'thief', timestamptz '2026-03-02 08:00' + n * interval '20 minutes', 'SG', 'X' || n, 'Singapore' from generate_series(1, 5) n) s
join place using (name);
create temp table told as
select who, history(country, at) as countries, history(laptop, at) as laptops, travel(at, latitude, longitude, accuracy_km) as visits,
       (select baseline(n, day, '1 day', 'max') from (select date_trunc('day', at) as day, count(distinct laptop) as n from story d where d.who = s.who group by 1) d) as laptops_a_day
from story s group by who;
with asked as (
  select s.who, s.at, s.country, s.laptop, (first_seen_verdict(t.countries, s.country, s.at)).verdict as country_is, (first_seen_verdict(t.laptops, s.laptop, s.at)).verdict as laptop_is,
         b.verdict as laptops_are, h.is_fast
  from story s join told t using (who)
  left join travel_hops(t.visits) h on h.to_at = s.at
  cross join lateral baseline_verdict(t.laptops_a_day, (select count(distinct laptop) from story d where d.who = s.who and date_trunc('day', d.at) = date_trunc('day', s.at)), s.at) b
), changes as (
  select *, lag((country_is, laptop_is, laptops_are, is_fast)) over (partition by who order by at) as before from asked
)
select who, at, country, laptop, country_is, laptop_is, laptops_are, is_fast from changes
where (country_is, laptop_is, laptops_are, is_fast) is distinct from before order by who, at;
