# Sourced by run: histories, ad hoc and kept from batch to batch, beside plain SQL and one row a value.

history_benchmark() {
  FSYNC=off scripts/private-server start bench
  sql -d postgres -q -c 'set client_min_messages = warning' -c 'drop database if exists history' -c 'create database history'
  sql -d history -v rows="${HISTORY_ROWS:-10000000}" -v entities="${HISTORY_ENTITIES:-1000000}" -v runs="${HISTORY_RUNS:-3}" \
    -f test/bench/history.sql
  scripts/private-server stop bench
}
