-- One event a second for :days days, a run of the rules after each minute of them, in the order of time but for some rows
-- that come up to an hour late.
\set ON_ERROR_STOP 1
\pset footer off
set client_min_messages = warning;
set timezone = 'UTC';
create extension session_hunt;
select hunt.setup() \g /dev/null
create table visit (id bigint generated always as identity, event_time timestamptz, who text, asn integer, agent text, ok boolean);
select hunt.track_relation('visit') \g /dev/null
create index on visit (event_time);
create index on visit (who, event_time);
select hunt.create_rule('failures', 'threshold', source => 'visit', entity => '{who}', filter => 'not ok', window_size => '5 minutes', min_count => 4),
       hunt.create_rule('networks', 'threshold', source => 'visit', entity => '{who}', window_size => '1 hour', min_count => 4, distinct_of => 'asn'),
       hunt.create_rule('guess', 'chain', source => 'visit', entity => '{who}', window_size => '10 minutes',
                        steps => '[{"filter": "not ok", "count": 3}, {"filter": "ok"}]'),
       hunt.create_rule('command line', 'match', source => 'visit', entity => '{who}', filter => 'agent = ''curl'''),
       hunt.create_rule('new network', 'first_seen', source => 'visit', entity => '{who}', value => 'asn', learning => '12 hours', retention => '10 days')
\g /dev/null
-- second i of the simulation: 2,000 users, a network of their own, now and then another; one row in 500 comes late
create function row_of(i bigint, out event_time timestamptz, out who text, out asn integer, out agent text, out ok boolean)
language sql immutable as $$
  select '2026-01-01'::timestamptz + i * interval '1 second',
         'user' || u, case when h % 53 = 0 then 5000 + (h >> 8) % 300 else u % 400 end,
         case when h % 2003 = 0 then 'curl' else 'browser' end, h % 7 <> 0
  from (select abs(hashint8(i)::bigint) as h, floor(2000 * power(abs(hashint8(i + 7)::bigint) / 2147483648.0, 4))::integer as u) s $$;
-- A day a call: a session tells autovacuum of its dead rows only between statements.
create procedure simulate(day integer) language plpgsql as $$
begin
  for minute in day * 1440 .. day * 1440 + 1439 loop
    insert into visit (event_time, who, asn, agent, ok)
    select r.* from generate_series(minute * 60, minute * 60 + 59) i, row_of(i) r where i % 500 <> 499
    union all
    select r.* from generate_series((minute - 59) * 60, (minute - 59) * 60 + 59) i, row_of(i) r where i % 500 = 499 and i >= 0;
    commit;
    call hunt.run_rules();
  end loop;
end $$;
select now() as begun \gset
select format('call simulate(%s)', day) from generate_series(0, :days - 1) day \gexec
select now() - :'begun' as simulated_in;
select count(*) as events, min(event_time), max(event_time) from visit;
select name, last_error from hunt.rule_status where failures > 0;
-- Late rows change where a stretch of detections begins, not how many there are. A late row can also make an earlier row's value
-- known: what was new on time stays a signal, so first-seen detections may be more than the backtest's, never fewer.
select r.name, l.signals, b.signals as backtest_signals, l.detections, b.detections as backtest_detections,
       case when r.kind = 'first_seen' then l.detections >= b.detections else l.detections = b.detections end as same
from hunt.rule r
cross join lateral (select count(*) as signals, sum(detections) as detections from hunt.signal s where s.rule_id = r.rule_id) l
cross join lateral (select count(*) as signals, sum(detections) as detections from hunt.backtest_rule(r.name, '2026-01-01', '2027-01-01')) b
order by r.name;
