-- What the pages of the dashboard ask of 10 million events of 35 days: CPU and wall seconds of this backend for the data of each
-- page, every query of its data loader (dashboard/src/data), as JSON. Target: 2 s a page. psql variable: rows.
\set ON_ERROR_STOP on
\set QUIET on
\pset pager off
\pset footer off
set client_min_messages = warning;
set timezone = 'UTC';
set jit = off;
-- What workers do is not counted.
set max_parallel_workers_per_gather = 0;
set search_path = hunt, public;
create extension session_hunt;
select setup() \g /dev/null

-- Sources in the shares of a company with much cloud: half CloudTrail, a quarter Okta, a fifth Entra ID, the rest Kubernetes. Most
-- people have two networks and two clients; one in fifty events is from elsewhere.
select create_event_partitions(m::date) from generate_series(now() - interval '2 months', now(), interval '1 month') m \g /dev/null
select create_event_partitions(now()::date) \g /dev/null
insert into dictionary_user (value) select 'user' || g || '@example.com' from generate_series(1, 20000) g;
insert into dictionary_access_key (value) select 'AKIA' || md5(g::text) from generate_series(1, 20000) g;
insert into dictionary_agent (value)
select a || ' ' || v from (values ('aws-cli/2.15.30 Python/3.11'), ('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36'),
  ('Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0'), ('Boto3/1.34.1 md/Botocore#1.34.1 ua/2.0 os/linux'), ('kubectl/v1.29.1 (linux/amd64)')) a (a),
  generate_series(1, 8) v;
insert into dictionary_mfa_method (value) values ('push');
insert into dictionary_device_event (value) values ('user.authentication.sso'), ('user.authentication.auth_via_mfa');
insert into dictionary_action (value) values ('user.authentication.sso'), ('user.authentication.auth_via_mfa'), ('GetObject'), ('ListBuckets');
insert into event_fact (event_time, event_key, source_id, user_id, agent_id, action_id, access_key_id, device_event_id, mfa_method_id, success, device_ip,
                        device_ip_asn_number, device_ip_country_code)
select e.t, gen_random_uuid(), s.id, e.u, 1 + (e.u * 7 + e.r % 2 + case when e.r % 53 = 0 then e.r else 0 end) % 40,
       case when s.value = 'okta' then 1 + e.r % 2 else 3 + e.r % 2 end, case when s.value = 'cloudtrail' then e.u end,
       case when s.value = 'okta' then 1 + e.r % 2 end, case when s.value = 'okta' and e.r % 2 = 1 then 1 end, e.r % 31 <> 0,
       '20.0.0.0'::inet + (e.u * 1000 + e.r % 3), (array[3320, 701, 7922, 5089, 24940, 16509, 3215, 2856])[1 + (e.u + e.r % 2 + case when e.r % 50 = 0 then e.r else 0 end) % 8],
       (array['DE', 'US', 'US', 'GB', 'DE', 'US', 'FR', 'GB'])[1 + (e.u + e.r % 2 + case when e.r % 50 = 0 then e.r else 0 end) % 8]
from (select now() - interval '35 days' + g * (interval '35 days' / :rows) as t, 1 + abs(hashint8(g)) % 20000 as u,
             abs(hashint8(g + 7)) % 1000000 as r, g from generate_series(1, :rows) g) e
join dictionary_source s on s.value = case when e.r % 100 < 53 then 'cloudtrail' when e.r % 100 < 77 then 'okta' when e.r % 100 < 96 then 'entra_signin' else 'eks_audit' end;
insert into ingest_log (source, kind, started_at, finished_at, received, inserted, updated, duplicates, rejected)
select s, 'inbox', t, t + interval '1 second', 100, 100, 0, 0, 0
from unnest('{cloudtrail,okta,entra_signin,eks_audit}'::text[]) s, generate_series(now() - interval '35 days', now(), '1 minute') t;
insert into signal (rule_name, name, entity_type, entity, severity, prototype, first_at, last_at)
select 'rule ' || g % 30, 'signal ' || g % 90, 'user_username', 'user' || 1 + abs(hashint8(g)) % 20000 || '@example.com', 1 + g % 8, false, t, t
from (select g, now() - interval '35 days' + g * interval '35 days' / 100000 as t from generate_series(1, 100000) g) g;
select create_default_rollups() \g /dev/null
call refresh_rollups();
analyze;

create function pg_temp.cpu() returns numeric language sql as
$$ select split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::numeric / 1e9 $$;
create temp table step (position serial, page text, what text, cpu numeric, wall numeric);
create procedure pg_temp.measure(page text, what text, query text) language plpgsql as $$
declare
  before numeric;
  began timestamptz;
  result text;
begin
  before := pg_temp.cpu();
  began := clock_timestamp();
  -- As JSON, as the data loaders have it.
  execute 'select json_agg(q) from (' || query || ') q' into result;
  insert into pg_temp.step (page, what, cpu, wall)
  values (measure.page, measure.what, pg_temp.cpu() - before, extract(epoch from clock_timestamp() - began));
end $$;
call pg_temp.measure('(warm)', 'dashboard_end', 'select dashboard_end()');
call pg_temp.measure('overview', 'signals by day', $$select * from dashboard_signals_by_day(now() - interval '30 days', now())$$);
call pg_temp.measure('overview', 'entities', $$select * from dashboard_entities(now() - interval '30 days', now()) limit 15$$);
call pg_temp.measure('overview', 'number of entities', $$select count(*) from dashboard_entities(now() - interval '30 days', now())$$);
call pg_temp.measure('overview', 'sources', $$select source, verdict from dashboard_source$$);
call pg_temp.measure('user', 'sessions', $$select * from dashboard_user_sessions((select array[min(user_id)] from dashboard_entities(now() - interval '30 days', now())), now() - interval '30 days', now())$$);
call pg_temp.measure('user', 'signals', $$select * from dashboard_signal where entity = 'user77@example.com' and entity_type in ('user_username', 'user_identity') and first_at >= now() - interval '30 days'$$);
call pg_temp.measure('health', 'loads by day', $$select * from dashboard_ingest_by_day where day > (now() at time zone 'UTC')::date - 30$$);
call pg_temp.measure('health', 'sources', $$select * from dashboard_source$$);
do $$
declare
  name text;
begin
  -- dashboard/src/data/hunt-[hunt].json.js
  foreach name in array array['several_networks', 'several_countries', 'several_clients', 'single_sign_on_clients', 'mfa_contrast',
                              'access_key_clients', 'identity_addresses'] loop
    call pg_temp.measure('hunts/' || name, 'findings, by day and by entity', format($q$
      with found as materialized (
        select h.found_at, h.entity, h.what, h.events, h.last_at from dashboard_hunts(now() - interval '7 days', now()) h where h.hunt = %L
      ), entity as (
        select f.entity, count(*) as findings, min(f.found_at) as first_at, max(f.found_at) as last_at from found f group by 1
      )
      select (select count(*) from found) as total, (select count(*) from entity) as entity_count,
        (select json_agg(d) from (select (f.found_at at time zone 'UTC')::date as day, count(*) as findings from found f group by 1 order by 1) d) as by_day,
        (select json_agg(e) from (select * from entity order by findings desc, last_at desc, entity limit 15) e) as entities,
        (select json_agg(f) from (select * from found order by found_at desc, entity limit 300) f) as list$q$, name));
  end loop;
end $$;
select page, what, round(cpu, 2) as cpu_s, round(wall, 2) as wall_s from step order by position;
select page, round(sum(cpu), 2) as cpu_s, round(sum(wall), 2) as wall_s, 2 as target_s from step group by page order by page;
