# Sourced by run: what keeping events costs.

store_benchmark() {
  FSYNC=off scripts/private-server start bench
  sql -d postgres -q -c 'set client_min_messages = warning' -c 'drop database if exists store' -c 'create database store'
  sql -d store -v rows="${STORE_ROWS:-10000000}" -v mentions="${STORE_PAYLOADS:-1000000}" -f test/bench/store.sql
  sql -d postgres -q -c 'drop database store'
  scripts/private-server stop bench
}
