-- The same events as a team without the extension keeps them, one wide row each with the names as text, and the hunts in plain SQL
-- over it, as hunts.sql measures them (kind wide). What one counts without it are whole user agents, with their versions.
\set ON_ERROR_STOP on
set client_min_messages = warning;
set search_path = hunt, public;
set timezone = 'UTC';
set jit = off;
set work_mem = '256MB';
set max_parallel_workers_per_gather = 0;

create unlogged table bench.wide (
  id bigint generated always as identity, ts timestamptz, vendor text, product text, event_id text, description text, action text, error_code text, user_name text,
  src_ip inet, asn integer, asn_org text, country text, user_agent text, access_key text, arn text, app text, mfa text, command text);
-- A day at a time, in the order in which a log comes.
do $$
declare
  day timestamptz;
begin
  for day in select generate_series(min(event_time), max(event_time), '24 hours') from event_fact loop
    insert into bench.wide (ts, vendor, product, event_id, description, action, error_code, user_name, src_ip, asn, asn_org, country, user_agent,
                            access_key, arn, app, mfa, command)
    select f.event_time, p.vendor, p.product, p.event_id, d.value, a.value, case when f.success is false then coalesce(f.error_code, '1') else '0' end,
           u.value, f.device_ip, f.device_ip_asn_number, coalesce(n.organization, 'AS' || f.device_ip_asn_number), f.device_ip_country_code, g.value, k.value, e.user_arn, o.value, m.value,
           e.command_line
    from event_fact f
    join (values (source_id('entra_signin'), 'Microsoft', 'Azure', 'SignInLogs'), (source_id('okta'), 'Okta', 'Single Sign-On', 'SystemLog'),
                 (source_id('cloudtrail'), 'Amazon AWS', 'CloudTrail', 'AwsApiCall'), (source_id('eks_audit'), 'Amazon AWS', 'EKS', 'ResponseComplete'),
                 (source_id('windows_4688'), 'Microsoft', 'Windows', '4688')) p (source_id, vendor, product, event_id) using (source_id)
    left join event_detail e on e.event_time = f.event_time and e.event_key = f.event_key and e.event_time >= day and e.event_time < day + interval '24 hours'
    left join bench.network n on n.number = f.device_ip_asn_number
    left join dictionary_user u on u.id = f.user_id
    left join dictionary_agent g on g.id = f.agent_id
    left join dictionary_action a on a.id = f.action_id
    left join dictionary_device_event d on d.id = f.device_event_id
    left join dictionary_application o on o.id = f.application_id
    left join dictionary_mfa_method m on m.id = f.mfa_method_id
    left join dictionary_access_key k on k.id = f.access_key_id
    where f.event_time >= day and f.event_time < day + interval '24 hours'
    order by f.event_time;
  end loop;
end $$;
vacuum analyze bench.wide;
select count(*) as events, pg_size_pretty(pg_table_size('bench.wide')) as wide, round(pg_table_size('bench.wide') / count(*)) as bytes_a_row,
       (select pg_size_pretty(sum(pg_table_size(inhrelid))) from pg_inherits where inhparent = 'event_fact'::regclass) as narrow
from bench.wide;
