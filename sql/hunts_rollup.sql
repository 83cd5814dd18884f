-- Hunts read the default roll-ups and answer as from events alone: with all refreshed, with late rows and a tail that no refresh
-- has seen, in windows that cut hours, and where slices do not fit.
-- In a database of its own, since refreshing commits.
\set SHOW_CONTEXT never
\set home :DBNAME
set client_min_messages = warning;
create database hunts_rollup template template0 encoding 'UTF8' locale 'C';
\c hunts_rollup
create extension session_hunt;
set client_min_messages = warning;
set timezone = 'UTC';
set jit = off;
set search_path = hunt, public;
select setup();
select create_event_partitions(d::date) from generate_series('2026-01-01'::date, '2026-03-01', '1 month') d;
insert into dictionary_user (value) select 'user' || g || '@example.com' from generate_series(1, 30) g;
insert into identity (username, identity) values ('user1@example.com', 'user2@example.com');
insert into own_network values ('20.0.0.0/10', 'office');
insert into dictionary_agent (value)
select a || v || b from (values ('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/', '.0.0.0 Safari/537.36'),
  ('Mozilla/5.0 (X11; Linux x86_64; rv:123.0) Gecko/20100101 Firefox/', '.0'), ('aws-cli/2.15.', ' Python/3.11.8 Linux/6.1'),
  ('kubectl/v1.29.', ' (linux/amd64)')) a (a, b), generate_series(20, 21) v;
insert into dictionary_action (value) select 'Action' || g from generate_series(1, 12) g;
insert into dictionary_application (value) select 'Application ' || g from generate_series(1, 6) g;
insert into dictionary_device_event (value) values ('user.authentication.sso'), ('other');
insert into dictionary_mfa_method (value) values ('Push'), ('Password');
insert into dictionary_access_key (value) select 'AKIA' || g from generate_series(1, 30) g;
insert into asn_class (number, class) values (64502, 'corporate') on conflict (number) do update set class = excluded.class;
create function pick(n int, seed int, m int) returns int language sql immutable as $$ select abs(hashint8extended(n, seed) % m)::int $$;

-- Events number first to last, of January to mid-March; most people have few networks, agents and actions of their own.
create procedure add_events(first int, last int) language sql as $$
  with event as (
    select g, timestamptz '2026-01-05 00:00+00' + pick(g, 1, 70 * 86400) * interval '1 second' as at, md5(g::text)::uuid as key,
           1 + pick(g, 2, 30) as u, (array['entra_signin', 'okta', 'cloudtrail', 'eks_audit', 'windows_4688'])[1 + pick(g, 3, 5)] as source,
           case when pick(g, 4, 12) = 0 then pick(g, 5, 8) else pick(g, 2, 30) % 4 + pick(g, 6, 20) / 19 end as place,
           case when pick(g, 7, 10) = 0 then pick(g, 8, 8) else pick(g, 2, 30) % 6 end as client,
           case when pick(g, 9, 15) = 0 then pick(g, 10, 12) else pick(g, 2, 30) % 8 + pick(g, 11, 2) end as doing
    from generate_series(first, last) g
  ), fact as (
    insert into hunt.event_fact (event_time, event_key, source_id, user_id, agent_id, action_id, application_id, device_event_id, mfa_method_id,
                                 access_key_id, success, device_ip, device_ip_asn_number, device_ip_country_code, session_id)
    select e.at, e.key, s.id, nullif(e.u, 30), 1 + e.client, 1 + e.doing, nullif(1 + e.doing % 7, 7), 1 + pick(e.g, 12, 2),
           nullif(1 + pick(e.g, 13, 4), 3) % 3, case when e.source in ('cloudtrail', 'eks_audit') then e.u end,
           (array[true, true, true, true, true, false, null])[1 + pick(e.g, 14, 7)], '20.0.0.0'::inet + (e.place * 3000000 + pick(e.g, 15, 3)),
           nullif(64500 + e.place, 64506), (array['DE', 'FR', 'US', null])[1 + e.place % 4], 's' || e.u || pick(e.g, 16, 3)
    from event e join hunt.dictionary_source s on s.value = e.source)
  insert into hunt.event_detail (event_time, event_key, version_time, content_hash, user_arn, command_line, device_hostname, payload)
  select e.at, e.key, e.at, e.key, 'arn:' || e.u, case when e.source = 'windows_4688' then 'kubectl get ' || (array['pods', 'nodes', 'secrets', 'pods 17'])[1 + e.doing % 4] end,
         'host' || e.u, '{}' from event e $$;

create table question (name text primary key, query text);
insert into question values
  ('a', $$several_networks('2026-01-05', '2026-03-10')$$),
  ('a, cut hours', $$several_networks('2026-01-06 03:17:05', '2026-03-10 11:44', ignored_classes => '{corporate}')$$),
  ('a, to the end', $$several_networks('2026-02-20 03:17:05', '2026-03-15 23:59:59.5')$$),
  ('a, zone', $$several_networks('2026-01-06', '2026-03-10', '12 hours', time_zone => 'Asia/Kathmandu')$$),
  ('a, weeks', $$several_networks('2026-01-06', '2026-03-10', '1 week', 3)$$),
  ('a, months', $$several_networks('2026-01-06', '2026-03-10', '1 month', 1)$$),
  ('a, 5 minutes', $$several_networks('2026-01-06', '2026-03-10', '5 minutes', 1)$$),
  ('b', $$several_countries('2026-01-05', '2026-03-10')$$),
  ('b, cut hours', $$several_countries('2026-01-06 03:17:05', '2026-03-10 11:44', '2 days', 1, 1, ignored_classes => '{corporate}')$$),
  ('c', $$several_clients('2026-01-05', '2026-03-10', min_clients => 2, min_systems => 2)$$),
  ('c, cut hours', $$several_clients('2026-01-06 03:17:05', '2026-03-10 11:44', '1 month', min_clients => 1, min_systems => 0, sources => '{okta,entra_signin}')$$),
  ('d', $$network_outliers('2026-02-15', '2026-03-10')$$),
  ('d, days', $$network_outliers('2026-02-15 03:17', '2026-03-10 11:44', '1 day', lookback => '30 days', sigma => 1)$$),
  ('d, one', $$network_outliers('2026-02-15', '2026-03-10', min_networks => 1, sigma => 1)$$),
  ('e', $$first_seen_values('2026-02-15', '2026-03-10')$$),
  ('e, country', $$first_seen_values('2026-02-15 03:17', '2026-03-10 11:44', 'country', lookback => '30 days')$$),
  ('e, client', $$first_seen_values('2026-02-15 03:17', '2026-03-10 11:44', 'client', sources => '{okta,cloudtrail}')$$),
  ('e, long', $$first_seen_values('2026-02-15', '2026-03-10', lookback => '7 days', learning => '2 days')$$),
  ('f', $$identity_addresses('2026-01-05', '2026-03-10')$$),
  ('f, cut hours', $$identity_addresses('2026-01-06 03:17:05', '2026-03-10 11:44', '1 week', sources => '{eks_audit}')$$),
  ('f, other', $$identity_addresses('2026-01-06', '2026-03-10', '1 week', sources => '{cloudtrail,eks_audit}')$$),
  ('g', $$single_sign_on_clients('2026-01-12', '2026-03-10', '12 hours', min_clients => 2)$$),
  ('g, hours', $$single_sign_on_clients('2026-01-12 00:20', '2026-03-10 11:44', min_clients => 1, shift => '13 hours', event_types => null)$$),
  ('g, days', $$single_sign_on_clients('2026-01-12', '2026-03-10', '1 day', min_clients => 2, event_types => null, sources => '{okta,entra_signin}')$$),
  ('h', $$first_seen_values('2026-02-15', '2026-03-10', 'application', sources => '{okta}')$$),
  ('h, action', $$first_seen_values('2026-02-15 03:17', '2026-03-10 11:44', 'action')$$),
  ('h, command', $$first_seen_values('2026-02-15 03:17', '2026-03-10 11:44', 'command', pattern => 'kubectl%')$$),
  ('i', $$mfa_contrast('2026-01-05', '2026-03-10', '12 hours')$$),
  ('i, week', $$mfa_contrast('2026-02-20 03:17', '2026-02-27', '12 hours')$$),
  ('i, to the end', $$mfa_contrast('2026-02-20', '2026-03-15 23:59:59.5', '12 hours')$$),
  ('i, cut hours', $$mfa_contrast('2026-01-06 03:17:05', '2026-03-10 11:44', '3 hours', username => 'user7@example.com')$$),
  ('j', $$access_key_clients('2026-01-05', '2026-03-10', '12 hours')$$),
  ('j, 10 minutes', $$access_key_clients('2026-01-06 03:17:05', '2026-03-10 11:44', min_clients => 1, min_networks => 1)$$),
  ('j, both', $$access_key_clients('2026-01-06 03:17:05', '2026-03-10 11:44', '1 day', sources => '{cloudtrail,eks_audit}')$$),
  ('l', $$unusual_actions('2026-02-15', '2026-03-10', min_actions => 1, min_bits => 3)$$),
  ('l, cut hours', $$unusual_actions('2026-02-15 03:17', '2026-03-10 11:44', '1 day', lookback => '30 days', min_actions => 1, min_bits => 2)$$),
  ('l, zone', $$unusual_actions('2026-02-15', '2026-03-10', '1 day', min_actions => 1, min_bits => 2, time_zone => 'Asia/Kathmandu')$$),
  ('shared sessions', $$shared_sessions('2026-02-15', '2026-03-10', '12 hours', ignored_classes => '{}')$$);
create table answer (name text, moment text, rows jsonb);
create procedure ask(moment text) language plpgsql as $$
declare
  q record;
begin
  for q in select * from question loop
    execute format('insert into answer select %L, %L, (select coalesce(jsonb_agg(to_jsonb(r) order by to_jsonb(r)::text), ''[]'') from %s r)', q.name, moment, q.query);
  end loop;
end $$;
-- What each question finds from events, the roll-ups hidden, is what it finds from roll-ups.
create procedure compare(moment text) language plpgsql as $$
begin
  call ask(moment || ', roll-ups');
  update rollup_state set last_finished = null;
  call ask(moment || ', events');
  update rollup_state set last_finished = now();
end $$;

call add_events(1, 6000);
-- one hour in more networks than ever
insert into event_fact (event_time, event_key, source_id, user_id, agent_id, success, device_ip, device_ip_asn_number, device_ip_country_code)
select '2026-03-05 10:00+00'::timestamptz + n * interval '7 minutes', gen_random_uuid(), source_id('entra_signin'), 5, n, true,
       '8.8.8.8'::inet + n, 64510 + n, 'US' from generate_series(1, 6) n;
analyze;
select create_default_rollups();
call refresh_rollups();
analyze;
call compare('refreshed');
-- a tail, late rows among it
call add_events(6001, 8000);
call compare('unseen');
call refresh_rollups();
-- rows changed and deleted after that
update event_fact set success = false where event_time between '2026-02-01' and '2026-02-03' and source_id = source_id('entra_signin');
delete from event_fact where event_time between '2026-02-20' and '2026-02-21';
insert into own_network values ('20.64.0.0/10', 'office');
call compare('changed');
call refresh_rollups();
call compare('again');

-- Months before what a hunt looks back to are not read: no plan names their partitions, with roll-ups or without. What functions
-- in PL/pgSQL read, test/t/043_months.pl looks at.
select create_event_partitions('2025-06-01');
create function plan_of(query text) returns text language plpgsql as $$
declare
  line text;
  plan text := '';
begin
  for line in execute 'explain (costs off) select * from ' || query loop
    plan := plan || line || e'\n';
  end loop;
  return plan;
end $$;
select count(*) filter (where plan_of(query) ~ 'event_(fact|detail)_2026_02') as read_february,
       string_agg(name, ', ') filter (where plan_of(query) ~ 'event_(fact|detail)_2025') as read_last_year from question;
select name, bool_or(jsonb_array_length(rows) > 0) as finds, count(*) as answers from answer group by name order by name;
select r.name, r.moment, jsonb_array_length(r.rows) as from_rollups, jsonb_array_length(e.rows) as from_events
from answer r join answer e on e.name = r.name and e.moment = replace(r.moment, 'roll-ups', 'events')
where r.moment like '%roll-ups' and r.rows <> e.rows order by 2, 1;
\c :home
drop database hunts_rollup;
