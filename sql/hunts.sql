-- The first hunts, against the same questions asked in plain SQL over random events.
\set SHOW_CONTEXT never
set client_min_messages = warning;
set timezone = 'UTC';
\set ON_ERROR_ROLLBACK on
begin;
select hunt.setup();
select hunt.create_event_partitions('2026-03-01');
insert into hunt.dictionary_user (value) select 'user' || g || '@example.com' from generate_series(1, 9) g;
create function pick(n int, seed int, m int) returns int language sql immutable as
  $$ select abs(hashint8extended(n, seed) % m)::int $$;
insert into hunt.event_fact (event_time, event_key, source_id, user_id, success, device_ip_asn_number, device_ip_country_code)
select '2026-03-10 00:00+00'::timestamptz + pick(g, 1, 5 * 86400) * interval '1 second', gen_random_uuid(),
       (select id from hunt.dictionary_source where value = 'entra_signin'),
       (select id from hunt.dictionary_user where value = 'user' || 1 + pick(g, 2, 9) || '@example.com'),
       pick(g, 3, 10) > 0, nullif(64500 + pick(g, 4, 6), 64505), (array['DE', 'FR', 'US', null])[1 + pick(g, 5, 4)]
from generate_series(1, 250) g;

-- as many rows as the plain question has, and no row differs
create view expected as
select date_trunc('day', event_time) as slice_start, user_username,
       count(distinct device_ip_asn_number) as network_count,
       array_agg(distinct 'AS' || device_ip_asn_number) filter (where device_ip_asn_number is not null) as networks,
       count(distinct device_ip_country_code) as country_count,
       array_agg(distinct device_ip_country_code) filter (where device_ip_country_code is not null) as countries
from hunt.event
where success and source = 'entra_signin' and event_time >= '2026-03-11' and event_time < '2026-03-14'
group by 1, 2;
select count(*) > 5 as enough, count(*) = (select count(*) from expected where network_count >= 3) as complete
from hunt.several_networks('2026-03-11', '2026-03-14', min_networks => 3);
select slice_start, user_username, network_count, networks from hunt.several_networks('2026-03-11', '2026-03-14', min_networks => 3)
except
select slice_start, user_username, network_count, networks from expected where network_count >= 3;
select count(*) > 3 as enough,
       count(*) = (select count(*) from expected where network_count >= 2 and country_count >= 3) as complete
from hunt.several_countries('2026-03-11', '2026-03-14', min_countries => 3);
select slice_start, user_username, network_count, networks, country_count, countries
from hunt.several_countries('2026-03-11', '2026-03-14', min_countries => 3)
except
select slice_start, user_username, network_count, networks, country_count, countries
from expected where network_count >= 2 and country_count >= 3;

-- most first, then by time and name; slices of another length and zone
select slice_start, user_username, network_count, networks, events
from hunt.several_networks('2026-03-10', '2026-03-15', '12 hours', min_networks => 4) limit 3;
select distinct slice_start at time zone 'Asia/Kathmandu' as local_start
from hunt.several_networks('2026-03-10', '2026-03-15', '1 week', min_networks => 1, time_zone => 'Asia/Kathmandu');
-- a class that is ignored counts neither as network nor as country
insert into hunt.asn_class (number, class) values (64500, 'corporate');
select count(*) filter (where 'AS64500' = any (networks)) as with_ignored, max(network_count) as most
from hunt.several_networks('2026-03-10', '2026-03-15', ignored_classes => '{corporate,vpn}');
-- a misspelt source is no clean log; an empty window, nothing found
select count(*) from hunt.several_networks('2026-03-10', '2026-03-15', source => 'entra_sign_in');
select count(*) from hunt.several_countries('2026-03-15', '2026-03-10');
select * from hunt.several_networks('2026-03-10', '2026-03-15', slice => '7 hours');
rollback;

-- A person in the logs of five vendors, and a thief: every hunt must tell him, and nothing of the colleague.
begin;
set search_path = hunt, public;
set extra_float_digits = -3;
\pset null '(null)'
\getenv abs_srcdir PG_ABS_SRCDIR
select hunt.setup();
create function ingested(source text, documents jsonb) returns text language sql as $$
  select string_agg(inserted || ' of ' || received, ', ') from hunt.ingest($1, $2::text) $$;
\set path :abs_srcdir '/test/data/asn.mmdb'
\lo_import :path
select kind from hunt.load_ip_database('asn', lo_get(:LASTOID));
\set path :abs_srcdir '/test/data/city.mmdb'
\lo_import :path
select kind from hunt.load_ip_database('city', lo_get(:LASTOID));
create function chrome() returns text language sql immutable as
  $$ select 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36' $$;
create function firefox() returns text language sql immutable as
  $$ select 'Mozilla/5.0 (X11; Linux x86_64; rv:123.0) Gecko/20100101 Firefox/123.0' $$;
create function python() returns text language sql immutable as $$ select 'python-requests/2.31.0' $$;
create function signin(who text, at timestamptz, ip text, agent text, session text, device text default null, app text default 'Outlook')
returns jsonb language sql as $$
  select jsonb_build_object('category', 'SignInLogs', 'time', at, 'tenantId', 't', 'properties', jsonb_build_object(
    'id', md5(concat(who, at, ip, agent)), 'createdDateTime', at, 'userPrincipalName', who, 'appDisplayName', app, 'ipAddress', ip,
    'userAgent', agent, 'sessionId', session, 'status', '{"errorCode": 0}'::jsonb, 'deviceDetail', jsonb_strip_nulls(jsonb_build_object('deviceId', device, 'displayName', device)))) $$;
create function okta(who text, at timestamptz, ip text, agent text, type text, target jsonb default '[]', result text default 'SUCCESS', session text default 's')
returns jsonb language sql as $$
  select jsonb_build_object('uuid', md5(concat(who, at, ip, type, agent)), 'published', at, 'eventType', type, 'displayMessage', 'as Okta puts it',
    'actor', jsonb_build_object('type', 'User', 'alternateId', who), 'outcome', jsonb_build_object('result', result),
    'client', jsonb_build_object('ipAddress', ip, 'userAgent', jsonb_build_object('rawUserAgent', agent)),
    'authenticationContext', jsonb_build_object('externalSessionId', session), 'target', target) $$;
create function app(name text) returns jsonb language sql as $$ select jsonb_build_array(jsonb_build_object('type', 'AppInstance', 'displayName', name)) $$;
create function factor(name text) returns jsonb language sql as
  $$ select jsonb_build_array(jsonb_build_object('type', 'AuthenticatorEnrollment', 'detailEntry', jsonb_build_object('methodTypeUsed', name))) $$;
create function call(who text, at timestamptz, ip text, agent text, source text, name text, key text default 'AKIAALICE')
returns jsonb language sql as $$
  select jsonb_build_object('eventVersion', '1.08', 'eventID', md5(concat(who, at, ip, name)), 'eventTime', at, 'eventSource', source || '.amazonaws.com',
    'eventName', name, 'awsRegion', 'us-east-1', 'sourceIPAddress', ip, 'userAgent', agent, 'eventType', 'AwsApiCall',
    'userIdentity', jsonb_build_object('type', 'IAMUser', 'userName', who, 'accessKeyId', key, 'arn', 'arn:aws:iam::111122223333:user/' || who)) $$;
create function kubernetes(at timestamptz, ip text, agent text, verb text) returns jsonb language sql as $$
  select jsonb_build_object('kind', 'Event', 'apiVersion', 'audit.k8s.io/v1', 'auditID', md5(concat(at, ip)), 'stage', 'ResponseComplete', 'verb', verb,
    'user', '{"username": "kubernetes-admin", "extra": {"accessKeyId": ["ASIAALICE"], "arn": ["arn:aws:sts::1:assumed-role/Admin/alice"]}}'::jsonb,
    'sourceIPs', jsonb_build_array(ip), 'userAgent', agent, 'objectRef', '{"resource": "pods", "namespace": "shop"}'::jsonb,
    'responseStatus', '{"code": 200}'::jsonb, 'requestReceivedTimestamp', at) $$;
create function process(who text, at timestamptz, command text) returns jsonb language sql as $$
  select jsonb_build_object('Timestamp', at, 'DeviceId', 'd', 'DeviceName', 'pc', 'ActionType', 'ProcessCreated', 'FileName', split_part(command, ' ', 1),
    'ProcessCommandLine', command, 'AccountName', split_part(who, '@', 1), 'AccountUpn', who, 'ReportId', hashtext(concat(who, at, command))) $$;

insert into hunt.identity (username, identity) values ('alice', 'alice@example.com');
-- twenty days at home in Munich, of Alice and of Bob
select ingested('entra_signin', jsonb_agg(signin(who, day + h * interval '2 hours', '203.0.113.5', chrome(), who || day::date, 'pc-' || who)))
from (values ('alice@example.com'), ('bob@example.com')) w (who), generate_series('2026-03-01 08:00+00'::timestamptz, '2026-03-20 08:00+00', '1 day') day,
     generate_series(0, 2) h;
select ingested('okta', jsonb_agg(okta(who, day + interval '70 minutes', '203.0.113.5', chrome(), 'user.authentication.sso', app('Payroll'))))
from (values ('alice@example.com'), ('bob@example.com')) w (who), generate_series('2026-03-01 08:00+00'::timestamptz, '2026-03-20 08:00+00', '1 day') day;
select ingested('cloudtrail', jsonb_agg(call('alice', day, '203.0.113.5', 'aws-cli/2.15.30 Python/3.11.8 Linux/6.1', 's3', 'ListBuckets')))
from generate_series('2026-03-01 09:00+00'::timestamptz, '2026-03-20 09:00+00', '1 day') day;
select ingested('mde_process', jsonb_agg(process('alice@example.com', day, case when n = 0 then 'git pull' else 'kubectl get pods -n shop-' || extract(day from day) end)))
from generate_series('2026-03-01 09:00+00'::timestamptz, '2026-03-20 09:00+00', '1 day') day, generate_series(0, 1) n;
select ingested('mde_process', jsonb_agg(process('bob@example.com', day, 'git pull'))) from generate_series('2026-03-01 09:00+00'::timestamptz, '2026-03-20 09:00+00', '1 day') day;
-- the 21st: both work as ever
select ingested('entra_signin', jsonb_agg(signin(who, '2026-03-21 08:00+00'::timestamptz + h * interval '30 minutes', '203.0.113.5', chrome(), who || '2026-03-21', 'pc-' || who)))
from (values ('alice@example.com'), ('bob@example.com')) w (who), generate_series(0, 8) h;
-- and a rented server in New York has Alice's cookie, then her key and her cluster, asks for her second factor, and runs on her laptop
select ingested('entra_signin', jsonb_build_array(
  signin('alice@example.com', '2026-03-21 09:10+00', '198.51.100.9', chrome(), 'alice@example.com2026-03-21'),
  signin('alice@example.com', '2026-03-21 09:12+00', '198.51.100.9', firefox(), 'other', null, 'Admin portal'),
  signin('alice@example.com', '2026-03-21 09:14+00', '8.8.8.8', python(), 'third')));
select ingested('okta', jsonb_build_array(
  okta('alice@example.com', '2026-03-21 08:05+00', '203.0.113.5', chrome(), 'user.authentication.auth_via_mfa', factor('Password')),
  okta('alice@example.com', '2026-03-21 08:06+00', '203.0.113.6', chrome(), 'user.authentication.auth_via_mfa', factor('Push')),
  okta('alice@example.com', '2026-03-21 09:20+00', '203.0.113.5', chrome(), 'user.authentication.sso', app('Payroll')),
  okta('alice@example.com', '2026-03-21 09:21+00', '198.51.100.9', firefox(), 'user.authentication.sso', app('Vault')),
  okta('alice@example.com', '2026-03-21 09:22+00', '198.51.100.9', python(), 'user.authentication.sso', app('Vault')),
  okta('alice@example.com', '2026-03-21 09:25+00', '203.0.113.6', chrome(), 'user.authentication.auth_via_mfa', factor('Push')),
  okta('bob@example.com', '2026-03-21 09:25+00', '203.0.113.6', chrome(), 'user.authentication.auth_via_mfa', factor('Push'), 'FAILURE')));
select ingested('cloudtrail', jsonb_build_array(
  call('alice', '2026-03-21 10:01+00', '203.0.113.5', 'aws-cli/2.15.30 Python/3.11.8 Linux/6.1', 's3', 'ListBuckets'),
  call('alice', '2026-03-21 10:02+00', '198.51.100.9', 'Boto3/1.34.1 Python/3.11.8', 'sts', 'GetCallerIdentity'),
  call('alice', '2026-03-21 10:03+00', '198.51.100.9', 'Boto3/1.34.1 Python/3.11.8', 'iam', 'ListUsers'),
  call('alice', '2026-03-21 10:04+00', '198.51.100.9', 'Boto3/1.34.1 Python/3.11.8', 'iam', 'CreateAccessKey')));
select ingested('eks_audit', jsonb_build_array(
  kubernetes('2026-03-21 11:00+00', '8.8.8.8', 'kubectl/v1.29.2 (linux/amd64) kubernetes/4b8e819', 'list'),
  kubernetes('2026-03-21 11:05+00', '8.8.4.4', 'kubectl/v1.29.2 (linux/amd64) kubernetes/4b8e819', 'get'),
  kubernetes('2026-03-21 11:06+00', '10.0.0.4', 'kubectl/v1.29.2 (linux/amd64) kubernetes/4b8e819', 'get')));
select ingested('mde_process', jsonb_build_array(process('alice@example.com', '2026-03-21 12:00+00', 'kubectl get pods -n shop-77'),
  process('alice@example.com', '2026-03-21 12:01+00', 'kubectl get secrets -A -o yaml'), process('bob@example.com', '2026-03-21 12:02+00', 'kubectl get pods -n shop-1')));
select reason, payload from hunt.reject;

\set day '''2026-03-21'', ''2026-03-22'''
\echo c: several clients and systems
select slice_start, user_username, client_count, clients, systems, events from several_clients(:day);
\echo g: several clients on single sign-on, and those of a week before
select slice_start, user_username, client_count, clients, clients_before, new_clients, networks from single_sign_on_clients(:day, min_clients => 2);
\echo j: one key, several clients and networks
select slice_start, access_key_id, user_username, clients, networks, countries, actions, events from access_key_clients(:day);
\echo f: one identity of the cluster, several public addresses
select slice_start, user_arn, user_username, access_key_id, address_count, addresses, networks, events from identity_addresses(:day);
\echo i: approved in Munich, used in New York
select mfa_at, user_username, mfa_method, mfa_country, used_at, used_country, used_network, used_client, application, minutes_apart, same_session, differs from mfa_contrast(:day);
select count(*) from mfa_contrast(:day, '10 minutes');
select count(*) from mfa_contrast(:day, username => 'bob@example.com');
\echo d: more networks in an hour than expected
select slice_start, user_username, network_count, networks, threshold, highest_before, countries from network_outliers(:day);
\echo e, h: first seen
select first_at, user_identity, value, verdict, people_before, known_values, events from first_seen_values(:day);
select first_at, user_identity, value, verdict from first_seen_values(:day, 'country');
select first_at, user_identity, value, verdict from first_seen_values(:day, 'client', username => 'alice');
select first_at, user_identity, value, verdict from first_seen_values(:day, 'application', sources => '{okta}');
select first_at, user_identity, value, verdict, people_before from first_seen_values(:day, 'command', pattern => 'kubectl%');
\echo as of then: on the 8th everybody is being learned; the day after is told by what was known then, and does not change
select count(*) from first_seen_values('2026-03-08', '2026-03-09');
select count(*) as later from first_seen_values('2026-03-22', '2026-04-01');
select field, (select count(*) from first_seen_values('2026-03-01', '2026-03-31', field)) =
              (select count(*) from first_seen_values('2026-03-01', '2026-03-21', field)) + (select count(*) from first_seen_values(:day, field)) as same
from unnest('{network,country,client,application,action,command}'::text[]) field;
select * from first_seen_values(:day, 'planet');
\echo own networks are not new
insert into hunt.own_network values ('198.51.100.0/24', 'branch office');
select value from first_seen_values(:day) order by 1;
select count(*) from impossible_travel(:day);
delete from hunt.own_network;
\echo l: unusual actions
select slice_start, user_identity, round(bits) as bits, new_actions, action_count, events, known_actions, networks from unusual_actions(:day);
\echo impossible travel
select to_at, user_identity, from_at, round(distance_km) as km, round(speed_kmh) as kmh, from_country, from_network, to_country, to_network, to_client from impossible_travel(:day);
\echo one session in two places
select seen_at, user_identity, session, elsewhere_network, elsewhere_at, home_network, home_before, home_after from shared_sessions(:day);
\echo not her device
select seen_at, user_identity, client, network, new_field, named_before, events_before, named_by_all from unregistered_devices(:day, min_events => 1);
select count(*) as not_twice from unregistered_devices(:day);
\echo added up: what speaks against whom
select seen_at, user_identity, network, client, country, round(bits) as bits, evidence, first_at from session_risks(:day);
select count(*) = 0 as none_above from session_risks(:day, min_bits => 100);
-- Beta functions give 4.7004, 8.8434, 5.7192 and -3.1261; where nothing is known of the rate, nothing is told by it
select round(rate_bits(k, n, known_k, known_n)::numeric, 4) as bits
from (values (1, 1, 0, 50), (2, 2, 0, 50), (3, 10, 6, 300), (0, 10, 6, 300), (0, 0, 6, 300), (3, 7, 0, 0)) v (k, n, known_k, known_n);
select error_code, is_denial(error_code) from unnest('{AccessDenied,Client.UnauthorizedOperation,403,Forbidden,ThrottlingException,404,null}'::text[]) error_code;
savepoint facts;
\echo the day after: Bob's browser three times without its device, Alice's key where two of three calls are denied
select ingested('entra_signin', jsonb_agg(signin('bob@example.com', '2026-03-22 08:00+00'::timestamptz + h * interval '1 minute', '198.51.100.9', chrome(), 'b' || h)))
from generate_series(0, 2) h;
select ingested('cloudtrail', jsonb_build_array(
  call('alice', '2026-03-22 10:01+00', '8.8.8.8', 'aws-cli/2.15.30 Python/3.11.8 Linux/6.1', 'iam', 'ListUsers') || '{"errorCode": "AccessDenied"}',
  call('alice', '2026-03-22 10:02+00', '8.8.8.8', 'aws-cli/2.15.30 Python/3.11.8 Linux/6.1', 'iam', 'ListRoles') || '{"errorCode": "AccessDenied"}',
  call('alice', '2026-03-22 10:03+00', '8.8.8.8', 'aws-cli/2.15.30 Python/3.11.8 Linux/6.1', 's3', 'ListBuckets')));
select seen_at, user_identity, network, evidence from session_risks('2026-03-22', '2026-03-23', min_bits => 0);
\echo not if the device is named, and not for calls that are wrong rather than denied
update hunt.event_detail set device_hostname = 'pc-bob' where event_time >= '2026-03-22';
update hunt.event_fact set error_code = 'NoSuchEntity' where event_time >= '2026-03-22' and error_code = 'AccessDenied';
select user_identity, e from session_risks('2026-03-22', '2026-03-23', min_bits => -99) r, unnest(r.evidence) e where e ~ 'device|denied';
rollback to facts;
\echo a thief has the identity of the laptop of Bob in another place: his address moves, he signs in every four minutes, with the session before last
select ingested('entra_signin', jsonb_agg(signin('carol@example.com', '2026-03-20 08:00+00'::timestamptz + h * interval '1 minute', '203.0.113.' || h, chrome(), 'c', 'pc-carol')))
from generate_series(1, 101) h;
select ingested('entra_signin', jsonb_agg(signin('bob@example.com', '2026-03-22 07:00+00'::timestamptz + h * interval '6 hours', '203.0.113.5', chrome(), 'bob' || h, 'pc-bob')))
from generate_series(0, 1) h;
select ingested('entra_signin', jsonb_agg(signin('bob@example.com', '2026-03-22 20:00+00'::timestamptz + h * interval '4 minutes', '8.8.' || h / 2 || '.' || h, chrome(), 'bob0', 'pc-bob')))
from generate_series(0, 6) h;
select r.first_at, r.network, e from session_risks('2026-03-22', '2026-03-23', min_bits => -99) r, unnest(r.evidence) e where r.user_identity ~ 'bob' order by e;
-- three of six with another address, in the week before nobody; of 91 sign-ins before none was the seventh within an hour
select sum(changes) as changes, round(rate_bits(3, 6, 0, sum(gaps)::bigint)::numeric, 1) as address_bits, round(log(2, 92), 1) as pace_bits
from place_address_changes('2026-03-15', '2026-03-22', '{entra_signin,okta}');
select address_prefix('203.0.113.5'), address_prefix('2001:db8:1:2::3'), address_prefix('203.0.113.5') = address_prefix('203.0.113.250') as same;
\echo not with one address, at leisure, with the session that the device has
update hunt.event_fact set device_ip = '8.8.0.1', session_id = 'bob1' where event_time >= '2026-03-22 20:00+00';
update hunt.event_fact set event_time = event_time + 4 * (event_time - '2026-03-22 20:00+00') where event_time >= '2026-03-22 20:00+00';
select e from session_risks('2026-03-22', '2026-03-23', min_bits => -99) r, unnest(r.evidence) e where r.user_identity ~ 'bob' order by e;
rollback to facts;
\echo all about Alice, by whichever name
insert into hunt.signal (rule_name, name, entity_type, entity, severity, prototype, first_at, last_at, tags)
values ('a rule', 'Something of her key', 'access_key_id', 'AKIAALICE', 5, false, '2026-03-21 10:02+00', '2026-03-21 10:04+00', '{T1078.004}'),
       ('a rule', 'Something of Bob', 'user_username', 'bob@example.com', 5, false, '2026-03-21 10:02+00', '2026-03-21 10:04+00', '{}');
select at, until, kind, what, network, country, client, count from investigate('alice', :day);
select count(*) as one_person from (select * from investigate('alice', :day) except select * from investigate('alice@example.com', :day)) x;
select kind, what, jsonb_pretty(details) from investigate('alice', '2026-03-21 10:02+00', '2026-03-21 10:05+00') where kind <> 'signal';
select count(*) from investigate('nobody', :day);
\echo the rule pack: added once, then left alone
select count(*) > 10 as many, count(*) = count(*) filter (where outcome = 'added') as all_added from install_rule_pack();
update hunt.rule set severity = '7' where name = 'First-seen country';
select drop_rule('Impossible travel');
select * from install_rule_pack() where outcome <> 'was there';
select severity from hunt.rule where name = 'First-seen country';
select r.name, b.entity_type, b.entity, b.first_at, b.severity from hunt.rule r, backtest_rule(r.name, :day) b order by r.name, b.first_at, b.entity;
rollback;
