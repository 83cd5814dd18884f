-- Roll-ups: building the default ones, keeping them fresh, their size beside the events', reading them.
-- psql -v events=1000000 -v days=4 -v batch=10000 -f rollup.sql
\set ON_ERROR_STOP 1
\pset footer off
\timing off
set client_min_messages = warning;
set timezone = 'UTC';
set max_parallel_workers_per_gather = 0;
set work_mem = '64MB';
create extension session_hunt;
select hunt.setup() \g /dev/null
select hunt.create_event_partitions('2026-01-01') \g /dev/null
insert into hunt.dictionary_user (value) select 'user' || i || '@example.com' from generate_series(1, 20000) i;
insert into hunt.dictionary_access_key (value) select 'AKIA' || md5(i::text) from generate_series(1, 3000) i;
insert into hunt.dictionary_agent (value) select 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/' || 100 + i || '.0.0.0 Safari/537.36' from generate_series(1, 60) i;
insert into hunt.dictionary_action (value) select 'Action' || i from generate_series(1, 60) i;
-- Five events of a user at a time. A user has two networks and now and then another, two agents, a few actions; half of the events have an access key, a
-- tenth a host. A payload of a kilobyte that compresses to half.
create procedure pg_temp.events(first integer, last integer, start_at timestamptz, span interval) language sql as $$
  insert into hunt.event_fact (event_time, device_ip_asn_number, event_key, source_id, user_id, agent_id, action_id, access_key_id,
                               success, device_ip, device_ip_country_code)
  select start_at + span * ((i - first)::float8 / (last - first + 1)),
         case when h % 97 = 0 then 1000 + h % 4000 else 100 + (u * 7 + h % 2) % 900 end,
         md5(i::text)::uuid, 1 + u % 3, u, 1 + (u + h % 2) % 60, 1 + (u + h % 5) % 60, case when h % 2 = 0 then 1 + u % 3000 end,
         h % 11 <> 0, '8.0.0.0'::inet + (u * 7 + h % 2), (array['US', 'DE', 'FR', 'GB'])[1 + (u + (h % 499 = 0)::integer) % 4]
  from (select i, (hashint4(i) & 2147483647) as h, 1 + floor(20000 * power((hashint4(i / 5) & 2147483647) / 2147483648.0, 2))::integer as u
        from generate_series(first, last) i) s
  order by i;
  insert into hunt.event_detail (event_time, event_key, version_time, content_hash, device_hostname, payload)
  select start_at + span * ((i - first)::float8 / (last - first + 1)), md5(i::text)::uuid, now(), md5(i::text)::uuid,
         case when hashint4(i) % 10 = 0 then 'host' || i % 5000 end,
         '{"id": "' || md5(i::text) || '", "note": "' || (select string_agg(md5((i * 20 + n)::text), repeat('x', 32)) from generate_series(1, 16) n) || '"}'
  from generate_series(first, last) i $$;
call pg_temp.events(1, :events, '2026-01-01', :days * interval '1 day');
vacuum analyze hunt.event_fact, hunt.event_detail;
select hunt.create_default_rollups() \g /dev/null
create temp table cost (step text, name text, seconds float8, rows_taken bigint);
-- CPU time of this backend: other work on the machine does not count.
create function pg_temp.cpu_seconds() returns float8 language sql volatile as $$
  select split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 / 1e9 $$;
create procedure pg_temp.refresh(step text) language plpgsql as $$
declare
  target record;
  began float8;
  taken bigint;
begin
  for target in select name from hunt.rollup order by rollup_id loop
    began := pg_temp.cpu_seconds();
    select row_count into taken from hunt.refresh_rollup(target.name);
    insert into cost values (step, target.name, pg_temp.cpu_seconds() - began, taken);
    commit;
  end loop;
end $$;
call pg_temp.refresh('build');
select format('call pg_temp.events(%s, %s, ''2026-01-%s''::timestamptz + %s * interval ''1 minute'', ''1 minute'')',
              :events + n * :batch + 1, :events + (n + 1) * :batch, 1 + :days, n) from generate_series(0, 9) n \gexec
call pg_temp.refresh('one batch of ten times ' || :batch);
select format('call pg_temp.events(%s, %s, ''2026-01-%s''::timestamptz + %s * interval ''1 minute'', ''1 minute'')',
              :events + n * :batch + 1, :events + (n + 1) * :batch, 1 + :days, n), format('call pg_temp.refresh(''batches of %s'')', :batch)
from generate_series(10, 19) n \gexec
\echo events a second of CPU, of each roll-up and of all together (a roll-up is offered all events)
select step, name, round(events / nullif(seconds, 0)) as events_a_second, rows_taken
from (select step, name, sum(seconds)::numeric as seconds, sum(rows_taken) as rows_taken,
             case when step = 'build' then :events else 10 * :batch end as events
      from cost group by grouping sets ((step, name), (step))) s order by step, name;
\echo bytes of the roll-ups beside those of the events
select r.name, pg_size_pretty(s.bytes) as size, round(100.0 * s.bytes / e.bytes, 1) as percent, s.stored_rows
from (select name, bytes, stored_rows from hunt.rollup_status union all select null, sum(bytes), sum(stored_rows) from hunt.rollup_status) s
join (select name from hunt.rollup union all select null) r on r.name is not distinct from s.name,
     (select sum(pg_total_relation_size(c.relid)) as bytes
      from unnest('{hunt.event_fact,hunt.event_detail}'::regclass[]) p, pg_partition_tree(p) c) e
order by s.bytes;
vacuum analyze hunt.rollup_user_session_day;
\timing on
\echo reading: day rows of the table, the same by the function, a period with cut ends, the events
select count(*), sum(events) from hunt.rollup_user_session_day where slice_start >= '2026-01-01' and slice_start < '2026-02-01';
select count(*), sum(events) from hunt.read_rollup_user_session('2026-01-01', '2026-02-01', '1 day');
select count(*), sum(events) from hunt.read_rollup_user_session('2026-01-01 10:10', '2026-01-03 11:11', '1 day');
select count(*), sum(n) from (select hunt.timeslice(event_time, '1 day'), user_id, source_id, device_ip_asn_number, device_ip_country_code, agent_id, success,
                                     hunt.is_own_network(device_ip), count(*) as n
                              from hunt.event_fact where user_id is not null group by 1, 2, 3, 4, 5, 6, 7, 8) e;
