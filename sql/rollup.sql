-- A roll-up read at any moment gives what grouping the rows themselves gives, byte for byte.
set client_min_messages = warning;
set timezone = 'Asia/Kolkata';
select hunt.setup();
call hunt.drop_events_before('-infinity') \g /dev/null
create table visit (id integer, event_time timestamptz not null, who text, place bigint, amount numeric, ok boolean);
select hunt.track_relation('visit');

-- what cannot be rolled up, and why
\set VERBOSITY default
\set SHOW_CONTEXT never
select hunt.create_rollup('Visits', '{who}', '{"n": "count(*)"}', source => 'visit');
select hunt.create_rollup('visits', '{whom}', '{"n": "count(*)"}', source => 'visit');
select hunt.create_rollup('visits', '{who}', '{"n": "avg(amount)"}', source => 'visit');
select hunt.create_rollup('visits', '{who}', '{"n": "count(distinct place)"}', source => 'visit');
select hunt.create_rollup('visits', '{who}', '{"n": "count(*) + 1"}', source => 'visit');
select hunt.create_rollup('visits', '{who}', '{"n": "array_agg(place)"}', source => 'visit');
select hunt.create_rollup('visits', '{who}', '{"n": "distinct_values(place)"}', source => 'visit');
select hunt.create_rollup('visits', '{who}', '{"n": "sum(amounts)"}', source => 'visit');
select hunt.create_rollup('visits', '{who}', '{"n": "who"}', source => 'visit');
select hunt.create_rollup('visits', '{who}', '{"who": "count(*)"}', source => 'visit');
select hunt.create_rollup('visits', '{who}', '{}', source => 'visit');
select hunt.create_rollup('visits', '{who}', '{"n": "count(*)"}', source => 'visit', condition => 'place');
select hunt.create_rollup('visits', '{who}', '{"n": "count(*)"}', source => 'visit', time_column => 'id');
select hunt.create_rollup('visits', '{who}', '{"n": "count(*)"}', source => 'visit', slices => '{7 hours,1 day}');
select hunt.create_rollup('visits', '{who}', '{"n": "count(*)"}', source => 'visit', slices => '{1 day,1 hour}');
select hunt.create_rollup('visits', '{who}', '{"n": "count(*)"}', source => 'visit', slices => '{}');
select hunt.create_rollup('visits', '{who}', '{"n": "count(*)"}', source => 'visit', retention => '1 hour');
create table untracked (event_time timestamptz);
select hunt.create_rollup('visits', '{}', '{"n": "count(*)"}', source => 'untracked');
select hunt.refresh_rollup('visits');

-- rows that are there before, and states of all kinds
insert into visit select n, '2026-03-01 00:00+00'::timestamptz + n * interval '37 minutes', 'user ' || n % 5, n % 7, n / 3.0, n % 2 = 0 from generate_series(1, 200) n;
select hunt.create_rollup('visits', '{who,ok}', '{"n": "count(*)", "refused": "count(*) filter (where not ok)", "total": "sum(amount)",
  "places": "sum(place)", "first": "min(event_time)", "last_who": "max(who)", "any_ok": "bool_or(ok)", "bits": "bit_or(place)",
  "place_set": "distinct_values_state(place)", "sketch": "distinct_sketch(place)", "seen": "history(place, event_time)",
  "per_hour": "baseline(place, event_time)", "texts": "logreduce(who)"}', source => 'visit', condition => 'place is distinct from 6') > 0 as made;
select hunt.create_rollup('all_visits', '{}', '{"n": "count(*)"}', source => 'visit', slices => '{15 minutes,6 hours,7 days}') > 0 as made;
select c.name, c.type, c.combine, c.merge from hunt.rollup_column c join hunt.rollup r using (rollup_id) where r.name = 'visits' order by place;

create function alone(start_at timestamptz, end_at timestamptz, slice interval)
  returns table (slice_start timestamptz, row_text text) language sql stable set search_path = public, hunt, pg_catalog as $$
  select timeslice(event_time, slice), row(who, ok, min(event_time), count(*), bit_or(place), history(place, event_time), distinct_values_state(place), logreduce(who), sum(amount),
           bool_or(ok), sum(place), distinct_sketch(place), count(*) filter (where not ok), max(who), baseline(place, event_time))::text
  from visit where place is distinct from 6 and event_time >= start_at and event_time < end_at group by timeslice(event_time, slice), who, ok $$;
create function differences() returns table (slice interval, start_at timestamptz, end_at timestamptz, differ bigint) language sql stable as $$
  with period (start_at, end_at) as (values ('2026-03-01 00:00+00'::timestamptz, '2026-03-06 00:00+00'::timestamptz),
    ('2026-03-02 05:17+00', '2026-03-02 05:43+00'), ('2026-03-01 22:30+00', '2026-03-04 01:10+00'), ('2026-03-05 20:10+00', '2026-03-06 03:40+00'), ('-infinity', 'infinity'), ('2026-03-03', '2026-03-02')),
  slices (slice) as (values (interval '1 hour'), ('1 day'), ('3 hours'), ('7 days'), ('1 month'))
  select s.slice, p.start_at, p.end_at, d.n from slices s cross join period p
  cross join lateral (
    select count(*) as n from (
      (select 1, * from alone(p.start_at, p.end_at, s.slice) except all
       select 1, r.slice_start, row(who, ok, r.first, r.n, r.bits, r.seen, r.place_set, r.texts, r.total, r.any_ok, r.places, r.sketch, r.refused, r.last_who, r.per_hour)::text
       from hunt.read_rollup_visits(p.start_at, p.end_at, s.slice) r)
      union all
      (select 2, r.slice_start, row(who, ok, r.first, r.n, r.bits, r.seen, r.place_set, r.texts, r.total, r.any_ok, r.places, r.sketch, r.refused, r.last_who, r.per_hour)::text
       from hunt.read_rollup_visits(p.start_at, p.end_at, s.slice) r
       except all select 2, * from alone(p.start_at, p.end_at, s.slice))) x) d
  where d.n > 0
  union all
  select s.slice, p.start_at, p.end_at, -1 from (values (interval '15 minutes'), ('6 hours'), ('7 days'), ('1 day')) s (slice) cross join period p
  where (select array_agg((r.slice_start, r.n) order by r.slice_start) from hunt.read_rollup_all_visits(p.start_at, p.end_at, s.slice) r) is distinct from
    (select array_agg((v.at, v.n) order by v.at) from (select hunt.timeslice(event_time, s.slice), count(*) from visit
       where event_time >= p.start_at and event_time < p.end_at group by 1) v (at, n)) $$;
select * from differences();
select hunt.refresh_rollup('visits');
select hunt.refresh_rollup('all_visits');
select count(*) > 0 as stored from hunt.rollup_visits_hour;
select * from differences();
-- nothing is new: the stored slices are read as they are
select hunt.refresh_rollup('visits');
analyze hunt.rollup_visits_day;
set enable_seqscan = off;
-- (the rest of the plan differs between versions)
create function pg_temp.stored_scans() returns setof text language plpgsql as $$
declare
  line text;
begin
  for line in explain (costs off) select slice_start, n from hunt.read_rollup_visits('2026-03-01', '2026-03-03', '1 day') where who = 'user 1' loop
    if line ~ 'Scan on rollup_visits|Index Cond' then
      return next ltrim(line);
    end if;
  end loop;
end $$;
select * from pg_temp.stored_scans();
reset enable_seqscan;

-- rows in any order, changes of rows that are known and of rows that are not, refreshes at any moment
create procedure play(rounds integer, out wrong bigint) language plpgsql as $$
declare
  done integer;
begin
  perform setseed(0.42);
  wrong := 0;
  for round in 1 .. rounds loop
    done := (random() * 7)::integer;
    case done
      when 0, 1 then
        insert into visit select round * 1000 + n, '2026-03-01 00:00+00'::timestamptz + random() * interval '6 days', 'user ' || (random() * 6)::integer,
          nullif((random() * 8)::integer, 0), random()::numeric(9, 3), nullif((random() * 3)::integer, 0) = 1 from generate_series(1, (random() * 60)::integer) n;
      when 2 then
        update visit set place = place + 1, ok = not ok where id % 50 = (random() * 49)::integer;
      when 3 then
        update visit set event_time = event_time + interval '5 hours' where id % 90 = (random() * 89)::integer;
      when 4 then
        delete from visit where id % 60 = (random() * 59)::integer;
      when 5 then
        perform hunt.refresh_rollup('visits');
      when 6 then
        perform hunt.refresh_rollup('all_visits');
      else
        perform hunt.rebuild_rollup('visits', '2026-03-02 10:00+00', '2026-03-03 11:30+00');
    end case;
    if random() < 0.7 then
      commit;
    end if;
    if random() < 0.12 then
      wrong := wrong + (select count(*) from differences());
    end if;
  end loop;
end $$;
call play(40, null);
call hunt.refresh_rollups();
select * from differences();
select name, stale, last_error from hunt.rollup_status order by name;
select count(*) as noted from hunt.rollup_stale;
truncate visit;
select * from differences();

-- retention of the states: what is pruned is read from the rows
insert into visit select n, now() - n * interval '11 hours', 'user ' || n % 3, n % 5, n, true from generate_series(1, 60) n;
update hunt.rollup set retention = '10 days' where name = 'visits';
call hunt.refresh_rollups();
select min(slice_start) >= now() - interval '11 days' as pruned from hunt.rollup_visits_day;
select * from differences();
-- retention of the rows: states stay
select hunt.freeze_rollups('visit', hunt.timeslice(now() - interval '5 days', '1 day'));
delete from visit where event_time < hunt.timeslice(now() - interval '5 days', '1 day');
call hunt.refresh_rollups();
select count(*) > 0 as kept from hunt.rollup_visits_day where slice_start < now() - interval '6 days';

-- events, their names, and their retention
select hunt.create_rollup('event_users', '{user_id}', '{"n": "count(*)"}', slices => '{1 day}') > 0 as made;
select hunt.create_event_partitions('2021-05-01');
insert into hunt.dictionary_user (value) values ('kept@example.com'), ('unknown@example.com');
insert into hunt.event_fact (event_time, event_key, source_id, user_id)
select '2021-05-03 10:00+00', gen_random_uuid(), 1, id from hunt.dictionary_user where value = 'kept@example.com';
call hunt.refresh_rollups();
update hunt.event_fact set success = true where event_time < '2022-01-01';
select changed from hunt.rollup_stale;
call hunt.refresh_rollups();
call hunt.drop_events_before('2021-05-20');
call hunt.refresh_rollups();
select u.value, r.n from hunt.read_rollup_event_users('-infinity', '2022-01-01', '1 month') r join hunt.dictionary_user u on u.id = r.user_id;
select value from hunt.dictionary_user where value ~ '(kept|unknown)@';
-- whoever is forgotten leaves the states, too
select learned from hunt.forget_user('kept@example.com', 'erase', mentions => false);
select count(*) from hunt.rollup_event_users_day where slice_start < '2022-01-01';
select hunt.drop_rollup('event_users');
delete from hunt.dictionary_user where value = 'kept@example.com';

-- one that fails says so and does not hinder the others
alter table visit rename column amount to sum_of_money;
insert into visit values (1, now(), 'late', 1, 1, true);
call hunt.refresh_rollups();
select name, failures, last_error, last_hint from hunt.rollup_status order by name;
select sum(n) = (select count(*) from visit where event_time > now() - interval '1 day') as other_is_fresh from hunt.read_rollup_all_visits(now() - interval '1 day', 'infinity', '6 hours');

-- whose it is
create role rollup_reader;
select hunt.grant_access('rollup_reader', 'reader');
grant select on visit to rollup_reader;
set role rollup_reader;
select count(*) > 0 as reads from hunt.read_rollup_all_visits('-infinity', 'infinity', '7 days');
select hunt.refresh_rollup('all_visits');
reset role;
create role rollup_admin;
select hunt.grant_access('rollup_admin', 'admin');
set role rollup_admin;
select hunt.refresh_rollup('all_visits');
update hunt.rollup set condition = 'pg_sleep(1000) is null' where name = 'all_visits' returning name;
select hunt.drop_rollup('all_visits');
grant select on visit to rollup_admin;
select hunt.create_rollup('mine', '{}', '{"n": "count(*)"}', slices => '{1 hour}');
reset role;
select hunt.drop_rollup('visits');
select hunt.drop_rollup('all_visits');
select tgname from pg_trigger where tgrelid = 'visit'::regclass and tgname ~ 'rollup';
drop owned by rollup_reader, rollup_admin;
drop role rollup_reader, rollup_admin;
drop table visit, untracked;
