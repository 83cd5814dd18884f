-- Which labelled events of one set hunts and rules name. Variables: set, source. Prints rows for the table of all sets.
\set ON_ERROR_STOP on
\o /dev/null
set client_min_messages = error;
set search_path = hunt, public;
set timezone = 'UTC';
-- A label is the name of the attack that was played, or a rule with whether it is to match: those that are not are harmless.
create temp view truth as
select l.number, regexp_replace(l.row, '^[0-9]+,([^,]*).*$', '\1') as label, l.row !~ '^[0-9]+,[^,]*,False,' as is_attack from public.label l;
create temp table said as
select l.number, n.event_time, n.user_username
from public.line l
cross join lateral (select event_time, user_username from hunt.normalize(:'source', l.payload) where reject_reason is null limit 1) n;
select hunt.ingest(:'source', string_agg(l.payload, E'\n' order by l.number)) from public.line l;
create temp table found (name text, username text, start_at timestamptz, end_at timestamptz);
create function pg_temp.try(name text, query text) returns void language plpgsql as $$
begin
  execute 'insert into found select ' || quote_literal(name) || ', q.* from (' || query || ') q';
end $$;
select coalesce(min(event_time), now()) as a, coalesce(max(event_time), now()) + interval '1 second' as z from hunt.event \gset
select set_config('set.name', :'set', false), set_config('set.a', :'a', false), set_config('set.z', :'z', false), set_config('set.source', :'source', false);
create function pg_temp.a() returns timestamptz language sql stable as $$ select current_setting('set.a')::timestamptz $$;
create function pg_temp.z() returns timestamptz language sql stable as $$ select current_setting('set.z')::timestamptz $$;
-- A learning of a day, since the sets are short.
select pg_temp.try('first_seen_values', format('select user_identity, first_at, first_at from first_seen_values(pg_temp.a(), pg_temp.z(), %L, lookback => ''4000 days'', learning => ''1 day'')', field))
from unnest('{network,country,client,application,action,command}'::text[]) field;
select pg_temp.try('access_key_clients', 'select user_username, first_at, last_at from access_key_clients(pg_temp.a(), pg_temp.z())'),
  pg_temp.try('identity_addresses', 'select user_username, first_at, last_at from identity_addresses(pg_temp.a(), pg_temp.z())'),
  pg_temp.try('several_networks', 'select user_username, first_at, last_at from several_networks(pg_temp.a(), pg_temp.z())'),
  pg_temp.try('mfa_contrast', 'select user_username, mfa_at, used_at from mfa_contrast(pg_temp.a(), pg_temp.z())'),
  pg_temp.try('unusual_actions', 'select user_identity, first_at, last_at from unusual_actions(pg_temp.a(), pg_temp.z(), learning => ''1 day'')'),
  pg_temp.try('session_risks', 'select user_identity, first_at, seen_at from session_risks(pg_temp.a(), pg_temp.z(), learning => ''1 day'')');
select pg_temp.try('rule: ' || r.name, format('select entity, first_at, last_at from hunt.backtest_rule(%L, pg_temp.a(), pg_temp.z())', r.name)) from hunt.rule r order by r.rule_id;
\o
copy (
  select current_setting('set.name'), current_setting('set.source'), t.number, t.label, t.is_attack, s.number is not null,
         (select array_agg(distinct f.name) from found f where f.username = s.user_username and s.event_time between f.start_at and f.end_at)
  from truth t left join said s on s.number = t.number order by t.number
) to stdout;
