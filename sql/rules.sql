-- Rules: what they detect equals a count by plain joins, however the rows are cut into transactions and whatever their order.
set timezone = 'UTC';
select hunt.setup();
create table login (id integer generated always as identity, t timestamptz, who text, ip inet, agent text, ok boolean);
select hunt.track_relation('login');
select hunt.create_rule('addresses', 'threshold', source => 'login', time_column => 't', id_column => 'id', entity => '{who}',
  window_size => '10 minutes', min_count => 4, distinct_of => 'ip', evidence => '{ip}', suppression => '0',
  signal_name => '{{who}} from {{distinct_values}} addresses', severity => 'case when who = ''u1'' then 5 else 2 end');
select hunt.create_rule('many', 'threshold', source => 'login', time_column => 't', entity => '{who}', group_by => '{ok}',
  window_size => '10 minutes', min_count => 4, suppression => '0', filter => 'agent <> ''a3''');
select hunt.create_rule('guess', 'chain', source => 'login', time_column => 't', entity => '{who}', window_size => '10 minutes',
  steps => '[{"filter": "not ok", "count": 2}, {"filter": "ok and ip >= ''10.0.0.3''"}]', suppression => '0');
select hunt.create_rule('both', 'chain', source => 'login', time_column => 't', entity => '{who}', window_size => '5 minutes',
  steps => '[{"filter": "agent = ''a1''", "count": 2}, {"filter": "agent = ''a2''"}]', ordered => false, suppression => '0');
select hunt.create_rule('mixed', 'aggregation', source => 'login', time_column => 't', entity => '{who}', window_size => '10 minutes',
  aggregates => '{"agents": "hunt.count_distinct(agent)", "failures": "count(*) filter (where not ok)"}',
  condition => 'agents >= 3 and failures >= 2', suppression => '0');
select hunt.create_rule('failures', 'match', source => 'login', time_column => 't', entity => '{who,ip}', filter => 'not ok', suppression => '0');

-- 400 rows of 3 users within 8 hours, in random order, in transactions of 1 to 13 rows with a run after each
create table draw as
select i, '2026-03-01'::timestamptz + (hashint4(i)::bigint + 2147483648) % 28800 * interval '1 second' as t,
       'u' || (hashint4(i + 1000) & 3) % 3 as who, '10.0.0.0'::inet + (hashint4(i + 2000) & 7) as ip,
       'a' || (hashint4(i + 3000) & 3) as agent, hashint4(i + 4000) % 3 <> 0 as ok
from generate_series(1, 400) i;
create procedure feed() language plpgsql as $$
declare
  at integer := 1;
  size integer;
begin
  while at <= 400 loop
    size := 1 + (hashint4(at) & 65535) % 13;
    insert into login (t, who, ip, agent, ok) select t, who, ip, agent, ok from draw where i >= at and i < at + size order by i;
    at := at + size;
    commit;
    call hunt.run_rules();
  end loop;
end $$;
call feed();
select name, last_error, failures from hunt.rule_status where failures > 0;

-- moments by plain joins
create view moment as
select 'addresses' as rule, who as entity, t from (select distinct who, t from login) e
where (select count(distinct ip) from login o where o.who = e.who and o.t between e.t - interval '10 minutes' and e.t) >= 4
union all
select distinct 'many', who, t from (select distinct who, ok, t from login where agent <> 'a3') e
where (select count(*) from login o where o.who = e.who and o.ok = e.ok and o.agent <> 'a3' and o.t between e.t - interval '10 minutes' and e.t) >= 4
union all
select distinct 'guess', c.who, c.t from login c join login a on a.who = c.who and not a.ok join login b on b.who = c.who and not b.ok and b.id <> a.id
where c.ok and c.ip >= '10.0.0.3' and a.t < c.t and b.t < c.t and a.t >= c.t - interval '10 minutes' and b.t >= c.t - interval '10 minutes'
union all
select 'both', who, t from (select distinct who, t from login) e
where (select count(*) from login o where o.who = e.who and o.agent = 'a1' and o.t between e.t - interval '5 minutes' and e.t) >= 2
  and exists (select from login o where o.who = e.who and o.agent = 'a2' and o.t between e.t - interval '5 minutes' and e.t);
create view moments as
select rule, entity, count(*) from moment group by 1, 2
union all
select 'failures', e, count(*) from login, lateral (values (who), (host(ip))) v (e) where not ok group by e;
select rule, sum(count) from moments group by rule order by rule;
select * from (select rule_name, entity, sum(detections) from hunt.signal where rule_name <> 'mixed' group by 1, 2) s
full join moments m on m.rule = s.rule_name and m.entity = s.entity
where s.sum is distinct from m.count;
-- the backtest says the same
select r.name, b.*, s.* from hunt.rule r
cross join lateral (select count(*) as signals, sum(detections) as detections from hunt.backtest_rule(r.name, '2026-01-01', '2027-01-01')) b
left join lateral (select count(*), sum(g.detections) from hunt.signal g where g.rule_id = r.rule_id) s on true
where r.kind <> 'aggregation' and (b.signals, b.detections) is distinct from (s.count, s.sum);
-- a condition that more rows can make false (none here can) is judged by the rows that were there
select (select count(*) from hunt.backtest_rule('mixed', '2026-01-01', '2027-01-01')) = (select count(*) from hunt.signal where rule_name = 'mixed') as same,
       (select count(*) from hunt.signal where rule_name = 'mixed')
       = (select count(*) from (select distinct who, t from login) e
          where (select count(distinct agent) >= 3 and count(*) filter (where not ok) >= 2 from login o
                 where o.who = e.who and o.t between e.t - interval '10 minutes' and e.t)) as by_join;
select name, severity, evidence from hunt.signal where rule_name = 'addresses' order by first_at, entity limit 2;

-- what a mistake looks like
\set VERBOSITY terse
select hunt.create_rule('wrong', 'threshold', source => 'login', time_column => 't', entity => '{who}');
select hunt.create_rule('wrong', 'match', source => 'login', time_column => 't', entity => '{who}', window_size => '1 hour');
select hunt.create_rule('wrong', 'guess', source => 'login', time_column => 't', entity => '{who}');
select hunt.create_rule('wrong', 'match', source => 'login', time_column => 'time', entity => '{who}');
select hunt.create_rule('wrong', 'match', source => 'login', time_column => 't', entity => '{nobody}');
select hunt.create_rule('wrong', 'match', source => 'login', time_column => 't', entity => '{who}', filter => 'who');
select hunt.create_rule('wrong', 'match', source => 'login', time_column => 't', entity => '{who}', signal_name => 'from {{where}}');
select hunt.create_rule('wrong', 'aggregation', source => 'login', time_column => 't', entity => '{who}', window_size => '1 hour',
  aggregates => '{"n": "count(distinct ip)"}', condition => 'n > 1');
select hunt.create_rule('wrong', 'aggregation', source => 'login', time_column => 't', entity => '{who}', window_size => '1 hour',
  aggregates => '{"n": "count(*)"}', condition => 'm > 1');
select hunt.create_rule('wrong', 'chain', source => 'login', time_column => 't', entity => '{who}', window_size => '1 hour',
  steps => '[{"filter": "ok"}]');
select hunt.create_rule('wrong', 'chain', source => 'login', time_column => 't', entity => '{who}', window_size => '1 hour',
  steps => '[{"filter": "ok"}, {"filter": "ok", "count": 0}]');
select hunt.create_rule('wrong', 'first_seen', source => 'login', time_column => 't', entity => '{who}', value => 'ip', learning => '90 days');
select hunt.create_rule('failures', 'match', source => 'login', time_column => 't', entity => '{who}');
update hunt.rule set filter = 'agent > 3' where name = 'failures';
update hunt.rule set kind = 'match' where name = 'many';
select hunt.drop_rule('nothing');
select hunt.tune_rule('failures', 'exclude', 'agents = 1');
select hunt.check_schedule('* * * *');
select hunt.check_schedule('61 * * * *');
select hunt.check_schedule('*/5 8-18 * * 1-5');
select hunt.schedule_rules();
\set VERBOSITY default

-- suppression: a user's detections within the interval are one signal; late ones join; the sum stays
select hunt.create_rule('quiet', 'match', source => 'login', time_column => 't', id_column => 'id', entity => '{who}', filter => 'agent = ''quiet''',
  suppression => '1 hour', suppression_limit => '3 hours', severity => '7', signal_name => 'quiet {{who}} {{agent}}', evidence => '{ip}');
insert into login (t, who, ip, agent) select '2026-04-01'::timestamptz + i * interval '50 minutes', 'q', '10.9.0.1', 'quiet' from generate_series(0, 8) i;
call hunt.run_rule('quiet');
select first_at, last_at, detections from hunt.signal where entity = 'q' order by 1;
insert into login (t, who, ip, agent) select '2026-04-01 06:30Z', 'q', '10.9.0.1', 'quiet' from generate_series(1, 2);
insert into login (t, who, ip, agent) select '2026-03-31 12:00Z', 'q', '10.9.0.1', 'quiet';
call hunt.run_rule('quiet');
select first_at, last_at, detections from hunt.signal where entity = 'q' order by 1;
-- a life, suppression lists, criticality, insights
insert into hunt.suppression (network, reason) values ('10.8.0.0/16', 'penetration test');
insert into hunt.entity_criticality (entity_type, entity, operation, operand) values ('who', 'r', '+', 6);
select hunt.create_rule('loud', 'match', source => 'login', time_column => 't', entity => '{who,ip}', filter => 'agent = ''quiet''', severity => '3');
update hunt.rule set evidence = '{ip}' where name = 'loud';
insert into login (t, who, ip, agent) values ('2026-05-01', 'r', '10.9.0.1', 'quiet'), ('2026-05-02', 's', '10.8.0.1', 'quiet'),
  ('2026-05-20', 't', '10.9.0.2', 'quiet'), ('2026-05-20', null, null, 'quiet');
call hunt.run_rules();
select name, entity_type, entity, severity, suppressed, suppressed_reason, insight_id is not null as in_insight from hunt.signal
where first_at >= '2026-05-01' order by first_at, name, entity_type;
select entity_type, entity, score, severity, signal_names from hunt.insight where last_at >= '2026-05-01';
select hunt.set_signal_status((select max(signal_id) from hunt.signal), 'false_positive');
select hunt.set_signal_status(0, 'closed');
select hunt.tune_from_signal((select min(signal_id) from hunt.signal where rule_name = 'loud' and entity = 't'), '{who}', 'a scanner of ours') is not null as tuned;
insert into login (t, who, ip, agent) values ('2026-06-20', 't', '10.9.0.2', 'quiet');
call hunt.run_rules();
select rule_name, count(*) from hunt.signal where first_at >= '2026-06-01' group by 1;
select status, note from hunt.signal where status <> 'new';

-- a view over a tracked table, an untracked table, a query of one's own
create view login_view as select t as event_time, who as user_username, ingest_epoch, ingest_xid from login;
select hunt.create_rule('view', 'match', source => 'login_view');
create table plain (event_time timestamptz, user_username text);
select hunt.create_rule('plain', 'match', source => 'plain');
select hunt.create_rule('own', 'query', query => 'select user_username as entity, max(event_time) as event_time, count(*) as rows_found
  from public.plain where event_time > $1 and event_time <= $2 group by 1 having count(*) > 1', signal_name => '{{entity}}: {{rows_found}}');
insert into login (t, who) values ('2026-07-01', 'v');
insert into plain values (now(), 'p'), (now(), 'p');
call hunt.run_rules();
select rule_name, name, entity, detections from hunt.signal where rule_name in ('view', 'plain', 'own') order by 1;
select name, delivery from hunt.rule_status where name in ('view', 'plain', 'own') order by 1;
delete from hunt.rule;
delete from hunt.signal;
delete from hunt.suppression;
drop view login_view;
drop view moments;
drop view moment;
drop table login;
