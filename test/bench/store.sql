-- What keeping events costs: source health, addresses of one's own, forgetting, retention, and planning by the number of
-- partitions. CPU seconds of this backend. psql variables: rows (events, of six months), mentions (payloads of 1.5 kB).
\set ON_ERROR_STOP on
\set QUIET on
\pset pager off
\pset footer off
set client_min_messages = warning;
set timezone = 'UTC';
set jit = off;
set max_parallel_workers_per_gather = 0;
set search_path = hunt, public;
create extension session_hunt;
select setup() \g /dev/null
create function pg_temp.cpu() returns numeric language sql as
$$ select split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::numeric / 1e9 $$;
create temp table step (position serial, what text, cpu numeric);
create procedure pg_temp.measure(what text, query text) language plpgsql as $$
declare
  before numeric;
begin
  execute query;  -- warm
  before := pg_temp.cpu();
  execute query;
  insert into pg_temp.step (what, cpu) values (measure.what, pg_temp.cpu() - before);
end $$;

-- Events in the order of their time, of six sources; one of them fell silent two months before the end.
select create_event_partitions(m::date) from generate_series(date '2026-01-01', date '2026-06-01', interval '1 month') m \g /dev/null
insert into dictionary_user (value) select 'user' || g || '@example.com' from generate_series(1, 20000) g;
insert into event_fact (event_time, event_key, source_id, user_id, success, device_ip, device_ip_asn_number, device_ip_country_code)
select t, gen_random_uuid(), case when g % 6 = 5 and t > '2026-04-30' then 1 else 1 + g % 6 end, 1 + abs(hashint8(g)) % 20000, true,
       '10.0.0.0'::inet + (hashint8extended(g, 1) & 1048575), 64500 + g % 40, 'DE'
from (select g, '2026-01-01'::timestamptz + g * (interval '180 days' / :rows) as t from generate_series(1, :rows) g) e;
insert into event_detail (event_time, event_key, version_time, content_hash, payload)
select event_time, event_key, event_time, event_key, json_build_object('id', event_key, 'filler', repeat(md5(event_key::text), 45))::text
from event_fact where event_time > '2026-06-01' limit :mentions;
insert into ingest_log (source, kind, started_at, finished_at, received, inserted, updated, duplicates, rejected)
select s.value, 'inbox', t, t, 100, 100, 0, 0, 0
from dictionary_source s, generate_series('2026-01-01'::timestamptz, case when s.id = 6 then '2026-04-30' else '2026-06-30 23:50'::timestamptz end, '10 minutes') t
where s.id <= 6;
insert into own_network select ('10.0.' || g || '.0/24')::cidr from generate_series(0, 63) g;
vacuum analyze;

call pg_temp.measure('source_health', 'select count(last_event_at) from hunt.source_health');
call pg_temp.measure('source_health without last_event_at', 'select count(verdict) from hunt.source_health');
call pg_temp.measure('count(*) of all events, to compare', 'select count(*) from hunt.event_fact');
call pg_temp.measure('all events, is_own_network', 'select count(*) from hunt.event_fact where hunt.is_own_network(device_ip)');
call pg_temp.measure('all events, by user name', 'select count(*) from (select user_username, count(*) from hunt.event group by 1) g');
call pg_temp.measure('all events, by identity', 'select count(*) from (select user_identity, count(*) from hunt.event group by 1) g');
call pg_temp.measure('forget_user, without mentions', 'select hunt.forget_user(''user'' || (random() * 10000)::int || ''@example.com'', ''pseudonymise'', mentions => false)');
call pg_temp.measure('forget_user, and all payloads', 'select hunt.forget_user(''user'' || (random() * 10000)::int || ''@example.com'', ''pseudonymise'')');
select what, round(cpu, 3) as cpu_s from step order by position;
select count(*) as events, (select count(*) from event_detail) as payloads, (select pg_size_pretty(sum(length(payload))) from event_detail) as payload_text from event_fact;

-- Planning by the number of partitions: months, then days of the same half year.
create procedure pg_temp.plan(what text, query text) language plpgsql as $$
declare
  line json;
begin
  execute 'explain ' || query;
  execute 'explain (summary, format json) ' || query into line;
  raise notice '%: planning % ms', what, round((line -> 0 ->> 'Planning Time')::numeric, 1);
end $$;
set client_min_messages = notice;
call pg_temp.plan('6 months, one user''s day, five columns', 'select event_time, user_username, device_ip, action, application from hunt.event where user_username = ''user7@example.com'' and event_time >= ''2026-03-01'' and event_time < ''2026-03-02''');
call pg_temp.plan('6 months, all columns', 'select * from hunt.event where user_username = ''user7@example.com'' and event_time >= ''2026-03-01'' and event_time < ''2026-03-02''');
do $$
declare
  parent text;
  day date;
begin
  for day in select d::date from generate_series('2025-01-01'::date, '2025-06-30'::date, interval '1 day') d loop
    foreach parent in array array['event_fact', 'event_detail'] loop
      execute format('create table hunt.%I partition of hunt.%I for values from (%L) to (%L)', parent || to_char(day, '"_d"YYYYMMDD'), parent, day || ' 00:00+00', day + 1 || ' 00:00+00');
    end loop;
  end loop;
end $$;
call pg_temp.plan('and 181 days, one user''s day, five columns', 'select event_time, user_username, device_ip, action, application from hunt.event where user_username = ''user7@example.com'' and event_time >= ''2026-03-01'' and event_time < ''2026-03-02''');
call pg_temp.plan('and 181 days, all columns', 'select * from hunt.event where user_username = ''user7@example.com'' and event_time >= ''2026-03-01'' and event_time < ''2026-03-02''');
