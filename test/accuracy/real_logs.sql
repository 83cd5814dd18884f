-- Attacks of real logs, by who and when, and which hunt names that person within them.
\set ON_ERROR_STOP on
\pset footer off
set client_min_messages = warning;
create temp table attack (name text, username text, addresses inet[], start_at timestamptz, end_at timestamptz);
insert into attack values
  ('two keys of one user, one address', 'jmerckle', '{3.238.12.183}', '2021-07-29 13:02:53', '2021-07-29 14:01:49'),
  ('mailbox of one user, April', 'joey@%', '{62.149.20.10}', '2021-04-16', '2021-04-17'),
  ('mailbox of another from the same address', 'A.Thulile@%', '{62.149.20.10}', '2021-04-16', '2021-04-17'),
  ('mailbox used 40 times', 'GradyA@%', '{34.99.77.38}', '2021-04-16', '2021-04-17'),
  ('mailbox of a fourth', 'JoniS@%', '{34.99.77.20}', '2021-04-16', '2021-04-17'),
  ('mailbox of the first, May', 'joey@%', '{5.253.204.108}', '2021-05-05', '2021-05-06'),
  ('two addresses and clients of one user', 'ctfuser3%', null, '-infinity', 'infinity');
create temp table found (hunt text, username text, start_at timestamptz, end_at timestamptz);
-- Each hunt over the time of its log, with its defaults but a short learning, since the logs are short.
create function pg_temp.try(hunt text, query text) returns void language plpgsql as $$
begin
  execute 'insert into found select ' || quote_literal(hunt) || ', q.* from (' || query || ') q';
end $$;
select min(event_time) as a, max(event_time) + interval '1 second' as z from event \gset
select set_config('real.a', :'a', false), set_config('real.z', :'z', false) \g /dev/null
create function pg_temp.a() returns timestamptz language sql stable as $$ select current_setting('real.a')::timestamptz $$;
create function pg_temp.z() returns timestamptz language sql stable as $$ select current_setting('real.z')::timestamptz $$;
select pg_temp.try('several_networks', 'select user_username, first_at, last_at from several_networks(pg_temp.a(), pg_temp.z())'),
  pg_temp.try('several_clients', 'select user_username, first_at, last_at from several_clients(pg_temp.a(), pg_temp.z())'),
  pg_temp.try('first_seen_values, network',
    'select user_identity, first_at, last_at from first_seen_values(pg_temp.a(), pg_temp.z(), lookback => ''400 days'', learning => ''1 day'')'),
  pg_temp.try('first_seen_values, client',
    'select user_identity, first_at, last_at from first_seen_values(pg_temp.a(), pg_temp.z(), ''client'', lookback => ''400 days'', learning => ''1 day'')'),
  pg_temp.try('access_key_clients', 'select user_username, first_at, last_at from access_key_clients(pg_temp.a(), pg_temp.z())'),
  pg_temp.try('shared_sessions', 'select user_identity, elsewhere_at, seen_at from shared_sessions(pg_temp.a(), pg_temp.z(), lookback => ''400 days'')'),
  pg_temp.try('unusual_actions', 'select user_identity, first_at, last_at from unusual_actions(pg_temp.a(), pg_temp.z(), learning => ''1 day'')'),
  pg_temp.try('session_risks', 'select user_identity, first_at, seen_at from session_risks(pg_temp.a(), pg_temp.z(), learning => ''1 day'')')
\g /dev/null
select a.name as attack, e.events, e.before as "events of the user before",
       (select string_agg(distinct f.hunt, ', ' order by f.hunt) from found f
        where f.username ilike a.username and f.start_at <= a.end_at and f.end_at >= a.start_at) as found_by
from attack a
cross join lateral (
  select count(*) filter (where v.event_time >= a.start_at and v.event_time < a.end_at and (a.addresses is null or v.device_ip = any (a.addresses))) as events,
         count(*) filter (where v.event_time < a.start_at) as before
  from event v where v.user_username ilike a.username) e;
select hunt, count(*) as rows, count(distinct username) as users,
       count(*) filter (where not exists (select from attack a where f.username ilike a.username and f.start_at <= a.end_at and f.end_at >= a.start_at)) as "rows outside attacks"
from found f group by hunt order by hunt;
