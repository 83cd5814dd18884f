-- What distinct values cost: CPU of this backend in seconds, runs alternating, by default 10,000,000 rows in 2,842,357 groups of (user, day)
-- with 1.5 distinct addresses each. The floor is the cheapest aggregate over the same grouping. Needs the extension and
-- pg_read_server_files. psql variables: rows, runs.
\set ON_ERROR_STOP on
\set QUIET on
set client_min_messages = warning;
create extension if not exists session_hunt;
set jit = off;
set max_parallel_workers_per_gather = 0;
set work_mem = '1GB';
select setseed(0.5) \g /dev/null
create temp table sighting as
select g.k % 100000 as usr, date '2024-01-01' + g.k / 100000 as day,
       '10.' || g.k % 200 || '.' || g.k / 7 % 200 || '.' || case when random() < 0.85 then 1 else 2 + floor(random() * 250)::int end as ip
from (select (random() * 2940000)::int as k from generate_series(1, :rows)) g;
vacuum analyze sighting;
create function pg_temp.spent(expression text) returns numeric language plpgsql as $$
declare
  begun float8 := split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8;
begin
  execute format('select count(d) from (select usr, day, %s d from sighting group by usr, day) s', expression);
  return round(((split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 - begun) / 1e9)::numeric, 2);
end $$;
select run, pg_temp.spent('bit_xor(hashtextextended(ip, 0))') as floor, pg_temp.spent('hunt.distinct_values(ip)') as distinct_values,
       pg_temp.spent('array_agg(distinct ip)') as array_agg
from generate_series(1, :runs) run;
explain (analyze, costs off, timing off) select usr, day, hunt.distinct_values(ip) from sighting group by usr, day;
