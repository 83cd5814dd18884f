-- Session profiles of CloudTrail events, grouped by user, the least common: CPU seconds of this backend, runs that
-- alternate all tasks, over a wide table (about 380 bytes a row) of which half is CloudTrail. psql variables: module
-- (libmaxminddb_baseline), rows, runs.
\set ON_ERROR_STOP on
\set QUIET on
\pset pager off
set client_min_messages = warning;
create extension session_hunt;
set jit = off;
set max_parallel_workers_per_gather = 0;
set work_mem = '2GB';
create schema bench;
create function bench.cpu_seconds() returns double precision language c volatile as :'module', 'cpu_seconds';

-- A user for 500 rows (20,000 at 10,000,000), of whom some do much more than others, five weeks: one to three networks each, browsers and command lines
-- whose versions move with the days.
select setseed(0.5) \g /dev/null
create unlogged table bench.event as
select g as id, timestamptz '2026-03-01 00:00+00' + day * interval '1 day' + g % 86400 * interval '1 second' as ts,
       'vendor' as vendor, case when is_cloudtrail then 'CloudTrail' else 'Okta' end as product,
       case when is_cloudtrail then 'AwsApiCall-' || g % 100 else 'user.authentication.sso' end as event_id,
       'User single sign on to app' as description, 'DescribeInstances' || g % 60 as action, '0' as error_code,
       'anna.kowalski' || u || '@example.com' as user_name, '10.0.0.0'::inet + g % 16000000 as src_ip,
       64000 + network as asn, 'Telecommunications ' || network || ', Inc.' as asn_org,
       (array['US', 'GB', 'DE', 'IN', 'CA', 'FR', 'NL', 'PL'])[1 + network % 8] as country,
       case when not is_cloudtrail or u % 3 = 0 then
         format('Mozilla/5.0 (%s) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s.0.%s.%s Safari/537.36',
                (array['Windows NT 10.0; Win64; x64', 'Macintosh; Intel Mac OS X 10_15_7', 'X11; Linux x86_64'])[1 + u % 7 % 3],
                119 + version / 14, 6119 + version / 14, 60 + version % 14 * 3)
       else
         format('aws-cli/2.15.%s Python/3.11.%s %s prompt/off command/%s', version / 3, 6 + version / 30,
                (array['Windows/10 exe/AMD64', 'Linux/5.15.0-91-generic exe/x86_64.ubuntu.22', 'Darwin/23.3.0 exe/x86_64.prefix'])[1 + u % 3],
                (array['s3.ls', 's3api.get-object', 'sts.get-caller-identity', 'ec2.describe-instances', 'logs.tail'])[1 + g % 11 % 5])
       end as user_agent,
       'AKIA' || upper(substr(md5(u::text), 1, 16)) as access_key, 'arn:aws:iam::000000001000:user/anna.kowalski' || u as arn,
       'AWS' as app, 'Okta Verify Push' as mfa, 0 as label
from (select g, u, is_cloudtrail, day, day + u % 20 as version, abs(hashint8extended(u, place)) % 400 as network
      from (select g, floor(:rows / 500 * random() ^ 2)::integer as u, random() < 0.527 as is_cloudtrail,
                   (g * 35 / :rows)::integer as day,
                   case when random() < 0.75 then 0 when random() < 0.7 then 1 else 2 end as place
            from generate_series(1, :rows::bigint) g offset 0) r) e;
vacuum analyze bench.event;

create table bench.task (task text primary key, query text, spent float8[]);
insert into bench.task (task, query) values
  ('scan, filter', $$select count(*) from bench.event where product = 'CloudTrail' and not hunt.is_blank(user_name) and not hunt.is_blank(asn_org)$$),
  ('regexp_replace, group', $$
     select * from (select user_name, regexp_replace(concat_ws(',', asn_org, country, user_agent, user_name), '[0-9]+', '*', 'g') s, count(*) c
       from bench.event where product = 'CloudTrail' and not (user_name is null or btrim(user_name) = '')
         and not (asn_org is null or btrim(asn_org) = '') group by 1, 2) x where c < 3$$),
  ('group raw columns, regexp_replace', $$
     select user_name, regexp_replace(concat_ws(',', asn_org, country, user_agent, user_name), '[0-9]+', '*', 'g') s, sum(c)
     from (select user_name, asn_org, country, user_agent, count(*) c from bench.event
       where product = 'CloudTrail' and not (user_name is null or btrim(user_name) = '')
         and not (asn_org is null or btrim(asn_org) = '') group by 1, 2, 3, 4) x group by 1, 2 having sum(c) < 3$$),
  ('profile_key, group', $$
     select hunt.profile_username(k), k, c from (select hunt.profile_key(hunt.session_profile(asn_org, country, user_agent, user_name)) k, count(*) c
       from bench.event where product = 'CloudTrail' and not hunt.is_blank(user_name) and not hunt.is_blank(asn_org) group by 1) x where c < 3$$),
  ('session_profile, group, profile_signature', $$
     select hunt.profile_username(s), s, sum(c) from (select hunt.profile_signature(p) s, c from (
       select hunt.session_profile(asn_org, country, user_agent, user_name) p, count(*) c
       from bench.event where product = 'CloudTrail' and not hunt.is_blank(user_name) and not hunt.is_blank(asn_org) group by 1) x) y
     group by s having sum(c) < 3$$),
  ('session_risk_state by user', $$
     select count(s) from (select hunt.session_risk_state(hunt.session_profile(asn_org, country, user_agent, user_name)) s
       from bench.event where product = 'CloudTrail' and not hunt.is_blank(user_name) and not hunt.is_blank(asn_org) group by user_name) x$$);

create function bench.spent(query text) returns double precision language plpgsql as $$
declare
  begun float8 := bench.cpu_seconds();
begin
  execute query;
  return bench.cpu_seconds() - begun;
end $$;
create procedure bench.measure(runs integer) language plpgsql as $$
begin
  for run in 1 .. runs loop
    update bench.task set spent = spent || bench.spent(query);
  end loop;
end $$;
call bench.measure(:runs);

create function bench.cpu(task text) returns numeric language sql stable as $$
  select percentile_cont(0.5) within group (order by s)::numeric from bench.task t, unnest(t.spent) s where t.task = $1 $$;
create table bench.report (line integer generated always as identity, what text, value numeric, unit text, target numeric);
insert into bench.report (what, value, unit) select task, bench.cpu(task), 's' from bench.task order by task;
insert into bench.report (what, value, unit, target)
select baseline || ' / ' || ours, bench.cpu(baseline) / bench.cpu(ours), 'x', target
from (values ('regexp_replace, group', 'profile_key, group', 4), ('group raw columns, regexp_replace', 'profile_key, group', 1),
             ('regexp_replace, group', 'session_profile, group, profile_signature', null),
             ('group raw columns, regexp_replace', 'session_profile, group, profile_signature', 1)) b (baseline, ours, target);
-- Scoring: each user's state against everyone's, which is read from a table.
create table bench.risk as
select user_name, hunt.session_risk_state(p) s from (
  select user_name, hunt.session_profile(asn_org, country, user_agent, user_name) p from bench.event where product = 'CloudTrail') e group by 1;
create table bench.everyone as select hunt.session_risk_merge(s) s from bench.risk;
create table bench.session as
select user_name, hunt.session_profile(asn_org, country, user_agent, user_name) p from bench.event where product <> 'CloudTrail' limit 1000000;
vacuum analyze bench.risk, bench.everyone, bench.session;
insert into bench.report (what, value, unit)
select 'session_risk of a session', 1e6 * (bench.spent('select max((hunt.session_risk(r.s, e.s, p)).bits) from bench.session join bench.risk r using (user_name), bench.everyone e')
  - bench.spent('select count(r.s), count(e.s), count(p) from bench.session join bench.risk r using (user_name), bench.everyone e'))::numeric / (select count(*) from bench.session), 'us';
insert into bench.report (what, value, unit) select 'stored bytes of a user''s state', avg(pg_column_size(s)), 'B' from bench.risk;

\echo
\echo Session profiles, :rows rows, one backend, no jit, no parallel workers, :runs runs
\pset border 0
\pset footer off
select count(*) filter (where product = 'CloudTrail') as cloudtrail, (select count(*) from bench.risk) as users,
       pg_relation_size('bench.event') / count(*) as bytes_a_row from bench.event;
select what, round(value, 3) as median, unit, '>= ' || target as target,
       case when target is null then '' when value >= target then 'yes' else 'NO' end as met
from bench.report order by line;
