# Sourced by run: what loading Entra ID sign-ins costs, as a whole and step by step. One backend, CPU time of its own.

# Prints a statement that notes the backend's CPU seconds, then what ran since the last note.
ingest_script() {
  local file=$1 csv="(format csv, quote E'\\x01', delimiter E'\\x02')"
  measured_steps
  cat <<SQL
create unlogged table public.plain (line text);
call pg_temp.begin_step();
\\copy public.plain from '$file' with $csv
call pg_temp.end_step('COPY of the lines into a plain text table');
create temp table batch as
select array_agg(line) as lines from (select line, row_number() over () / 5000 as b from public.plain) l group by b;
call pg_temp.begin_step();
select count(n.event_key) from batch, hunt.normalize('entra_signin', lines) n \\g /dev/null
call pg_temp.end_step('normalize() alone');
call pg_temp.begin_step();
\\copy hunt.inbox_entra_signin from '$file' with $csv
call pg_temp.end_step('the whole load: COPY into the inbox');
call pg_temp.begin_step();
select count(asn_number(device_ip)), count(country_iso(device_ip)) from event_fact \\g /dev/null
call pg_temp.end_step('enrichment alone: network and country of each event');
call pg_temp.begin_step();
\\copy hunt.inbox_entra_signin from '$file' with $csv
call pg_temp.end_step('the same load again: every event is known');
with size as (select count(*) as lines, sum(octet_length(line)) / 1e6 as mb from public.plain)
select what, round(cpu, 2) as cpu_s, round(elapsed, 2) as elapsed_s, round(lines / cpu) as rows_per_cpu_s,
       round(mb / cpu) as mb_per_cpu_s,
       round(100 * cpu / (select cpu from step where what like 'the whole load%')) as percent_of_load
from step, size order by position;
select round(avg(pg_column_size(f))) as hot_row_bytes, count(*) as events,
       pg_size_pretty(sum(pg_column_size(f))) as hot_data from event_fact f;
SQL
}

ingest_benchmark() {
  local file=$data/signins.jsonl
  [ -s "$file" ] || .build/release/generate_signins --networks data/starter_networks.csv --users 300 --days 42 \
    --end 2026-11-22 --seed 1 --out "$file" --truth "$data/truth.csv" >/dev/null
  FSYNC=off scripts/private-server start bench
  sql -d postgres -q -c 'set client_min_messages = warning' -c 'drop database if exists ingest' -c 'create database ingest'
  sql -d ingest -q -c 'create extension session_hunt'
  for name in asn city; do
    sql -d ingest -qAt -c "select from hunt.load_ip_database('$name', '$data/$name.mmdb')" >/dev/null
  done
  printf '%s lines, %s MB, one backend, IP databases loaded\n' "$(wc -l <"$file")" "$(($(stat -c %s "$file") / 1000000))"
  ingest_script "$file" | sql -d ingest -q
  scripts/private-server stop bench
}
