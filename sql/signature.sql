set search_path = public, hunt;
set timezone = 'UTC';

-- one signature a message, whatever its values; the least common first
create table log (at timestamptz, line text);
insert into log
select timestamptz '2026-11-01' + n * interval '1 minute',
  case when n % 3 = 0 then format('Accepted publickey for user%s from 10.0.%s.%s port %s ssh2', n % 7, n % 5, n, 40000 + n)
       when n % 3 = 1 then format('session %s closed after %s ms', md5(n::text), n)
       else format('GET /api/v1/items/%s status=%s bytes=%s', n, 200 + n % 2, n * 17) end
from generate_series(1, 300) n;
insert into log values ('2026-11-01 03:00', 'Accepted password for root from 203.0.113.9 port 51515 ssh2'), (null, null);

select signature, count, round(share::numeric, 3) as share, example, first_seen, last_seen
from signatures((select logreduce(line, at) from log));
select signature, count from signatures((select logreduce(line) from log), 'most', 100);
select id = signature_id(signature) as id_is_hash, id from signatures((select logreduce(line) from log)) order by id;

-- nothing in, nothing out
select logreduce(line) is null as none from log where false;
select logreduce(line) is null as only_null from log where line is null;
select * from signatures(null);
select signature, count from signatures((select logreduce(x) from (values (''), (' '), (E'\t\n')) v (x)));

-- the stateless masks
select log_signature('2026-11-01T10:00:00Z sshd[4711]: Failed password for bob from 2001:db8::1 port 22 (took 12ms, 5.2 KB)');
select log_signature(x) from (values
  ('id 6f1c2a3e-0d3b-4c55-8a51-0123456789ab at /var/log/messages'), ('mail to bob@example.com via https://example.com/a?b=c'),
  ('host db.internal.example.com:5432 is true'), ('disk 93% of 0x7fff at 00:1b:44:11:3a:b7'),
  ('Mon, 02 Jan 2006 15:04:05 GMT and Jan  2 15:04:05'), ('Größe 12 naïve'), ('L2 cache of CPU0')) v (x);
select profile_signature(x) from (values
  ('Clouvider, NL, aws-cli/2.9.1 Python/3.11.2 Linux/5.15.0-1028-aws exe/x86_64, alice'),
  ('Clouvider, NL, aws-cli/2.15.30 Python/3.12.1 Linux/6.1.0-13-amd64 exe/x86_64, alice'),
  ('AMAZON-02, US, Boto3/1.26.1, bob'), ('ASN 62240 10.1.2.3 user42'), ('62240, NL, Chrome/110.0.1.2')) v (x);

-- any order, split, number of workers: the same bytes
create function digest(s logreduce_state) returns text language sql as 'select md5(logreduce_state_send(s))';
select count(distinct d) as different from (
  select digest(logreduce(line, at)) from log
  union all select digest(logreduce(line, at order by md5(line))) from log
  union all select digest(logreduce_merge(s)) from (select logreduce(line, at) s from log group by length(line) % 7) parts
  union all select digest(a.s || b.s) from (select logreduce(line, at) s from log where length(line) % 2 = 0) a,
    (select logreduce(line, at) s from log where length(line) % 2 = 1) b) t (d);
select digest(logreduce(line, at)) as serial from log \gset
begin;
set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0; set local min_parallel_table_scan_size = 0;
set local max_parallel_workers_per_gather = 2; alter table log set (parallel_workers = 2);
explain (costs off) select logreduce(line, at) from log;
select digest(logreduce(line, at)) = :'serial' as parallel_is_serial from log;
rollback;
select digest(logreduce(line, at)::text::logreduce_state) = :'serial' as text_round_trip from log;

-- too many different lines: masked more coarsely, and said so
select signature, count, example from signatures((select logreduce(chr(97 + n % 26) || ' ' || repeat(chr(97 + n / 26), n / 26 + 1), null, 'log', 30)
  from generate_series(0, 100) n), 'most', null);
select logreduce_level(logreduce(n || 'x' || md5(n::text), null, 'profile', 10)) as level from generate_series(1, 50) n;
select digest(logreduce(translate(md5(n::text), '0123456789', 'ghijklmnop'), null, 'log', 10)) =
  digest(logreduce(translate(md5(n::text), '0123456789', 'ghijklmnop'), null, 'log', 10 order by n desc)) as same_when_raised
from generate_series(1, 100) n;

-- labels: by a state, also for lines it has not seen; by the lines of the partition
create table model as select logreduce(line) as state from log;
select logreduce_match(state, 'session ffffffffffffffffffffffffffffffff closed after 7 ms') as seen,
  logreduce_match(state, 'Accepted publickey for carol from 192.0.2.1 port 1 ssh2') as fitting,
  logreduce_match(state, 'something else') as none from model;
select signature, count(*) from (select logreduce_signature(line) over (partition by line like 'GET%') as signature from log) t
group by 1 order by 2, 1;
select count(*) as different from log, model
where logreduce_match(state, line) is distinct from (select s.signature from signatures(state) s where s.id = signature_id(logreduce_match(state, line)));

-- two windows
select signature, count_before, count_after, status, round(delta_percent::numeric, 1) as delta_percent, score >= 0 as scored
from logreduce_compare((select logreduce(line) from log where at < '2026-11-01 02:30'),
                       (select logreduce(line) from log where at >= '2026-11-01 02:30' and line not like 'GET%'));

-- a session from elsewhere among 10,000: the least common
create table profile as
select format('%s, %s, Mozilla/5.0 (Windows NT 10.0) Chrome/%s.0.%s.%s, user%s', (array['AT&T', 'Comcast'])[1 + n % 2], 'US',
  100 + n % 20, n % 7000, n % 100, n % 20) as line from generate_series(1, 10000) n;
insert into profile values ('Clouvider, NL, Mozilla/5.0 (Windows NT 10.0) Chrome/110.0.1.2, user7');
select signature, count from signatures((select logreduce(line, 'profile') from profile), max_count => 1);
-- and no signature holds two networks, countries or users
select count(*) as merged from (select profile_signature(line) from profile group by 1
  having count(distinct (split_part(line, ',', 1), split_part(line, ',', 2), split_part(line, ',', 4))) > 1) t;

-- long and odd lines
select length(log_signature(repeat('x', 1000000))), length(log_signature(repeat('word ', 200000))),
  length(log_signature(repeat('1 ', 200000)));
select count from signatures((select logreduce(repeat('a' || n || ' ', 100)) from generate_series(1, 1000) n));
select length(signature), length(example) from signatures((select logreduce(repeat('é ', 10000) || 'end')));

-- a line of 1 MB, 100,000 different words in one line and over lines, bytes that stand for placeholders in a state
select length(signature) < 5000 as signature_is_cut, length(example) as example, count
from signatures((select logreduce(repeat('word ', 200000) || n) from generate_series(1, 3) n));
select length(signature) <= 4096 + 64 as is_cut, count
from signatures((select logreduce(line) from (select string_agg(translate(md5(n::text), '0123456789', 'ghijklmnop'), ' ') from generate_series(1, 100000) n) l (line)));
select logreduce_level(state) as level, (select sum(count) from signatures(state)) as lines, length(logreduce_state_send(state)) < 20000000 as is_bounded
from (select logreduce(translate(md5(n::text), '0123456789', 'ghijklmnop')) as state from generate_series(1, 100000) n) s;
select log_signature(E'a\x01b \x02c\x0e\x0f \x7f d'), profile_signature(E'\x06, \x03');
select signature, count from signatures((select logreduce(line) from (select string_agg(chr(1 + n % 127), '') from generate_series(1, 130) n) l (line)));

-- by group: the least common of each; labels within each partition, NULL for NULL, also where there is nothing else
select g, signature, count from (
  select line like 'GET%' as g, logreduce(line) as state from log where line is not null group by 1) groups,
  lateral (select * from signatures(state) limit 1) s order by g;
select part, count(*), count(signature), count(distinct signature) as signatures from (
  select extract(hour from at) as part, logreduce_signature(line) over (partition by extract(hour from at)) as signature from log) w
group by 1 order by 1;
select logreduce_signature(x) over (partition by length(x)) from (values ('job a1 done'), ('job b2 done'), (null), ('x')) v (x);

-- errors
select logreduce(line, 'fields') from log;
select logreduce(line, at, 'log', 0) from log;
select logreduce(line, case when line like 'GET%' then 'log' else 'profile' end) from log;
select * from signatures((select state from model), 'rare');
select * from signatures((select state from model), 'least', -1);
select state || (select logreduce(line, 'profile') from log) from model;
select logreduce_trans(null, 'x');
\set VERBOSITY sqlstate
select 'AQ=='::logreduce_state;
select '????'::logreduce_state;
select encode('\x0101010000010000ffffffff', 'base64')::logreduce_state;
drop table log, model, profile; drop function digest;
