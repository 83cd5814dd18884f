-- What distinct values cost: CPU seconds of this backend, medians of runs that alternate all tasks, by default over
-- 10,000,000 rows in 2,842,357 groups of (user, day) with 1.5 distinct values each, once with users as numbers, once as
-- logs name them. The floor is the cheapest aggregate over the same grouping; max(text) is the cheapest of PostgreSQL's own
-- whose state is kept by reference, as that of every list must be. Needs the extension and pg_read_server_files. psql
-- variables: rows, runs.
\set ON_ERROR_STOP on
\set QUIET on
\pset footer off
\pset border 0
set client_min_messages = warning;
create extension if not exists session_hunt;
set jit = off;
set max_parallel_workers_per_gather = 0;
set work_mem = '1GB';
select setseed(0.5) \g /dev/null
create unlogged table numbers as
select g.k % 100000 as usr, date '2024-01-01' + g.k / 100000 as day,
       '10.' || g.k % 200 || '.' || g.k / 7 % 200 || '.' || case when random() < 0.85 then 1 else 2 + floor(random() * 250)::int end as x
from (select (random() * 2940000)::int as k from generate_series(1, :rows)) g;
create unlogged table names as
select 'user' || usr || '@example.com' as usr, day, 'Telecommunications ' || x as x from numbers;
vacuum analyze numbers, names;
create function pg_temp.spent(sightings text, expression text) returns float8 language plpgsql as $$
declare
  begun float8 := split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8;
begin
  execute format('select count(d) from (select usr, day, %s d from %I group by usr, day) s', expression, sightings);
  return (split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 - begun) / 1e9;
end $$;
create temp table measured as
select users, task, pg_temp.spent(users, expression) as spent
from generate_series(1, :runs) run, unnest('{numbers,names}'::text[]) users,
     (values ('floor', 'bit_xor(hashtextextended(x, 0))'), ('max', 'max(x collate "C")'),
             ('ours', 'hunt.distinct_values(x)'), ('array_agg', 'array_agg(distinct x)')) t (task, expression);
select users, round(floor, 2) as floor, round(ours, 2) as distinct_values, round(max, 2) as "max(text)",
       round(array_agg, 2) as "array_agg(distinct)", round(ours / floor, 2) as "of the floor, <= 1.3",
       round(ours / max, 2) as "of max(text)", round(array_agg / ours, 2) as "array_agg / ours, >= 3",
       round(array_agg / floor, 2) as "array_agg / floor"
from (select users, max(m) filter (where task = 'floor') as floor, max(m) filter (where task = 'max') as max,
             max(m) filter (where task = 'ours') as ours, max(m) filter (where task = 'array_agg') as array_agg
      from (select users, task, percentile_cont(0.5) within group (order by spent)::numeric as m
            from measured group by users, task) median
      group by users) task
order by users desc;
explain (analyze, costs off, timing off) select usr, day, hunt.distinct_values(x) from numbers group by usr, day;
