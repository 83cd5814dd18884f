# Sourced by run: every hunt over 35 days, ad hoc and from roll-ups, beside plain SQL over wide rows and over ours, the floor of
# PostgreSQL and DuckDB (npm) over its own columnar copy. hunts_plain measures the hunts ad hoc and plain SQL only. ROWS is the number
# of events (10,000,000 needs about 20 GB of disk and half an hour), RUNS how often all is measured (medians count).

hunts_duckdb() {
  local folder=$1
  command -v npm >/dev/null || die "npm is missing, which fetches DuckDB (Debian: apt-get install npm)"
  mkdir -p "$folder"
  [ -d "$folder/node_modules/@duckdb/node-api" ] ||
    (cd "$folder" && npm install --silent --no-audit --no-fund --prefix . @duckdb/node-api@1.5.6-r.1 >/dev/null)
}

# Makes the database hunts with so many events of so many users; their files stay in the folder.
hunts_events() {
  local folder=$1 rows=$2 users=$3 source_ids
  mkdir -p "$folder"
  "${CXX:-g++}" -O2 -std=c++20 -o "$folder/hunt_events" test/bench/hunt_events.cpp
  FSYNC=off scripts/private-server start bench
  sql -d postgres -q -c 'set client_min_messages = warning' -c 'drop database if exists hunts' -c 'create database hunts'
  sql -d hunts -q -c 'set client_min_messages = warning' -c 'create extension session_hunt' -c 'select hunt.setup()' >/dev/null
  source_ids=$(sql -d hunts -qAt -F ' ' -c "select hunt.source_id('entra_signin'), hunt.source_id('okta'), hunt.source_id('cloudtrail'),
                                                   hunt.source_id('eks_audit'), hunt.source_id('windows_4688')")
  # shellcheck disable=SC2086
  "$folder/hunt_events" "$folder" "$rows" "$users" 35 "$(date -u -d 2026-10-05 +%s)" 1 $source_ids
  sql -d hunts -q -v folder="$folder" -v asn="$data/asn.mmdb" -f test/bench/hunts_load.sql
}

hunts_plain_benchmark() {
  hunts_events "$data/hunts" "${ROWS:-2000000}" 20000
  sql -d hunts -q -f test/bench/hunts_wide.sql
  for _ in $(seq "${RUNS:-1}"); do sql -d hunts -q -v kinds='{ours,wide,plain}' -f test/bench/hunts.sql; done
  sql -d hunts -q -f test/bench/hunts_report.sql
  sql -d postgres -q -c 'drop database hunts'
  scripts/private-server stop bench
}

hunts_benchmark() {
  local folder=$data/hunts
  mkdir -p "$folder"
  hunts_duckdb "$folder"
  cp test/bench/hunts_duckdb.mjs "$folder/duckdb.mjs"
  hunts_events "$folder" "${ROWS:-2000000}" 20000
  node "$folder/duckdb.mjs" load "$folder"
  sql -d hunts -q -f test/bench/hunts_wide.sql
  rm -f "$folder/duckdb.tsv"
  for _ in $(seq "${RUNS:-1}"); do sql -d hunts -q -v kinds='{ours,wide,plain,floor}' -f test/bench/hunts.sql; done
  sql -d hunts -q -c 'drop table bench.wide' -f test/bench/hunts_rollups.sql
  for _ in $(seq "${RUNS:-1}"); do
    sql -d hunts -q -v kinds='{ours,stored}' -f test/bench/hunts.sql
    for threads in 1 2; do node "$folder/duckdb.mjs" run "$folder" $threads; done
  done
  sql -d hunts -q -v duckdb="$folder/duckdb.tsv" -f test/bench/hunts_report.sql
  sql -d postgres -q -c 'drop database hunts'
  scripts/private-server stop bench
}

dashboard_benchmark() {
  FSYNC=off scripts/private-server start bench
  sql -d postgres -q -c 'set client_min_messages = warning' -c 'drop database if exists dashboard' -c 'create database dashboard'
  sql -d dashboard -v rows="${ROWS:-2000000}" -f test/bench/dashboard.sql
  printf '\nThe data loader of each hunt, seconds by the clock with node and psql; target 2 s\n'
  (
    eval "$(scripts/private-server env bench)"
    export PGHOST PGPORT PGUSER PGDATABASE=dashboard PSQL TIMEFORMAT=%R
    PSQL=$(scripts/private-server bin)/psql
    node -e 'import("./dashboard/src/components/hunts.js").then(({hunts}) => console.log(hunts.map((h) => h.name).join("\n")))' |
      while read -r hunt; do
        printf '%s ' "$hunt"
        { time node 'dashboard/src/data/hunt-[hunt].json.js' --hunt "$hunt" >/dev/null; } 2>&1
      done
  )
  sql -d postgres -q -c 'drop database dashboard'
  scripts/private-server stop bench
}
