-- ingest: the log of loads, silent sources, retention, enrichment anew, identities, own networks, people who are forgotten
set timezone = 'UTC';
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
\set SHOW_CONTEXT never
select hunt.setup();
truncate hunt.event_fact, hunt.event_detail, hunt.event_payload, hunt.reject, hunt.ingest_log, hunt.dictionary_user, hunt.dictionary_access_key, hunt.identity, hunt.own_network;

-- Sign-ins of one user: id, day, user, and more members.
create function signin(id text, at text, username text, more text default '') returns text language sql as $$
  select format('{"category":"SignInLogs","time":"%s","properties":{"id":"%s","userPrincipalName":%s,"ipAddress":"192.0.2.7"%s}}', at, id, to_json(username), more) $$;
select hunt.ingest('entra_signin', concat_ws(E'\n', signin('1', '2024-01-10T10:00:00Z', 'alice@example.com'), signin('2', '2024-02-10T10:00:00Z', 'bob@example.com'),
  signin('3', '2024-03-10T10:00:00Z', 'alice@example.com'), signin('4', '2024-03-20T10:00:00Z', 'carol@example.com'), '{"note":"not a sign-in"}'));
select hunt.ingest('entra_signin', signin('4', '2024-03-20T10:00:00Z', 'carol@example.com'));
select source, kind, loaded_by = session_user as mine, finished_at >= started_at as in_order, received, inserted, updated, duplicates, rejected
from hunt.ingest_log order by id;

-- a source is silent after twice its usual gap, which a few loads teach
select source, last_event_at, usual_gap, silent_since, verdict from hunt.source_health;
truncate hunt.ingest_log;
insert into hunt.ingest_log (source, kind, started_at, received, inserted, updated, duplicates, rejected)
select s.source, 'ingest', now() - s.since - n * interval '2 hours', 10, 10, 0, 0, 0
from (values ('cloudtrail', interval '5 hours'), ('okta', interval '3 hours'), ('jamf', interval '9 hours'), ('auditd', interval '3 hours')) s (source, since),
     generate_series(0, 9) n;
insert into hunt.ingest_log (source, kind, started_at, received, inserted, updated, duplicates, rejected) values
('jamf', 'ingest', now() - interval '1 minute', 10, 0, 0, 10, 0), ('auditd', 'ingest', now() - interval '1 minute', 10, 0, 0, 0, 10),
('osquery', 'ingest', now() - interval '1 minute', 10, 10, 0, 0, 0), ('mde_process', 'ingest', now() - interval '1 minute', 10, 0, 0, 0, 10);
select source, last_event_at, usual_gap, date_trunc('hour', now() - silent_since) as silent_for, verdict from hunt.source_health order by source;

-- retention: whole months go, and the older part of the month that holds the time
insert into hunt.reject (source, reason, content_hash, received_at, payload) values ('okta', 'old', gen_random_uuid(), '2024-01-01', '{}');
call hunt.drop_events_before('2024-03-15');
select event_id, user_username from hunt.event order by event_id;
select relname from pg_class where relkind = 'r' and relname ~ '^event_(fact|detail)_2024_0' order by 1;
select value from hunt.dictionary_user order by 1;
call hunt.drop_events_before('2024-03-15');
call hunt.drop_events_before(null);
call hunt.drop_events_before('infinity');
begin; call hunt.drop_events_before('2024-03-15'); rollback;
select hunt.ingest('entra_signin', signin('1', '2024-01-10T10:00:00Z', 'alice@example.com'));

-- enrichment anew, of the events in the window only
update hunt.event_fact set device_ip_country_code = 'ZZ', device_ip_asn_number = 64500;
call hunt.re_enrich('2024-03-20 10:00', '2024-03-20 10:00');
call hunt.re_enrich('2024-03-20 10:00', '2024-03-20 10:00:01');
call hunt.re_enrich('-infinity', 'infinity');
call hunt.re_enrich('-infinity', 'infinity');
call hunt.re_enrich('-infinity', null);
select count(*) filter (where device_ip_country_code = 'ZZ' or device_ip_asn_number = 64500) as stale from hunt.event;

-- one human, several names
insert into hunt.identity (username, identity) values ('alice', 'alice@example.com'), ('arn-alice', 'alice@example.com');
insert into hunt.identity (username, identity) values ('alice@example.com', 'a.smith@example.com');
select hunt.user_identity('alice'), hunt.user_identity('nobody'), hunt.user_identity(null);
select n from hunt.usernames_of('arn-alice') n;
select n from hunt.usernames_of('nobody') n;
select hunt.ingest('okta', '{"uuid":"1","published":"2024-03-05T10:00:00Z","eventType":"user.session.start","actor":{"alternateId":"Alice","type":"User"},"outcome":{"result":"SUCCESS"}}');
select user_identity, array_agg(user_username order by user_username) as names from hunt.event group by 1 order by 1;
-- networks of one's own
insert into hunt.own_network values ('192.0.2.0/25', 'office'), ('2001:db8::/32', 'VPN');
select a, hunt.is_own_network(a) from unnest('{192.0.2.7,192.0.2.127,192.0.2.128,192.0.2.0/24,2001:db8:1::1,2001:db9::,NULL}'::inet[]) a;
insert into hunt.own_network values ('192.0.2.1/25', 'not a network');
-- as PostgreSQL's own operator says, also where networks nest or touch; an edit shows at the next statement
insert into hunt.own_network select set_masklen('10.0.0.0'::inet + (hashint8(n) & 16777215), 13 + abs(hashint8(n + 1000) % 20))::cidr from generate_series(1, 60) n on conflict do nothing;
with a as (select '10.0.0.0'::inet + (hashint8(n) & 16777215) as ip from generate_series(2000, 4000) n)
select count(*) filter (where hunt.is_own_network(ip)) between 1 and 2000 as some, count(*) filter (where hunt.is_own_network(ip) <> exists (select from hunt.own_network where network >>= ip)) as wrong from a;
do $$
begin
  insert into hunt.own_network values ('203.0.113.0/24');
  if not hunt.is_own_network('203.0.113.1') then raise 'not seen'; end if;
  delete from hunt.own_network where network = '203.0.113.0/24';
  for i in 1 .. 2 loop
    if hunt.is_own_network('203.0.113.1') <> (i = 2) then raise 'not seen in turn %', i; end if;
    insert into hunt.own_network values ('203.0.113.0/24') on conflict do nothing;
  end loop;
end $$;
-- with the class corporate, hunts leave networks of one's own out
update hunt.event_fact f set device_ip = '198.51.100.1', device_ip_asn_number = 64500 where event_time = '2024-03-20 10:00';
insert into hunt.event_fact (event_time, event_key, source_id, user_id, success, device_ip, device_ip_asn_number)
select '2024-03-20 11:00', gen_random_uuid(), source_id, user_id, true, '192.0.2.7', 64501 from hunt.event_fact where event_time = '2024-03-20 10:00';
update hunt.event_fact set success = true;
select network_count, networks from hunt.several_networks('2024-03-20', '2024-03-21');
select network_count, networks from hunt.several_networks('2024-03-20', '2024-03-21', min_networks => 1, ignored_classes => '{corporate}');
delete from hunt.event_fact where event_time = '2024-03-20 11:00';

-- forgotten: names as words, whatever their case and however JSON escapes them
select n, t ~* hunt.as_words(hunt.name_pattern(array[n])) as found from (values
  ('alice@example.com', 'to ALICE@example.com, please'), ('alice@example.com', 'malice@example.com'), ('alice@example.com', 'alice@example.company'),
  ('alice@example.com', 'x\nalice\u0040example.com'), ('alice@example.com', '\u003calice@example.com>'), ('alice@example.com', 'alice@exampleXcom'),
  ('corp\bob', 'corp\bob'), ('corp\bob', '"corp\\bob"'), ('corp\bob', '"{\"u\":\"corp\\\\bob\"}"'), ('corp\bob', 'corpbob'),
  ('jürgen', 'J\u00fcrgen'), ('😀x', '\ud83d\ude00x'), ('o''neil', 'O''Neil'), ('1000', '1000'), ('11111111-2222', '11111111-2222')) v (n, t);
select hunt.ingest('entra_signin', concat_ws(E'\n',
  signin('5', '2024-03-21T10:00:00Z', 'Alice@Example.com', ',"userId":"0f0f0f0f-1111-2222-3333-444444444444","deviceDetail":{"displayName":"ALICE-PC"},"sessionId":"s-5"'),
  signin('6', '2024-03-21T10:00:00Z', 'dave@example.com', ',"note":"asked by ALICE@example.com for 0F0F0F0F-1111-2222-3333-444444444444, \"alice\", not malice@example.com","status":{"errorCode":5,"failureReason":"told alice@example.com"}'),
  signin('7', '2024-03-21T10:00:00Z', 'erin@example.com'), '{"who":"alice@example.com"}'));
-- what was learned of her and raised about her, under two of her names
create function learned() returns text language sql as $$
select concat((select string_agg(to_jsonb(s)::text, '' order by signal_id) from hunt.signal s),
  (select string_agg(to_jsonb(i)::text, '' order by insight_id) from hunt.insight i),
  (select string_agg(entity || hunt.last_seen(state, 'DE'::text), '' order by entity) from hunt.history_entity),
  (select string_agg(entity || model::text, '' order by entity) from hunt.baseline_state),
  (select string_agg(p::text, '' order by p) from hunt.peer p), (select string_agg(c::text, '' order by c) from hunt.entity_criticality c),
  (select string_agg(entity, '' order by entity) from hunt.suppression)) $$;
select count(*) from hunt.update_history('countries', '{alice@example.com,arn-alice,erin@example.com}', '{DE,NL,DE}'::text[], '{2024-03-20,2024-03-21,2024-03-20}'::timestamptz[]);
insert into hunt.baseline_state
select 'networks', e, '2024-03-01', hunt.baseline(n, '2024-03-20'::timestamptz + n * interval '1 hour', '1 hour')
from unnest('{alice@example.com,arn-alice,erin@example.com}'::text[]) e, generate_series(1, 3) n group by e;
insert into hunt.peer values ('user_username', 'alice@example.com', 'sales'), ('user_username', 'erin@example.com', 'sales');
insert into hunt.entity_criticality values ('user_username', 'alice@example.com', '+', 3, 'alice is an administrator');
insert into hunt.suppression (entity, reason) values ('alice@example.com', 'on holiday');
insert into hunt.signal (rule_name, name, summary, entity_type, entity, severity, prototype, first_at, last_at, evidence)
values ('r', 'new country', 'of Alice@example.com', 'user_username', 'alice@example.com', 3, false, '2024-03-20', '2024-03-20', '{}'),
       ('r', 'shared session', 'x', 'user_username', 'erin@example.com', 3, false, '2024-03-20', '2024-03-20', '{"with":["alice@example.com"]}');
begin;
select usernames, pseudonym ~ '^forgotten-[0-9a-f]{12}$' as pseudonym, events, mentions, rejects, names, identities, learned
from hunt.forget_user('alice@example.com', 'erase', all_names => true);
select event_id, user_username, regexp_replace(payload::text, 'forgotten-[0-9a-f]{12}', 'forgotten', 'g') as payload from hunt.event order by event_id;
select count(*) from hunt.reject where payload ~ 'alice';
select count(*) from hunt.identity;
select (select count(*) from hunt.event_detail d where d::text ~* '[^m]alice') as details, (select count(*) from hunt.event_payload p where p::text ~* '[^m]alice') as blocks;
select learned() ~* 'alice' as knows_alice, learned() ~* 'erin' as knows_erin;
rollback;
select usernames, pseudonym ~ '^forgotten-[0-9a-f]{12}$' as pseudonym, events, mentions, rejects, names, identities, learned
from hunt.forget_user('alice@example.com', 'pseudonymise', all_names => true);
select regexp_replace(learned(), 'forgotten-[0-9a-f]{12}', 'forgotten', 'g') ~* 'alice' as knows_alice;
select regexp_replace(entity, 'forgotten-[0-9a-f]{12}', 'forgotten') as entity, hunt.history_info(state) from hunt.history_entity order by 1;
select regexp_replace(entity, 'forgotten-[0-9a-f]{12}', 'forgotten') as entity, model::text from hunt.baseline_state order by 1;
-- one human still, of whom nothing says who he is
select user_identity ~ '^forgotten-' as forgotten, count(*), count(distinct user_username) as names, count(distinct user_identity) as identities,
       count(user_userid) as user_ids, count(device_hostname) as hosts, count(device_ip) as addresses, count(distinct payload) as payloads
from hunt.event where event_time >= '2024-03-01' group by 1 order by 1;
select (select count(*) from hunt.event_detail d where d::text ~* '[^m]alice') as details, (select count(*) from hunt.event_payload p where p::text ~* '[^m]alice') as blocks;
select regexp_replace(error_text, 'forgotten-[0-9a-f]{12}', 'forgotten') as error_text from hunt.event where event_id = '6';
-- the same bytes again do not bring the name back
select hunt.ingest('entra_signin', signin('5', '2024-03-21T10:00:00Z', 'Alice@Example.com', ',"userId":"0f0f0f0f-1111-2222-3333-444444444444","deviceDetail":{"displayName":"ALICE-PC"},"sessionId":"s-5"'));
select usernames, events, mentions, rejects, names, identities from hunt.forget_user('nobody@example.com', 'erase');
select usernames, events, mentions from hunt.forget_user('erin@example.com', 'erase', mentions => false);
select hunt.forget_user('x', 'shred');
select hunt.forget_user(null, 'erase');

delete from hunt.signal;
delete from hunt.peer;
delete from hunt.entity_criticality;
delete from hunt.suppression;
delete from hunt.baseline_state;
delete from hunt.history_name;

-- rights
create role store_nobody;
set role store_nobody;
call hunt.drop_events_before('2024-03-15');
call hunt.re_enrich('-infinity', 'infinity');
select hunt.forget_user('x', 'erase');
select hunt.usernames_of('x');
select hunt.is_own_network('192.0.2.7');
select * from hunt.source_health;
reset role;
drop role store_nobody;

-- payloads of one load share a block: byte for byte as received, without what was deleted, changed or forgotten
create function blocks() returns table (month text, places bigint, payloads bigint) language sql as $$
select to_char(p.event_time, 'YYYY-MM'), sum(cardinality(p.payloads))::bigint, sum(cardinality(array_remove(p.payloads, null)))::bigint
from hunt.event_payload p group by 1 order by 1 $$;
truncate hunt.event_fact, hunt.event_detail, hunt.event_payload;
create temp table sent as
select 'b' || n as id, signin('b' || n, '2024-05-' || n || 'T10:00:00Z', 'user' || n || '@example.com', repeat(' ', n)) as payload from generate_series(10, 31) n
union all select 'b40', signin('b40', '2024-06-01T10:00:00Z', 'user40@example.com')
union all select 'b41', signin('b41', '2024-06-02T10:00:00Z', 'user41@example.com')
union all select 'b42', signin('b42', '2024-07-02T10:00:00Z', 'user42@example.com');
create function faithful() returns table (faithful bigint, all_events bigint) language sql as $$
select count(*) filter (where hunt.payload_text(e.event_time, e.event_key) = s.payload and e.payload = s.payload::jsonb), count(*)
from hunt.event e join sent s on s.id = e.event_id $$;
select hunt.ingest('entra_signin', (select string_agg(payload, e'\n') from sent));
select * from blocks();
select * from faithful();
-- one that is alone stands in its row
select event_id, d.payload is not null as in_row from hunt.event_detail d where d.payload is not null or event_id = 'b41' order by 1;
-- a newer version
update sent set payload = replace(payload, '"ipAddress"', '"riskState":"atRisk","ipAddress"') where id = 'b12';
select hunt.ingest('entra_signin', (select payload from sent where id = 'b12'));
select * from faithful();
select * from blocks();
-- one person
select events, mentions from hunt.forget_user('user13@example.com', 'erase');
select events, mentions from hunt.forget_user('user14@example.com', 'pseudonymise');
select count(*) from hunt.event_payload p where p::text ~ 'user1[34]';
select * from faithful();
select * from blocks();
-- a part of a month, then the rest
call hunt.drop_events_before('2024-05-20 10:00');
select * from blocks();
call hunt.drop_events_before('2024-06-01 10:00:01');
select * from blocks();
select * from faithful();
-- a block that was lost is an error, not an event without payload
delete from hunt.event_payload where event_time < '2024-07-01';
\set VERBOSITY sqlstate
select event_id, payload from hunt.event where event_id = 'b41';
select hunt.payload_text(event_time, event_key) from hunt.event where event_id = 'b41';
\set VERBOSITY default
select event_id, user_username from hunt.event where event_id = 'b41';
select hunt.payload_text('2024-06-02', '00000000-0000-0000-0000-000000000000');
