# Sourced by the scripts that judge detections: a generated world in a database of its own.
#   USERS=500 DAYS=70 EACH=5 SEED=1 set its size (docs/accuracy.md); `database` is the name of its database.
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"
users=${USERS:-500} days=${DAYS:-70} each=${EACH:-5} seed=${SEED:-1} end_day=2026-11-22
database=accuracy data=$(private_dir)/accuracy-data

sql() { scripts/private-server psql accuracy -d "$database" -q -v ON_ERROR_STOP=1 "$@"; }

generate() {
  .build/release/generate_months --networks data/starter_networks.csv --users "$users" --days "$days" --end "$end_day" \
    --seed "$seed" --each "$each" --out "$data" >/dev/null
}

# The starter table always, whatever other IP data there is: the same world gives the same figures everywhere.
load() {
  scripts/private-server psql accuracy -d postgres -q -c 'set client_min_messages = warning' \
    -c "drop database if exists $database with (force)" -c "create database $database"
  sql -c 'create extension session_hunt' -c "alter database $database set search_path = hunt, public" \
    -c "alter database $database set timezone = 'UTC'"
  .build/release/ip_data starter data/starter_networks.csv "$data/asn.mmdb" "$data/country.mmdb" >/dev/null
  load_ip_file asn "$data/asn.mmdb"
  load_ip_file country "$data/country.mmdb"
  sql -c 'set client_min_messages = warning' -c 'select hunt.setup()' >/dev/null
  local file source
  for file in "$data"/*.jsonl; do
    source=$(basename "$file" .jsonl)
    sql -c "copy hunt.inbox_$source from stdin with (format csv, quote E'\x01', delimiter E'\x02')" <"$file"
  done
  sql -v days="$days" -v end_day="$end_day" -f test/accuracy/world.sql
  sql -c 'copy accuracy.truth from stdin with (format csv, header)' <"$data/truth.csv"
  # Some logs know a moment to the second only, so a theft's first event may lie before the moment of the truth.
  sql -c "update accuracy.truth set start_at = date_trunc('second', start_at)"
  sql -c 'copy accuracy.identity from stdin with (format csv, header)' <"$data/identity.csv"
  sql <<'SQL'
-- Every company ties the names of one human together, so that what is known of him under one name is known under all.
insert into hunt.identity (username, identity)
select i.entity, coalesce(min(i.entity) filter (where i.entity like '%@%') over (partition by i.actor), min(i.entity) over (partition by i.actor))
from (select distinct entity, actor from accuracy.identity where entity !~ '^A[KS]IA[A-Z2-7]{16}$') i
on conflict do nothing;
SQL
  sql -c 'analyze' >/dev/null 2>&1 || true
  [ "$(sql -tAc 'select count(*) from hunt.reject')" = 0 ] ||
    die "some generated documents were rejected: $(sql -tAc 'select source, reason from hunt.reject limit 3')"
}

start_worlds() {
  scripts/install-packages demo
  mkdir -p "$data"
  say "Building"
  with_dots scripts/private-server install
  with_dots scripts/build-tools
  FSYNC=off scripts/private-server start accuracy
}

# Generates and loads the world unless the database holds it already.
make_world() {
  local made_of
  # What the world in the database was made of.
  made_of="$users $days $each $seed $(cat tools/generate_months.cpp tools/lib/* session_hunt--*.sql \
    test/accuracy/world.sql | cksum)"
  [ "$(scripts/private-server psql accuracy -d postgres -tAc \
    "select shobj_description(oid, 'pg_database') from pg_database where datname = '$database'")" != "$made_of" ] ||
    return 0
  say "Generating $days days of $users users, seed $seed"
  with_dots generate
  say "Loading $(cat "$data"/*.jsonl | wc -l) lines"
  with_dots load
  sql -c "comment on database $database is '$made_of'"
}
