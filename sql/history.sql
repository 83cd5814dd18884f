-- Histories: what an entity has shown, and what was known of it at any moment.
set search_path = hunt, public;
set client_min_messages = warning;
set timezone = 'UTC';

-- reading one
create temp table seen as
select v as asn, t::timestamptz as at from (values (15169, '2026-01-01 10:00'), (15169, '2026-01-03'), (15169, '2026-01-03 08:00'), (3320, '2026-02-01'), (15169, '2026-09-01')) s(v, t);
select e.* from (select history(asn, at) h from seen) s, entries(h) e;
select first_seen(h, 15169), last_seen(h, 15169), times_seen(h, 15169), days_seen(h, 15169), first_seen(h, 1) is null as never, times_seen(h, 1), history_info(h)
from (select history(asn, at) h from seen) s;
-- as of: the gap until September is longer than the retention
select t as as_of, first_seen(h, 15169, t), days_seen(h, 15169, t)
from (select history(asn, at) h from seen) s, unnest('{2026-01-01 10:00,2026-01-01 11:00,2026-01-04,2026-04-03 08:00,2026-04-03 08:01,2026-09-01,2026-09-02}'::timestamptz[]) t;

-- missing values and times do not count
select history(v, t) = (select history('DE'::text, '2026-01-01'::timestamptz)) as same
from (values ('DE', timestamptz '2026-01-01'), (null, '2026-01-02'), ('', '2026-01-02'), (' - ', '2026-01-02'), ('FR', null), ('FR', 'infinity')) s(v, t);
select history_info(h), (select count(*) from entries(h)) from (select history(null::text, now()) h) s;
select * from entries((select history(a, '2026-01-01'::timestamptz) from unnest('{10.0.0.1,10.0.0.0/8,2001:db8::1}'::inet[]) a));

-- a new employee, one who returns after 100 days, a traveller, a new laptop
create temp table story as
select 'new employee' as story, 'DE' as value, d as day from unnest('{0,1,10,20,29,30,40}'::int[]) d
union all select 'returns after 100 days', case d when 141 then 'FR' else 'DE' end, d from unnest('{0,10,20,30,140,141,142,175}'::int[]) d
union all select 'traveller', case when d between 41 and 44 then 'SE' else 'DE' end, d from unnest('{0,10,20,30,40,41,42,43,44,45}'::int[]) d
union all select 'new laptop', case when d < 36 then 'Firefox Linux' else 'Safari macOS' end, d from unnest('{0,10,20,30,36,37,38,39}'::int[]) d;
select story, day, value, (v).verdict, (v).days_seen, (v).entity_values
from (select s.*, first_seen_verdict(h, value, date '2026-01-01' + day, learning => '30 days', rare_days => 3) v
      from story s join (select story, history(value, (date '2026-01-01' + day)::timestamptz) h from story group by story) g using (story)) x
order by story, day;
-- peers and everyone
select (first_seen_verdict(h, 9, '2026-03-01', peers => p, everyone => e)).*
from (select history(asn, at) h from seen) s,
     (values (null::history, null::history), ((select history(1, timestamptz '2026-02-28')), null), ((select history(1, timestamptz '2026-02-28')), (select history(9, timestamptz '2026-02-28'))),
             ((select history(9, timestamptz '2026-02-28')), (select history(9, timestamptz '2026-02-28'))), ((select history(1, timestamptz '2026-02-28')), (select history(1, timestamptz '2026-02-28')))) g(p, e);

-- more values than max_values: never called new
select count(*), count(*) filter (where verdict = 'too_many_values') as too_many, count(*) filter (where verdict ~ '^new') as new
from (select (first_seen_verdict(h, v, '2026-03-01')).verdict
      from (select history(i, timestamptz '2026-01-01' + i * interval '1 hour', 100) h from generate_series(1, 500) i) s, generate_series(1, 500) v) r;

-- the same bytes for any order, plan and merge tree, and verdicts as a scan gives them
create table stream as
select i % 40 as entity, (case when i % 97 = 0 then 100 + i % 13 else i * 7919 % (1 + i % 7) end)::bigint as value, timestamptz '2026-01-01' + (i::bigint * 104729 % 400) * interval '1 day' / (1 + i % 40 % 5) + (i % 977) * interval '1 minute' as at
from generate_series(1, 20000) i;
analyze stream;
create table expected as select entity, history(value, at, 4, '20 days') few, history(value, at) h, history(value::text, at) t from stream group by entity;
create function differences(query text) returns bigint language plpgsql set search_path = hunt, public as $$
declare
  result bigint;
begin
  execute format('select count(*) from (%s) q full join expected e using (entity) where (q.few = e.few and q.h = e.h and q.t = e.t) is not true', query) into result;
  return result;
end $$;
\set whole 'select entity, history(value, at, 4, ''20 days'') few, history(value, at) h, history(value::text, at) t from stream group by entity'
select differences('select entity, history(value, at, 4, ''20 days'') few, history(value, at) h, history(value::text, at) t from (select * from stream order by md5(ctid::text)) s group by entity') as shuffled;
select differences('select entity, history_merge(few) few, history_merge(h) h, history_merge(t) t from (select entity, at::date, history(value, at, 4, ''20 days'') few, history(value, at) h, history(value::text, at) t from stream group by 1, 2) s group by entity') as by_day;
set enable_hashagg = off;
select differences(:'whole') as sorted;
reset enable_hashagg;
set work_mem = '64kB'; set hash_mem_multiplier = 1; set enable_sort = off;
select differences(:'whole') as spilled;
reset work_mem; reset hash_mem_multiplier; reset enable_sort;
set parallel_setup_cost = 0; set parallel_tuple_cost = 0; set min_parallel_table_scan_size = 0; set max_parallel_workers_per_gather = 3;
explain (costs off) select entity, history(value, at) from stream group by entity;
select differences(:'whole') as parallel;
reset parallel_setup_cost; reset parallel_tuple_cost; reset min_parallel_table_scan_size; reset max_parallel_workers_per_gather;
select count(*) as wrong from expected where h::text::history <> h or few::text::history <> few or t::text::history <> t or h || h = h;

-- a batch learns what was new in it; batches in the order of time, and late rows, learn what one batch of all would
select create_history_tables();
create table verdict (name text, event bigint, entity text, value bigint, at timestamptz, result first_seen_result);
create function feed(name text, wanted text) returns void language plpgsql set search_path = hunt, public as $$
begin
  execute format('insert into verdict select %L, u.* from (select array_agg(%L || entity order by md5(s::text)) entities, array_agg(value order by md5(s::text)) vals,
                    array_agg(at order by md5(s::text)) times, array_agg((entity %% 4)::text order by md5(s::text)) peers from stream s where %s) b,
                  update_history(%L, b.entities, b.vals, b.times, b.peers, learning => ''5 days'', retention => ''20 days'') u', name, 'user ', wanted, name);
end $$;
select feed('whole', 'true');
select feed('in order', format('at >= %L and at < %L', d, d + interval '25 days')) from generate_series(timestamptz '2025-12-01', '2027-12-01', '25 days') d \g /dev/null
select feed('late', 'entity % 3 <> 0 or value > 2');
delete from verdict where name = 'late';
select feed('late', 'not (entity % 3 <> 0 or value > 2)');
select v.name, count(*) as events, count(*) filter (where w.result is null) as missing,
       count(*) filter (where (v.result).verdict <> (w.result).verdict or (v.result).days_seen <> (w.result).days_seen
         or ((v.result).value_first_seen, (v.result).entity_first_seen, (v.result).peers_first_seen, (v.result).everyone_first_seen, (v.result).entity_values)
            is distinct from ((w.result).value_first_seen, (w.result).entity_first_seen, (w.result).peers_first_seen, (w.result).everyone_first_seen, (w.result).entity_values)) as different
from verdict v left join (select distinct on (entity, value, at) * from verdict where name = 'whole' order by entity, value, at) w using (entity, value, at)
group by v.name order by v.name;
select (result).verdict, count(*) from verdict where name = 'whole' group by 1 order by 1;
-- against a scan of all events
select count(*) as wrong from (
  select (v.result).verdict, case
      when not exists (select from stream s where 'user ' || s.entity = v.entity and s.at < v.at and s.at >= v.at - interval '20 days') then 'new_entity'
      when v.at - (v.result).entity_first_seen < interval '5 days' then 'learning'
      when not exists (select from stream s where s.value = v.value and s.at < v.at and s.at >= v.at - interval '20 days') then 'new_for_everyone'
      when not exists (select from stream s where s.entity % 4 = split_part(v.entity, ' ', 2)::int % 4 and s.value = v.value and s.at < v.at and s.at >= v.at - interval '20 days') then 'new_for_peers'
      when not exists (select from stream s where 'user ' || s.entity = v.entity and s.value = v.value and s.at < v.at and s.at >= v.at - interval '20 days') then 'new_for_entity'
      when (select count(distinct s.at::date) from stream s where 'user ' || s.entity = v.entity and s.value = v.value and s.at::date < v.at::date and s.at::date >= v.at::date - 20) < 3 then 'rare'
      else 'known' end as scanned
  from (select * from verdict where name = 'whole' order by md5(event::text) limit 1500) v) x where verdict <> scanned;
select count(*) as states, count(*) filter (where a.state <> b.state) as different
from history_entity a join history_entity b using (entity)
where a.name_id = (select id from history_name where name = 'whole') and b.name_id <> a.name_id;

-- pruning: nobody's verdict changes from then on
create table before_pruning as select h.entity, s.value, (first_seen_verdict(h.state, s.value, '2026-09-01')) v from history_entity h, generate_series(0, 6) s(value) where name_id = 1;
select prune_history('whole', timestamptz '2026-09-01' - interval '20 days');
select count(*) as kept, count(*) filter (where (first_seen_verdict(h.state, b.value, '2026-09-01')).verdict <> (b.v).verdict) as different
from history_entity h join before_pruning b using (entity) where name_id = 1;
select prune_history('whole', 'infinity'), (select count(*) from history_value where name_id = 1) as values_before;
select count(*) from history_entity where name_id = 1;

-- what is refused
select update_history('x', '{a,b}', '{1}'::bigint[], '{2026-01-01,2026-01-01}');
select prune_history('nothing', now());
select history(1, now(), 0);
select history(1, now(), null);
select history(1, now(), 10, '1 month');
select history(1, now(), 10, '12 hours');
select first_seen(history(1, now()), 'DE');
select history(1, now()) || history('DE'::text, now());
select first_seen_verdict(history(1, now()), 1, now(), retention => '10 days');
select first_seen_verdict(history(1, now()), 1, now(), learning => '-1 days');
select 'EAAAAAA='::history = history(null::text, null), 'EAAAAAE='::history;
select 'not base64'::history;
drop table history_entity, history_value, history_name, verdict, stream, expected, before_pruning;
drop function feed(text, text), differences(text);
