# Sourced by run: the memory of a backend that loads files of 10 MB and of 1 GB, as JSON Lines, as one container and by gzip.

# Peak of the backend's own memory (VmHWM without the shared buffers that it touched) over one load.
peak_of_load() {
  sql -d ingest -qAt <<SQL
set client_min_messages = error;
truncate hunt.event_fact, hunt.event_detail, hunt.event_payload;
select hunt.ingest_file('cloudtrail', '$1') as counts \\gset
select substring(pg_read_file('/proc/self/status') from 'RssAnon:\\s*(\\d+)')::int / 1024 || ' MiB at the end, peak of all but shared buffers at most '
  || (substring(pg_read_file('/proc/self/status') from 'VmHWM:\\s*(\\d+)')::int
      - substring(pg_read_file('/proc/self/status') from 'RssShmem:\\s*(\\d+)')::int
      - substring(pg_read_file('/proc/self/status') from 'RssFile:\\s*(\\d+)')::int) / 1024 || ' MiB: ' || :'counts';
SQL
}

memory_benchmark() {
  local events=$data/cloudtrail.jsonl small=$data/small large=$data/large big=${BIG_MB:-1000}
  [ -s "$events" ] || { echo "skipped: there are no CloudTrail events"; return; }
  head -c 10000000 "$events" | sed '$d' >"$small.jsonl"
  if [ ! -s "$large.jsonl" ]; then
    gzip -dc "$SESSION_HUNT_DATA/logs/aws_cloudtrail/sans504_s3_ransomware/events.jsonl.gz" |
      test/bench/replicate_cloudtrail.pl 100000000 2>/dev/null | head -c "${big}000000" | sed '$d' >"$large.jsonl" || true
  fi
  for file in "$small" "$large"; do
    { printf '{"Records":['; sed '$!s/$/,/' "$file.jsonl" | tr -d '\n'; printf ']}'; } >"$file.json"
    gzip -1c "$file.jsonl" >"$file.jsonl.gz"
  done
  chmod -R go+rX "$data"
  FSYNC=off scripts/private-server start bench
  for file in "$small.jsonl" "$large.jsonl" "$small.json" "$large.json" "$small.jsonl.gz" "$large.jsonl.gz"; do
    printf '%s, %s MB: ' "$(basename "$file")" "$(($(stat -c %s "$file") / 1000000))"
    peak_of_load "$file"
  done
  rm -f "$large".json*
  scripts/private-server stop bench
}
