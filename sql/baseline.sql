-- baseline: outlier() over the points before, and stored baselines with their verdicts
set timezone = 'UTC';
set datestyle = 'ISO, YMD';
set extra_float_digits = 0;
set search_path = public, hunt;
\pset null '(null)'

-- the current point is outside of its own baseline; NULL is no point and ends a run
select n, v, (o).*
from (select n, v, outlier(v, lookback => 4, consecutive => 2) over (order by n) as o
      from unnest('{1,1,1,1,6,1,1,null,7,9,9,1,1}'::float8[]) with ordinality t (v, n)) s
order by n;
select n, v, (o).*
from (select n, v, outlier(v, timestamptz '2024-01-01' + n * interval '1 day', lookback => interval '3 days', direction => '+') over (order by n) as o
      from unnest('{1,1,1,1,6,1,1,null,7,9,9,1,1}'::float8[]) with ordinality t (v, n)) s
order by n;

-- the same as brute force over frames, by points and by time
create temp table series as
select entity, timestamptz '2024-01-01' + n * interval '1 hour' as slice,
       ((entity * 7919 + n * n * 31 + n * 17) % 23)::float8 as value
from generate_series(1, 20) entity, generate_series(1, 400) n where (n * 37 + entity) % 5 <> 0;
with judged as (
  select *, outlier(value, lookback => 25, threshold => 1.5) over (partition by entity order by slice) as by_points,
         outlier(value, slice, lookback => interval '2 days', threshold => 1.5) over (partition by entity order by slice) as by_time,
         avg(value) over points as mean_1, stddev_samp(value) over points as deviation_1, count(*) over points as n_1,
         avg(value) over hours as mean_2, stddev_samp(value) over hours as deviation_2, count(*) over hours as n_2
  from series
  window points as (partition by entity order by slice rows between 25 preceding and 1 preceding),
         hours as (partition by entity order by slice range between interval '2 days' preceding and interval '1 microsecond' preceding)
)
select count(*), count(*) filter (where (by_points).indicator) as outside_by_points, count(*) filter (where (by_time).indicator) as outside_by_time,
       count(*) filter (where ((by_points).error is null) <> (n_1 < 2) or abs((by_points).error - (value - mean_1)) > 1e-9
                           or abs((by_points).upper - (mean_1 + 1.5 * deviation_1)) > 1e-9 or abs((by_points).lower - (mean_1 - 1.5 * deviation_1)) > 1e-9
                           or (by_points).indicator <> (abs(value - mean_1) > 1.5 * deviation_1)) as wrong_by_points,
       count(*) filter (where ((by_time).error is null) <> (n_2 < 2) or abs((by_time).error - (value - mean_2)) > 1e-9
                           or abs((by_time).upper - (mean_2 + 1.5 * deviation_2)) > 1e-9
                           or (by_time).indicator <> (abs(value - mean_2) > 1.5 * deviation_2)) as wrong_by_time
from judged;

-- a series says the same without a window
select count(*), count(*) filter (where row(a.error, a.lower, a.upper, a.indicator, a.violation) is distinct from row((o).error, (o).lower, (o).upper, (o).indicator, (o).violation)) as differences
from (select entity, outliers.* from (select entity, series(slice, value) as points from series group by entity) s, outliers(points, '2 days', threshold => 1.5, consecutive => 2)) a
full join (select entity, slice, outlier(value, slice, '2 days', threshold => 1.5, consecutive => 2) over (partition by entity order by slice) as o from series) b
  on b.entity = a.entity and b.slice = a.slice_start;
select outliers(series(slice, value), '1 day') from series;

select outlier(1, lookback => 1) over ();
select outlier(1, threshold => -1) over ();
select outlier(1, consecutive => 0) over ();
select outlier(1, direction => 'up') over ();
select outlier(1, direction => null) over ();
select outlier(1, now(), interval '1 month') over ();
select outlier(1, slice, interval '1 day') over (order by slice desc) from (select slice from series where entity = 1 limit 3) s;

-- one who always had 1 network and has 6 today; one of three days; nothing known
select days, value, v.*
from (values (41, 1), (41, 2), (41, 6), (3, 6)) t (days, value),
     lateral (select baseline(1, timestamptz '2024-01-01' + n * interval '1 day', '1 day', 'max') as model from generate_series(1, days) n) s,
     baseline_verdict(model, value, timestamptz '2024-01-02' + days * interval '1 day') v;
select * from baseline_verdict(null, 6, '2024-01-01');
select baseline_verdict(null, null, '2024-01-01') is null as no_value, baseline_verdict(null, 6, null) is null as no_time;

-- office hours: a rhythm, silent hours being zeros
create temp table office as
select baseline(18 + extract(day from slice)::int * 7919 % 5, slice, '1 hour', 'sum', 'Europe/Berlin') as model
from generate_series(timestamptz '2024-01-01', '2024-04-14', '1 hour') slice
where extract(hour from slice at time zone 'Europe/Berlin') between 8 and 17 and extract(isodow from slice at time zone 'Europe/Berlin') < 6;
select at, value, rhythm, v.verdict, v.threshold, v.lower_threshold, v.n, v.compared_with, v.reason
from office, (values (timestamptz '2024-04-16 10:00+02', 20), ('2024-04-16 10:00+02', 60), ('2024-04-16 10:00+02', 2), ('2024-04-16 03:00+02', 20)) t (at, value),
     (values (true), (false)) r (rhythm), baseline_verdict(model, value, at, silent => true, direction => '+-', rhythm => r.rhythm) v
order by at desc, value, rhythm;

-- what came later is not known, nor what came after as_of
select v.n, v.reason from office, (values (null::timestamptz), ('2024-03-01')) t (as_of),
  baseline_verdict(model, 60, '2024-03-12 10:00+01', as_of => t.as_of, learning => '7 days') v;
-- floor, sigma, learning
select floor_value, sigma, v.verdict, v.threshold from office, (values (1, 1), (1, 3), (1, 5), (100, 3)) t (floor_value, sigma),
  baseline_verdict(model, 30, '2024-04-16 10:00+02', floor_value => t.floor_value, sigma => t.sigma) v;
select v.verdict from office, baseline_verdict(model, 60, '2024-04-16 10:00+02', learning => '200 days') v;

-- what it holds
select (baseline_info(model)).*, slices from office, lateral (select count(*) as slices, sum(value) from baseline_slices(model)) s;
select s.* from office, baseline_slices(model) s where slice between '2024-03-29' and '2024-04-02 09:00+02' and extract(hour from slice at time zone 'Europe/Berlin') in (8, 17);
select (baseline_info(baseline_prune(model, '2024-04-01'))).*, baseline_info(baseline_prune(model, '2025-01-01')) from office;
-- the hour that clocks repeat is one slice
select s.* from (select baseline(1, slice, '1 hour', 'sum', 'Europe/Berlin') as model from generate_series(timestamptz '2024-10-26 23:00+00', '2024-10-27 03:00+00', '30 minutes') slice) m,
  baseline_slices(model) s;

-- the same bytes for any order, batches and merge tree; pieces add up before they are squared
create temp table piece as
select n % 7 as entity, n % 13 as batch, timestamptz '2024-01-01' + n * n % 900 * interval '1 hour' as at, n % 5 as value from generate_series(1, 20000) n;
create temp table whole as
select entity, baseline(value, at) as model, baseline(value, at, '1 day', 'max', '-05:30', '20 days') as few from piece group by entity;
select bool_and(w.model = p.model) as equal, bool_and(w.few = p.few) as few_equal, count(*)
from whole w join (select entity, baseline_merge(model) as model, baseline_merge(few) as few
                   from (select entity, baseline(value, at) as model, baseline(value, at, '1 day', 'max', '-05:30', '20 days') as few from piece group by entity, batch order by batch desc) b
                   group by entity) p using (entity);
select bool_and(w.model = p.model) as shuffled
from whole w join (select entity, baseline(value, at) as model from (select * from piece order by md5(piece::text)) s group by entity) p using (entity);
select bool_and(w.model = p.model) as summed_before
from whole w join (select entity, baseline(value, at) as model from (select entity, at, sum(value)::bigint as value from piece group by 1, 2) s group by entity) p using (entity);
select bool_and(model = (model::text)::hunt.baseline) as text_round_trip,
       bool_and(model || next = next || model) as commutes, bool_or(model = next) as alike
from (select model, lead(model) over (order by entity) as next from whole) w;
set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0;
create table piece_stored as select * from piece;
select bool_and(w.model = p.model) as parallel from whole w join (select entity, baseline(value, at) as model from piece_stored group by entity) p using (entity);
drop table piece_stored;
reset parallel_setup_cost; reset parallel_tuple_cost; reset min_parallel_table_scan_size;

-- the table, and an update from a batch in one statement
set client_min_messages = warning;
select hunt.create_baseline_tables();
select hunt.create_baseline_tables();
reset client_min_messages;
create function pg_temp.take(of_batch integer) returns bigint language sql as $$
  with update as (
    insert into hunt.baseline_state as b (name, entity, period, model)
    select 'pieces', entity::text, date_trunc('month', at)::date, baseline(value, at) from piece where batch = of_batch group by 2, 3 order by 2, 3
    on conflict (name, entity, period) do update set model = b.model || excluded.model
    returning 1)
  select count(*) from update $$;
select sum(pg_temp.take(batch)) from generate_series(12, 0, -1) batch;
select count(*), bool_and(b.model = w.model) as equal
from whole w left join lateral (select baseline_merge(model) as model from hunt.baseline_state where name = 'pieces' and entity = w.entity::text) b on true;
drop table hunt.baseline_state;

-- nothing, and what is no count, setting or baseline
select baseline(null, now()), baseline(1, null), baseline_merge(null) from generate_series(1, 2);
select baseline(-1, now());
select baseline(1, 'infinity');
select baseline(1, '20000-01-01');
select baseline(1, now(), '2 hours');
select baseline(1, now(), '1 hour', 'avg');
select baseline(1, now(), '1 hour', 'sum', 'CET');
select baseline(1, now(), '1 hour', 'sum', null);
select baseline(1, now(), '1 hour', 'sum', 'UTC', '1 month');
select baseline(1, now(), '1 hour', 'sum', 'UTC', '100 years');
select baseline(1, now(), case when n = 1 then interval '1 hour' else '1 day' end) from generate_series(1, 2) n;
select baseline(1, '2024-01-01') || baseline(1, '2024-01-01', '1 day');
select baseline_verdict(model, 1, now(), sigma => 0) from office;
select baseline_verdict(model, 1, now(), sigma => null) from office;
select baseline_verdict(model, -1, now()) from office;
select baseline_verdict(model, 1, now(), learning => '1 month') from office;
select ''::hunt.baseline;
select 'no baseline'::hunt.baseline;
select 'IADwEIATAwDBBwA='::hunt.baseline;
-- counts saturate
select s.* from (select baseline(9223372036854775807, '2024-01-01') || baseline(9223372036854775807, '2024-01-01') as model) m, baseline_slices(model) s;
