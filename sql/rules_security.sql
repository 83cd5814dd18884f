-- An attacker who may write rules gains nothing but his own rights.
set client_min_messages = warning;
select hunt.setup();
create role rule_analyst;
create role rule_other;
create role rule_reader;
create role rule_admin;
select hunt.grant_access('rule_analyst', 'analyst');
select hunt.grant_access('rule_other', 'analyst');
select hunt.grant_access('rule_reader', 'reader');
select hunt.grant_access('rule_admin', 'admin');
select hunt.grant_access('rule_admin', 'root');
create table login (event_time timestamptz, who text);
select hunt.track_relation('login');
grant select on login to rule_analyst, rule_other;
create table secret (t text);
create schema evil authorization rule_analyst;

-- the owner's rule
select hunt.create_rule('honest', 'match', source => 'login', entity => '{who}') > 0 as made;
set role rule_analyst;
-- a function that shows whose rights it has, at planning time and at run time
create table evil.trace (who name);
grant insert, select on evil.trace to public;
grant usage on schema evil to public;
create function evil.f(text) returns boolean language plpgsql immutable as
$$ begin insert into evil.trace values (current_user); return true; exception when others then return true; end $$;
create function evil.g() returns boolean language plpgsql volatile as
$$ begin insert into evil.trace values (current_user); return true; end $$;
create operator evil.= (leftarg = text, rightarg = text, function = texteq);
set search_path = evil, hunt, public;
-- reads only what he may read
select create_rule('reads', 'match', source => 'login', entity => '{who}', filter => 'exists (select from public.secret)');
-- a rule that would change something if a privileged role planned or ran it
select create_rule('trap', 'match', source => 'login', entity => '{who}', filter => 'evil.f(who) and evil.g()') > 0 as made;
-- nor as somebody else
insert into hunt.rule (name, owner, kind, source, time_column, exactly_once, entity, signal_name)
values ('stolen', 'rule_other', 'match', 'public.login', 'event_time', true, '{who}', 'x');
update hunt.rule set filter = 'evil.g()' where name = 'honest' returning name;
delete from hunt.rule where name = 'honest' returning name;
select tune_rule('honest', 'exclude', 'evil.g()') is not null as tuned;
update hunt.signal set owner = 'rule_other';
select update_insights('{1}');
update hunt.insight_policy set score_above = 0;
insert into hunt.event_fact default values;
select grant_access('rule_analyst', 'admin');
select separate_teams();
reset role;
reset search_path;
insert into login values ('2026-01-01', 'someone');
truncate evil.trace;

-- the owner of everything runs, edits, looks and backtests
call hunt.run_rules();
update hunt.rule set enabled = false where name = 'trap';
update hunt.rule set enabled = true where name = 'trap';
select count(*) from hunt.rule_status;
call hunt.run_rule('trap');
select * from hunt.backtest_rule('trap', '2020-01-01', '2030-01-01');
select * from hunt.detect(hunt.rule_id('trap'), 'true', 'true', '2020-01-01', '2030-01-01', false);
select who, count(*) from evil.trace group by who;
select owner, entity from hunt.signal;

-- the analyst runs his own as himself
set role rule_analyst;
call hunt.run_rule('trap');
select distinct who from evil.trace;
select owner, name, entity from hunt.signal order by owner;
call hunt.run_rule('honest');
select hunt.drop_rule('honest');
-- others see, until teams are separated, and cannot handle
set role rule_other;
select owner, entity from hunt.signal order by owner;
update hunt.signal set status = 'closed' returning signal_id;
set role rule_reader;
select count(*) from hunt.signal;
update hunt.signal set status = 'closed';
select hunt.create_rule('r', 'match', source => 'login', entity => '{who}');
reset role;
select hunt.separate_teams();
set role rule_other;
select count(*) as signals from hunt.signal;
select count(*) as rules from hunt.rule;
select count(*) as runs from hunt.rule_run;
set role rule_admin;
select count(*) as signals from hunt.signal;
select hunt.set_signal_status(signal_id, 'acknowledged') from hunt.signal where owner = 'rule_analyst';
update hunt.rule set filter = 'true' where name = 'trap' returning name;
reset role;
select hunt.separate_teams(false);
select status, changed_by from hunt.signal order by signal_id;
drop schema evil cascade;
delete from hunt.rule;
delete from hunt.signal;
drop owned by rule_analyst, rule_other, rule_reader, rule_admin;
drop role rule_analyst, rule_other, rule_reader, rule_admin;
