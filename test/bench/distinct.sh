# Sourced by run: counting distinct values in SQL, beside postgresql-hll and exact SQL.

distinct_benchmark() {
  FSYNC=off scripts/private-server start bench
  sql -d postgres -q -c 'set client_min_messages = warning' -c 'drop database if exists distinct_values' \
    -c 'create database distinct_values'
  sql -d distinct_values -v module="$module" -v rows="${ROWS:-20000000}" -v runs="${DISTINCT_RUNS:-3}" -f test/bench/distinct.sql
  sql -d postgres -q -c 'drop database distinct_values' -c 'create database distinct_values'
  sql -d distinct_values -v module="$module" -v rows="${VALUES_ROWS:-10000000}" -v runs="${DISTINCT_RUNS:-3}" \
    -f test/bench/distinct_values.sql
  scripts/private-server stop bench
}
