# Sourced by run: 50 rules over one-minute batches on top of stored events, and one large late batch.

rules_benchmark() {
  FSYNC=off scripts/private-server start bench
  sql -d postgres -q -c 'set client_min_messages = warning' -c 'drop database if exists rules' -c 'create database rules'
  sql -d rules -q -v events="${RULES_EVENTS:-10000000}" -v batch=10000 -v late="${RULES_LATE:-1000000}" -v rules=50 -f test/bench/rules.sql
  sql -d postgres -q -c 'drop database rules'
  scripts/private-server stop bench
}
