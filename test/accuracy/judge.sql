-- Runs the detections and prints two tables: one line for each detection, and what it finds of each kind of theft.
\set ON_ERROR_STOP on
\pset footer off
\pset null ''
set client_min_messages = warning;
truncate accuracy.alert, accuracy.detection;
delete from hunt.rule;
\ir detections.sql
analyze accuracy.alert;

\echo 'Names and keys that no log knows (must be none):'
select distinct name, entity from accuracy.alert where actor is null limit 5;

select count(distinct actor) as actors from accuracy.identity \gset
select extract(day from accuracy.end_at() - accuracy.judged_from()) as judged_days \gset
create temp table theft as select * from accuracy.judged_theft;

\echo
\echo Detections over :judged_days days of :actors users and services.
\echo 'found: thefts for whose victim there is an alert from the theft''s start to a day after its end. bar: network, country or'
\echo 'client differ from the victim''s; apart: they do not. by chance: bar thefts that would be found a fortnight off, when'
\echo 'nothing was stolen. alerts: user-days. false: alerts outside thefts, per 1,000 users and day.'
select d.team, d.name as detection,
       t.bar_found || ' of ' || t.bar as bar_found, round(100.0 * t.bar_found / nullif(t.bar, 0)) as "recall %",
       round(100.0 * t.chance / nullif(t.bar, 0)) as "by chance %",
       t.apart_found || ' of ' || t.apart as apart_found,
       a.rows, a.alerts, a.false_alerts,
       round(1000.0 * a.false_alerts / :actors / :judged_days, 2) as "false /1000/day",
       t.hours as "median hours"
from accuracy.detection d
cross join lateral (
  select coalesce(sum(j.rows), 0) as rows, count(*) as alerts, count(*) filter (where not j.is_true) as false_alerts
  from accuracy.judged_alert j where j.name = d.name) a
cross join lateral (
  select count(*) filter (where judged = 'bar') as bar, count(*) filter (where judged = 'apart') as apart,
         count(found_at) filter (where judged = 'bar') as bar_found,
         count(found_at) filter (where judged = 'apart') as apart_found,
         count(*) filter (where judged = 'bar' and by_chance) as chance,
         round((percentile_cont(0.5) within group (order by extract(epoch from found_at - start_at) / 3600))::numeric, 1) as hours
  from theft j where j.name = d.name) t
order by d.position;

\echo
\echo 'Found of each kind of theft (judged apart in brackets):'
create temp table kind as
select kind, chr(ascii('A') + (row_number() over (order by min(theft)))::integer - 1) as letter, count(*) as thefts,
       count(*) filter (where judged = 'bar') as bar, min(note) as thief from accuracy.truth group by kind;
select letter, kind, bar, thefts - bar as apart, thief from kind order by letter;
select name as detection, letter,
       (count(found_at) filter (where judged = 'bar'))
         || case when bool_or(judged = 'apart') then ' (' || count(found_at) filter (where judged = 'apart') || ')' else '' end
from theft join kind using (kind) group by position, name, letter order by position, letter
\crosstabview detection letter
