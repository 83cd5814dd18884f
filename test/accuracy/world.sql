-- The truth about the generated months, and how an alert is judged. Variables: days, end_day.
\set ON_ERROR_STOP on
create schema accuracy;

-- One row for each stolen session. judged: "bar" where network, country or client differ from what the victim had shown.
create table accuracy.truth (
  theft integer primary key, actor text, kind text, judged text, start_at timestamptz, end_at timestamptz, address inet,
  asn bigint, country text, access_key text, differs text, events integer, note text);
-- Under which user names and access keys each log knows an actor.
create table accuracy.identity (entity text, source text, actor text);

select format('create function accuracy.start_at() returns timestamptz language sql immutable as $$ select %L::timestamptz $$',
              :'end_day'::date - :days),
       format('create function accuracy.end_at() returns timestamptz language sql immutable as $$ select %L::timestamptz $$',
              :'end_day'),
       -- Alerts count from here on: what came before is what first-seen rules and baselines learn from.
       format('create function accuracy.judged_from() returns timestamptz language sql immutable as $$ select %L::timestamptz $$',
              :'end_day'::date - :days + 20)
\gexec

create table accuracy.detection (position integer generated always as identity, name text primary key, team text);
create table accuracy.alert (name text references accuracy.detection, entity text, actor text, at timestamptz);
create index on accuracy.alert (name, actor, at);
create view accuracy.known_as as select distinct entity, actor from accuracy.identity;

-- Runs a detection: a query that returns a user name or access key, and the moment at which the alert can be raised.
create procedure accuracy.detect(team text, name text, query text) language plpgsql as $$
begin
  insert into accuracy.detection (name, team) values (detect.name, detect.team);
  execute 'insert into accuracy.alert
           select $1, q.entity, k.actor, q.at from (' || query || ') q(entity, at) left join accuracy.known_as k using (entity)
           where q.at >= accuracy.judged_from() and q.at < accuracy.end_at()' using detect.name;
end $$;

-- The same for a rule: `definition` is the call of hunt.create_rule() but for the name.
create procedure accuracy.detect_rule(team text, name text, definition text) language plpgsql as $$
begin
  execute format('select hunt.create_rule(%L, %s)', detect_rule.name, definition);
  call accuracy.detect(detect_rule.team, detect_rule.name,
                       format('select entity, last_at from hunt.backtest_rule(%L, accuracy.start_at(), accuracy.end_at())', detect_rule.name));
end $$;

-- The rule pack: each of its rules, and the insights that the signals of all of them open, with the score of each window.
create table accuracy.signal (rule text, entity_type text, entity text, first_at timestamptz, last_at timestamptz, severity integer,
  name text);
create procedure accuracy.detect_pack(team text, windows interval[]) language plpgsql as $$
declare
  one record;
  scored interval;
begin
  perform hunt.install_rule_pack();
  truncate accuracy.signal;
  for one in select rule.name, rule.prototype from hunt.rule_pack() p join hunt.rule on rule.name = p.name order by rule.rule_id loop
    insert into accuracy.signal
    select one.name, b.entity_type, b.entity, b.first_at, b.last_at, b.severity, b.signal_name
    from hunt.backtest_rule(one.name, accuracy.start_at(), accuracy.end_at()) b;
    call accuracy.detect(team, one.name || case when one.prototype then ' (prototype)' else '' end,
                         format('select entity, first_at from accuracy.signal where rule = %L', one.name));
  end loop;
  foreach scored in array windows loop
    truncate hunt.signal, hunt.insight;
    update hunt.insight_policy p set score_window = scored;
    insert into hunt.signal (rule_name, name, entity_type, entity, severity, prototype, first_at, last_at)
    select s.rule, s.name, s.entity_type, s.entity, s.severity, r.prototype, s.first_at, s.last_at
    from accuracy.signal s join hunt.rule r on r.name = s.rule order by s.first_at, s.rule, s.entity;
    perform hunt.update_insights(array_agg(signal_id)) from hunt.signal;
    call accuracy.detect(team, 'insights, ' || scored, 'select entity, last_at from hunt.insight');
  end loop;
end $$;

-- Several detections as one: an alert of any of them.
create procedure accuracy.together(team text, name text, names text) language sql as $$
  insert into accuracy.detection (name, team) values (name, team);
  insert into accuracy.alert
  select together.name, a.entity, a.actor, a.at from accuracy.alert a join accuracy.detection d using (name)
  where d.name ~ names and d.team = together.team;
$$;

-- An alert as a person reads it: one a day for one actor, however many rows said so. It is true within a theft of the
-- actor or 24 hours after it.
create view accuracy.judged_alert as
select a.name, a.actor, date_trunc('day', a.at, 'UTC') as day, count(*) as rows, min(a.at) as at,
       bool_or(exists (select from accuracy.truth t where t.actor = a.actor and a.at >= t.start_at
                                                      and a.at <= t.end_at + interval '24 hours')) as is_true
from accuracy.alert a
group by 1, 2, 3;

-- Of each detection and theft the first alert in time, and whether one fell into a stretch as long a fortnight off, when
-- nothing was stolen: what a detection finds by raising alerts often enough.
create view accuracy.judged_theft as
select d.position, d.name, d.team, t.*,
       (select min(a.at) from accuracy.alert a
        where a.name = d.name and a.actor = t.actor
          and a.at >= t.start_at and a.at <= t.end_at + interval '24 hours') as found_at,
       exists (select from accuracy.alert a
               where a.name = d.name and a.actor = t.actor
                 and a.at >= t.start_at + s.shift and a.at <= t.end_at + interval '24 hours' + s.shift) as by_chance
from accuracy.detection d
cross join accuracy.truth t
cross join lateral (select case when t.start_at - interval '14 days' >= accuracy.judged_from() then interval '-14 days'
                                else interval '14 days' end as shift) s;
