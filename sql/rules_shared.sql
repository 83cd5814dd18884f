-- Rules over one source share a reading of large batches. What they detect is what each detects by itself: batches of 1,500
-- rows, every other one with late rows, against backtests, which share nothing.
set timezone = 'UTC';
select hunt.setup();
create table shared_login (id integer generated always as identity, t timestamptz, who text, "Net work" integer, agent text, ok boolean);
create index on shared_login (who, t);
select hunt.track_relation('shared_login');
create function make_rule(name text, kind text, variadic more text[]) returns void language plpgsql as $$
begin
  execute format('select hunt.create_rule(%L, %L, source => ''shared_login'', time_column => ''t'', entity => ''{who}'', suppression => ''1 hour''%s)',
                 name, kind, (select string_agg(', ' || m, '') from unnest(more) m));
end $$;
select make_rule('match', 'match', $$filter => 'agent = ''curl''', group_by => '{}'$$),
       make_rule('count', 'threshold', $$filter => 'not ok', window_size => '5 minutes', min_count => 4$$),
       make_rule('distinct', 'threshold', $$window_size => '10 minutes', min_count => 5, distinct_of => '"Net work"'$$),
       make_rule('hours', 'threshold', $$window_size => '3 hours', min_count => 60, filter => 'ok'$$),
       make_rule('chain', 'chain', $$window_size => '10 minutes', steps => '[{"filter": "not ok", "count": 2}, {"filter": "agent = ''curl''"}]'$$),
       make_rule('aggregation', 'aggregation', $$window_size => '10 minutes', condition => 'n >= 12 and failures >= 3',
                 aggregates => '{"n": "count(*)", "failures": "count(*) filter (where not ok)"}'$$),
       make_rule('wide 1', 'threshold', $$filter => 'id > 1', window_size => '5 minutes', min_count => 6$$),
       make_rule('wide 2', 'threshold', $$filter => 'id > 2', window_size => '10 minutes', min_count => 9$$),
       make_rule('wide 3', 'aggregation', $$filter => 'who <> ''''', window_size => '5 minutes', condition => 'n >= 8',
                 aggregates => '{"n": "count(*)"}'$$),
       make_rule('row', 'match', $$filter => 'e.agent = ''curl'' and tableoid = ''public.shared_login''::regclass'$$);
-- which columns are read; NULL: the rule reads for itself
select name, hunt.rule_columns(rule_id) from hunt.rule order by name;
create procedure feed(batches integer) language plpgsql as $$
begin
  for n in 1 .. batches loop
    insert into shared_login (t, who, "Net work", agent, ok)
    select '2026-03-01'::timestamptz + n * interval '6 minutes' + (h % 360) * interval '1 second'
             - case when n % 2 = 0 and h % 50 = 0 then interval '20 minutes' else '0' end,
           'u' || (h >> 4) % 83, (h >> 8) % 9, case when h % 31 = 0 then 'curl' else 'browser' end, h % 5 <> 0
    from (select hashint4(n * 10000 + i)::bigint & 2147483647 as h from generate_series(1, 1500) i) s;
    commit;
    call hunt.run_rules();
    if n = 3 then
      update hunt.rule set filter = 'agent = ''curl'' or id < 0' where name = 'match';
    end if;
  end loop;
end $$;
call feed(6);
select name, failures, last_error from hunt.rule_status where failures > 0;
select r.name, b.detections > 0 as some, b.detections = s.detections as same
from hunt.rule r
cross join lateral (select sum(detections) as detections from hunt.backtest_rule(r.name, '2026-01-01', '2027-01-01')) b
cross join lateral (select sum(g.detections) as detections from hunt.signal g where g.rule_id = r.rule_id) s
order by 1;
-- that they did share, and what stands in for the source
insert into shared_login (t, who, "Net work", agent, ok) select '2026-03-01 02:00', 'u', i, 'browser', true from generate_series(1, 1500) i;
select b.source, b.columns, b.rows_seen, b.from_at, b.to_at from unnest(hunt.share_batches()) b;
select count(*), count(*) filter (where _is_new) from pg_temp.session_hunt_window_1;
-- in parts by filter, smallest first, until they would hold three times the rows; the other rules share one without filter
select replace(p.filter, E'\n', '') as filter, p.entity, p.place <> 'false' as some
from unnest(hunt.share_batches()) b, unnest(b.filters, b.entities, b.places) p (filter, entity, place);
-- a filter that fails is that rule's own trouble
select hunt.create_rule('fails', 'threshold', source => 'shared_login', time_column => 't', entity => '{who}',
                        filter => '1 / ("Net work" - 700) < 2', window_size => '10 minutes', min_count => 5) > 0 as made;
call hunt.run_rules();
insert into shared_login (t, who, "Net work", agent, ok) select '2026-03-01 02:20', 'u', i, 'browser', true from generate_series(1, 1500) i;
select p.filter, p.place <> 'false' as some
from unnest(hunt.share_batches()) b, unnest(b.filters, b.places) p (filter, place);
call hunt.run_rules();
select name, last_error from hunt.rule_status where failures > 0;
select hunt.drop_rule('fails');
insert into shared_login (t, who, "Net work", agent, ok) select '2026-03-01 02:40', 'u', i, 'browser', true from generate_series(1, 1500) i;
-- a rule that another runner has taken further does not look at them again
create function seen_twice() returns text language plpgsql as $$
declare
  shared hunt.shared_rows[] := hunt.share_batches();
  id integer := hunt.rule_id('count');
begin
  return (hunt.run_rule_once(id, shared)).rows_seen || ', ' || (hunt.run_rule_once(id, shared)).rows_seen;
end $$;
select seen_twice();
call hunt.run_rules();
select count(*) from pg_class where relname like 'session_hunt_%' and relpersistence = 't';
select distinct last_rows from hunt.rule_status;
delete from hunt.rule;
delete from hunt.signal;
drop function make_rule, seen_twice;
drop procedure feed(integer);
drop table shared_login;
