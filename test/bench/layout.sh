# Sourced by run: what scanning hunt.event_fact costs beside a copy whose columns are all integers, with as many made-up
# events of one month; CPU seconds of one backend, runs that alternate.

layout_benchmark() {
  local count=${LAYOUT_EVENTS:-10000000}
  FSYNC=off scripts/private-server start bench
  sql -d postgres -q -c 'set client_min_messages = warning' -c 'drop database if exists layout' -c 'create database layout'
  printf '%s events\n' "$count"
  {
    cat <<SQL
\\set ON_ERROR_STOP on
\\pset footer off
set client_min_messages = warning; set jit = off; set max_parallel_workers_per_gather = 0; set work_mem = '512MB';
create extension session_hunt;
select hunt.setup() \\g /dev/null
-- The hot row without its indexes, which the scans do not use.
create table fact (like hunt.event_fact including storage including compression);
insert into fact (event_time, device_ip_asn_number, ingest_xid, event_key, ingest_epoch, source_id, tenant_id, user_id, agent_id,
  action_id, device_event_id, application_id, mfa_method_id, access_key_id, success, device_ip, device_ip_country_code, error_code,
  session_id)
select timestamptz '2026-10-01 00:00+00' + n * (interval '31 days' / $count), 1 + (hashint4(n % 20000) & 65535), '100', md5(n::text)::uuid,
  1, 1 + n % 4, 1, 1 + (hashint4(n) & 2147483647) % 20000, 1 + n % 300, 1 + n % 500, 1 + n % 20, 1 + n % 100,
  case when n % 4 = 0 then 1 + n % 5 end, case when n % 4 = 1 then 1 + (hashint4(n) & 2147483647) % 50000 end, n % 50 <> 0,
  '0.0.0.0'::inet + (16777216 + (hashint4(n % 20000) & 2147483647)::bigint), 'NL', case when n % 50 = 0 then 'AccessDenied' end,
  case when n % 4 = 2 then md5((n / 50)::text)::uuid::text end
from generate_series(1, $count) n;
create table integers as
select event_time, device_ip_asn_number::int as asn, ingest_xid::text::bigint as ingest_xid, hashint8extended(n.id, 0) as event_key_1,
  hashint8extended(n.id, 1) as event_key_2, ingest_epoch, source_id, tenant_id, user_id, agent_id, action_id, device_event_id,
  application_id, mfa_method_id, access_key_id, success::int as success, (device_ip - '0.0.0.0'::inet)::bigint as device_ip,
  1 as country, case when error_code is not null then 1 end as error, case when session_id is not null then 1 end as session
from fact, lateral (select extract(epoch from event_time)::bigint) n (id);
vacuum analyze fact; vacuum analyze integers;
create function pg_temp.cpu() returns numeric language sql as
\$\$ select split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::numeric / 1e9 \$\$;
create temp table run (query text, place text, cpu numeric);
SQL
    for _ in $(seq "${RUNS:-3}"); do
      for place in fact integers; do
        for query in "count(*)|select count(*) from $place" \
          "group by user, day|select count(*) from (select user_id, hunt.timeslice(event_time, '1 day') as day, count(*) from $place group by 1, 2) g"; do
          cat <<SQL
select pg_temp.cpu() as cpu \\gset
${query#*|} \\g /dev/null
insert into run values ('${query%%|*}', '$place', pg_temp.cpu() - :cpu);
SQL
        done
      done
    done
    cat <<'SQL'
select query, round(f.cpu, 2) as event_fact_s, round(i.cpu, 2) as integers_s, round(f.cpu / i.cpu, 2) as times, '<= 1.3' as target
from (select query, percentile_cont(0.5) within group (order by cpu)::numeric as cpu from run where place = 'fact' group by 1) f
join (select query, percentile_cont(0.5) within group (order by cpu)::numeric as cpu from run where place = 'integers' group by 1) i
using (query) order by 1;
select relname as place, pg_size_pretty(pg_relation_size(oid)) as size, round(pg_relation_size(oid) / reltuples) as bytes_per_event
from pg_class where relname in ('fact', 'integers') order by 1;
SQL
  } | sql -d layout -q
  sql -d postgres -q -c 'drop database layout'
  scripts/private-server stop bench
}
