# Sourced by run: session profiles in SQL, beside what plain PostgreSQL offers.

profile_benchmark() {
  FSYNC=off scripts/private-server start bench
  sql -d postgres -q -c 'set client_min_messages = warning' -c 'drop database if exists profile' -c 'create database profile'
  sql -d profile -v module="$module" -v rows="${PROFILE_ROWS:-10000000}" -v runs="${PROFILE_RUNS:-3}" -f test/bench/profile.sql
  scripts/private-server stop bench
}
