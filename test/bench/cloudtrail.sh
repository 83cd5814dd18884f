# Sourced by run: events/s of loading CloudTrail JSON Lines, beside the best way in plain SQL: COPY into jsonb, then INSERT
# ... SELECT with ->> into typed columns, without indexes and enrichment; and beside DuckDB (npm), which has none of that either. One
# backend, one thread; CPU time of its own and elapsed.

cloudtrail_script() {
  local file=$1 duckdb=$2 csv="(format csv, quote E'\\x01', delimiter E'\\x02')"
  measured_steps
  cat <<SQL
create table public.plain_json (line jsonb);
create table public.plain_event (event_time timestamptz, event_id text, action text, application text, user_arn text,
  address text, agent text, error_code text, line jsonb);
create table public.plain_line (line text);
select count(asn_number('8.8.8.8'::inet)), count(country_iso('8.8.8.8'::inet)) \\g /dev/null
SQL
  for _ in $(seq "${RUNS:-3}"); do
    cat <<SQL
truncate public.plain_json, public.plain_event, public.plain_line, event_fact, event_detail, event_payload;
vacuum; checkpoint;
call pg_temp.begin_step();
\\copy public.plain_json from '$file' with $csv
call pg_temp.end_step('plain: COPY into jsonb');
call pg_temp.begin_step();
insert into public.plain_event
select (line ->> 'eventTime')::timestamptz, line ->> 'eventID', line ->> 'eventName', line ->> 'eventSource',
  line -> 'userIdentity' ->> 'arn', line ->> 'sourceIPAddress', line ->> 'userAgent', line ->> 'errorCode', line
from public.plain_json;
call pg_temp.end_step('plain: INSERT ... SELECT with ->>');
truncate public.plain_json, public.plain_event;
vacuum; checkpoint;
call pg_temp.begin_step();
\\copy public.plain_line from '$file' with $csv
call pg_temp.end_step('COPY of the lines into a text table');
create temp table batch as
select array_agg(line) as lines from (select line, row_number() over () / 5000 as b from public.plain_line) l group by b;
call pg_temp.begin_step();
select count(n.event_key) from batch, hunt.normalize('cloudtrail', lines) n \\g /dev/null
call pg_temp.end_step('normalize() alone');
drop table batch;
truncate public.plain_line;
vacuum; checkpoint;
call pg_temp.begin_step();
select hunt.ingest_file('cloudtrail', '$file') \\g /dev/null
call pg_temp.end_step('ingest_file()');
truncate event_fact, event_detail, event_payload;
vacuum; checkpoint;
call pg_temp.begin_step();
\\copy hunt.inbox_cloudtrail from '$file' with $csv
call pg_temp.end_step('COPY into the inbox');
call pg_temp.begin_step();
select hunt.ingest_file('cloudtrail', '$file') \\g /dev/null
call pg_temp.end_step('ingest_file() again: every event is known');
${duckdb:+\\! node test/bench/cloudtrail_duckdb.mjs '$duckdb' '$file'}
SQL
  done
  cat <<SQL
${duckdb:+\\copy step (what, cpu, elapsed) from '$duckdb/duckdb.tsv'}
with size as (select count(*) as lines, $(stat -c %s "$file") / 1e6 as mb from event_fact),
median as (
  select what, min(position) as position, percentile_cont(0.5) within group (order by cpu)::numeric as cpu,
    percentile_cont(0.5) within group (order by elapsed)::numeric as elapsed
  from step group by what
), plain as (select sum(cpu) as cpu, sum(elapsed) as elapsed from median where what like 'plain:%'),
shown as (select * from median union all select 'plain: both', 2, cpu, elapsed from plain)
select what, round(cpu, 2) as cpu_s, round(shown.elapsed, 2) as elapsed_s, round(1e6 * cpu / lines, 2) as us_per_event,
  round(lines / cpu) as events_per_cpu_s, round(mb / cpu) as mb_per_cpu_s,
  round((select cpu from plain) / cpu, 2) as times_plain,
  case what when 'ingest_file()' then 'target >= 3' when 'COPY into the inbox' then 'target >= 1.4' end as target
from shown, size order by position;
select count(*) as events, count(distinct user_id) as users, round(avg(pg_column_size(f))) as hot_row_bytes from event_fact f;
select replace(regexp_replace(c.relname, '\\d{4}_\\d{2}', ''), '__', '_') as relation, pg_size_pretty(sum(pg_relation_size(c.oid))) as size,
  round(sum(pg_relation_size(c.oid)) / (select count(*) from event_fact), 1) as bytes_per_event
from pg_class c where relkind in ('r', 'i') and relname ~ '^event_(fact|detail|payload)_20' group by 1 having sum(pg_relation_size(c.oid)) > 0 order by 1;
SQL
}

# Of outside data where it is, many times over; else skipped.
cloudtrail_benchmark() {
  local events=$SESSION_HUNT_DATA/logs/aws_cloudtrail/sans504_s3_ransomware/events.jsonl.gz file=$data/cloudtrail.jsonl duckdb=
  if [ ! -r "$events" ]; then echo "skipped: SESSION_HUNT_DATA has no CloudTrail events"; return; fi
  if command -v npm >/dev/null; then
    duckdb=$data/cloudtrail_duckdb
    hunts_duckdb "$duckdb"
    rm -f "$duckdb/duckdb.tsv"
  else
    echo "without DuckDB: npm is missing"
  fi
  [ -s "$file" ] || gzip -dc "$events" | test/bench/replicate_cloudtrail.pl "${EVENTS:-200000}" >"$file"
  chmod -R go+rX "$data"
  FSYNC=off scripts/private-server start bench
  sql -d postgres -q -c 'set client_min_messages = warning' -c 'drop database if exists ingest' -c 'create database ingest'
  sql -d ingest -q -c 'create extension session_hunt'
  for name in asn city; do
    [ ! -s "$data/$name.mmdb" ] || sql -d ingest -qAt -c "select from hunt.load_ip_database('$name', '$data/$name.mmdb')" >/dev/null
  done
  printf '%s events, %s MB, one backend\n' "$(wc -l <"$file")" "$(($(stat -c %s "$file") / 1000000))"
  cloudtrail_script "$file" "$duckdb" | sql -d ingest -q
  scripts/private-server stop bench
}
