-- Rules that learn: in time order, however the rows are cut into runs, they find what a backtest and plain joins find.
set timezone = 'UTC';
set client_min_messages = warning;
select hunt.setup();
create table visit (id integer generated always as identity, event_time timestamptz, who text, asn integer, line text);
select hunt.track_relation('visit');
insert into hunt.peer select 'who', 'u' || i, 'group ' || i % 2 from generate_series(0, 3) i;
-- 60 days of 4 users and an occasional newcomer; their networks and commands change now and then
create table life as
select i, '2026-01-01'::timestamptz + i * interval '1 hour' + (hashint4(i) & 1023) * interval '1 second' as event_time,
       case when i > 900 and hashint4(i + 5) % 9 = 0 then 'newcomer' else 'u' || (hashint4(i + 1) & 3) end as who,
       case when hashint4(i + 2) % 25 = 0 then 10 + (hashint4(i + 3) & 15) else hashint4(i + 1) & 3 end as asn,
       case when hashint4(i + 4) % 40 = 0 then 'kubectl exec pod ' || i || ' -- ' || chr(97 + (hashint4(i + 6) & 15)) else 'kubectl get pods -n ' || i end as line
from generate_series(0, 1439) i;
-- what was there before the rules is their past
insert into visit (event_time, who, asn, line) select event_time, who, asn, line from life where i < 300 order by i;
create function make_rules() returns void language sql as $$
  select hunt.create_rule('asn of entity', 'first_seen', source => 'visit', entity => '{who}', value => 'asn', learning => '10 days',
    retention => '25 days', suppression => '0', signal_name => '{{value}} is new: {{reason}}', id_column => 'id');
  select hunt.create_rule('asn of peers', 'first_seen', source => 'visit', entity => '{who}', value => 'asn', learning => '10 days',
    retention => '25 days', scope => 'peers', suppression => '0');
  select hunt.create_rule('asn of all', 'first_seen', source => 'visit', entity => '{who}', value => 'asn', learning => '10 days',
    retention => '25 days', scope => 'global', suppression => '0');
  select hunt.create_rule('command', 'new_signature', source => 'visit', entity => '{who}', value => 'line', learning => '10 days',
    retention => '25 days', suppression => '0', scope => 'global');
  select hunt.create_rule('asns a day', 'outlier', source => 'visit', entity => '{who}', slice => '1 day', learning => '10 days',
    retention => '25 days', aggregates => '{"asns": "count_distinct(asn)"}', sigma => 2, min_value => 3, suppression => '0') $$;
select make_rules();
create procedure live() language plpgsql as $$
declare
  at integer := 300;
  size integer;
begin
  while at < 1440 loop
    size := 1 + (hashint4(at) & 65535) % 40;
    insert into visit (event_time, who, asn, line) select event_time, who, asn, line from life where i >= at and i < at + size order by i;
    at := at + size;
    commit;
    call hunt.run_rules();
  end loop;
end $$;
call live();
select name, last_error from hunt.rule_status where failures > 0;
-- by plain joins: known is what was shown within 25 days before; the entity has been known for 10 days
create view new_value as
select 'asn of entity' as rule, v.who as entity, v.event_time from visit v
where v.id > 300 and not exists (select from visit o where o.who = v.who and o.asn = v.asn and o.event_time < v.event_time and o.event_time >= v.event_time - interval '25 days')
  and (select min(o.event_time) from visit o where o.who = v.who) <= v.event_time - interval '10 days'
union all
select 'asn of all', v.who, v.event_time from visit v
where v.id > 300 and not exists (select from visit o where o.asn = v.asn and o.event_time < v.event_time and o.event_time >= v.event_time - interval '25 days')
  and '2026-01-01'::timestamptz + interval '17 minutes' <= v.event_time - interval '10 days'
union all
select 'asn of peers', v.who, v.event_time from visit v join hunt.peer p on p.entity = v.who
where v.id > 300 and not exists (select from visit o join hunt.peer q on q.entity = o.who where q.peer_group = p.peer_group
    and o.asn = v.asn and o.event_time < v.event_time and o.event_time >= v.event_time - interval '25 days')
union all
select 'command', v.who, v.event_time from visit v
where v.id > 300 and not exists (select from visit o where hunt.log_signature(o.line) = hunt.log_signature(v.line) and o.event_time < v.event_time and o.event_time >= v.event_time - interval '25 days');
select rule, count(*) from new_value group by 1 order by 1;
select * from (select rule_name, entity, first_at from hunt.signal where rule_name <> 'asns a day') s
full join new_value n on n.rule = s.rule_name and n.entity = s.entity and n.event_time = s.first_at
where s.rule_name is null or n.rule is null;
-- a backtest over the same time
create table backtest as
select r.name, b.entity, b.first_at from hunt.rule r cross join (select min(event_time) as at from visit where id > 300) t
cross join lateral hunt.backtest_rule(r.name, t.at, '2027-01-01') b where r.kind <> 'outlier';
select count(*) > 50 as some from backtest;
select * from backtest b full join hunt.signal s on s.rule_name = b.name and s.entity = b.entity and s.first_at = b.first_at
where (b.name is null or s.rule_name is null) and s.rule_name is distinct from 'asns a day';
-- an outlier is judged while its day goes on; what was one then stays one
select count(*) as missed from hunt.backtest_rule('asns a day', '2026-01-14', '2027-01-01') b
where not exists (select from hunt.signal s where s.rule_name = 'asns a day' and s.entity = b.entity and s.first_at = b.first_at);
select entity, first_at, evidence -> 'observed' as observed, evidence -> 'expected' as expected from hunt.signal where rule_name = 'asns a day' order by 2, 1 limit 3;
select name, evidence - 'ids' as evidence from hunt.signal where rule_name = 'asn of entity' order by first_at limit 2;
-- an edit keeps what was learned
select count(*) > 0 as learned from hunt.rule_history;
update hunt.rule set filter = 'asn <> 7', severity = '3', description = 'edited' where name = 'asn of entity';
insert into visit (event_time, who, asn) values ('2026-03-02', 'u1', 99), ('2026-03-02', 'u1', 7), ('2026-03-02', 'somebody new', 98), ('2026-03-02', 'u2', null);
call hunt.run_rules();
select rule_name, entity, name from hunt.signal where first_at = '2026-03-02' order by 1, 2;
-- values longer than an index can hold
insert into visit (event_time, who, line) select '2026-03-03', 'u1', repeat('x y', 3000) || i from generate_series(1, 2) i;
call hunt.run_rules();
select rule_name, entity, length(evidence ->> 'value') > 1000 as long from hunt.signal where first_at = '2026-03-03' and rule_name = 'command';
delete from hunt.rule;
select count(*) from hunt.rule_history;
delete from hunt.signal;
delete from hunt.peer;
drop view new_value;
drop table visit;
drop table backtest;
