-- The figures of hunts.sql and of DuckDB. psql variable: duckdb, the file of its figures, if there are any.
\set ON_ERROR_STOP on
\pset footer off
create temp table duckdb (hunt text, threads integer, cpu numeric, wall numeric, found bigint);
\if :{?duckdb}
\set copy '\\copy duckdb from ' :duckdb
:copy
\endif
insert into bench.spent select hunt, 'DuckDB, ' || threads || case threads when 1 then ' thread' else ' threads' end, cpu, wall, found from duckdb;
create temp view figure as
select hunt, kind, percentile_cont(0.5) within group (order by cpu)::numeric as cpu, percentile_cont(0.5) within group (order by wall)::numeric as wall,
       max(found) as found
from bench.spent group by 1, 2;
\echo Wall seconds (CPU seconds of one backend are in the second table), and how many times longer plain SQL takes, and we than the floor
select o.hunt, round(o.wall, 2) as ad_hoc, round(w.wall, 2) as wide, round(p.wall, 2) as plain, round(f.wall, 2) as floor,
       round(w.wall / o.wall, 1) as wide_to_ours, round(p.wall / o.wall, 1) as plain_to_ours,
       round(o.wall / f.wall, 2) as ours_to_floor, round(d1.wall, 2) as duckdb, round(d2.wall, 2) as duckdb_2_threads, round(r.wall, 3) as rollups,
       round(d1.wall / r.wall, 1) as duckdb_to_rollups, round(d2.wall / r.wall, 1) as duckdb_2_to_rollups, o.found, r.found as found_rollups,
       d1.found as found_duckdb, w.found as found_wide, p.found as found_plain
from figure o left join figure w on w.hunt = o.hunt and w.kind = 'wide' left join figure p on p.hunt = o.hunt and p.kind = 'plain'
left join figure f on f.hunt = o.hunt and f.kind = 'floor'
left join figure d1 on d1.hunt = o.hunt and d1.kind = 'DuckDB, 1 thread' left join figure d2 on d2.hunt = o.hunt and d2.kind = 'DuckDB, 2 threads'
left join figure r on r.hunt = o.hunt and r.kind = 'roll-ups'
where o.kind = 'ours' order by 1;
select hunt, round(max(cpu) filter (where kind = 'ours'), 2) as ad_hoc, round(max(cpu) filter (where kind = 'wide'), 2) as wide,
       round(max(cpu) filter (where kind = 'plain'), 2) as plain, round(max(cpu) filter (where kind = 'floor'), 2) as floor,
       round(max(cpu) filter (where kind = 'wide') / max(cpu) filter (where kind = 'ours'), 1) as wide_to_ours,
       round(max(cpu) filter (where kind = 'plain') / max(cpu) filter (where kind = 'ours'), 1) as plain_to_ours, round(max(cpu) filter (where kind = 'DuckDB, 1 thread'), 2) as duckdb,
       round(max(cpu) filter (where kind = 'roll-ups'), 3) as rollups
from figure group by 1 order by 1;
select what, round(exp(avg(ln(ratio))), 2) as geometric_mean, round(min(ratio), 2) as least, target
from (select 'wide / ours, CPU' as what, p.cpu / o.cpu as ratio, '>= 3' as target from figure o join figure p using (hunt) where o.kind = 'ours' and p.kind = 'wide'
      union all select 'plain / ours, CPU', p.cpu / o.cpu, 'no target' from figure o join figure p using (hunt) where o.kind = 'ours' and p.kind = 'plain'
      union all select 'floor / ours, CPU', p.cpu / o.cpu, '>= 0.77' from figure o join figure p using (hunt) where o.kind = 'ours' and p.kind = 'floor'
      union all select p.kind || ' / roll-ups, wall', p.wall / o.wall, '>= 3, none below 1' from figure o join figure p using (hunt)
                where o.kind = 'roll-ups' and p.kind like 'DuckDB%') r
group by what, target order by what;
