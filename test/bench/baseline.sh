# Sourced by run: outliers, stored baselines and comparison with earlier slices, beside plain SQL.

baseline_benchmark() {
  FSYNC=off scripts/private-server start bench
  sql -d postgres -q -c 'set client_min_messages = warning' -c 'drop database if exists baseline' -c 'create database baseline'
  sql -d baseline -v rows="${BASELINE_ROWS:-10000000}" -v runs="${BASELINE_RUNS:-3}" -f test/bench/baseline.sql
  sql -d postgres -q -c 'drop database baseline'
  scripts/private-server stop bench
}
