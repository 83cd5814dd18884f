-- Every aggregate splits: over workers of one server, over partitions, and over the shards of Citus, whose rules are
-- stricter (docs/distributed.md). First by what the catalog says, then by running each as Citus would.
create schema split;
set search_path = split;
create view aggregate as
select a.*, p.proname as name, p.proargtypes::oid[] as argument_types, p.proargnames as argument_names, p.proparallel
from pg_aggregate a join pg_proc p on p.oid = a.aggfnoid join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid
where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
  and d.refobjid = (select oid from pg_extension where extname = 'session_hunt');
create function is_polymorphic(type oid) returns boolean immutable language sql return (select typname ~ '^any' and typtype = 'p' from pg_type where oid = type);
create function takes_polymorphic(function oid) returns boolean stable language sql
return (select bool_or(is_polymorphic(t)) from pg_proc, unnest(proargtypes) t where pg_proc.oid = function);

-- Aggregates that need not split, and why: none.
create table exception (name name, breach text, why text);

create view breach as
select aggfnoid, name, b.breach from aggregate left join pg_type s on s.oid = aggtranstype, lateral (values
  ('has a pseudo-type as its state', s.typtype = 'p'),
  ('has no combine function', aggcombinefn = 0),
  ('is not parallel safe', proparallel <> 's'),
  ('has a polymorphic argument', exists (select from unnest(argument_types) t where is_polymorphic(t))),
  ('has a polymorphic transition function', takes_polymorphic(aggtransfn)),
  ('has a polymorphic combine function', takes_polymorphic(aggcombinefn)),
  ('has no argument', argument_types = '{}'),
  ('is an ordered-set aggregate', aggkind <> 'n'),
  ('has the name of an aggregate that Citus knows', name in ('avg', 'min', 'max', 'sum', 'count', 'array_agg', 'jsonb_agg',
    'jsonb_object_agg', 'json_agg', 'json_object_agg', 'bit_and', 'bit_or', 'bool_and', 'bool_or', 'every', 'hll_add_agg',
    'hll_union_agg', 'topn_add_agg', 'topn_union_agg', 'any_value')),
  ('has a combine function that is not strict', not coalesce((select proisstrict from pg_proc where oid = aggcombinefn), true)),
  ('has a state without text or binary form', 0 in (s.typinput, s.typoutput, s.typreceive, s.typsend))
) b (breach, found) where found;
select aggfnoid::regprocedure, breach from breach b
where not exists (select from exception e where e.name = b.name and e.breach = b.breach) order by 1::text, 2;
-- an exception that is none any more
select * from exception e where not exists (select from breach b where e.name = b.name and e.breach = b.breach);

-- The view does see what would not split.
begin;
create function step(bigint) returns bigint language sql immutable return $1;
create function step(bigint, anyelement) returns bigint language sql immutable as 'select $1';
create function unite(bigint, bigint) returns bigint language sql immutable return $1 + $2;
create aggregate no_argument(*) (sfunc = step, stype = bigint);
create aggregate any_value(text) (sfunc = step, stype = bigint, combinefunc = unite, parallel = safe);
create aggregate one_of_any(anyelement) (sfunc = step, stype = bigint, combinefunc = int8pl, parallel = safe);
create aggregate appended(text) (sfunc = array_append, stype = text[], combinefunc = array_cat, parallel = safe);
create aggregate hidden(text, text) (sfunc = string_agg_transfn, stype = internal, finalfunc = string_agg_finalfn, parallel = safe);
create aggregate ordered(double precision order by double precision) (sfunc = ordered_set_transition, stype = internal,
  finalfunc = percentile_cont_float8_final);
alter extension session_hunt add aggregate no_argument(*);
alter extension session_hunt add aggregate any_value(text);
alter extension session_hunt add aggregate one_of_any(anyelement);
alter extension session_hunt add aggregate appended(text);
alter extension session_hunt add aggregate hidden(text, text);
alter extension session_hunt add aggregate ordered(double precision order by double precision);
select aggfnoid::regprocedure, breach from breach order by 1::text, 2;
rollback;

-- As Citus runs them (test/modules/boundary/split_aggregate_test.cpp).
\getenv module SESSION_HUNT_BOUNDARY_MODULE
create function worker_partial_agg_sfunc(internal, oid, anyelement) returns internal language c as :'module';
create function worker_partial_agg_ffunc(internal) returns text language c as :'module';
create aggregate worker_partial_agg(oid, anyelement) (
  sfunc = worker_partial_agg_sfunc, stype = internal, finalfunc = worker_partial_agg_ffunc);
create function coord_combine_agg_sfunc(internal, oid, text, anyelement) returns internal language c as :'module';
create function coord_combine_agg_ffunc(internal, oid, text, anyelement) returns anyelement language c as :'module';
create aggregate coord_combine_agg(oid, text, anyelement) (
  sfunc = coord_combine_agg_sfunc, stype = internal, finalfunc = coord_combine_agg_ffunc, finalfunc_extra);

-- Rows of four entities, on three shards, of which one has nothing of the last entity; entity 4 is all of them, entity 5
-- a single row, whose state is so small that it is stored with a short length word and comes back as it is. Each fifth
-- value is missing.
create table log as select i, entity, shard, i % 4 * 25 + i * 7919 % (60 + i % 4 * 20) as n
from generate_series(1, 1200) i, lateral (values ((i * 7 + i / 50) % 3)) s (shard), lateral (select i % 4 union all select 4 union all select 5 where i = 1) e (entity)
where not (i % 4 = 3 and shard = 2);

-- What stands for an argument: by its type, or by its name where it is a parameter and not every value will do. A state
-- is one of a few rows, made by the first aggregate that has such a state. A new aggregate is run with what is here, and
-- one that takes something else fails the test.
create table argument (name name, type regtype, expression text);
insert into argument values
  (null, 'text', $$'10.1.' || n % 16 || ' signed in from host ' || n$$),
  (null, 'bigint', 'n::bigint'),
  (null, 'integer', 'n'),
  (null, 'inet', $$case when n % 2 = 0 then '10.0.0.0'::inet + n else '2001:db8::'::inet + n end$$),
  (null, 'uuid', 'md5(n::text)::uuid'),
  (null, 'timestamptz', $$'2026-03-27 00:00+00'::timestamptz + i / 600 * interval '90 days' + n * interval '17 hours 7 minutes'$$),
  (null, 'double precision', 'n / 7.0'),
  (null, 'hunt.value_key', 'hunt.distinct_key(n::text)'),
  (null, 'hunt.session_profile', $$hunt.session_profile('net ' || n, 'D' || n % 5, 'curl/7.' || n % 3, 'user ' || n % 7)$$),
  ('slice', 'interval', $$'1 day'$$), ('combine', 'text', $$'sum'$$), ('time_zone', 'text', $$'Europe/Berlin'$$),
  ('retention', 'interval', $$'20 days'$$), ('max_values', 'integer', '20'), ('sketch_precision', 'integer', '6'),
  ('seed', 'bigint', '42'), ('mode', 'text', $$'profile'$$), ('max_entries', 'integer', '100'),
  ('network_class', 'text', $$(array['mobile', 'hosting', 'vpn'])[1 + n % 3]$$);

-- Returns how many it ran.
create function split_as_citus_does(names text) returns integer language plpgsql as $$
declare
  aggregate record;
  list text;
  unknown text;
  rows text;
  packed text;
  checked record;
  ran integer := 0;
begin
  -- Aggregates of values first, as those of states need theirs.
  create temp table piece (type oid, entity integer, shard integer, i integer, state text);
  for aggregate in
    select a.aggfnoid, a.aggfnoid::regproc as function, a.aggtranstype, p.prorettype::regtype as result, argument_types, argument_names,
           argument_types[0] in (select aggtranstype from aggregate) and argument_types[0] not in (select type from argument) as merges
    from aggregate a join pg_proc p on p.oid = a.aggfnoid where a.name like names order by 7, a.aggfnoid::regprocedure::text
  loop
    unknown := null;
    if aggregate.merges then
      rows := format('select entity, shard, i, state::%s as a0 from piece where type = %s',
                     aggregate.argument_types[0]::regtype, aggregate.argument_types[0]);
    else
      select string_agg(format('(%s)::%s as a%s', case
               when n = 0 then format('case when i %% 5 > 0 then %s end', expression)
               else expression end, type::regtype, n), ', ' order by n),
             string_agg(type::regtype::text, ', ') filter (where expression is null)
      into list, unknown
      from (select type, n::integer - 1 as n,
                   (select expression from argument e where e.type = t.type and (e.name is null or e.name = aggregate.argument_names[n])
                    order by e.name nulls last limit 1) as expression
            from unnest(aggregate.argument_types) with ordinality t (type, n)) t;
      rows := format('select entity, shard, i, %s from log', list);
    end if;
    select string_agg('a' || n - 1, ', ' order by n) into list from generate_series(1, cardinality(aggregate.argument_types)) n;
    if cardinality(aggregate.argument_types) = 1 then packed := list; else packed := format('row(%s)', list); end if;
    begin
      if unknown <> '' then
        raise 'the test has nothing that stands for an argument of type %', unknown;
      end if;
      -- Over the rows of each entity, and over no row at all.
      execute format($query$
        with rows as materialized (%1$s),
        state as (select entity, shard, worker_partial_agg(%2$s, %3$s) as state from rows group by entity, shard
                  union all select -1, 0, worker_partial_agg(%2$s, %3$s) from rows where false),
        split as (select entity, coord_combine_agg(%2$s, state, null::%4$s)::text as split from state group by entity),
        native as (select entity, %5$s(%6$s)::text as native from rows group by entity
                   union all select -1, %5$s(%6$s)::text from rows where false)
        select count(*) as answers, count(*) filter (where native is distinct from split) as differ,
               count(distinct native) filter (where entity >= 0) as given
        from native full join split using (entity)
        $query$, rows, aggregate.aggfnoid::oid, packed, aggregate.result, aggregate.function, list) into checked;
      ran := ran + 1;
      if checked.differ > 0 or checked.given < 4 then
        raise warning '%: % of % answers differ, % are told apart', aggregate.aggfnoid::regprocedure, checked.differ, checked.answers, checked.given;
      end if;
      if not aggregate.merges and not exists (select from piece where type = aggregate.aggtranstype) then
        execute format('insert into piece select %s, entity, shard, row_number() over (), worker_partial_agg(%s, %s) from (%s) r group by entity, shard, i / 80',
                       aggregate.aggtranstype, aggregate.aggfnoid::oid, packed, rows);
      end if;
    exception when others then
      raise warning '%: %', aggregate.aggfnoid::regprocedure, sqlerrm;
    end;
  end loop;
  return ran;
end $$;
select split_as_citus_does('%') = (select count(*) from aggregate) as ran_all;

-- A wrong aggregate is seen, and one that the test has no values for.
begin;
create aggregate loses_a_shard(bigint) (sfunc = int8pl, stype = bigint, combinefunc = int8larger);
create aggregate of_money(money) (sfunc = int8inc_any, stype = bigint, combinefunc = int8pl, initcond = '0');
alter extension session_hunt add aggregate loses_a_shard(bigint);
alter extension session_hunt add aggregate of_money(money);
drop table piece;
select split_as_citus_does('loses%');
drop table piece;
select split_as_citus_does('of_money');
rollback;

set client_min_messages = warning;
drop schema split cascade;
