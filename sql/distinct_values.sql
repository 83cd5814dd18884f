-- distinct values: exact, sorted, and the same however rows are ordered, split and merged
set search_path = hunt, public;
set timezone = 'UTC';
\pset null '(null)'

select distinct_values(x), distinct_values(x, 2), distinct_values(x, 4), distinct_summary(x), distinct_summary(x, 2)
from unnest(array['b', 'a', null, '', 'b', 'c']) x;
select distinct_values(x) from unnest('{10.0.0.1,10.0.0.0/8,::1,10.0.0.1/8,9.0.0.0/9,10.0.0.1}'::inet[]) x;
select distinct_values(x) from unnest('{infinity,2024-01-01,-infinity,1999-12-31}'::timestamptz[]) x;
-- no values: an empty array
select distinct_values(null::text), distinct_values(null::uuid, 3), distinct_summary(null::inet) from generate_series(1, 3);
select distinct_values(x::text), distinct_values_state(x::text) from generate_series(1, 0) x;

-- as array_agg(distinct), for every type
create temp table sample as
select n % 97 as g, 'v' || (n * 7919 % 1009) || repeat('x', (n % 11)::int * 9) as t, (n * 7919 % 1009 - 500) * 4000000000 as b,
       (n * 7919 % 1009 - 500)::int as i, ('10.1.' || n % 7 || '.' || n * 13 % 256 || '/' || 8 + n % 25)::inet as a,
       md5((n % 1009)::text)::uuid as u, timestamptz '1999-12-31' + n % 1009 * interval '11 minutes' as ts
from generate_series(1, 20000) n;
insert into sample select g, null, null, null, set_masklen('2001:db8::1'::inet + i, 64 + g::int % 65), null, null from sample where i is not null limit 3000;
create temp table answer as
select g, distinct_values(t) t, distinct_values(b) b, distinct_values(i) i, distinct_values(a) a, distinct_values(u) u, distinct_values(ts) ts
from sample group by g;
select count(*) as differing from answer
join (select g, array_agg(distinct t collate "C") filter (where t is not null) t, array_agg(distinct b) filter (where b is not null) b,
        array_agg(distinct i) filter (where i is not null) i, array_agg(distinct a) a, array_agg(distinct u) filter (where u is not null) u,
        array_agg(distinct ts) filter (where ts is not null) ts from sample group by g) e using (g)
where (answer.t, answer.b, answer.i, answer.a, answer.u, answer.ts) is distinct from (e.t, e.b, e.i, e.a, e.u, e.ts);

-- max_values: the least of them, and NULL if there were more
select count(*) as differing
from (select g, distinct_values(t, 5) v, distinct_summary(t, 5) s, count(distinct t) n from sample group by g) l join answer using (g)
where v is distinct from answer.t[1:5] || case when n > 5 then array[null::text] end
   or (s).distinct_values is distinct from answer.t[1:5] or (s).is_complete <> (n <= 5) or (s).distinct_count <> n;

-- sorted input, parallel workers and windows say the same
set enable_hashagg = off;
select count(*) as differing from (select g, distinct_values(t) t, distinct_values(a) a from sample group by g) s
join answer using (g) where (s.t, s.a) is distinct from (answer.t, answer.a);
reset enable_hashagg;
create table parallel_sample as select * from sample;
set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0;
explain (costs off) select distinct_values(t), distinct_values_state(t, 9) from parallel_sample;
select distinct_values(t) = (select distinct_values(t) from sample) as same,
       distinct_values_state(t, 9)::text = (select distinct_values_state(t, 9)::text from sample) as same_state from parallel_sample;
reset parallel_setup_cost; reset parallel_tuple_cost; reset min_parallel_table_scan_size;
select n, distinct_values(x) over (order by n rows between 1 preceding and current row) as two, distinct_values(x) over (order by n) as all
from (values (1, 'b'), (2, 'a'), (3, null), (4, 'a'), (5, 'c')) v(n, x);

-- merged by hand, through text and binary forms
create temp table state as
select g, n % 5 as part, distinct_values_state(t) t, distinct_values_state(t, 7) few from (select *, row_number() over () n from sample) s group by 1, 2;
select distinct_values_merge(t) = (select distinct_values(t) from sample) as same,
       distinct_values_union(few)::text = (select distinct_values_state(t, 7)::text from sample) as same_few,
       distinct_summary_merge(few) = (select distinct_summary(t, 7) from sample) as same_summary,
       distinct_values_merge(t::text::text_set) = distinct_values_merge(t) as same_text
from state;
select distinct_values_of(distinct_values_state('a'::text) || distinct_values_state('b'::text));

-- many, long, repeated
select (distinct_summary(x)).distinct_count, cardinality(distinct_values(x)) from generate_series(1, 200000) x;
select distinct_values('one'::text) from generate_series(1, 1000000);
create temp table long_text as select repeat(chr(97 + n % 3), 1000000) as t from generate_series(1, 9) n;
select cardinality(distinct_values(t)), length((distinct_values(t))[3]), pg_column_size(distinct_values_state(t)) > 3000000 as whole from long_text;

-- what is refused
select distinct_values(x, 0) from generate_series(1, 2) x;
select distinct_values(x, null) from generate_series(1, 2) x;
select distinct_values(x, x) from generate_series(1, 2) x;
select distinct_values_state(1, 2) || distinct_values_state(1, 3);
select distinct_values_state(1)::text::text_set;
select 'EAEE'::text_set;
select 'no base64'::text_set;
drop table parallel_sample;
