# Sourced by run: the beginning of a psql script that measures its steps, in CPU time of the backend and elapsed.
# call pg_temp.begin_step(); ...; call pg_temp.end_step('what'); the table step has the result.

measured_steps() {
  cat <<SQL
\\set ON_ERROR_STOP on
\\pset footer off
set client_min_messages = warning;
set search_path = hunt, public;
create function pg_temp.cpu() returns numeric language sql as
\$\$ select split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::numeric / 1e9 \$\$;
create temp table step (position serial, what text, cpu numeric, elapsed numeric);
create temp table mark (cpu numeric, at timestamptz);
create procedure pg_temp.begin_step() language sql as
\$\$ truncate mark; insert into mark values (pg_temp.cpu(), clock_timestamp()) \$\$;
create procedure pg_temp.end_step(what text) language sql as
\$\$ insert into step (what, cpu, elapsed)
    select what, pg_temp.cpu() - cpu, extract(epoch from clock_timestamp() - at) from mark \$\$;
select setup() \\g /dev/null
SQL
}
