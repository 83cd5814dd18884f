-- Rules on top of stored events: 50 rules of mixed kinds over one-minute batches, and one large late batch.
-- psql -v events=10000000 -v batch=10000 -v late=1000000 -f rules.sql
\set ON_ERROR_STOP 1
\pset footer off
\timing off
set client_min_messages = warning;
set timezone = 'UTC';


create extension session_hunt;
select hunt.setup() \g /dev/null
select hunt.create_event_partitions(d::date) from generate_series(date '2026-01-01', date '2026-03-01', '1 month') d \g /dev/null
insert into hunt.dictionary_user (value) select 'user' || i || '@example.com' from generate_series(1, 20000) i;
insert into hunt.dictionary_agent (value)
select 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/' || 100 + i || '.0.0.0 Safari/537.36' from generate_series(1, 40) i;
insert into hunt.dictionary_agent (value) select 'aws-cli/2.' || i || '.0 Python/3.11.6 Linux/5.10' from generate_series(1, 20) i;
insert into hunt.dictionary_action (value) select 'Action' || i from generate_series(1, 60) i;
insert into hunt.dictionary_application (value) select 'Application ' || i from generate_series(1, 30) i;
-- A user has two networks and now and then another, two agents, a few actions.
create function pg_temp.events(first integer, last integer, start_at timestamptz, span interval) returns void language sql as $$
  insert into hunt.event_fact (event_time, device_ip_asn_number, event_key, source_id, user_id, agent_id, action_id, application_id,
                               success, device_ip, device_ip_country_code)
  select start_at + span * ((i - first)::float8 / (last - first + 1)),
         case when h % 97 = 0 then 1000 + h % 4000 else 100 + (u * 7 + h % 2) % 900 end,
         md5(i::text)::uuid, 1 + h % 3, u, 1 + (u + h % 2) % 60, 1 + (u + h % 5) % 60, 1 + (u + h % 3) % 30,
         h % 11 <> 0, '8.0.0.0'::inet + (u * 7 + h % 2), (array['US', 'DE', 'FR', 'GB'])[1 + (u + (h % 499 = 0)::integer) % 4]
  from (select i, (hashint4(i) & 2147483647) as h, 1 + floor(20000 * power((hashint4(i + 1) & 2147483647) / 2147483648.0, 2))::integer as u
        from generate_series(first, last) i) s
  order by i $$;
\timing on
\echo load of :events events
select pg_temp.events(1, :events, '2026-01-01', '35 days') \g /dev/null
vacuum analyze hunt.event_fact;
\timing off
-- 50 rules
create function pg_temp.make_rules(n integer, suffix text) returns void language plpgsql as $$
begin
  for i in 1 .. n loop
    case i % 7
      when 0 then perform hunt.create_rule('match ' || i || suffix, 'match', filter => format('action = %L and not success', 'Action' || i));
      when 1 then perform hunt.create_rule('failures ' || i || suffix, 'threshold', filter => format('not success and source = %L', (select value from hunt.dictionary_source where id = 1 + i % 3)),
                    window_size => '5 minutes', min_count => 10);
      when 2 then perform hunt.create_rule('networks ' || i || suffix, 'threshold', filter => format('source = %L', (select value from hunt.dictionary_source where id = 1 + i % 3)),
                    window_size => '30 minutes', min_count => 4, distinct_of => 'device_ip_asn_number');
      when 3 then perform hunt.create_rule('clients ' || i || suffix, 'aggregation', filter => format('application = %L', 'Application ' || 1 + i % 30), window_size => '30 minutes',
                    aggregates => '{"clients": "count_distinct(http_user_agent_key)", "failures": "count(*) filter (where not success)"}',
                    condition => 'clients >= 3 and failures >= 2');
      when 4 then perform hunt.create_rule('chain ' || i || suffix, 'chain', filter => format('source = %L', (select value from hunt.dictionary_source where id = 1 + i % 3)),
                    window_size => '10 minutes', steps => '[{"filter": "not success", "count": 3}, {"filter": "success"}]');
      when 5 then perform hunt.create_rule('new network ' || i || suffix, 'first_seen', filter => format('source = %L', (select value from hunt.dictionary_source where id = 1 + i % 3)),
                    value => 'device_ip_asn_number', learning => '14 days');
      else perform hunt.create_rule('networks an hour ' || i || suffix, 'outlier', filter => format('source = %L', (select value from hunt.dictionary_source where id = 1 + i % 3)),
                    slice => '1 hour', aggregates => '{"networks": "count_distinct(device_ip_asn_number)"}', learning => '14 days', min_value => 3);
    end case;
  end loop;
end $$;
select pg_temp.make_rules(:rules, '') \g /dev/null
\timing on
\echo first run: rules learn from what is stored
call hunt.run_rules('1 hour');
\timing off
select kind, round(avg(extract(epoch from last_duration) * 1000)) as learn_ms from hunt.rule_status group by 1 order by 1;
-- With the 30th batch the windows of half an hour are as full as they get, with the 59th the slices of an hour.
\echo one-minute batches of :batch events
create table pg_temp.run (n integer, ms numeric, cpu_ms numeric);
create function pg_temp.cpu_ms() returns numeric language sql as
$$ select split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::numeric / 1e6 $$;
-- kB of the process: at most, of which the shared buffers are a part, and now without them
create function pg_temp.memory() returns text language sql as
$$ select format('at most %s kB, private now %s kB', substring(s from 'VmHWM:\s*(\d+)'), substring(s from 'RssAnon:\s*(\d+)'))
   from pg_read_file('/proc/self/status') s $$;
create procedure pg_temp.run_batches(stored integer, batch integer) language plpgsql as $$
declare
  began timestamptz;
  cpu numeric;
begin
  for n in 1 .. 59 loop
    perform pg_temp.events(stored + (n - 1) * batch + 1, stored + n * batch, '2026-02-05 10:00'::timestamptz + n * interval '1 minute', '1 minute');
    commit;
    began := clock_timestamp();
    cpu := pg_temp.cpu_ms();
    call hunt.run_rules();
    insert into pg_temp.run select n, extract(epoch from clock_timestamp() - began) * 1000, pg_temp.cpu_ms() - cpu;
  end loop;
end $$;
call pg_temp.run_batches(:events, :batch);
select n as batch, round(ms) as run_ms, round(cpu_ms) as cpu_ms, ms <= 2000 as "<= 2 s" from pg_temp.run where n <= 5 or n % 5 = 0 or n = 59 order by n;
select case when n <= 5 then 'the first five' else 'the last ten, windows and slices full' end as batches,
       round(percentile_cont(0.5) within group (order by ms)) as median_ms, round(max(ms)) as largest_ms,
       round((percentile_cont(0.5) within group (order by cpu_ms))::numeric) as median_cpu_ms, max(ms) <= 2000 as "<= 2 s"
from pg_temp.run where n <= 5 or n >= 50 group by 1 order by min(n);
select md5(string_agg(s, ' ' order by s)) as signals_md5, count(*) as signals, sum(detections) as detections
from (select (g.rule_name, g.name, g.entity_type, g.entity, g.severity, g.first_at, g.last_at, g.detections, g.evidence)::text as s, g.detections
      from hunt.signal g) x;
select kind, count(*) as rules, round(avg(extract(epoch from last_duration) * 1000)) as ms_a_rule, sum(last_rows) as rows_seen, sum(last_signals) as signals, max(last_error) as error
from hunt.rule_status group by 1 order by 1;
\echo one late batch of :late events, 10 rules
delete from hunt.rule;
select pg_temp.make_rules(10, ' late') \g /dev/null
call hunt.run_rules('1 hour');
select pg_temp.events(:events + 60 * :batch, :events + 60 * :batch + :late - 1, '2026-02-06', '10 hours') \g /dev/null
select clock_timestamp() as began, pg_temp.cpu_ms() as cpu \gset
call hunt.run_rules('1 hour');
select round(extract(epoch from clock_timestamp() - :'began')) as late_batch_s, round((pg_temp.cpu_ms() - :cpu) / 1000) as cpu_s,
       pg_temp.memory() as memory, extract(epoch from clock_timestamp() - :'began') <= 60 as "<= 60 s";
select name, round(extract(epoch from last_duration) * 1000) as ms, last_rows, last_signals, last_error from hunt.rule_status order by name;
\echo an aggregation rule over 100,000 rows of one group in one window
delete from hunt.rule;
create table one_group (event_time timestamptz, user_username text, agent text, device_ip inet);
select hunt.track_relation('one_group') \g /dev/null
select hunt.create_rule('few', 'aggregation', source => 'one_group', window_size => '2 hours',
         aggregates => '{"agents": "count_distinct(agent)"}', condition => 'agents > 40'),
       hunt.create_rule('many', 'aggregation', source => 'one_group', window_size => '2 hours',
         aggregates => '{"addresses": "count_distinct(device_ip)"}', condition => 'addresses > 1000000') \g /dev/null
insert into one_group
select '2026-03-01'::timestamptz + i * interval '60 ms', 'one', 'agent ' || i % 40, '10.0.0.0'::inet + i from generate_series(1, 100000) i;
call hunt.run_rules();
select name, round(extract(epoch from last_duration) * 1000) as ms, last_rows, last_error from hunt.rule_status order by name;
