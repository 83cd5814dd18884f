-- Makes the default roll-ups, and says what they take: time of the first refresh, and disk beside the events with payloads of
-- 1,418 bytes (docs/performance.md, loading events), which the benchmark does not write.
\set ON_ERROR_STOP on
\pset footer off
set client_min_messages = warning;
set search_path = hunt, public;
set work_mem = '256MB';
set maintenance_work_mem = '512MB';
select create_default_rollups() \g /dev/null
select bench.cpu() as cpu, clock_timestamp() as began \gset
call refresh_rollups();
select round(bench.cpu() - :cpu) as refresh_cpu_s, round(extract(epoch from clock_timestamp() - :'began')) as refresh_wall_s,
       round(count(*) / (bench.cpu() - :cpu)) as events_per_cpu_s from event_fact;
vacuum analyze;
select name, stored_rows, pg_size_pretty(bytes) as size from rollup_status order by bytes desc;
select pg_size_pretty(sum(s.bytes)) as rollups, round(100 * sum(s.bytes) / min(e.bytes), 1) as percent_of_events, 15 as target
from rollup_status s,
     (select (select count(*) * 1458 from event_fact) + sum(pg_total_relation_size(i.inhrelid)) as bytes from pg_inherits i
      where i.inhparent = 'event_fact'::regclass) e;
