-- ingest: vendor JSON to events, what is a duplicate, what is rejected
set timezone = 'UTC';
set datestyle = 'ISO, YMD';
set client_min_messages = warning;
select hunt.setup();
select hunt.setup();
select source, vendor, product from hunt.sources();
-- each refuses what is not its own, and says what it misses
select s.source, n.reject_reason from hunt.sources() s, hunt.normalize(s.source, '{"some": "document"}') n;

-- the four shapes of a sign-in
create temp table sample (shape text, payload text);
insert into sample values
('log analytics', '{"TenantId":"workspace-1","TimeGenerated":"2024-03-01T10:00:05.5","ResourceId":"/tenants/tenant-1/providers/Microsoft.aadiam","OperationName":"Sign-in activity","Category":"SignInLogs","ResultType":"0","ResultDescription":"","AADTenantId":"tenant-1","AppDisplayName":"Portal","AuthenticationDetails":"[{\"authenticationMethod\":\"Password\"},{\"authenticationMethod\":\"Text message\"}]","CreatedDateTime":"2024-03-01T10:00:00","DeviceDetail":"{\"operatingSystem\":\"Windows 10\",\"browser\":\"Edge 81.0\",\"displayName\":\"HOST1\"}","Id":"id-1","IPAddress":"203.0.113.7:50123","IsInteractive":true,"Location":"NL","LocationDetails":{"city":"Unknown","countryOrRegion":"NL"},"MfaDetail":{},"ResourceDisplayName":"Directory","Status":{"errorCode":0},"UserAgent":"Agent/1.0","UserId":"oid-1","UserPrincipalName":"User1@Example.com"}'),
('azure monitor', '{"time":"2024-03-01 10:01:09.123","category":"NonInteractiveUserSignInLogs","operationName":"Sign-in activity","tenantId":"tenant-1","resultType":"50126","resultDescription":"Invalid password","callerIpAddress":"203.0.113.8","properties":{"id":"id-2","createdDateTime":"2024-03-01T10:01:00.1234567+02:00","userPrincipalName":"user2@example.com","userId":"oid-2","ipAddress":"2001:db8::1","status":{"errorCode":50126,"failureReason":"Invalid username or password"},"userAgent":"-","sessionId":"session-2","mfaDetail":{"authMethod":"Mobile app notification"},"location":{"city":"Amsterdam","countryOrRegion":"NL"},"autonomousSystemNumber":"64500"}}'),
('azure monitor, other case', '{"time":"2024-03-01T10:02:09Z","category":"ServicePrincipalSignInLogs","operationname":"Sign-in activity","tenantid":"tenant-1","resulttype":0,"calleripaddress":"203.0.113.9","properties":{"id":"id-3","servicePrincipalName":"Backup-Job","servicePrincipalId":"oid-3","ipAddress":"<null>","status":{"errorCode":0}}}'),
('graph', '{"id":"id-4","createdDateTime":"2024-03-01T10:03:00Z","userPrincipalName":"user4@example.com","appDisplayName":"Graph explorer","ipAddress":"198.51.100.4","isInteractive":false,"conditionalAccessStatus":"success","mfaDetail":{"authMethod":"push"},"status":{"errorCode":0,"failureReason":"Other."},"deviceDetail":{"operatingSystem":"MacOs"},"location":{"countryOrRegion":"DE"}}'),
('audit log', '{"CreationTime":"2024-03-01T10:04:00","Id":"id-5","Operation":"UserLoggedIn","OrganizationId":"tenant-1","RecordType":15,"UserKey":"oid-5","ClientIP":"198.51.100.5","UserId":"User5@Example.com","ApplicationId":"app-5","ObjectId":"target-5","ErrorNumber":"50140","ExtendedProperties":[{"Name":"RequestType","Value":"Login:login"},{"Name":"UserAgent","Value":"Agent/5.0"}],"DeviceProperties":[{"Name":"OS","Value":"Windows 10"},{"Name":"SessionId","Value":"session-5"}]}'),
('audit log row', '{"RecordId":"r","Operation":"UserLoginFailed","AuditData":"{\"CreationTime\":\"2024-03-01T10:05:00\",\"Id\":\"id-6\",\"Operation\":\"UserLoginFailed\",\"UserId\":\"Not Available\",\"ClientIP\":\"198.51.100.6\",\"ErrorNumber\":\"50126\",\"LogonError\":\"InvalidUserNameOrPassword\"}"}');
\x on
select s.shape, n.* from sample s, hunt.normalize('entra_signin', s.payload) n order by n.event_time;
\x off

-- containers
select k.what, count(*), count(*) filter (where n.reject_reason is null) as events, max(n.position) as last_line
from (select string_agg(payload, E'\n' order by payload) as lines, string_agg(payload, E',\n' order by payload) as list from sample) s,
     lateral (values (1, 'JSON Lines', s.lines), (2, 'byte order mark, blank lines', U&'\FEFF' || replace(s.lines, E'\n', E'\n\n \r\n')),
       (3, 'array on one line', '[' || replace(s.list, E'\n', '') || ']'), (4, 'Records', '{"Records":[' || s.list || ']}'),
       (5, 'records, over lines', E'{\n"records": [\n' || s.list || E'\n]\n}\n'),
       (6, 'value', '{"@odata.context":"https://example.com","value":[' || s.list || '],"@odata.nextLink":"x"}'),
       (7, 'JSON in a string', (select string_agg(to_json(payload)::text, E'\n') from sample)),
       (8, 'pretty-printed', (select string_agg(jsonb_pretty(payload::jsonb), E'\n') from sample))) k (n, what, payload),
     hunt.normalize('entra_signin', k.payload) n
group by k.n, k.what order by k.n;

-- what is rejected, and alone
select n.position, n.reject_reason, left(n.payload, 60) as payload
from hunt.normalize('entra_signin', E'{"category":"AuditLogs","time":"2024-03-01T10:00:00Z","properties":{}}
{"category":"UserManagement","activityDateTime":"2024-03-01T10:00:00Z"}
{"@odata.type":"#microsoft.graph.riskDetection","id":"1"}
{"CreationTime":"2024-03-01T10:00:00","Operation":"MailItemsAccessed"}
{"category":"Administrative","time":"2024-03-01T10:00:00Z"}
{"a":1}
{"broken":
{"category":"SignInLogs","time":"yesterday","id":"x"}
{"category":"SignInLogs","time":"0001-01-01T00:00:00Z","id":"x"}
{"category":"SignInLogs","id":"x"}
{"category":"SignInLogs","id":"x
17
{"category":"SignInLogs","time":"2024-03-01T10:00:00Z","id":"good"}
not json') n;
select count(*), count(reject_reason) from hunt.normalize('entra_signin', '');
select hunt.normalize('no_such_source', '{}');
select count(*) from hunt.normalize(null, '{}');

-- storing: once, again, and again with other vendor fields, in either order
select hunt.ingest('entra_signin', (select string_agg(payload, E'\n') from sample));
select hunt.ingest('entra_signin', (select string_agg(payload, E'\n') from sample));
create temp table version (n int, payload text);
insert into version select n, replace(payload, '"TimeGenerated":"2024-03-01T10:00:05.5"',
  format('"TimeGenerated":"2024-03-01T1%s:00:00","RiskState":"state %1$s"', n)) from sample, generate_series(1, 2) n where shape = 'log analytics';
select hunt.ingest('entra_signin', payload) from version where n = 2;
select hunt.ingest('entra_signin', payload) from version where n = 1;
select version_time, payload ->> 'RiskState' as state from hunt.event where event_id = 'id-1';
update version set payload = replace(payload, 'id-1', 'id-7');
select hunt.ingest('entra_signin', (select string_agg(payload, E'\n' order by n) from version));
select version_time, payload ->> 'RiskState' as state from hunt.event where event_id = 'id-7';
-- a correction reaches the hot row too
select hunt.ingest('entra_signin', replace(replace(payload, '203.0.113.7:50123', '203.0.113.70'), '2024-03-01T12', '2024-03-01T13')) from version where n = 2;
select device_ip from hunt.event where event_id = 'id-7';

-- no id: the canonical payload is the id, whatever the order of its keys
select hunt.ingest('entra_signin', '{"category":"SignInLogs","time":"2024-03-01T10:00:00Z","properties":{"userPrincipalName":"user8@example.com"}}
{"time":"2024-03-01T10:00:00Z", "properties":{"userPrincipalName":"user8@example.com"},"category":"SignInLogs"}
{"time":"2024-03-01T10:00:00Z", "properties":{"userPrincipalName":"user9@example.com"},"category":"SignInLogs"}');
-- what jsonb cannot hold
select hunt.ingest('entra_signin', '{"category":"SignInLogs","time":"2024-03-01T10:00:00Z","id":"odd","userAgent":"a\u0000b\ud800c\ud83d\ude00","n":1e-99999}');
select http_user_agent, payload ->> 'userAgent' as from_payload, payload ->> 'n' as n from hunt.event where event_id = 'odd';
-- huge
select hunt.ingest('entra_signin', format('{"category":"SignInLogs","time":"2024-03-01T10:00:00Z","id":"huge","userAgent":"%s"}', repeat('x', 3000000)));
select length(http_user_agent), right(http_user_agent, 60) as mark, length(payload ->> 'userAgent') from hunt.event where event_id = 'huge';
select hunt.ingest('entra_signin', null);

-- the readable event
select event_time, metadata_vendor, metadata_product, source, tenant, user_username, device_ip, action, application, success, error_code, session_id, mfa_method
from hunt.event where event_id like 'id-_' order by event_time, event_id;
-- what a query does not name is not joined
explain (costs off) select event_time, device_ip from hunt.event where event_time >= '2024-03-01' and event_time < '2024-03-02';
explain (costs off) select user_username, hunt.count_distinct(device_ip_asn_number) from hunt.event group by 1;

-- the inbox
set client_min_messages = notice;
copy hunt.inbox_entra_signin from stdin with (format csv, quote E'\x01', delimiter E'\x02');
{"category":"SignInLogs","time":"2024-04-01T10:00:00Z","id":"copy-1","userAgent":"say \"hi\""}

{"category":"SignInLogs","time":"2024-05-01T10:00:00Z","id":"copy-1","userAgent":"other month"}
{"category":"AuditLogs"}
\.
copy hunt.inbox_entra_signin from stdin;
{"category":"SignInLogs","time":"2024-04-01T10:00:00Z","id":"copy-2","userAgent":"say \"hi\""}
\.
insert into hunt.inbox_entra_signin values ('{"category":"AuditLogs"}'), (null);
set client_min_messages = warning;
select count(*) from hunt.inbox_entra_signin;
select event_time, http_user_agent from hunt.event where event_id like 'copy%' order by 1;
select reason, position, times, payload from hunt.reject order by reason collate "C";
select relname from pg_class where relkind = 'r' and relname ~ '^event_(fact|detail)_' order by 1;
select count(*) from hunt.event_fact f full join hunt.event_detail d using (event_time, event_key) where f.event_time is null or d.event_time is null;

-- the lines of one statement are one payload: formats that need the lines around them
set client_min_messages = notice;
copy hunt.inbox_entra_signin from stdin with (format csv, quote E'\x01', delimiter E'\x02');
category,time,id,userAgent
SignInLogs,2024-04-02T10:00:00Z,csv-1,"two, with
a line break"
SignInLogs,2024-04-02T10:00:00Z,csv-2
SignInLogs,2024-04-02T10:00:00Z,csv-3,none
\.
copy hunt.inbox_auditd from stdin with (format csv, quote E'\x01', delimiter E'\x02');
type=SYSCALL msg=audit(1551485718.785:324): arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid=5 auid=1000 uid=0 comm="id" exe="/usr/bin/id"
type=EXECVE msg=audit(1551485718.785:324): argc=2 a0="id" a1="-u"
\.
set client_min_messages = warning;
select event_id, http_user_agent from hunt.event where event_id like 'csv%' order by 1;
select action, command_line from hunt.event where source = 'auditd';
-- an error in the middle leaves nothing of the load behind, nor a savepoint's
begin;
savepoint s;
insert into hunt.inbox_entra_signin values ('{"category":"SignInLogs","time":"2024-04-03T10:00:00Z","id":"gone"}'), ((1 / (random() * 0)::int)::text);
rollback to s;
insert into hunt.inbox_entra_signin values ('{"category":"SignInLogs","time":"2024-04-03T10:00:00Z","id":"kept"}');
commit;
select event_id from hunt.event where event_time = '2024-04-03T10:00:00Z';
-- what brought an event, and its client
begin;
select hunt.ingest('entra_signin', '{"category":"SignInLogs","time":"2024-04-04T10:00:00Z","properties":{"id":"agent","createdDateTime":"2024-04-04T10:00:00Z","userAgent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"}}');
select ingest_xid = pg_current_xact_id() as this_transaction, ingest_epoch = hunt.current_epoch() as this_epoch, http_user_agent_key, http_user_agent_os
from hunt.event where event_id = 'agent';
commit;
select hunt.ingest('entra_signin', '{"category":"SignInLogs","time":"2024-04-04T11:00:00Z","properties":{"id":"agent","createdDateTime":"2024-04-04T10:00:00Z","userAgent":"other"}}');
select ingest_xid < pg_current_xact_id() as first_transaction, http_user_agent from hunt.event where event_id = 'agent';
-- constraints and row triggers of the tables hold
create function pg_temp.rename() returns trigger language plpgsql as $$ begin new.session_id := upper(new.session_id); return new; end $$;
create trigger rename before insert on hunt.event_fact for each row execute function pg_temp.rename();
alter table hunt.event_fact add constraint not_bad check (session_id <> 'BAD');
select hunt.ingest('entra_signin', '{"category":"SignInLogs","time":"2024-04-05T10:00:00Z","properties":{"id":"renamed","sessionId":"good"}}');
select session_id from hunt.event where event_id = 'renamed';
\set VERBOSITY terse
select hunt.ingest('entra_signin', '{"category":"SignInLogs","time":"2024-04-05T10:00:00Z","properties":{"id":"refused","sessionId":"bad"}}');
\set VERBOSITY default
drop trigger rename on hunt.event_fact;
alter table hunt.event_fact drop constraint not_bad;
begin read only;
select hunt.ingest('entra_signin', '{"category":"SignInLogs","time":"2024-04-05T10:00:00Z","id":"x"}');
rollback;

-- enrichment follows the loaded databases
update hunt.event_fact set device_ip_country_code = 'ZZ' where device_ip = '198.51.100.4';
call hunt.re_enrich('2024-03-01', '2024-03-02');
call hunt.re_enrich('2024-03-01', '2024-03-02');

-- which transaction brought an event: the whole, not the part that a savepoint begins; of a replica, its own
begin;
savepoint part;
select hunt.ingest('entra_signin', '{"category":"SignInLogs","time":"2024-05-02T10:00:00Z","id":"part"}');
set local session_replication_role = replica;
insert into hunt.event_fact (event_time, event_key, source_id, ingest_epoch, ingest_xid)
select event_time, gen_random_uuid(), source_id, 0, '1' from hunt.event_fact where event_time = '2024-05-02 10:00+00';
select ingest_epoch = hunt.current_epoch(), ingest_xid = pg_current_xact_id() from hunt.event_fact where event_time = '2024-05-02 10:00+00';
rollback;

-- isolation, rights, ownership
begin isolation level repeatable read;
select hunt.ingest('entra_signin', '{}');
rollback;
create role ingest_nobody;
set role ingest_nobody;
select hunt.setup();
select hunt.ingest('entra_signin', '{}');
select hunt.ingest_file('entra_signin', '/etc/passwd');
select count(*) from hunt.event;
select count(*) from hunt.normalize('entra_signin', '{}');
reset role;
drop role ingest_nobody;
\set VERBOSITY terse
drop extension session_hunt;
