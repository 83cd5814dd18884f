-- What a lookup costs in SQL: this backend's CPU time per row above a bare scan of the same table, the median of runs that
-- alternate ours with the others. psql variables: asn, city (files), module (libmaxminddb_baseline), root, runs.
\set ON_ERROR_STOP on
\set QUIET on
\pset pager off
set client_min_messages = warning;
create extension session_hunt;
create extension ip4r;
set jit = off;
set max_parallel_workers_per_gather = 0;
set work_mem = '256MB';
create schema bench;
create function bench.cpu_seconds() returns double precision language c volatile as :'module', 'cpu_seconds';
create function bench.open(text, text) returns void language c as :'module', 'baseline_open';
create function bench.networks(out network cidr, out asn bigint) returns setof record language c as :'module', 'baseline_networks';
create function bench.asn_number(inet) returns bigint language c stable strict as :'module', 'baseline_asn_number';
create function bench.asn_number(text) returns bigint language c stable strict as :'module', 'baseline_asn_number_text';
create function bench.asn_org(inet) returns text language c stable strict as :'module', 'baseline_asn_org';
create function bench.country_iso(inet) returns text language c stable strict as :'module', 'baseline_country_iso';
create function bench.asn_lookup(inet) returns hunt.asn language c stable strict as :'module', 'baseline_asn_lookup';
create function bench.geo_lookup(inet) returns hunt.geo language c stable strict as :'module', 'baseline_geo_lookup';
select bench.open(:'asn', :'city') \g /dev/null

create table bench.report (line integer generated always as identity, title text, what text, value numeric, unit text,
                           target numeric, is_least boolean);

-- Loading: each load replaces the one before, so only the first shows what is stored.
create procedure bench.load(asn text, city text) language plpgsql as $$
declare
  begun float8;
  spent float8[];
  size bigint;
begin
  for run in 1 .. 5 loop
    begun := bench.cpu_seconds();
    perform hunt.load_ip_database('asn', pg_read_binary_file(asn));
    spent := spent || bench.cpu_seconds() - begun;
    size := coalesce(size, pg_total_relation_size('hunt.ip_database_page') + pg_total_relation_size('hunt.ip_database_document'));
  end loop;
  insert into bench.report (title, what, value, unit, target, is_least) values
    ('Loading', 'load the ASN database, CPU', (select percentile_cont(0.5) within group (order by s) from unnest(spent) s), 's', 1.5, false),
    ('Loading', 'ASN database as stored, with its index', size / 1048576.0, 'MiB', 12, false);
  perform hunt.load_ip_database('city', pg_read_binary_file(city));
end $$;
call bench.load(:'asn', :'city');

-- Addresses: v4 uniform over what is public, v6 inside announced networks, neither in the order of their networks.
select setseed(0.5) \g /dev/null
create table bench.v4 as
select ip from (select '0.0.0.0'::inet + floor(random() * 4294967296)::bigint ip from generate_series(1, 1250000)) a
where hunt.is_public_ip(ip) limit 1000000;
create table bench.v4_text as select host(ip) ip from bench.v4;
create table bench.network as select network, asn from bench.networks() where not network <<= '::ffff:0:0/96';
create table bench.network_v6 as
select row_number() over () number, network from bench.network where family(network) = 6;
create table bench.v6 as
select n.network | (hostmask(n.network) & regexp_replace(md5(a.i::text), '(.{4})(?!$)', '\1:', 'g')::inet) ip
from (select i, 1 + floor(random() * (select count(*) from bench.network_v6))::bigint number from generate_series(1, 1000000) i) a
join bench.network_v6 n using (number) order by a.i;
update bench.v6 set ip = set_masklen(ip, 128);
-- Fewer rows where one costs microseconds.
create table bench.v4_some as select ip, ip::ip4 as ip4 from bench.v4 limit 50000;
create table bench.range as
select host(network)::inet as first, host(broadcast(network))::inet as last, asn from bench.network where family(network) = 4;
create index on bench.range (first);
create table bench.range4 as select network::ip4r as range, asn from bench.network where family(network) = 4;
create index on bench.range4 using gist (range);
vacuum full;
vacuum analyze;

create table bench.task (task text primary key, relation text, expression text, query text, spent float8[]);
insert into bench.task (task, relation, expression) values
  ('asn_number(inet)', 'v4', 'hunt.asn_number(ip)'),
  ('asn_number(inet), libmaxminddb', 'v4', 'bench.asn_number(ip)'),
  ('asn_org(inet)', 'v4', 'hunt.asn_org(ip)'),
  ('asn_org(inet), libmaxminddb', 'v4', 'bench.asn_org(ip)'),
  ('asn_number(text)', 'v4_text', 'hunt.asn_number(ip)'),
  ('asn_number(text), libmaxminddb', 'v4_text', 'bench.asn_number(ip)'),
  ('asn_lookup(inet)', 'v4', 'hunt.asn_lookup(ip)'),
  ('asn_lookup(inet), libmaxminddb', 'v4', 'bench.asn_lookup(ip)'),
  ('country_iso(inet), cities', 'v4', 'hunt.country_iso(ip)'),
  ('country_iso(inet), cities, libmaxminddb', 'v4', 'bench.country_iso(ip)'),
  ('geo_lookup(inet), cities', 'v4', 'hunt.geo_lookup(ip)'),
  ('geo_lookup(inet), cities, libmaxminddb', 'v4', 'bench.geo_lookup(ip)'),
  ('asn_number(inet) IPv6', 'v6', 'hunt.asn_number(ip)'),
  ('asn_number(inet) IPv6, libmaxminddb', 'v6', 'bench.asn_number(ip)'),
  ('try_inet(text)', 'v4_text', 'hunt.try_inet(ip)'),
  ('text::inet', 'v4_text', 'ip::inet');
update bench.task set query = format('select count(%s) from bench.%I', expression, relation);
insert into bench.task (task, relation, query) values
  ('asn_number(inet), btree on ranges', 'v4_some', 'select count(r.asn) from bench.v4_some a cross join lateral (select asn, last
     from bench.range where first <= a.ip order by first desc limit 1) r where r.last >= a.ip'),
  ('asn_number(inet), ip4r GiST', 'v4_some', 'select count(r.asn) from bench.v4_some a join bench.range4 r on r.range >>= a.ip4');

-- CPU of one run of a query.
create function bench.spent(query text) returns double precision language plpgsql as $$
declare
  begun float8 := bench.cpu_seconds();
begin
  execute query;
  return bench.cpu_seconds() - begun;
end $$;

-- Each run measures the bare scan next to the query, and all tasks before the next run.
create procedure bench.measure(runs integer) language plpgsql as $$
declare
  task bench.task;
  scan float8;
  row_count bigint;
begin
  for run in 0 .. runs loop  -- run 0 reads the databases and warms the caches
    for task in select * from bench.task loop
      execute format('select count(*) from bench.%I', task.relation) into row_count;
      scan := bench.spent(format('select count(ip) from bench.%I', task.relation));
      scan := (bench.spent(task.query) - scan) * 1e6 / row_count;
      if run > 0 then
        update bench.task t set spent = t.spent || scan where t.task = task.task;
      end if;
    end loop;
  end loop;
end $$;
call bench.measure(:runs);

-- Everybody must say the same, or the figures mean nothing.
select count(*) filter (where hunt.asn_number(ip) is distinct from bench.asn_number(ip)
                          or hunt.asn_org(ip) is distinct from bench.asn_org(ip)
                          or hunt.asn_lookup(ip) is null <> (bench.asn_lookup(ip) is null)
                          or (hunt.geo_lookup(ip)).city is distinct from (bench.geo_lookup(ip)).city) as differing
from (select ip from bench.v4 union all select ip from bench.v6) a \gset

create function bench.us(task text) returns numeric language sql stable as $$
  select percentile_cont(0.5) within group (order by s)::numeric from bench.task t, unnest(t.spent) s where t.task = $1 $$;
insert into bench.report (title, what, value, unit, target, is_least)
select 'Per row above the scan', t.task, bench.us(t.task), 'us', g.target, false
from bench.task t left join (values ('asn_number(inet)', 0.10), ('asn_org(inet)', 0.15), ('asn_number(text)', 0.20)) g (task, target)
using (task) order by t.task;
insert into bench.report (title, what, value, unit, target, is_least)
select 'Times less than', r.ours || ' / ' || r.theirs, bench.us(concat_ws(', ', r.ours, r.theirs)) / bench.us(r.ours), 'x', r.target, true
from (values ('asn_number(inet)', 'libmaxminddb', 4), ('asn_number(inet)', 'btree on ranges', 25), ('asn_number(inet)', 'ip4r GiST', null),
             ('asn_org(inet)', 'libmaxminddb', null), ('asn_number(text)', 'libmaxminddb', null), ('asn_lookup(inet)', 'libmaxminddb', 2),
             ('country_iso(inet), cities', 'libmaxminddb', null), ('geo_lookup(inet), cities', 'libmaxminddb', 2),
             ('asn_number(inet) IPv6', 'libmaxminddb', 3)) r (ours, theirs, target);

\echo
\echo SQL, 1,000,000 rows (btree and ip4r: 50,000), one backend, no jit, no parallel workers, :runs runs
\echo :differing rows differ from libmaxminddb
\pset border 0
\pset footer off
select title, what, round(value, 3) as median, unit,
       case when target is not null then case when is_least then '>= ' else '<= ' end || target end as target,
       case when target is null then '' when (is_least and value >= target) or (not is_least and value <= target) then 'yes' else 'NO' end as met
from bench.report order by line;
