# Sourced by the scripts: where things are, who runs the server, how to speak to the user.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# PostgreSQL refuses to run as root: then the `postgres` user that its package creates runs the server.
server_user=$(id -un)
if [ "$(id -u)" = 0 ]; then server_user=postgres; fi
as_server() {
  if [ "$(id -un)" = "$server_user" ]; then "$@"; else (cd / && exec setpriv --reuid="$server_user" \
    --regid="$(id -g "$server_user")" --clear-groups env HOME=/tmp "$@"); fi
}

# Makes a folder under /tmp, or takes the one that we made before: somebody else may have put a folder or a link there.
own_tmp_dir() {
  mkdir -m 755 "$1" 2>/dev/null && return
  [ -d "$1" ] && [ ! -L "$1" ] || die "$1 is in the way; remove it"
  case $(stat -c %U "$1") in
    "$(id -un)" | "$server_user") ;;
    *) die "$1 belongs to somebody else; remove it" ;;
  esac
}

# Everything private to this working tree lives in one folder: in the tree, or under /tmp where the server's user cannot
# reach the tree (a checkout in /root, say) or its path has blanks, which PGXS cannot install into.
private_dir() {
  local dir=$root/.build
  mkdir -p "$dir"
  if [[ $root =~ [[:space:]] ]] ||
    { [ "$(id -u)" = 0 ] && id "$server_user" >/dev/null 2>&1 && ! as_server test -x "$dir"; }; then
    dir=/tmp/session_hunt-$(printf '%s' "$root" | cksum | cut -d' ' -f1)
    own_tmp_dir "$dir"
  fi
  printf '%s\n' "$dir"
}

# Data that is no part of the project: the folder that SESSION_HUNT_DATA names, else the one beside the tree, else nothing.
outside_data() { printf '%s\n' "${SESSION_HUNT_DATA:-$(cd "$root/../shared/data" 2>/dev/null && pwd || true)}"; }

# Runs a command and prints a dot each second, so that nobody wonders. The loop ends with this script, however that ends.
with_dots() {
  local status=0 dots
  (while sleep 1 && kill -0 $$ 2>/dev/null; do printf '.' >&2; done) &
  dots=$!
  "$@" || status=$?
  kill "$dots" 2>/dev/null || true
  { wait "$dots" || true; } 2>/dev/null
  return "$status"
}

# Sends a file of ours to the server, which may run as a user that cannot read it, and loads it as an IP database.
# The script has a function `sql` that runs psql in its database.
load_ip_file() {
  sql -v name="$1" -v file="$2" <<'SQL' >/dev/null
begin;
\lo_import :file
select * from hunt.load_ip_database(:'name', lo_get(:LASTOID));
\lo_unlink :LASTOID
commit;
SQL
}
