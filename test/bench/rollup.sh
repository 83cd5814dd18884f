# Sourced by run: what the default roll-ups cost to build, to keep fresh, to store and to read.

rollup_benchmark() {
  FSYNC=off scripts/private-server start bench
  sql -d postgres -q -c 'set client_min_messages = warning' -c 'drop database if exists rollup' -c 'create database rollup'
  sql -d rollup -q -v events="${ROLLUP_EVENTS:-1000000}" -v days="${ROLLUP_DAYS:-4}" -v batch=10000 -f test/bench/rollup.sql
  sql -d postgres -q -c 'drop database rollup'
  scripts/private-server stop bench
}
