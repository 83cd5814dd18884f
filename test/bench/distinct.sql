-- Counting distinct values in SQL: CPU seconds of this backend, the median of runs that alternate all tasks. psql
-- variables: module (libmaxminddb_baseline), rows, runs.
\set ON_ERROR_STOP on
\set QUIET on
\pset pager off
set client_min_messages = warning;
create extension session_hunt;
create extension hll;
set jit = off;
set max_parallel_workers_per_gather = 0;
set work_mem = '1GB';
create schema bench;
create function bench.cpu_seconds() returns double precision language c volatile as :'module', 'cpu_seconds';

-- 200,000 users on 15 days, some of which see much more than others. Who signs in mostly does so from his own network.
select setseed(0.5) \g /dev/null
create unlogged table bench.log as
select g % 200000 as user_id, g / 200000 as day,
       'Telecommunications ' || case when random() < 0.07 then floor(random() * 5000)::integer else g % 5000 end as x
from (select floor(3000000 * random() ^ 2)::integer as g from generate_series(1, :rows)) r;
vacuum analyze bench.log;
-- As roll-ups are stored: day after day, users in any order.
create unlogged table bench.sketch as
select user_id, day, hunt.distinct_sketch(x) s from bench.log group by user_id, day order by day, hashint4(user_id), user_id;
set enable_hashagg = off;  -- hll takes 128 KiB a group: its best plan sorts
create unlogged table bench.hll as
select user_id, day, hll_add_agg(hll_hash_text(x)) s from bench.log group by user_id, day order by day, hashint4(user_id), user_id;
reset enable_hashagg;
vacuum analyze bench.sketch, bench.hll;

create table bench.task (task text primary key, query text, spent float8[]);
insert into bench.task (task, query) values
  ('groups, floor', 'select count(v) from (select bit_xor(hashtextextended(x, 0)) v from bench.log group by user_id, day) g'),
  ('groups, max(text)', 'select count(v) from (select max(x collate "C") v from bench.log group by user_id, day) g'),
  ('groups, count_distinct', 'select count(v) from (select hunt.count_distinct(x) v from bench.log group by user_id, day) g'),
  ('groups, exact', 'select count(v) from (select count(distinct x) v from bench.log group by user_id, day) g'),
  ('groups, hll', 'select count(v) from (select hll_cardinality(hll_add_agg(hll_hash_text(x))) v from bench.log group by user_id, day) g'),
  ('table, floor', 'select bit_xor(hashtextextended(x, 0)) from bench.log'),
  ('table, count_distinct', 'select hunt.count_distinct(x) from bench.log'),
  ('table, hll', 'select hll_cardinality(hll_add_agg(hll_hash_text(x))) from bench.log'),
  ('union, sum(integer)', 'select sum(v) from (select sum(user_id) v from bench.sketch group by user_id) g'),
  ('union, sketch', 'select sum(v) from (select hunt.count_distinct_merge(s) v from bench.sketch group by user_id) g'),
  ('union, hll', 'select sum(v) from (select hll_cardinality(hll_union_agg(s)) v from bench.hll group by user_id) g');

create function bench.spent(query text) returns double precision language plpgsql as $$
declare
  begun float8 := bench.cpu_seconds();
begin
  perform set_config('enable_hashagg', (query !~ 'hll_(add|union)_agg')::text, true);
  execute query;
  return bench.cpu_seconds() - begun;
end $$;
create procedure bench.measure(runs integer) language plpgsql as $$
begin
  for run in 1 .. runs loop
    update bench.task set spent = spent || bench.spent(query);
  end loop;
end $$;
call bench.measure(:runs);

-- Peak memory of a hash aggregation, bytes a group.
create function bench.memory_per_group(query text) returns numeric language plpgsql as $$
declare
  plan jsonb;
begin
  execute 'explain (analyze, timing off, format json) ' || query into plan;
  plan := plan #> '{0,Plan,Plans,0}';
  return (plan ->> 'Peak Memory Usage')::numeric * 1024 / (plan ->> 'Actual Rows')::numeric;
end $$;
create function bench.cpu(task text) returns numeric language sql stable as $$
  select percentile_cont(0.5) within group (order by s)::numeric from bench.task t, unnest(t.spent) s where t.task = $1 $$;

create table bench.report (line integer generated always as identity, what text, value numeric, unit text, target numeric, is_least boolean);
insert into bench.report (what, value, unit) select task, bench.cpu(task), 's' from bench.task order by task;
insert into bench.report (what, value, unit, target, is_least) values
  ('groups: count_distinct / floor', bench.cpu('groups, count_distinct') / bench.cpu('groups, floor'), 'x', 1.15, false),
  ('groups: exact / count_distinct', bench.cpu('groups, exact') / bench.cpu('groups, count_distinct'), 'x', 1.2, true),
  ('groups: hll / count_distinct', bench.cpu('groups, hll') / bench.cpu('groups, count_distinct'), 'x', 1.5, true),
  ('whole table: count_distinct / floor', bench.cpu('table, count_distinct') / bench.cpu('table, floor'), 'x', 1.25, false),
  ('whole table: hll / count_distinct', bench.cpu('table, hll') / bench.cpu('table, count_distinct'), 'x', null, true),
  ('union: hll / sketch', bench.cpu('union, hll') / bench.cpu('union, sketch'), 'x', 3, true);
insert into bench.report (what, value, unit, target, is_least)
select 'memory of a group above the floor', bench.memory_per_group(t.query) - bench.memory_per_group(f.query), 'B', 112, false
from bench.task t, bench.task f where t.task = 'groups, count_distinct' and f.task = 'groups, floor';
insert into bench.report (what, value, unit, target, is_least) values
  ('stored bytes of a group, sketch', (select avg(pg_column_size(s)) from bench.sketch), 'B', 10, false),
  ('stored bytes of a group, hll', (select avg(pg_column_size(s)) from bench.hll), 'B', null, false);

\echo
\echo Distinct values, :rows rows, one backend, no jit, no parallel workers, :runs runs
select count(*) as groups, round(avg(hunt.cardinality(s))::numeric, 2) as values_of_a_group, max(hunt.cardinality(s)) as at_most from bench.sketch;
\pset border 0
\pset footer off
select what, round(value, 3) as median, unit,
       case when target is not null then case when is_least then '>= ' else '<= ' end || target end as target,
       case when target is null then '' when (is_least and value >= target) or (not is_least and value <= target) then 'yes' else 'NO' end as met
from bench.report order by line;
