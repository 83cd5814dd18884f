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

-- the example of docs/sources.md
insert into hunt.source_mapping (source, event_column, paths) values
  ('auth0', 'event_time', '{data.date, date}'),
  ('auth0', 'event_id', '{log_id, data.log_id, _id}'),
  ('auth0', 'tenant', '{data.tenant_name, tenant_name}'),
  ('auth0', 'metadata_device_event_id', '{data.type, type}'),
  ('auth0', 'action', '{data.description, description, data.type, type}'),
  ('auth0', 'application', '{data.client_name, client_name, data.client_id, client_id}'),
  ('auth0', 'user_username', '{data.user_name, user_name, data.details.request.auth.user.email, data.user_id, user_id}'),
  ('auth0', 'user_userid', '{data.user_id, user_id}'),
  ('auth0', 'device_ip', '{data.ip, ip}'),
  ('auth0', 'http_user_agent', '{data.user_agent, user_agent}'),
  ('auth0', 'error_text', '{data.details.error.message, details.error.message}'),
  ('auth0', 'session_id', '{data.session_id, session_id}');
insert into hunt.source_mapping (source, event_column, paths, true_values, false_values) values
  ('auth0', 'success', '{data.type, type}', '{s, ssa, seacft, sepft, sertft, sapi}',
   '{f, fp, fu, fsa, feacft, fepft, fertft, fapi, limit_wc, limit_mu, pwd_leak}');
insert into hunt.source_mapping (source, event_column, constant) values
  ('auth0', 'metadata_vendor', 'Okta'), ('auth0', 'metadata_product', 'Auth0');
select * from hunt.sources() where source = 'auth0';
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
update hunt.source_mapping set source = 'auth1';
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
