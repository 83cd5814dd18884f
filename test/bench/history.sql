-- What histories cost: CPU seconds of this backend, tasks alternating. Needs the extension and pg_read_server_files.
-- psql variables: rows (events of the ad hoc question), entities (of the kept history), runs.
\set ON_ERROR_STOP on
\set QUIET on
\pset pager off
set client_min_messages = warning;
create extension if not exists session_hunt;
set jit = off;
set max_parallel_workers_per_gather = 0;
set work_mem = '1GB';
set maintenance_work_mem = '512MB';
create schema bench;
create function bench.cpu_seconds() returns float8 language sql volatile as
  $$ select split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 / 1e9 $$;
create function bench.spent(query text) returns float8 language plpgsql as $$
declare
  begun float8 := bench.cpu_seconds();
begin
  execute query;
  return bench.cpu_seconds() - begun;
end $$;
create table bench.task (task text primary key, query text, spent float8[]);
create procedure bench.measure(pattern text, runs integer) language plpgsql as $$
begin
  for run in 1 .. runs loop
    update bench.task set spent = spent || bench.spent(query) where task like pattern;
  end loop;
end $$;
create function bench.cpu(task text) returns numeric language sql stable as $$
  select percentile_cont(0.5) within group (order by s)::numeric from bench.task t, unnest(t.spent) s where t.task = $1 $$;

-- Ad hoc: 20,000 users over 35 days, each mostly in his own network, some of which come later from another.
select setseed(0.5) \g /dev/null
create unlogged table bench.event as
select 'user' || u || '@example.com' as user_name, case when random() < 0.97 then u % 900 when random() < 0.95 then 1000 + u % 50 else 2000 + (random() * 3000)::bigint end as asn,
       timestamptz '2026-01-01' + random() * interval '35 days' as at
from (select (20000 * random() ^ 1.5)::integer as u from generate_series(1, :rows)) r;
vacuum analyze bench.event;
insert into bench.task (task, query) values
  ('ad hoc: floor', 'select count(v) from (select bit_xor(hashint8(asn)) v, min(at) from bench.event group by user_name) g'),
  ('ad hoc: history', 'select count(v) from (select hunt.history(asn, at) v from bench.event group by user_name) g'),
  ('ad hoc: floor by both', 'select count(f) from (select min(at) f from bench.event group by user_name, asn) g'),
  ('ad hoc: first seen', $$select count(*) from (select hunt.history(asn, at) h from bench.event group by user_name) g, hunt.entries(h) e
    where e.first_seen >= '2026-01-15' and (hunt.history_info(h)).first_seen < '2026-01-15'$$),
  ('ad hoc: plain SQL', $$select count(*) from (select user_name, asn, min(at) f, min(min(at)) over (partition by user_name) u from bench.event group by user_name, asn) g
    where f >= '2026-01-15' and u < '2026-01-15'$$);
call bench.measure('ad hoc%', :runs);

-- Kept: entities with 5 values each, at an age of 10 and of 90 days.
select hunt.create_history_tables() \g /dev/null
insert into hunt.history_name (name) values ('10 days'), ('90 days');
create function bench.user_name(n bigint) returns text language sql immutable as $$ select 'user' || lpad(n::text, 7, '0') $$;
insert into hunt.history_entity
select a.id, bench.user_name(e), hunt.history((e * 7919 + v * 104729) % 60000, timestamptz '2026-04-01' - d * a.age / 10.0 * interval '1 day' + (e * 13 + d * v) % 86400 * interval '1 s')
from (select id, split_part(name, ' ', 1)::integer age from hunt.history_name where name in ('10 days', '90 days')) a, generate_series(0::bigint, :entities - 1) e,
     generate_series(1, 5) v, generate_series(1, 10) d
group by a.id, e;
-- One row a value, what the state of an entity is compared with.
create table bench.value_row (name_id integer, entity text collate "C", value bigint, first_seen timestamptz, last_seen timestamptz, times bigint,
                              primary key (name_id, entity, value));
insert into bench.value_row
select name_id, entity, e.value::bigint, e.first_seen, e.last_seen, e.times from hunt.history_entity h, hunt.entries(state) e where h.name_id = 2;
vacuum full analyze hunt.history_entity;
vacuum full analyze bench.value_row;
create table bench.size as
select (select pg_total_relation_size('hunt.history_entity') / 10.0 / :entities) as history, (select pg_total_relation_size('bench.value_row') / 5.0 / :entities) as value_row,
       (select avg(pg_column_size(state)) from hunt.history_entity where name_id = 1) state_10, (select avg(pg_column_size(state)) from hunt.history_entity where name_id = 2) state_90;

-- Batches of 100,000 events: of 10,000 entities, and of 95,000 at random.
create table bench.batch as
select s.scope, array_agg(bench.user_name(s.n) order by s.i) as entities, array_agg((s.n * 7919 + (1 + s.i % 5) * 104729) % 60000 + (s.i % 50 = 0)::integer order by s.i) as vals,
       array_agg(timestamptz '2026-04-01' + s.i * interval '1 s' order by s.i) as times
from (select 'few' as scope, i, (hashint8(i % 10000)::bigint & 2147483647) % :entities n from generate_series(1, 100000) i
      union all select 'many', i, (hashint8(i % 95000 + 1000000)::bigint & 2147483647) % :entities from generate_series(1, 100000) i) s
group by s.scope;
create table bench.mark (name_id integer, entity text collate "C");
insert into bench.task (task, query)
select format('%s, %s: update_history', a.age, scope),
       format($$select count(*) from bench.batch b, hunt.update_history(%L, b.entities, b.vals, b.times, with_everyone => false) where scope = %L$$, a.age, scope)
from (values ('10 days'), ('90 days')) a(age), bench.batch
union all
select format('%s, %s: bare update', a.age, scope),
       format($$update hunt.history_entity h set state = state from (select distinct unnest(entities) entity from bench.batch where scope = %L) b
         where h.name_id = (select id from hunt.history_name where name = %L) and h.entity = b.entity$$, scope, a.age)
from (values ('10 days'), ('90 days')) a(age), bench.batch
union all
select format('%s, %s: one row a value', a.age, scope),
       format($$insert into bench.value_row as v select 2, e, x, min(t), max(t), count(*) from bench.batch b, unnest(entities, vals, times) u(e, x, t) where scope = %L group by 2, 3 order by 2, 3
         on conflict (name_id, entity, value) do update set first_seen = least(v.first_seen, excluded.first_seen), last_seen = greatest(v.last_seen, excluded.last_seen), times = v.times + excluded.times$$, scope)
from (values ('90 days')) a(age), bench.batch;
drop table bench.mark;
create procedure bench.measure_kept(runs integer) language plpgsql as $$
declare
  t record;
begin
  for run in 1 .. runs loop
    for t in select task, query from bench.task where task not like 'ad hoc%' order by split_part(task, ',', 2), task loop
      begin
        update bench.task set spent = spent || bench.spent(t.query) where task = t.task;
      end;
      commit;
    end loop;
  end loop;
end $$;
call bench.measure_kept(:runs);

create table bench.report (line integer generated always as identity, what text, value numeric, unit text, target numeric, is_least boolean);
insert into bench.report (what, value, unit) select task, bench.cpu(task), 's' from bench.task order by task;
insert into bench.report (what, value, unit, target, is_least) values
  ('ad hoc: history / floor', bench.cpu('ad hoc: history') / bench.cpu('ad hoc: floor'), 'x', 1.2, false),
  ('ad hoc: first seen / floor by both', bench.cpu('ad hoc: first seen') / bench.cpu('ad hoc: floor by both'), 'x', 1.2, false),
  ('ad hoc: plain SQL / first seen', bench.cpu('ad hoc: plain SQL') / bench.cpu('ad hoc: first seen'), 'x', 1, true),
  ('events a second, 10,000 entities, 90 days', 100000 / bench.cpu('90 days, few: update_history'), '/s', 200000, true),
  ('95,000 entities, 90 days: update_history / bare update', bench.cpu('90 days, many: update_history') / bench.cpu('90 days, many: bare update'), 'x', 1.5, false),
  ('10,000 entities: 90 days / 10 days', bench.cpu('90 days, few: update_history') / bench.cpu('10 days, few: update_history'), 'x', 1.1, false),
  ('95,000 entities: 90 days / 10 days', bench.cpu('90 days, many: update_history') / bench.cpu('10 days, many: update_history'), 'x', 1.1, false);
insert into bench.report (what, value, unit, target, is_least)
select v.* from bench.size, lateral (values ('bytes of an (entity, value) on disk, all overhead', history, 'B', 60, false),
  ('the same, one row a value', value_row, 'B', null, null), ('state of an entity, 10 days', state_10, 'B', null, null),
  ('state of an entity, 90 days', state_90, 'B', null, null)) v(what, value, unit, target, is_least);
\echo
\echo Histories: :rows events, :entities entities, one backend, no jit, :runs runs
\pset border 0
\pset footer off
select what, round(value, 3) as median, unit,
       case when target is not null then case when is_least then '>= ' else '<= ' end || target end as target,
       case when target is null then '' when (is_least and value >= target) or (not is_least and value <= target) then 'yes' else 'NO' end as met
from bench.report order by line;
