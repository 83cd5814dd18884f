-- Loads the events of hunt_events. psql variables: folder, asn (a MaxMind DB of AS numbers).
\set ON_ERROR_STOP on
set client_min_messages = warning;
set search_path = hunt, public;
set maintenance_work_mem = '512MB';
select setup() \g /dev/null
select load_ip_database('asn', :'asn') \g /dev/null
select create_event_partitions(m::date) from generate_series('2026-10-01'::date, '2026-11-01', '1 month') m \g /dev/null
\cd :folder
create schema bench;
create table bench.attack (user_id integer, source_id integer, start_at timestamptz, end_at timestamptz);
\copy bench.attack from attack.tsv
\copy dictionary_user (id, value) from user.tsv
\copy dictionary_agent (id, value) from agent.tsv
\copy dictionary_action (id, value) from action.tsv
\copy dictionary_device_event (id, value) from device_event.tsv
\copy dictionary_application (id, value) from application.tsv
\copy dictionary_mfa_method (id, value) from mfa_method.tsv
\copy dictionary_access_key (id, value) from access_key.tsv
-- The secondary indexes are built behind the load, as definitions of setup().
drop index event_fact_ingest, event_fact_user, event_fact_access_key;
\copy event_fact (event_time, device_ip_asn_number, event_key, source_id, user_id, agent_id, action_id, device_event_id, application_id, mfa_method_id, access_key_id, success, device_ip, device_ip_country_code, error_code, session_id) from fact.tsv
alter table event_detail alter payload set default '{}';
\copy event_detail (event_time, event_key, version_time, content_hash, user_arn, device_hostname, command_line) from detail.tsv
alter table event_detail alter payload drop default;
select setup() \g /dev/null
-- What plain SQL and DuckDB have as columns: names of networks, clients without their versions.
create table bench.network as
select n.number, asn_org(n.number) as organization from (select distinct device_ip_asn_number as number from event_fact) n where n.number is not null;
vacuum analyze;
\copy bench.network to network.tsv
\copy (select id, value, agent_key, os from dictionary_agent) to agent_key.tsv
\copy (select id, value from dictionary_source) to source.tsv
