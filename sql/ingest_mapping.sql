-- ingest: sources that users describe, and rejected documents once more
set timezone = 'UTC';
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
select hunt.setup();
set client_min_messages = notice;
select hunt.normalize('auth0', '{}');

-- what is wrong is said at the edit
\set SHOW_CONTEXT never
insert into hunt.source_mapping (source, event_column, paths) values ('auth0', 'action', '{type}');
insert into hunt.source_mapping (source, event_column, paths) values ('auth0', 'event_time', '{date}'), ('auth0', 'acton', '{type}');
insert into hunt.source_mapping (source, event_column, paths) values ('auth0', 'event_time', '{data..date}');
insert into hunt.source_mapping (source, event_column, paths) values ('auth0', 'event_time', '{"list[one]"}');
insert into hunt.source_mapping (source, event_column, paths) values ('auth0', 'event_time', array[repeat('a.', 100) || 'a']);
insert into hunt.source_mapping (source, event_column) values ('auth0', 'event_time');
insert into hunt.source_mapping (source, event_column, paths, time_format) values ('auth0', 'event_time', '{date}', 'local');
insert into hunt.source_mapping (source, event_column, paths, time_format) values ('auth0', 'event_time', '{date}', 'auto'), ('auth0', 'action', '{type}', 'unix');
insert into hunt.source_mapping (source, event_column, paths, true_values) values ('auth0', 'event_time', '{date}', '{}'), ('auth0', 'action', '{type}', '{s}');
insert into hunt.source_mapping (source, event_column, paths, true_values, false_values) values ('auth0', 'event_time', '{date}', '{}', '{}'), ('auth0', 'success', '{type}', '{s,OK}', '{f,ok}');
insert into hunt.source_mapping (source, event_column, paths) values ('auth0', 'event_time', '{date}'), ('auth0', 'metadata_vendor', '{vendor}');
insert into hunt.source_mapping (source, event_column, paths) values ('okta', 'event_time', '{date}');
insert into hunt.source_mapping (source, event_column, paths) values ('Auth 0', 'event_time', '{date}');
insert into hunt.source_mapping (source, event_column, paths) values (null, 'event_time', '{date}');
select count(*) from hunt.source_mapping;

-- the mappings that come with the source
\getenv folder PG_ABS_SRCDIR
\set auth0 :folder '/data/mappings/auth0.sql'
\set duo :folder '/data/mappings/duo.sql'
\set onelogin :folder '/data/mappings/onelogin.sql'
\set ECHO none
\i :auth0
\i :duo
\i :onelogin
\set ECHO all
select * from hunt.sources() where description ~ 'mapping';
copy hunt.inbox_auth0 from stdin with (format csv, quote E'\x01', delimiter E'\x02');
{"log_id":"9001","data":{"date":"2024-03-01T09:14:00.149Z","type":"fp","description":"Wrong email or password.","client_name":"Shop","ip":"192.0.2.17","user_agent":"Mozilla/5.0","user_id":"auth0|1","user_name":"alice@example.com","details":{"error":{"message":"Wrong email or password."}}}}
{"log_id":"9002","data":{"date":"2024-03-01T09:15:00.031Z","type":"s","client_name":"Shop","ip":"192.0.2.17","user_agent":"Mozilla/5.0","user_id":"auth0|1","user_name":"alice@example.com"}}
{"log_id":"9003","data":{"when":"2024-03-01T09:16:00Z","type":"s"}}
{"log_id":"9004"}
{"log_id":"9005"
\.
select event_time, metadata_vendor, metadata_product, action, application, user_username, device_ip, success, error_text
from hunt.event where source = 'auth0' order by event_time;
select reason, payload from hunt.reject where source = 'auth0' order by payload;

-- the same log as the API of Auth0 returns it is flat; Duo; OneLogin
select v.source, n.key, n.value from (values
  ('auth0', '{"_id":"9006","date":"2024-03-01T09:15:00Z","type":"sapi","client_id":"c1","ip":"192.0.2.17","details":{"request":{"path":"/v2/users","auth":{"user":{"email":"alice@example.com"}}}}}'),
  ('duo', '{"access_device":{"ip":"192.0.2.17","os":"Mac OS X","browser":"Chrome","hostname":null,"location":{"city":"Ann Arbor","country":"United States"}},"application":{"key":"D1","name":"VPN"},"auth_device":{"ip":"198.51.100.2"},"email":"alice@example.com","event_type":"authentication","factor":"duo_push","isotimestamp":"2024-03-01T09:15:00.123456+00:00","timestamp":1709284500,"reason":"user_marked_fraud","result":"fraud","txid":"t-1","user":{"name":"alice","key":"DU1"}}'),
  ('onelogin', '{"id":12345678901234567890,"created_at":"2024-03-01T09:15:00Z","account_id":7,"event_type_id":6,"actor_user_id":8,"actor_user_name":"Alice Smith","user_id":9,"user_name":"Bob Jones","ipaddr":"192.0.2.17"}')) v (source, payload),
  lateral (select j.key, j.value from hunt.normalize(v.source, v.payload) e, jsonb_each_text(to_jsonb(e) - '{payload,content_hash,event_key}'::text[]) j where j.value is not null) n;

-- a mended mapping takes what it refused
update hunt.source_mapping set paths = paths || '{data.when}' where source = 'auth0' and event_column = 'event_time';
select * from hunt.retry_rejects('auth0');
select * from hunt.retry_rejects('auth0');
select event_id, event_time from hunt.event where source = 'auth0' order by event_time;
select payload from hunt.reject where source = 'auth0' order by payload;
select source, kind, received, inserted, updated, duplicates, rejected from hunt.ingest_log where source = 'auth0' order by id;
select hunt.retry_rejects(null);
select hunt.retry_rejects('no_such_source');

-- an edit that is rolled back never was
begin;
update hunt.source_mapping set paths = '{nowhere}' where source = 'auth0' and event_column = 'user_username';
select count(user_username) from hunt.normalize('auth0', '{"date":"2024-03-01T09:15:00Z","user_name":"alice"}');
rollback;
select count(user_username) from hunt.normalize('auth0', '{"date":"2024-03-01T09:15:00Z","user_name":"alice"}');
-- a statement sees the mapping that its snapshot has
with edit as (update hunt.source_mapping set paths = '{name}' where source = 'auth0' and event_column = 'user_username' returning 1)
select count(user_username) from hunt.normalize('auth0', '{"date":"2024-03-01T09:15:00Z","user_name":"alice"}'), edit;
select count(user_username) from hunt.normalize('auth0', '{"date":"2024-03-01T09:15:00Z","user_name":"alice"}');
-- another constant shows at once
update hunt.source_mapping set constant = 'Auth0' where source = 'auth0' and event_column = 'metadata_vendor';
select distinct metadata_vendor from hunt.event where source = 'auth0';

-- part of a mapping cannot go, all of it can, and the inbox with it; what was stored stays
delete from hunt.source_mapping where source = 'auth0' and event_column = 'event_time';
update hunt.source_mapping set source = 'auth1' where source = 'auth0';
select to_regclass('hunt.inbox_auth0'), to_regclass('hunt.inbox_auth1');
delete from hunt.source_mapping;
select to_regclass('hunt.inbox_auth1');
select hunt.ingest('auth0', '{}');
select count(*) from hunt.event where source = 'auth0';

-- everybody may read mappings, nobody else may edit them
create role mapping_nobody;
set role mapping_nobody;
select count(*) from hunt.source_mapping;
insert into hunt.source_mapping (source, event_column, paths) values ('x', 'event_time', '{date}');
select hunt.check_mapping('x');
select hunt.retry_rejects('auth0');
select * from hunt.ingest_log;
select * from hunt.source_health;
reset role;
drop role mapping_nobody;
