-- Times each hunt once in each way: CPU and wall seconds of one backend without parallel workers, rows found. Variable: kinds, those
-- measured (ours: the hunt itself; stored: the same from roll-ups where it is not a function; wide: what one would write without the
-- extension, over the wide rows of hunts_wide.sql; plain: the same over our narrow rows; floor: counting the rows of the finest groups).
\set ON_ERROR_STOP on
set client_min_messages = warning;
set search_path = hunt, public;
set timezone = 'UTC';
set jit = off;
set work_mem = '256MB';
set max_parallel_workers_per_gather = 0;

create schema if not exists bench;
create table if not exists bench.task (hunt text, kind text, target_ratio numeric, query text, primary key (hunt, kind));
create table if not exists bench.spent (hunt text, kind text, cpu numeric, wall numeric, found bigint);
create or replace function bench.cpu() returns numeric language sql as
$$ select split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::numeric / 1e9 $$;
create or replace procedure bench.measure(kinds text[]) language plpgsql as $$
declare
  one record;
  before numeric;
  began timestamptz;
  found bigint;
  is_rolled_up boolean := hunt.has_rollup('user_session');
begin
  for one in select * from bench.task t
             where t.kind = any (measure.kinds)
               and case when is_rolled_up then t.kind <> 'ours' or t.hunt <> 'k' else t.kind <> 'stored' end
             order by t.hunt, t.kind loop
    before := bench.cpu();
    began := clock_timestamp();
    execute 'select count(*) from (' || one.query || ' offset 0) q' into found;
    insert into bench.spent values (one.hunt, case when is_rolled_up and one.kind in ('ours', 'stored') then 'roll-ups' else one.kind end,
                                    bench.cpu() - before, extract(epoch from clock_timestamp() - began), found);
    commit;
  end loop;
end $$;

truncate bench.task;
insert into bench.task (hunt, kind, query) values
  ('a', 'ours', $q$select * from several_networks('2026-10-05', '2026-11-09')$q$),
  ('b', 'ours', $q$select * from several_countries('2026-10-05', '2026-11-09')$q$),
  ('c', 'ours', $q$select * from several_clients('2026-10-05', '2026-11-09')$q$),
  ('d', 'ours', $q$select * from network_outliers('2026-10-19', '2026-11-09')$q$),
  ('e', 'ours', $q$select * from first_seen_values('2026-10-19', '2026-11-09')$q$),
  ('f', 'ours', $q$select * from identity_addresses('2026-10-05', '2026-11-09')$q$),
  ('g', 'ours', $q$select * from single_sign_on_clients('2026-10-12', '2026-11-09')$q$),
  ('h', 'ours', $q$select * from first_seen_values('2026-10-19', '2026-11-09', 'application', sources => '{okta}')$q$),
  ('h command', 'ours', $q$select * from first_seen_values('2026-10-19', '2026-11-09', 'command', sources => '{windows_4688}', pattern => 'kubectl%')$q$),
  ('i', 'ours', $q$select * from mfa_contrast('2026-10-05', '2026-11-09')$q$),
  ('j', 'ours', $q$select * from access_key_clients('2026-10-05', '2026-11-09')$q$),
  ('k', 'ours', $q$select * from (
     select profile_username(k) as username, k, sum(n) as n from (
       select profile_key(session_profile(asn_org(asn), country, g.value, u.value)) as k, n
       from (select user_id, device_ip_asn_number as asn, device_ip_country_code as country, agent_id, count(*) as n from event_fact
             where source_id = (select source_id('cloudtrail')) and user_id is not null and device_ip_asn_number is not null
               and event_time >= '2026-10-05' and event_time < '2026-11-09' group by 1, 2, 3, 4) f
       join dictionary_user u on u.id = f.user_id left join dictionary_agent g on g.id = f.agent_id) p
     group by 2) s where n < 3$q$),
  ('k', 'stored', $q$select * from (
     select profile_username(k) as username, k, sum(n) as n from (
       select profile_key(session_profile(asn_org(asn), country, g.value, u.value)) as k, n
       from (select user_id, device_ip_asn_number as asn, device_ip_country_code as country, agent_id, sum(events) as n
             from read_rollup_user_session('2026-10-05', '2026-11-09', '1 day')
             where source_id = (select source_id('cloudtrail')) and device_ip_asn_number is not null group by 1, 2, 3, 4) f
       join dictionary_user u on u.id = f.user_id left join dictionary_agent g on g.id = f.agent_id) p
     group by 2) s where n < 3$q$),
  ('l', 'ours', $q$select * from unusual_actions('2026-10-19', '2026-11-09')$q$);

\set signin 'source_id = (select source_id(\'entra_signin\')) and success and user_id is not null and event_time >= \'2026-10-05\' and event_time < \'2026-11-09\''
insert into bench.task (hunt, kind, query) values
  ('a', 'plain', $q$select u.value, q.* from (
     select user_id, date_trunc('day', event_time) as day, count(distinct n.organization) as networks, array_agg(distinct n.organization),
            array_agg(distinct device_ip_asn_number), count(*), min(event_time), max(event_time)
     from event_fact f join bench.network n on n.number = f.device_ip_asn_number where $q$ || :'signin' || $q$
     group by 1, 2 having count(distinct n.organization) >= 2) q join dictionary_user u on u.id = q.user_id$q$),
  ('a', 'floor', $q$select user_id, date_bin('1 day', event_time, '2000-01-01 00:00+00') as day, device_ip_asn_number, device_ip_country_code, count(*)
     from event_fact where $q$ || :'signin' || $q$ group by 1, 2, 3, 4$q$),
  ('b', 'plain', $q$select u.value, q.* from (
     select user_id, date_trunc('day', event_time) as day, count(distinct n.organization) as networks, array_agg(distinct n.organization),
            count(distinct device_ip_country_code), array_agg(distinct device_ip_country_code), count(*), min(event_time), max(event_time)
     from event_fact f join bench.network n on n.number = f.device_ip_asn_number where $q$ || :'signin' || $q$
     group by 1, 2 having count(distinct n.organization) >= 2 and count(distinct device_ip_country_code) >= 2) q
     join dictionary_user u on u.id = q.user_id$q$),
  ('c', 'plain', $q$select u.value, q.* from (
     select user_id, date_trunc('day', event_time) as day, count(distinct g.agent_key) as clients, array_agg(distinct g.agent_key),
            count(distinct g.os), array_agg(distinct g.os), array_agg(distinct g.value), count(*), min(event_time), max(event_time)
     from event_fact f join dictionary_agent g on g.id = f.agent_id where $q$ || :'signin' || $q$
     group by 1, 2 having count(distinct g.agent_key) >= 3 and count(distinct g.os) >= 2) q join dictionary_user u on u.id = q.user_id$q$),
  ('c', 'floor', $q$select user_id, date_bin('1 day', event_time, '2000-01-01 00:00+00') as day, agent_id, device_ip_asn_number, count(*)
     from event_fact where $q$ || :'signin' || $q$ group by 1, 2, 3, 4$q$),
  ('d', 'plain', $q$with counted as (
     select user_id, date_trunc('hour', event_time) as hour, count(distinct n.organization) as networks, array_agg(distinct n.organization) as names,
            array_agg(distinct device_ip_country_code) as countries, count(*) as events, min(event_time) as first_at, max(event_time) as last_at
     from event_fact f join bench.network n on n.number = f.device_ip_asn_number where $q$ || :'signin' || $q$ group by 1, 2),
   judged as (select c.*, avg(networks) over w as m, stddev_pop(networks) over w as s, count(*) over w as k from counted c
     window w as (partition by user_id order by hour range between '90 days' preceding and '1 hour' preceding))
   select u.value, q.* from judged q join dictionary_user u on u.id = q.user_id
   where hour >= '2026-10-19' and k >= 24 and networks >= 2 and networks > m + 3 * coalesce(s, 0)$q$),
  ('d', 'floor', $q$select user_id, date_bin('1 hour', event_time, '2000-01-01 00:00+00') as hour, device_ip_asn_number, device_ip_country_code, count(*)
     from event_fact where $q$ || :'signin' || $q$ group by 1, 2, 3, 4$q$),
  ('e', 'plain', $q$with shown as (
     select user_id, n.organization, min(event_time) as first_at, max(event_time) as last_at, count(*) as events
     from event_fact f join bench.network n on n.number = f.device_ip_asn_number
     where success is not false and user_id is not null and event_time < '2026-11-09' group by 1, 2),
   known as (select *, min(first_at) over (partition by user_id) as since, count(*) over (partition by organization) as people from shown)
   select u.value, k.* from known k join dictionary_user u on u.id = k.user_id
   where first_at >= '2026-10-19' and since <= first_at - interval '14 days'$q$),
  ('e', 'floor', $q$select user_id, date_bin('1 day', event_time, '2000-01-01 00:00+00') as day, device_ip_asn_number, count(*)
     from event_fact where success is not false and user_id is not null and event_time < '2026-11-09' group by 1, 2, 3$q$),
  ('f', 'plain', $q$select date_trunc('day', event_time) as day, d.user_arn, user_id, access_key_id, agent_id, count(distinct device_ip) as addresses,
       array_agg(distinct device_ip), array_agg(distinct n.organization), array_agg(distinct device_ip_country_code), count(*), min(event_time), max(event_time)
     from event_fact f join event_detail d using (event_time, event_key) left join bench.network n on n.number = f.device_ip_asn_number
     where source_id = (select source_id('eks_audit')) and event_time >= '2026-10-05' and event_time < '2026-11-09'
       and not device_ip <<= any ('{10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,127.0.0.0/8,169.254.0.0/16,100.64.0.0/10,0.0.0.0/8,224.0.0.0/3}'::inet[])
     group by 1, 2, 3, 4, 5 having count(distinct device_ip) >= 2$q$),
  ('f', 'floor', $q$select date_bin('1 day', event_time, '2000-01-01 00:00+00') as day, d.user_arn, user_id, access_key_id, agent_id, count(*)
     from event_fact f join event_detail d using (event_time, event_key)
     where source_id = (select source_id('eks_audit')) and event_time >= '2026-10-05' and event_time < '2026-11-09' and device_ip_asn_number is not null
     group by 1, 2, 3, 4, 5$q$),
  ('g', 'plain', $q$with client as (
     select user_id, date_trunc('hour', event_time) as hour, count(distinct g.agent_key) as n, array_agg(distinct g.agent_key) as clients,
            array_agg(distinct n.organization) as networks, count(*) as events
     from event_fact f join dictionary_agent g on g.id = f.agent_id left join bench.network n on n.number = f.device_ip_asn_number
     where source_id = (select source_id('okta')) and success and user_id is not null and event_time >= '2026-10-05' and event_time < '2026-11-09'
       and device_event_id = (select id from dictionary_device_event where value = 'user.authentication.sso') group by 1, 2)
   select u.value, c.*, b.clients as before from client c left join client b on b.user_id = c.user_id and b.hour = c.hour - interval '7 days'
   join dictionary_user u on u.id = c.user_id where c.n >= 3 and c.hour >= '2026-10-12'$q$),
  ('g', 'floor', $q$select user_id, date_bin('1 hour', event_time, '2000-01-01 00:00+00') as hour, agent_id, device_ip_asn_number, count(*)
     from event_fact where source_id = (select source_id('okta')) and success and user_id is not null and agent_id is not null
       and event_time >= '2026-10-05' and event_time < '2026-11-09'
       and device_event_id = (select id from dictionary_device_event where value = 'user.authentication.sso') group by 1, 2, 3, 4$q$),
  ('h', 'plain', $q$with shown as (
     select user_id, application_id, min(event_time) as first_at, max(event_time) as last_at, count(*) as events from event_fact f
     where success is not false and user_id is not null and application_id is not null and event_time < '2026-11-09'
       and source_id = (select source_id('okta')) group by 1, 2),
   known as (select *, min(first_at) over (partition by user_id) as since, count(*) over (partition by application_id) as people from shown)
   select u.value, a.value as application, k.* from known k join dictionary_user u on u.id = k.user_id join dictionary_application a on a.id = k.application_id
   where first_at >= '2026-10-19' and since <= first_at - interval '14 days'$q$),
  ('h', 'floor', $q$select user_id, date_bin('1 day', event_time, '2000-01-01 00:00+00') as day, application_id, count(*)
     from event_fact where success is not false and user_id is not null and source_id = (select source_id('okta')) and event_time < '2026-11-09'
     group by 1, 2, 3$q$),
  ('h command', 'plain', $q$with shown as (
     select user_id, regexp_replace(d.command_line, '[0-9]+', '*', 'g') as command, min(event_time) as first_at, max(event_time) as last_at, count(*) as events
     from event_fact f join event_detail d using (event_time, event_key)
     where success is not false and user_id is not null and event_time < '2026-11-09' and source_id = (select source_id('windows_4688')) group by 1, 2),
   known as (select *, min(first_at) over (partition by user_id) as since, count(*) over (partition by command) as people from shown)
   select u.value, k.* from known k join dictionary_user u on u.id = k.user_id
   where first_at >= '2026-10-19' and since <= first_at - interval '14 days' and command like 'kubectl%'$q$),
  ('h command', 'floor', $q$select user_id, date_bin('1 day', event_time, '2000-01-01 00:00+00') as day, d.command_line, count(*)
     from event_fact f join event_detail d using (event_time, event_key)
     where success is not false and user_id is not null and event_time < '2026-11-09' and source_id = (select source_id('windows_4688')) group by 1, 2, 3$q$),
  ('i', 'plain', $q$with side as (
     select event_time, user_id, device_ip_asn_number as asn, device_ip_country_code as country, agent_id, application_id, mfa_method_id, session_id,
            mfa_method_id in (select id from dictionary_mfa_method where value !~~* '%password%') as is_mfa
     from event_fact where source_id in (select id from dictionary_source where value in ('okta', 'entra_signin')) and success
       and user_id is not null and device_ip_country_code is not null and event_time >= '2026-10-05' and event_time < '2026-11-09')
   select m.*, o.* from side m join side o on o.user_id = m.user_id and o.country <> m.country and o.is_mfa is not true
     and o.event_time between m.event_time - interval '30 minutes' and m.event_time + interval '30 minutes' where m.is_mfa$q$),
  ('i', 'floor', $q$select user_id, date_bin('1 hour', event_time, '2000-01-01 00:00+00') as hour, device_ip_country_code, count(*)
     from event_fact where source_id in (select id from dictionary_source where value in ('okta', 'entra_signin')) and success and user_id is not null
       and event_time >= '2026-10-05' and event_time < '2026-11-09' group by 1, 2, 3$q$),
  ('j', 'plain', $q$select date_bin('10 minutes', event_time, '2000-01-01 00:00+00') as slice, access_key_id, user_id, count(distinct g.agent_key),
       array_agg(distinct g.agent_key), count(distinct n.organization), array_agg(distinct n.organization), array_agg(distinct device_ip_country_code),
       array_agg(distinct action_id), count(*), min(event_time), max(event_time)
     from event_fact f join dictionary_agent g on g.id = f.agent_id join bench.network n on n.number = f.device_ip_asn_number
     where source_id = (select source_id('cloudtrail')) and access_key_id is not null and user_id is not null
       and event_time >= '2026-10-05' and event_time < '2026-11-09'
     group by 1, 2, 3 having count(distinct g.agent_key) >= 2 and count(distinct n.organization) >= 2$q$),
  ('j', 'floor', $q$select date_bin('10 minutes', event_time, '2000-01-01 00:00+00') as slice, access_key_id, user_id, agent_id, action_id, device_ip_asn_number,
       device_ip_country_code, count(*)
     from event_fact where source_id = (select source_id('cloudtrail')) and access_key_id is not null and user_id is not null
       and event_time >= '2026-10-05' and event_time < '2026-11-09' group by 1, 2, 3, 4, 5, 6, 7$q$),
  ('k', 'plain', $q$select * from (
     select user_id, regexp_replace(concat_ws(',', n.organization, device_ip_country_code, g.value, u.value), '[0-9]+', '*', 'g') as signature, sum(f.n) as n
     from (select user_id, device_ip_asn_number, device_ip_country_code, agent_id, count(*) as n from event_fact
           where source_id = (select source_id('cloudtrail')) and user_id is not null and device_ip_asn_number is not null
             and event_time >= '2026-10-05' and event_time < '2026-11-09' group by 1, 2, 3, 4) f
     join dictionary_user u on u.id = f.user_id join bench.network n on n.number = f.device_ip_asn_number
     left join dictionary_agent g on g.id = f.agent_id group by 1, 2) s where n < 3$q$),
  ('k', 'floor', $q$select user_id, device_ip_asn_number, device_ip_country_code, agent_id, count(*) from event_fact
     where source_id = (select source_id('cloudtrail')) and user_id is not null and device_ip_asn_number is not null
       and event_time >= '2026-10-05' and event_time < '2026-11-09' group by 1, 2, 3, 4$q$),
  ('l', 'plain', $q$with done as (
     select user_id, date_trunc('hour', event_time) as hour, action_id, application_id, count(*) as events,
            array_agg(distinct device_ip_asn_number) as networks, min(event_time) as first_at, max(event_time) as last_at
     from event_fact where source_id in (select id from dictionary_source where value in ('cloudtrail', 'eks_audit', 'kubernetes_audit', 'okta'))
       and user_id is not null and action_id is not null and event_time < '2026-11-09' group by 1, 2, 3, 4),
   placed as (select d.*, row_number() over (partition by user_id, action_id, application_id order by hour) = 1 as is_new,
       min(hour) over (partition by user_id) as since from done d)
   select user_id, hour, count(*) filter (where is_new), array_agg(action_id) filter (where is_new), sum(events)
   from placed where hour >= '2026-10-19' and since <= hour - interval '14 days' group by 1, 2 having count(*) filter (where is_new) >= 2$q$),
  ('l', 'floor', $q$select user_id, date_bin('1 hour', event_time, '2000-01-01 00:00+00') as hour, action_id, application_id, device_ip_asn_number, count(*)
     from event_fact where source_id in (select id from dictionary_source where value in ('cloudtrail', 'eks_audit', 'kubernetes_audit', 'okta'))
       and user_id is not null and action_id is not null and event_time < '2026-11-09' group by 1, 2, 3, 4, 5$q$);
-- Where counting is by row in the question as published, and can be by fewer, both are here: of k the masked text of each row, of i the
-- countries of an hour.
\set wide_signin 'event_id = \'SignInLogs\' and error_code = \'0\' and ts >= \'2026-10-05\' and ts < \'2026-11-09\''
insert into bench.task (hunt, kind, query) values
  ('a', 'wide', $q$select user_name, date_trunc('day', ts) as day, count(distinct asn_org), array_agg(distinct asn_org), array_agg(distinct asn), count(*), min(ts), max(ts)
     from bench.wide where $q$ || :'wide_signin' || $q$ group by 1, 2 having count(distinct asn_org) >= 2$q$),
  ('b', 'wide', $q$select user_name, date_trunc('day', ts) as day, count(distinct asn_org), array_agg(distinct asn_org), count(distinct country),
       array_agg(distinct country), count(*), min(ts), max(ts)
     from bench.wide where $q$ || :'wide_signin' || $q$ group by 1, 2 having count(distinct asn_org) >= 2 and count(distinct country) >= 2$q$),
  ('c', 'wide', $q$select user_name, date_trunc('day', ts) as day, count(distinct user_agent), array_agg(distinct user_agent), count(distinct system),
       array_agg(distinct system), count(*), min(ts), max(ts)
     from (select *, case when user_agent ~ 'iPhone|iPad' then 'iOS' when user_agent ~ 'Android' then 'Android' when user_agent ~ 'Windows' then 'Windows'
                          when user_agent ~ 'Mac OS X|Darwin' then 'macOS' when user_agent ~* 'linux' then 'Linux' end as system from bench.wide) f
     where $q$ || :'wide_signin' || $q$ group by 1, 2 having count(distinct user_agent) >= 3 and count(distinct system) >= 2$q$),
  ('d', 'wide', $q$with counted as (
     select user_name, date_trunc('hour', ts) as hour, count(distinct asn_org) as networks, array_agg(distinct asn_org) as names,
            array_agg(distinct country) as countries, count(*) as events, min(ts) as first_at, max(ts) as last_at
     from bench.wide where asn_org is not null and $q$ || :'wide_signin' || $q$ group by 1, 2),
   judged as (select c.*, avg(networks) over w as m, stddev_pop(networks) over w as s, count(*) over w as k from counted c
     window w as (partition by user_name order by hour range between '90 days' preceding and '1 hour' preceding))
   select * from judged where hour >= '2026-10-19' and k >= 24 and networks >= 2 and networks > m + 3 * coalesce(s, 0)$q$),
  ('e', 'wide', $q$with shown as (
     select user_name, asn_org, min(ts) as first_at, max(ts) as last_at, count(*) as events
     from bench.wide where error_code = '0' and user_name is not null and asn_org is not null and ts < '2026-11-09' group by 1, 2),
   known as (select *, min(first_at) over (partition by user_name) as since, count(*) over (partition by asn_org) as people from shown)
   select * from known where first_at >= '2026-10-19' and since <= first_at - interval '14 days'$q$),
  ('f', 'wide', $q$select date_trunc('day', ts) as day, arn, user_name, access_key, user_agent, count(distinct src_ip), array_agg(distinct src_ip), array_agg(distinct asn_org),
       array_agg(distinct country), count(*), min(ts), max(ts)
     from bench.wide where product = 'EKS' and ts >= '2026-10-05' and ts < '2026-11-09'
       and not src_ip <<= any ('{10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,127.0.0.0/8,169.254.0.0/16,100.64.0.0/10,0.0.0.0/8,224.0.0.0/3}'::inet[])
     group by 1, 2, 3, 4, 5 having count(distinct src_ip) >= 2$q$),
  ('g', 'wide', $q$with client as (
     select user_name, date_trunc('hour', ts) as hour, count(distinct user_agent) as n, array_agg(distinct user_agent) as clients,
            array_agg(distinct asn_org) as networks, count(*) as events
     from bench.wide where vendor = 'Okta' and description = 'user.authentication.sso' and error_code = '0' and user_agent is not null
       and ts >= '2026-10-05' and ts < '2026-11-09' group by 1, 2)
   select c.*, b.clients as before from client c left join client b on b.user_name = c.user_name and b.hour = c.hour - interval '7 days'
   where c.n >= 3 and c.hour >= '2026-10-12'$q$),
  ('h', 'wide', $q$with shown as (
     select user_name, app, min(ts) as first_at, max(ts) as last_at, count(*) as events
     from bench.wide where vendor = 'Okta' and error_code = '0' and app is not null and ts < '2026-11-09' group by 1, 2),
   known as (select *, min(first_at) over (partition by user_name) as since, count(*) over (partition by app) as people from shown)
   select * from known where first_at >= '2026-10-19' and since <= first_at - interval '14 days'$q$),
  ('h command', 'wide', $q$with shown as (
     select user_name, regexp_replace(command, '[0-9]+', '*', 'g') as command, min(ts) as first_at, max(ts) as last_at, count(*) as events
     from bench.wide where event_id = '4688' and error_code = '0' and ts < '2026-11-09' group by 1, 2),
   known as (select *, min(first_at) over (partition by user_name) as since, count(*) over (partition by command) as people from shown)
   select * from known where first_at >= '2026-10-19' and since <= first_at - interval '14 days' and command like 'kubectl%'$q$),
  ('i', 'wide', $q$with side as (
     select ts, user_name, asn_org, country, user_agent, app, mfa, mfa !~~* '%password%' as is_mfa
     from bench.wide where vendor in ('Okta', 'Microsoft') and product <> 'Windows' and error_code = '0' and country is not null
       and ts >= '2026-10-05' and ts < '2026-11-09')
   select m.*, o.* from side m join side o on o.user_name = m.user_name and o.country <> m.country and o.is_mfa is not true
     and o.ts between m.ts - interval '30 minutes' and m.ts + interval '30 minutes' where m.is_mfa$q$),
  ('i hourly', 'wide', $q$select user_name, date_trunc('hour', ts) as hour, description, array_agg(distinct mfa), array_agg(distinct country), array_agg(distinct asn_org),
       count(distinct country)
     from bench.wide where vendor = 'Okta' and description = 'user.authentication.auth_via_mfa' and error_code = '0'
     group by 1, 2, 3 having count(distinct country) > 1$q$),
  ('j', 'wide', $q$select date_bin('10 minutes', ts, '2000-01-01 00:00+00') as slice, access_key, user_name, count(distinct user_agent), array_agg(distinct user_agent),
       count(distinct asn_org), array_agg(distinct asn_org), array_agg(distinct country), array_agg(distinct action), count(*), min(ts), max(ts)
     from bench.wide where product = 'CloudTrail' and btrim(access_key) <> '' and btrim(user_name) <> '' and ts >= '2026-10-05' and ts < '2026-11-09'
     group by 1, 2, 3 having count(distinct user_agent) >= 2 and count(distinct asn_org) >= 2$q$),
  ('k', 'wide', $q$select * from (
     select user_name, regexp_replace(concat_ws(',', asn_org, country, user_agent, user_name), '[0-9]+', '*', 'g') as signature, sum(f.n) as n
     from (select user_name, asn_org, country, user_agent, count(*) as n from bench.wide
           where product = 'CloudTrail' and btrim(user_name) <> '' and btrim(asn_org) <> '' and ts >= '2026-10-05' and ts < '2026-11-09' group by 1, 2, 3, 4) f
     group by 1, 2) s where n < 3$q$),
  ('k row by row', 'wide', $q$select * from (
     select user_name, regexp_replace(concat_ws(',', asn_org, country, user_agent, user_name), '[0-9]+', '*', 'g') as signature, count(*) as n from bench.wide
     where product = 'CloudTrail' and btrim(user_name) <> '' and btrim(asn_org) <> '' and ts >= '2026-10-05' and ts < '2026-11-09' group by 1, 2) s where n < 3$q$),
  ('l', 'wide', $q$with done as (
     select user_name, date_trunc('hour', ts) as hour, action, app, count(*) as events, array_agg(distinct asn_org) as networks, min(ts) as first_at, max(ts) as last_at
     from bench.wide where product in ('CloudTrail', 'EKS', 'Single Sign-On') and action is not null and ts < '2026-11-09' group by 1, 2, 3, 4),
   placed as (select d.*, row_number() over (partition by user_name, action, app order by hour) = 1 as is_new, min(hour) over (partition by user_name) as since from done d)
   select user_name, hour, count(*) filter (where is_new), array_agg(action) filter (where is_new), sum(events)
   from placed where hour >= '2026-10-19' and since <= hour - interval '14 days' group by 1, 2 having count(*) filter (where is_new) >= 2$q$);
select count(*), sum(device_ip_asn_number) from event_fact \g /dev/null
select to_regclass('bench.wide') is not null as has_wide \gset
\if :has_wide
select count(*) from bench.wide \g /dev/null
\endif
call bench.measure(:'kinds');
