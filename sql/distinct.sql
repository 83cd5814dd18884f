-- Counting distinct values: exact answers from count(distinct), and the same bytes however a sketch was made.
set search_path = hunt, public;
set client_min_messages = warning;
create table log as
select i % 97 as user_id, i % 7 as day, 'value ' || (i * 7919 % (1 + i % 97 * 20)) as x, i * 7919 % (1 + i % 97 * 20) as n
from generate_series(1, 60000) i;
insert into log select 1, 1, null, null from generate_series(1, 100);
insert into log select 98, 1, null, null from generate_series(1, 3);
analyze log;

-- exact while at most 448, within 5 standard errors beyond
select count(*) as groups, count(*) filter (where counted <> exact) as wrong
from (select count_distinct(x) counted, count(distinct x) exact from log group by user_id, day) g where exact <= 448;
select count(*) as groups, count(*) filter (where abs(counted - exact) > 5 * 0.016 * exact) as wrong
from (select count_distinct(x) counted, count(distinct x) exact from log group by user_id) g where exact > 448;

-- every type, and what each calls equal
select count_distinct(v), count_distinct(v::bigint), count_distinct(v::text), count(distinct v) as exact
from (select i % 321 as v from generate_series(1, 2000) i) s;
select cardinality(distinct_sketch(v) || distinct_sketch(v::bigint)) as integers_of_any_width from generate_series(-5, 5) v;
select count_distinct(v), count(distinct v) as exact
from unnest('{10.0.0.1,10.0.0.1/32,10.0.0.1/24,10.0.0.2,::1,::ffff:10.0.0.1,2001:db8::/32,2001:db8::}'::inet[]) v;
select count_distinct(v), count(distinct v) as exact from (select md5((i % 99)::text)::uuid v from generate_series(1, 500) i) s;
select count_distinct(v), count(distinct v) as exact
from (select timestamptz '2026-01-01' + i % 33 * interval '1 microsecond' v from generate_series(1, 500) i
      union all select 'infinity' union all select '-infinity') s;
select count_distinct(distinct_key(v)), count(distinct v) as exact from unnest('{1,1.0,1.00,2,NaN,NaN}'::numeric[]) v;
select count_distinct(distinct_key(v)), count(distinct v) as exact from unnest('{0,-0,1,NaN,NaN}'::float8[]) v;
select count_distinct(distinct_key(array[v])) from generate_series(1, 9) v;
select count_distinct(distinct_key(row(v % 2, 'a'::text))) from generate_series(1, 9) v;
create collation case_blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
select count_distinct(distinct_key(v collate case_blind)) as by_collation, count_distinct(v) as by_bytes from unnest('{a,A,b}'::text[]) v;
select distinct_key(point(1, 2));

-- nothing, NULL, the empty text
select count_distinct(null::text), count_distinct_state(null::text) is null as no_state, distinct_sketch(null::integer) is null as no_sketch from log;
select count_distinct(x), distinct_sketch(x) is null as no_sketch, count_distinct_merge(null) from log where false;
select count_distinct(v), cardinality(distinct_sketch(v)) from unnest('{"",null,""}'::text[]) v;
select count_distinct('the same'::text) from generate_series(1, 1000000);
-- long values that are equal are one, however they are stored
create table long_value (v text);
alter table long_value alter v set storage external;
insert into long_value select repeat(md5((i % 3)::text), 5000) from generate_series(1, 9) i;
alter table long_value alter v set storage extended;
insert into long_value select repeat(md5((i % 3)::text), 5000) from generate_series(1, 9) i;
select count_distinct(v) from long_value;

-- Serial, in any order, over the whole: what every other way is compared with.
create table expected as
select user_id, distinct_sketch(x) as p9, distinct_sketch(x, 11) as p11, distinct_sketch(x, 5, 77) as p5, count_distinct(n) as n
from log group by user_id;
create function differences(query text) returns bigint language plpgsql set search_path = hunt, public as $$
declare
  result bigint;
begin
  execute format('select count(*) from (%s) q full join expected e using (user_id)
    where (q.p9, q.p11, q.p5, q.n) is distinct from (e.p9, e.p11, e.p5, e.n)', query) into result;
  return result;
end $$;
\set whole 'select user_id, distinct_sketch(x) as p9, distinct_sketch(x, 11) as p11, distinct_sketch(x, 5, 77) as p5, count_distinct(n) as n from log group by user_id'
\set shuffled 'select user_id, distinct_sketch(x) as p9, distinct_sketch(x, 11) as p11, distinct_sketch(x, 5, 77) as p5, count_distinct(n) as n from (select * from log order by md5(ctid::text)) l group by user_id'
select differences(:'shuffled') as shuffled;
set enable_hashagg = off;
select differences(:'whole') as sorted;
reset enable_hashagg;
set work_mem = '64kB';
set hash_mem_multiplier = 1;
set enable_sort = off;
select differences(:'whole') as spilled;
reset enable_sort;
reset work_mem;
reset hash_mem_multiplier;

-- 1 to 8 workers
set parallel_setup_cost = 0;
set parallel_tuple_cost = 0;
set min_parallel_table_scan_size = 0;
alter table log set (parallel_workers = 8);
set max_parallel_workers = 8;
set max_parallel_workers_per_gather = 1;
select differences(:'whole') as one_worker;
set max_parallel_workers_per_gather = 8;
select differences(:'whole') as eight_workers;
explain (costs off) select user_id, distinct_sketch(x), count_distinct(n) from log group by user_id;
reset max_parallel_workers_per_gather;

-- partitionwise
create table part (like log) partition by list (day);
select format('create table part_%s partition of part for values in (%s)', d, d) from generate_series(0, 6) d \gexec
insert into part select * from log;
set enable_partitionwise_aggregate = on;
set max_parallel_workers_per_gather = 0;
select differences(replace(:'whole', 'from log', 'from part')) as partitionwise;
reset enable_partitionwise_aggregate;
reset max_parallel_workers_per_gather;

-- window frames
select count(*) as rows, count(*) filter (where sketch <> distinct_sketch) as differing
from (select user_id, day, distinct_sketch(x) over (partition by user_id order by day range between 2 preceding and current row) as sketch,
             row_number() over (partition by user_id, day) as r from log where user_id < 9) w
cross join lateral (select distinct_sketch(x) from log l where l.user_id = w.user_id and l.day between w.day - 2 and w.day) e
where r = 1;

-- merged by hand in random trees, through their text, and by functions outside of any aggregate
create function merged_at_random(parts sketch[]) returns sketch language plpgsql set search_path = hunt, public as $$
declare
  i integer;
begin
  while cardinality(parts) > 1 loop
    parts := array(select p from unnest(parts) p order by random());
    parts := (parts[1]::text::sketch || parts[2]) || parts[3:];
  end loop;
  return parts[1];
end $$;
select setseed(0.1) \g /dev/null
select count(*) filter (where merged_at_random(d.p9) <> e.p9) + count(*) filter (where merged_at_random(d.p11) <> e.p11) as merged_by_hand
from (select user_id, array_agg(s9) p9, array_agg(s11) p11
      from (select user_id, distinct_sketch(x) s9, distinct_sketch(x, 11) s11 from log group by user_id, day) d group by user_id) d
join expected e using (user_id);
select count(*) filter (where u <> p9) as differing
from (select user_id, sketch_union(s) u from (select user_id, distinct_sketch(x) s from log group by user_id, day) d group by user_id) d
join expected using (user_id);
select count_distinct_merge(s) = (select count_distinct(x) from log) as as_if_counted_at_once
from (select count_distinct_state(x) s from log group by day) d;

-- a union begins with any sketch, passes by NULLs, and tells in a window what it has so far; its parts stay what they are
select sketch_union(s) = distinct_sketch(x) as with_nulls, sketch_union(null::sketch) is null as of_nulls,
       sketch_union(empty)::text as of_empty_ones
from (select x, sketch_add(null, x) s, 'EAk='::sketch empty from log where user_id = 3 union all select null, null, null) l;
select sketch_union_add(null, null) is null as nothing, sketch_union_add(null, s) = s as first, sketch_union_add(s, null) = s as second,
       sketch_union_add(s, t) = s || t as both, sketch_union_add(s, t) <> s as another
from (select distinct_sketch(i) s, distinct_sketch(i + 20) t from generate_series(1, 30) i) s;
select count(*) as days, count(*) filter (where so_far <> e.s) as differing
from (select user_id, day, s, sketch_union(s) over (partition by user_id order by day) as so_far
      from (select user_id, day, distinct_sketch(x) s from log where user_id < 20 group by user_id, day) d) w
cross join lateral (select distinct_sketch(x) s from log l where l.user_id = w.user_id and l.day <= w.day) e;
create function added_one_by_one(wanted integer) returns sketch language plpgsql set search_path = hunt, public as $$
declare
  result sketch;
  value text;
begin
  for value in select x from log where user_id = wanted loop
    result := sketch_add(result, value);
  end loop;
  return result;
end $$;
select count(*) filter (where added_one_by_one(user_id) <> p9) as added_one_by_one from expected where user_id % 10 = 3;

-- lower precisions join higher ones as if everything had been counted at the lower
select distinct_sketch(x, 7) = sketch_union(s) as lowered from log, lateral (select sketch_add(null, x, 7 + day % 3) s) l where x is not null;

-- text, binary, equality
create temp table copy (like expected);
select current_setting('data_directory') || '/sketch.bin' as file \gset
copy expected to :'file' (format binary);
copy copy from :'file' (format binary);
select count(*) as equal from expected join copy using (p9, p11, p5, user_id);
select count(distinct p9::text) = (select count(*) from (select p9 from expected where p9 is not null group by p9) g) as groups_by_bytes from expected;
select distinct_sketch(v), distinct_sketch(v, 4, -1) from generate_series(1, 2) v;
select distinct_sketch(v)::bytea from generate_series(1, 2) v;

-- what a sketch knows of itself
select (sketch_info(distinct_sketch(v))).* from generate_series(1, 448) v;
select form, sketch_precision, seed, server_major, bytes, abs(cardinality - 20000) / standard_error < 4 as near, standard_error / 20000 between 0.005 and 0.0085 as as_promised
from (select (sketch_info(distinct_sketch(v, 11, 5))).* from generate_series(1, 20000) v) s;
select server_major = current_setting('server_version_num')::integer / 10000 as this_server from (select (sketch_info(distinct_sketch(distinct_key(1)))).*) s;
select * from cardinality_bounds((select distinct_sketch(v) from generate_series(1, 300) v));
select lower < 5000 and upper > 5000 and upper - lower < 400 as bounded from cardinality_bounds((select distinct_sketch(v) from generate_series(1, 5000) v));
select * from intersection_bounds((select distinct_sketch(v) from generate_series(1, 200) v), (select distinct_sketch(v) from generate_series(101, 250) v));
select lower <= 50000 and upper >= 50000 and upper - lower < 20000 as bounded
from intersection_bounds((select distinct_sketch(v) from generate_series(1, 100000) v), (select distinct_sketch(v) from generate_series(50001, 150000) v), 3);
select cardinality(null::sketch), cardinality_bounds(null), null::sketch || distinct_sketch(1);

-- values of postgresql-hll
\set three '\\x128b7fde0820a06c76c0a8004403b7fb05c44a5b3d5839b2488b0c'
select cardinality(sketch_from_hll(:'three')), sketch_to_hll(sketch_from_hll(:'three')) = :'three' as unchanged;
select (sketch_info(sketch_from_hll('\x13cb40016344b4c0'))).*;
select cardinality(sketch_from_hll('\x108b7f')) is null as undefined, cardinality(sketch_from_hll('\x118b7f')) as empty;
select cardinality(sketch_union(sketch_from_hll(h))) from unnest(array['\x118b7f', :'three', :'three']::bytea[]) h;
select sketch_to_hll(distinct_sketch(v)) from generate_series(1, 2) v;
select abs(cardinality(sketch_from_hll(sketch_to_hll(distinct_sketch(v, 11)))) / 50000 - 1) < 0.1 as near from generate_series(1, 50000) v;

-- errors say what was wrong
select sketch_from_hll('\x128b7f') || distinct_sketch(1);
select sketch_add(sketch_from_hll('\x128b7f'), 1);
select sketch_from_hll('\x118b7f') || sketch_from_hll('\x118c7f');
select sketch_from_hll('\x228b7f');
select distinct_sketch(1, 3);
select distinct_sketch(v, v) from generate_series(9, 10) v;
select distinct_sketch(1, null::integer);
select distinct_sketch(v, 9, v) from generate_series(9, 10) v;
select distinct_sketch(1, 9, 1) || distinct_sketch(1, 9, 2);
select distinct_sketch(1) || distinct_sketch(distinct_key(1));
select distinct_sketch(v) from unnest('{14:00000000000001,15:00000000000001}'::value_key[]) v;
select 'rubbish'::sketch;
select '!'::sketch;
select ''::sketch;
select cardinality('IAk='::sketch);
select '15:xyz'::value_key;
select cardinality_bounds(distinct_sketch(1), -1);

drop table log, part, long_value, expected cascade;
drop function differences, merged_at_random, added_one_by_one;
drop collation case_blind;

-- over a sliding window: what the aggregate says of the rows in it, of exact numbers and of estimates
create temp table slide as
select n, case when hashint4(n + 1) % 11 <> 0 then hashint4(n * 3) & 2047 end as i from generate_series(1, 3000) n;
select count(*) as rows, count(*) filter (where moving <> plain) as differing, max(moving) > 448 as estimated, min(moving) as least
from (select hunt.count_distinct(i) over w as moving,
             (select hunt.count_distinct(o.i) from slide o where o.n between s.n - 900 and s.n - 100) as plain
      from slide s window w as (order by n rows between 900 preceding and 100 preceding)) x;
select count(*) as rows, count(*) filter (where t <> e or a <> e or u <> e or k <> e or b <> e or z <> e) as differing
from (select hunt.count_distinct(i) over w as e, hunt.count_distinct('v' || i) over w as t, hunt.count_distinct('10.0.0.0'::inet + i) over w as a,
             hunt.count_distinct(md5(i::text)::uuid) over w as u, hunt.count_distinct(hunt.distinct_key(i)) over w as k,
             hunt.count_distinct(i::bigint * 4000000000) over w as b, hunt.count_distinct('2026-01-01'::timestamptz + i * interval '1 minute') over w as z
      from slide window w as (order by n rows between 300 preceding and current row)) x;
-- its state is no value that a query could make up
do $$
begin
  perform hunt.sliding_add(null, 1);
  raise 'called by hand';
exception when undefined_function or feature_not_supported then  -- before PostgreSQL 17, and since
  null;
end $$;
