set search_path = public, hunt;
set timezone = 'UTC';

-- a row of four fields, missing ones told from empty ones; the same in text and binary
select session_profile('Clouvider Limited', 'NL', 'aws-cli/2.15.30 Python/3.12.1', 'alice');
select session_profile(62240, 'NL', '', null), session_profile(62240, 'NL', '', null) = session_profile('AS62240', 'NL', '', null) as same;
select session_profile(null::text, null, null, null), session_profile('a "b" \c', '(,)', E'\t', 'ü');
select '("Clouvider Limited",NL,"aws-cli/2.15.30 Python/3.12.1",alice)'::session_profile
  = session_profile('Clouvider Limited', 'NL', 'aws-cli/2.15.30 Python/3.12.1', 'alice') as read_back;
create table sample as
select n, session_profile(case when n % 5 > 0 then (array['', 'A,B', 'C "D"', E'\\'])[n % 5] end, (array['DE', 'FR', null])[1 + n / 5 % 3],
  (array['x (y)', ' ', null])[1 + n / 15 % 3], (array['alice', 'bob', '', null])[1 + n / 45 % 4]) as profile
from generate_series(1, 180) n;
select count(distinct profile) as profiles, count(*) filter (where profile::text::session_profile is distinct from profile) as lost from sample;
select profile_network(p) as network, profile_country(p) as country, profile_user_agent(p) as user_agent, profile_username(p) as username,
  profile_network(p) is null as no_network, profile_user_agent(p) is null as no_agent
from (values (session_profile('Telenor', 'SE', 'curl/8.5', 'bob')), ('(,,"",)')) v (p);
select session_profile_send('(a,,"",ü)');

-- grouped, ordered, indexed, joined and partitioned as any value
select count(*) as groups, sum(c) as lines from (select profile, count(*) c from sample group by profile) g;
set enable_hashagg = off;
select count(*) as groups from (select profile from sample group by profile) g;
reset enable_hashagg;
select profile from (select distinct profile from sample where profile_username(profile) = 'bob') d order by profile limit 5;
-- in the order of its fields, missing ones last
select count(*) as out_of_order from (
  select row_number() over (order by profile) a,
         row_number() over (order by profile_network(profile) collate "C", profile_country(profile) collate "C",
                                     profile_user_agent(profile) collate "C", profile_username(profile) collate "C") b
  from (select distinct profile from sample) d) o where a <> b;
create unique index on sample (profile);
create index on sample using hash (profile);
set enable_seqscan = off;
explain (costs off) select n from sample where profile >= '(A,,,)' and profile < '(B,,,)' order by profile;
explain (costs off) select n from sample where profile = '("A,B",DE,"x (y)",alice)';
select n from sample where profile = session_profile('A,B', 'FR', 'x (y)', 'bob');
reset enable_seqscan;
create table part (n integer, profile session_profile) partition by hash (profile);
create table part_0 partition of part for values with (modulus 2, remainder 0);
create table part_1 partition of part for values with (modulus 2, remainder 1);
insert into part select n, profile from sample;
select (select count(*) from part_0) between 60 and 120 as spread, count(*) from part;
set enable_nestloop = off; set enable_mergejoin = off;
select count(*) as hash_join from part join sample using (profile);
set enable_hashjoin = off; reset enable_mergejoin;
select count(*) as merge_join from part join sample using (profile);
reset enable_nestloop; reset enable_hashjoin;
select count(*) as wrong from sample
where (session_profile_hash(profile)::bigint & 4294967295) <> (session_profile_hash_extended(profile, 0) & 4294967295);
-- hashes that partitions rest on
select session_profile_hash('(a,b,c,d)'), session_profile_hash_extended('(a,b,c,d)', 0), session_profile_hash_extended('(a,b,c,d)', 42);

-- an upgrade keeps the key; another client, system, network, country or user does not
create table session as
select * from (values
  ('before', session_profile('Telenor', 'SE', 'aws-cli/2.9.1 Python/3.11.2 Linux/5.15.0-1028-aws exe/x86_64 prompt/off command/s3.ls', 'bob')),
  ('upgrade', session_profile('Telenor', 'SE', 'aws-cli/2.15.30 Python/3.12.1 Linux/6.1.0-13-amd64 exe/x86_64 prompt/off command/sts.get-caller-identity', 'bob')),
  ('client', session_profile('Telenor', 'SE', 'Boto3/1.26.165 Python/3.11.2 Linux/5.15.0-1028-aws Botocore/1.29.165', 'bob')),
  ('system', session_profile('Telenor', 'SE', 'aws-cli/2.9.1 Python/3.11.2 Darwin/23.3.0 exe/x86_64', 'bob')),
  ('network', session_profile('Clouvider', 'SE', 'aws-cli/2.9.1 Python/3.11.2 Linux/5.15.0-1028-aws exe/x86_64', 'bob')),
  ('country', session_profile('Telenor', 'NL', 'aws-cli/2.9.1 Python/3.11.2 Linux/5.15.0-1028-aws exe/x86_64', 'bob')),
  ('user', session_profile('Telenor', 'SE', 'aws-cli/2.9.1 Python/3.11.2 Linux/5.15.0-1028-aws exe/x86_64', 'eve')),
  ('blank', session_profile('Telenor', 'SE', ' ', 'bob'))) v (what, profile);
select what, profile_key(profile), profile_key(profile) = (select profile_key(profile) from session where what = 'before') as folded from session;
select what, profile_signature(profile) from session where what in ('before', 'upgrade', 'client');
-- no field but the user agent is masked, whatever is in it
select profile_signature('("3 Sverige 4.5","10.0.0.1","1.2.3 x 10.0.0.1",user-4.7)'::session_profile);

-- hunt k over a generated log: the least common signatures by user, then all profiles of one user
create table log as
select timestamptz '2026-11-01' + n * interval '1 minute' as at, 'user' || n % 50 as username, 'Operator ' || n % 50 % 7 || ' Ltd.' as network,
  (array['SE', 'NO', 'DE'])[1 + n % 50 % 3] as country,
  case n % 50 % 4 when 0 then format('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s.0.%s.%s Safari/537.36', 100 + n / 1000, n % 7000, n % 200)
                  when 1 then format('aws-cli/2.%s.%s Python/3.%s.%s Linux/5.15.0-%s-generic exe/x86_64.ubuntu.22 prompt/off command/%s', 1 + n / 1500, n % 30, 8 + n / 5000, n % 12, n % 100, (array['s3.ls', 'sts.get-caller-identity'])[1 + n / 50 % 2])
                  when 2 then format('Boto3/1.%s.%s Python/3.10.%s Linux/5.19.0-%s-generic Botocore/1.29.%s', 20 + n / 1000, n % 200, n % 9, n % 50, n % 200)
                  else format('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.%s Safari/605.1.15', n / 4000) end as user_agent
from generate_series(1, 20000) n;
insert into log values ('2026-11-10 03:00', 'user7', 'Clouvider Limited', 'NL', 'python-requests/2.31.0'),
  ('2026-11-10 03:05', 'user7', 'Clouvider Limited', 'NL', 'python-requests/2.31.0'), ('2026-11-11', 'user9', null, null, null);
select profile_username(key) as username, count, key from (
  select profile_key(session_profile(network, country, user_agent, username)) as key, count(*) from log
  where not is_blank(username) and not is_blank(network) group by 1) k
where count < 3 order by count, key;
select profile_signature(session_profile(network, country, user_agent, username)) as signature, count(*), min(at) as first_seen, max(at) as last_seen
from log where username = 'user7' group by 1 order by 2, 1;
select username, signature, count from (
  select username, logreduce(session_profile(network, country, user_agent, username)::text, at, 'profile') as state
  from log where not is_blank(network) group by username) u, signatures(state, 'least', 2);
-- nothing merges across networks, countries or users, by any of the three
select count(*) as merged from (
  select from log group by profile_key(session_profile(network, country, user_agent, username))
  having count(distinct (network, country, username)) > 1
  union all
  select from log group by profile_signature(session_profile(network, country, user_agent, username))
  having count(distinct (network, country, username)) > 1
  union all
  select from log group by profile_signature(session_profile(network, country, user_agent, username)::text)
  having count(distinct (network, country, username)) > 1) m;
-- a session from elsewhere among 10,000 of one user
create table one_user as
select session_profile('Telenor', 'SE', format('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s.0.%s.%s Safari/537.36',
  100 + n % 20, n % 7000, n % 100), 'bob') as profile from generate_series(1, 10000) n;
insert into one_user values (session_profile('M247 Europe SRL', 'RO', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/110.0.1.2 Safari/537.36', 'bob'));
select profile_key(profile) as key, count(*) from one_user group by 1 order by 2 limit 1;
select signature, count from signatures((select logreduce(profile::text, 'profile') from one_user), max_count => 1);

-- risk: one state a user, kept in a table
create table user_state (username text primary key, state session_risk_state);
create view event as select *, session_profile(network, country, user_agent, username) as profile from log where at < '2026-11-10 03:00' and username is not null;
insert into user_state select username, session_risk_state(profile) from event where at < '2026-11-05' group by 1;
insert into user_state as u select username, session_risk_state(profile) from event where at >= '2026-11-05' group by 1
on conflict (username) do update set state = u.state || excluded.state;
select count(*) as users, count(*) filter (where u.state::text <> e.state::text) as different
from user_state u full join (select username, session_risk_state(profile) as state from event group by 1) e using (username);
create table everyone as select session_risk_merge(state) as state from user_state;
create function shown(r session_risk) returns text language sql as $$
  select format('%s bits: network %s (%s), country %s (%s), client %s (%s); most: %s', round(r.bits::numeric, 2), round(r.network_bits::numeric, 2), r.network_level,
    round(r.country_bits::numeric, 2), r.country_level, round(r.client_bits::numeric, 2), r.client_level, r.main_field) $$;
select what, shown(session_risk(u.state, e.state, p)) from user_state u, everyone e,
  (values (1, 'usual', '("Operator 0 Ltd.",NO,"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.9 Safari/605.1.15",user7)'::session_profile),
          (2, 'a colleague''s client', '("Operator 0 Ltd.",NO,aws-cli/2.15.30,user7)'), (3, 'thief', '("Clouvider Limited",NL,python-requests/2.31.0,user7)'),
          (4, 'nothing but a country', '(,NL,,)'), (5, 'nothing', '(,"",-,)')) v (n, what, p)
where username = 'user7' order by n;
-- of nobody nothing is known; from where peers come it is less surprising, from where they do not, more
select shown(session_risk(null, null, '("A",NL,curl/8.5,x)'::session_profile));
select shown(session_risk(u.state, null, e.state || peers, p)) as without_peers, shown(session_risk(u.state, peers, e.state || peers, p)) as with_peers
from user_state u, everyone e, (values ('(Clouvider,NL,curl/8.5,user7)'::session_profile)) v (p),
  (select session_risk_state(p) as peers from (values ('(Clouvider,SE,curl/8.4,user8)'::session_profile), ('(Telia,SE,curl/8.4,user8)')) w (p)) w
where username = 'user7';
select session_risk(state, state, null::session_profile) is null as no_session from everyone;
-- large states, which lie out of line, row by row one or the other
create table large as
select part, session_risk_state(session_profile('net ' || n * (part + 1), 'SE', null, null)) as state
from generate_series(1, 6000) n, generate_series(0, 1) part group by part;
select part, pg_column_size(state) from large order by part;
create table probe as select n, session_profile('net ' || n, (array['SE', 'NO'])[1 + n % 2], 'curl/8', 'u') as profile from generate_series(1, 500) n;
select count(*) as rows, count(*) filter (where session_risk(u.state, a.state, profile) is distinct from
  session_risk(u.state || session_risk_state_empty, a.state || session_risk_state_empty, profile)) as different
from probe join large a on a.part = n % 2 join large u on u.part = n / 2 % 2,
  (select session_risk_state(profile) as session_risk_state_empty from probe where false) e;

-- every session of the log: the two of the thief first
select l.username, l.network, round((r).bits::numeric, 1) as bits from (
  select l.*, session_risk(u.state, e.state, session_profile(network, country, user_agent, username)) as r
  from log l left join user_state u using (username), everyone e) l
order by (r).bits desc, at limit 3;

-- any order, split, number of workers: the same bytes
create table risk_event as select n, session_profile('net ' || n * n % 97, (array['SE', 'NO'])[1 + n % 2], 'client' || chr(97 + n % 26) || '/1.' || n, 'u') as profile
from generate_series(1, 3000) n;
insert into risk_event values (0, null);
select count(distinct d) as different from (
  select session_risk_state(profile)::text from risk_event
  union all select session_risk_state(profile order by n % 13, n desc)::text from risk_event
  union all select session_risk_merge(s)::text from (select session_risk_state(profile) s from risk_event group by n % 50) p
  union all select (a.s || b.s)::text from (select session_risk_state(profile) s from risk_event where n <= 1000) a,
    (select session_risk_state(profile) s from risk_event where n > 1000) b) t (d);
select session_risk_state(profile)::text as serial from risk_event \gset
begin;
set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0; set local min_parallel_table_scan_size = 0;
set local max_parallel_workers_per_gather = 2; alter table risk_event set (parallel_workers = 2);
explain (costs off) select session_risk_state(profile) from risk_event;
select session_risk_state(profile)::text = :'serial' as parallel_is_serial from risk_event;
rollback;
select count(*) as wrong from (
  select session_risk_state(profile) over (order by n)::text a, (select session_risk_state(profile) from risk_event where n <= e.n)::text b
  from risk_event e where n < 60) w where a <> b;
select session_risk_state(profile) from risk_event where false;
select session_risk_merge(s) from (values (null::session_risk_state)) v (s);
select session_risk_trans(session_risk_state(profile), '(a,b,c,d)')::text = (session_risk_state(profile) || (select session_risk_state('(a,b,c,d)'::session_profile)))::text as outside_aggregates
from risk_event;

-- errors
select session_profile(-1, null, null, null);
select session_profile(4294967296, null, null, null);
select '(a,b,c)'::session_profile;
select 'a,b,c,d'::session_profile;
select 'x'::session_risk_state;
select 'EAAA'::session_risk_state;
drop view event; drop function shown; drop table sample, part, session, log, one_user, user_state, everyone, risk_event, large, probe;
