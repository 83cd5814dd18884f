-- What baselines cost: CPU of this backend in seconds, runs alternating, over by default 10,000,000 generated events of 20,000
-- users in 35 days, working hours mostly. The floor is the GROUP BY alone; outlier() over a window also pays PostgreSQL's sort of all slices, outliers() of a series does not. Needs the extension and pg_read_server_files.
-- psql variables: rows, runs.
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;
create extension if not exists session_hunt;
set jit = off;
set max_parallel_workers_per_gather = 0;
set work_mem = '1GB';
set timezone = 'UTC';
create table event as
select timestamptz '2024-03-01' + day * interval '1 day' + hour * interval '1 hour' + (h >> 40 & 4095) % 3600 * interval '1 second' as ts,
       usr, 64512 + case when h & 31 < 27 then usr % 300 when h & 31 < 31 then 300 + usr % 500 else (h >> 5 & 1023)::int end as asn
from (select h, floor(20000 * ((h >> 8 & 65535) / 65536.0) ^ 2)::int as usr,
             (n * 35 / :rows)::int as day,
             (case when h >> 24 & 7 < 7 then 8 + (h >> 27 & 15) % 10 else (h >> 27 & 31) % 24 end)::int as hour
      from (select n, hashint8extended(n, 1) & 9223372036854775807 as h from generate_series(0, :rows - 1::bigint) n) g) e;
create statistics event_slices on usr, (hunt.timeslice(ts, '1 hour')) from event;
vacuum analyze event;
create function pg_temp.spent(query text) returns numeric language plpgsql as $$
declare
  begun float8 := split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8;
begin
  execute query;
  return round(((split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 - begun) / 1e9)::numeric, 2);
end $$;

\set slices 'select usr, hunt.timeslice(ts, ''1 hour'') as hour, hunt.count_distinct(asn) as networks from event group by 1, 2'
select count(*) as events, (select count(*) from (:slices) s) as slices, (select count(distinct usr) from event) as users from event;

\echo 'Hourly distinct networks of each user against 14 days before; target: outliers <= 1.4 times the floor'
create temp table outlier_run as
select run, pg_temp.spent('select count(networks) from (' || :'slices' || ') s') as floor,
  pg_temp.spent('select count(*) from (select hunt.outlier(networks, hour, interval ''14 days'') over (partition by usr order by hour) as o from (' || :'slices' || ') s) w where (o).violation') as outlier,
  pg_temp.spent('select count(*) from (select usr, hunt.series(hour, networks) as points from (' || :'slices' || ') s group by usr) u, hunt.outliers(points, interval ''14 days'') o where o.violation') as outliers,
  pg_temp.spent('with a as (' || :'slices' || '), b as (select networks, avg(networks) over w m, stddev(networks) over w d from a window w as (partition by usr order by hour range between interval ''14 days'' preceding and interval ''1 hour'' preceding))
                 select count(*) from b where abs(networks - m) > 3 * d') as plain_sql
from generate_series(1, :runs) run;
select *, round(outlier / floor, 2) as outlier_ratio, round(outliers / floor, 2) as outliers_ratio, round(plain_sql / floor, 2) as plain_sql_ratio,
       case when outliers / floor <= 1.4 then 'yes' else 'NO' end as outliers_met from outlier_run order by run;

\echo 'Each hour of the last week beside the same hour a week before; target: one scan, faster than the self-join. Then with four weeks before'
\set grouped 'select usr, hunt.timeslice(ts, ''1 hour'') as hour, count(*) as n from event'
\set compared 'select c.* from (select usr, hunt.series(ts, 1) as points from event where ts >= ''2024-03-22'' group by usr) s, hunt.compare(points, ''1 hour'', ''{7 days}'', ''2024-03-29'', ''2024-04-05'') c'
\set joined 'select * from (' :grouped ' where ts >= ''2024-03-29'' group by 1, 2) a full join (' :grouped ' where ts >= ''2024-03-22'' and ts < ''2024-03-29'' group by 1, 2) b on b.usr = a.usr and b.hour = a.hour - interval ''7 days'''
\set shifted 'select usr, hunt.timeshift(ts, ''1 hour'', ''7 days'', ''2024-03-29'') as hour, count(*) filter (where ts >= ''2024-03-29'') as n, count(*) filter (where ts < ''2024-03-29'') as before from event where ts >= ''2024-03-22'' group by 1, 2'
create statistics event_shifted on usr, (hunt.timeshift(ts, '1 hour', '7 days', '2024-03-29')) from event;
analyze event;
\set compared_4 'select c.* from (select usr, hunt.series(ts, 1) as points from event group by usr) s, hunt.compare(points, ''1 hour'', ''{7 days,14 days,21 days,28 days}'', ''2024-03-29'', ''2024-04-05'') c'
\set week ' full join (select usr, hunt.timeslice(ts, ''1 hour'') + %s * interval ''7 days'' as hour, count(*) as n%s from event where ts >= timestamptz ''2024-03-29'' - %s * interval ''7 days'' and ts < timestamptz ''2024-04-05'' - %s * interval ''7 days'' group by 1, 2) w%s using (usr, hour)'
\set joined_4 'select count(*), avg(coalesce(n1, 0) + coalesce(n2, 0) + coalesce(n3, 0) + coalesce(n4, 0)) from (' :grouped ' where ts >= ''2024-03-29'' group by 1, 2) a'
create temp table compare_run as
select run, pg_temp.spent('select count(*), sum(n - before) from (' || :'shifted' || ') c') as timeshift,
       pg_temp.spent('select count(value), sum(average) from (' || :'compared' || ') c') as compare,
       pg_temp.spent('select count(*) from (' || :'joined' || ') j') as self_join,
       pg_temp.spent('select count(value), sum(average) from (' || :'compared_4' || ') c') as compare_4,
       pg_temp.spent(:'joined_4' || (select string_agg(format(:'week', k, k, k, k, k), '') from generate_series(1, 4) k)) as self_joins_4
from generate_series(1, :runs) run;
select *, round(compare / self_join, 2) as compare_ratio, case when compare < self_join then 'yes' else 'NO' end as compare_met from compare_run order by run;
explain (costs off) :shifted;
explain (costs off) :compared;

\echo 'Taking an hour of 20,000 users into stored baselines of 25 and of 85 days; the time must not grow with the history'
select hunt.create_baseline_tables() \g /dev/null
insert into hunt.baseline_state
select days || ' days', usr::text, date_trunc('month', hour)::date, hunt.baseline(1 + hashint8(usr * 1000 + n) % 16 / 15, hour, '1 hour', 'max')
from (select days, usr, n, timestamptz '2024-03-25' - (n / 9) * interval '1 day' + (8 + n % 9) * interval '1 hour' as hour
      from generate_series(1, 20000) usr, (values (25), (85)) d (days), generate_series(0, days * 9 - 1) n) h group by 1, 2, 3;
vacuum analyze hunt.baseline_state;
select name, count(*) as models, sum(pg_column_size(model)) / 20000 as bytes_a_user from hunt.baseline_state group by name order by name;
\set take 'insert into hunt.baseline_state as b (name, entity, period, model) select %L, usr::text, date ''2024-03-01'', hunt.baseline(1, timestamptz ''2024-03-26'' + %s * interval ''1 hour'', ''1 hour'', ''max'') from generate_series(1, 20000) usr group by usr order by usr::text on conflict (name, entity, period) do update set model = b.model operator(hunt.||) excluded.model'
\set judge 'select count(*) from (select hunt.baseline_verdict(hunt.baseline_merge(model), 2, ''2024-03-28 10:00'') v from hunt.baseline_state where name = %L group by entity offset 0) s where (v).is_outlier'
\set bare 'update hunt.baseline_state set model = model where name = %L and period = ''2024-03-01'''
select run, pg_temp.spent(format(:'take', '25 days', run)) as take_25_days, pg_temp.spent(format(:'take', '85 days', run)) as take_85_days,
       pg_temp.spent(format(:'bare', '25 days')) as bare_update_25_days, pg_temp.spent(format(:'bare', '85 days')) as bare_update_85_days,
       pg_temp.spent(format(:'judge', '25 days')) as judge_25_days, pg_temp.spent(format(:'judge', '85 days')) as judge_85_days
from generate_series(1, :runs) run;
