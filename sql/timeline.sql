-- timeline: time slices
set timezone = 'UTC';
set datestyle = 'ISO, YMD';
set intervalstyle = 'postgres';
\pset null '(null)'

-- UTC unless told: parts of a day, days, weeks from Monday, months, years
select slice, hunt.timeslice('2024-02-29 13:47:11.5+00', slice), hunt.timeslice_end('2024-02-29 13:47:11.5+00', slice)
from (values (interval '0.5 seconds'), ('15 seconds'), ('5 minutes'), ('45 minutes'), ('1 hour'), ('6 hours'), ('24 hours'), ('1 day'),
             ('2 days'), ('1 week'), ('14 days'), ('1 month'), ('3 months'), ('1 year'), ('10 years'), ('1 century')) v(slice);

-- the start belongs to its slice, the end to the next one
select hunt.timeslice('2024-02-29 13:00+00', '1 hour'), hunt.timeslice_end('2024-02-29 13:00+00', '1 hour'),
       hunt.timeslice('2024-02-29 12:59:59.999999+00', '1 hour');

-- before the origin and at the ends of time
select hunt.timeslice('1999-12-31 23:59:59+00', '7 days'), hunt.timeslice('0044-03-15 12:00+00 BC', '1 month'),
       hunt.timeslice_end('0001-12-31 12:00+00 BC', '1 year');
select hunt.timeslice('4714-11-24 00:00+00 BC', '1 day'), hunt.timeslice('294276-12-31 23:59:59.999999+00', '1 day');
select hunt.timeslice('infinity', '1 day'), hunt.timeslice_end('-infinity', '1 day', 'Europe/Berlin');
select hunt.timeslice('4714-11-24 00:00+00 BC', '1 month');
select hunt.timeslice_end('294276-12-31 23:59:59.999999+00', '1 day');
select hunt.timeslice(null, '1 day'), hunt.timeslice(now(), null), hunt.timeslice(now(), '1 day', null),
       hunt.timeslice_end(null, '1 day');

-- days of a time zone; an offset counts east of Greenwich
select zone, hunt.timeslice('2024-07-01 02:30+00', '1 day', zone), hunt.timeslice('2024-07-01 02:30+00', '1 hour', zone)
from (values ('UTC'), ('Europe/Berlin'), ('America/New_York'), ('Asia/Kathmandu'), ('+02:00'), ('-05:30'), ('+00:00')) v(zone);

-- Berlin: no hour from 02:00 on 31 March, two of them on 27 October
set timezone = 'Europe/Berlin';
select day, count(distinct hunt.timeslice(ts, '1 hour', 'Europe/Berlin')) as hours,
       count(distinct hunt.timeslice(ts, '6 hours', 'Europe/Berlin')) as quarters
from (select ts, hunt.timeslice(ts, '1 day', 'Europe/Berlin') as day
      from generate_series(timestamptz '2024-03-30', '2024-04-01 23:59', '15 minutes') ts
      union all
      select ts, hunt.timeslice(ts, '1 day', 'Europe/Berlin')
      from generate_series(timestamptz '2024-10-26', '2024-10-28 23:59', '15 minutes') ts) s
group by day order by day;
select ts, hunt.timeslice(ts, '1 hour', 'Europe/Berlin'), hunt.timeslice(ts, '6 hours', 'Europe/Berlin'),
       hunt.timeslice_end(ts, '6 hours', 'Europe/Berlin')
from (values (timestamptz '2024-10-27 00:30Z'), ('2024-10-27 01:30Z'), ('2024-10-27 06:30Z'), ('2024-10-27 22:30Z')) v(ts);
select hunt.timeslice('2024-03-31 12:00Z', '1 month', 'Europe/Berlin'), hunt.timeslice_end('2024-03-31 12:00Z', '1 month', 'Europe/Berlin');

set timezone = 'America/New_York';
select hunt.timeslice('2024-11-03 12:00Z', '1 day', 'America/New_York') as day,
       hunt.timeslice_end('2024-11-03 12:00Z', '1 day', 'America/New_York') as next_day,
       hunt.timeslice_end('2024-11-03 12:00Z', '1 day', 'America/New_York') - hunt.timeslice('2024-11-03 12:00Z', '1 day', 'America/New_York') as length;

-- Lord Howe changes its clocks by half an hour: the last slice of such a day is short
set timezone = 'Australia/Lord_Howe';
select start, "end", "end" - start as length
from (select distinct hunt.timeslice(ts, '1 hour', 'Australia/Lord_Howe') as start, hunt.timeslice_end(ts, '1 hour', 'Australia/Lord_Howe') as "end"
      from generate_series(timestamptz '2024-04-07 00:45', '2024-04-07 03:00', '15 minutes') ts
      union
      select hunt.timeslice(ts, '1 hour', 'Australia/Lord_Howe'), hunt.timeslice_end(ts, '1 hour', 'Australia/Lord_Howe')
      from (values (timestamptz '2024-04-07 23:59'), ('2024-10-06 23:59')) v(ts)) s
order by start;

-- Apia left out 2011-12-30
set timezone = 'Pacific/Apia';
select distinct hunt.timeslice(ts, '1 day', 'Pacific/Apia') as start, hunt.timeslice_end(ts, '1 day', 'Pacific/Apia') as "end"
from generate_series(timestamptz '2011-12-29 00:00', '2012-01-01 00:00', '1 hour') ts order by 1;

-- Sao Paulo went from 00:00 to 01:00, so the day began at 01:00; in February it repeated the last hour of a Saturday
set timezone = 'America/Sao_Paulo';
select distinct hunt.timeslice(ts, '1 day', 'America/Sao_Paulo') as start, hunt.timeslice_end(ts, '1 day', 'America/Sao_Paulo') as "end",
       hunt.timeslice_end(ts, '1 day', 'America/Sao_Paulo') - hunt.timeslice(ts, '1 day', 'America/Sao_Paulo') as length
from (values (timestamptz '2017-10-14 12:00'), ('2017-10-15 12:00'), ('2018-02-17 12:00'), ('2018-02-18 12:00')) v(ts) order by 1;
set timezone = 'UTC';

-- every instant has one slice, slices follow each other, and the session's time zone changes nothing
create temp table instant as
select ts, zone, slice
from generate_series(timestamptz '2011-01-01 00:07Z', '2012-12-31Z', '5 hours 13 minutes') ts,
     (values ('UTC'), ('Europe/Berlin'), ('America/New_York'), ('Asia/Kathmandu'), ('Australia/Lord_Howe'), ('Pacific/Apia'),
             ('America/Sao_Paulo'), ('-05:30')) z(zone),
     (values (interval '1 hour'), ('8 hours'), ('1 day'), ('1 week'), ('1 month')) s(slice);
create temp table sliced as
select *, hunt.timeslice(ts, slice, zone) as start_at, hunt.timeslice_end(ts, slice, zone) as end_at from instant;
select count(*), count(*) filter (where not (start_at <= ts and ts < end_at)) as outside,
       count(*) filter (where hunt.timeslice(start_at, slice, zone) <> start_at
                           or hunt.timeslice(end_at - interval '1 microsecond', slice, zone) <> start_at
                           or hunt.timeslice(end_at, slice, zone) <> end_at) as gaps
from sliced;
select count(*) as backwards
from (select start_at, lag(start_at) over (partition by zone, slice order by ts) as before from sliced) s where start_at < before;
set timezone = 'America/New_York';
select count(*) as changed from sliced
where hunt.timeslice(ts, slice, zone) <> start_at or hunt.timeslice_end(ts, slice, zone) <> end_at
   or hunt.timeslice(ts, slice) <> hunt.timeslice(ts, slice, 'UTC');
set timezone = 'UTC';

-- where clocks do not change at midnight, days and months are those of date_trunc
select count(*) as differences from sliced
where slice in ('1 day', '1 week', '1 month') and zone in ('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe')
  and start_at <> date_trunc(case slice when '1 day' then 'day' when '1 week' then 'week' else 'month' end, ts, zone);
select count(*) as differences from sliced
where slice in ('1 hour', '8 hours') and zone = 'UTC' and start_at <> date_bin(slice, ts, '2001-01-01Z');

-- what is no slice
select hunt.timeslice(now(), '0 days');
select hunt.timeslice(now(), '-1 hour');
select hunt.timeslice(now(), '-1 month');
select hunt.timeslice(now(), '7 hours');
select hunt.timeslice(now(), '36 hours');
select hunt.timeslice(now(), '1 month 1 day');
select hunt.timeslice_end(now(), '2147483647 months 2147483647 days');
select hunt.timeslice('infinity', '7 hours');
\set VERBOSITY sqlstate
select hunt.timeslice(now(), '7 hours');
select hunt.timeslice_end('294276-12-31 12:00Z', '1 day');
\set VERBOSITY default

-- what is no time zone: abbreviations, POSIX rules, names that do not exist
select hunt.timeslice(now(), '1 day', 'CET');
select hunt.timeslice(now(), '1 day', 'EST');
select hunt.timeslice(now(), '1 day', 'MST7MDT');
select hunt.timeslice(now(), '1 day', 'Etc/GMT+5');
select hunt.timeslice(now(), '1 day', '<+02>-2');
select hunt.timeslice(now(), '1 day', 'EST5/foo');
select hunt.timeslice(now(), '1 day', 'Europe/Nowhere');
select hunt.timeslice(now(), '1 day', '+2');
select hunt.timeslice(now(), '1 day', '+16:00');
select hunt.timeslice(now(), '1 day', '');
select hunt.timeslice(now(), '1 day', repeat('Europe/', 1000));
\set VERBOSITY sqlstate
select hunt.timeslice(now(), '1 day', 'CET');
\set VERBOSITY default

-- arguments that differ from row to row
select zone, hunt.timeslice(ts, slice, zone)
from (values (1, timestamptz '2024-07-01 12:34Z', interval '1 day', 'Europe/Berlin'), (2, '2024-07-01 12:34Z', '1 hour', 'europe/berlin'),
             (3, '2024-07-01 12:34Z', '1 day', '+01:00'), (4, '2024-07-01 12:34Z', '1 month', '+01:00'),
             (5, '2024-07-01 12:34Z', '1 month', 'Asia/Kathmandu')) v(n, ts, slice, zone)
order by n;

-- comparison with earlier slices: last week, and the average of four weeks
set search_path = public, hunt;
create temp table visit as
select usr, timestamptz '2024-03-01 00:00+00' + n * interval '1 day' as day, (usr * 7 + n * n) % 11 + 1 as visits
from generate_series(1, 2) usr, generate_series(0, 34) n where (usr, n) not in ((1, 33), (2, 26), (2, 19), (2, 12), (2, 5), (2, 34));
select usr, c.slice_start, value, before, average, minimum, maximum, round(stddev::numeric, 3) as stddev, is_new, is_gone, delta, round(ratio::numeric, 3) as ratio
from (select usr, series(day, visits) as visits from visit group by usr) s,
     compare(visits, '1 day', '{7 days,14 days,21 days,28 days}', '2024-04-02', '2024-04-05') c order by usr, slice_start;
-- missing slices may be left out instead of counted as 0
select usr, c.slice_start, value, before, average, stddev, is_new, is_gone, delta
from (select usr, series(day, visits) as visits from visit group by usr) s,
     compare(visits, '1 day', '{7 days,1 month}', '2024-04-02', '2024-04-05', missing => null) c order by usr, slice_start;

-- the same hour of the clock, whatever clocks do; the oracle is PostgreSQL's own arithmetic of local times
create temp table hourly as
select usr, slice, value, zone
from (values ('Europe/Berlin'), ('America/New_York'), ('Australia/Lord_Howe'), ('UTC'), ('+05:30')) z (zone),
     lateral (select 1 + n % 3 as usr, hunt.timeslice(timestamptz '2024-03-01' + n * interval '20 minutes', '1 hour', zone) as slice, count(*) as value
              from generate_series(0, 25000) n where n * 7919 % 11 < 6 group by 1, 2) s;
with compared as (
  select zone, usr, c.*
  from (select zone, usr, series(slice, value) as points from hourly group by 1, 2) s,
       compare(points, '1 hour', '{1 day,7 days,1 month,36 hours}', '2024-04-05', '2026-01-01', zone, missing => null) c
), pair as (
  select zone, usr, t.slice, s.n,
         hunt.timeslice(case when zone = '+05:30' then ((t.slice at time zone interval '5:30') - shift) at time zone interval '5:30' else ((t.slice at time zone zone) - shift) at time zone zone end, '1 hour', zone) as earlier
  from hourly t, unnest('{1 day,7 days,1 month,36 hours}'::interval[]) with ordinality s (shift, n)
  where t.slice >= '2024-04-05'
), earlier as (
  select p.zone, p.usr, p.slice, array_agg(e.value::float8 order by p.n) as before, avg(e.value) as average, stddev(e.value) as deviation, min(e.value) as minimum
  from pair p left join hourly e on e.zone = p.zone and e.usr = p.usr and e.slice = p.earlier group by 1, 2, 3
)
select count(*) as slices, count(*) filter (where c.before is distinct from e.before) as other_before,
       count(*) filter (where abs(c.average - e.average) > 1e-9 or (c.average is null) <> (e.average is null) or abs(c.stddev - e.deviation) > 1e-9 or c.minimum <> e.minimum) as other_summary,
       count(*) filter (where c.is_new <> (e.average is null) or c.is_gone) as other_flags
from earlier e left join compared c on c.zone = e.zone and c.usr = e.usr and c.slice_start = e.slice;
-- every slice that is gone has an earlier one, and no slice is there twice
select count(*) filter (where is_gone) > 0 as some_gone, count(*) filter (where is_gone and average is null) as gone_without_past,
       count(*) - count(distinct (zone, usr, slice_start)) as twice
from (select zone, usr, c.* from (select zone, usr, series(slice, value) as points from hourly group by 1, 2) s,
      compare(points, '1 hour', '{7 days}', '2024-04-05', '2026-01-01', zone, missing => null) c) c;
-- the repeated hour and the skipped one
select c.slice_start at time zone 'Europe/Berlin' as clock, c.value, c.before
from (select series(slice, n) as points from (select slice, row_number() over (order by slice) as n from generate_series(timestamptz '2024-10-19 23:00Z', '2024-10-27 03:00Z', '1 hour') slice) s) s,
     compare(points, '1 hour', '{7 days}', '2024-10-26 23:00Z', '2024-10-27 03:00Z', 'Europe/Berlin') c;

-- one shift without a series: earlier slices are grouped with those that they are compared with
select coalesce(a.zone, c.zone) as zone, count(*), count(*) filter (where a.n is distinct from c.value or a.before is distinct from c.before[1]) as differences
from (select zone, usr, timeshift(slice, '1 hour', '7 days', '2024-05-06 22:00Z', zone) as hour, sum(value) filter (where slice >= '2024-05-06 22:00Z') as n,
             sum(value) filter (where slice < '2024-05-06 22:00Z') as before
      from hourly where zone in ('UTC', 'Europe/Berlin') and slice >= '2024-04-29 22:00Z' and slice < '2024-05-13 22:00Z' group by 1, 2, 3) a
full join (select zone, usr, c.* from (select zone, usr, series(slice, value) as points from hourly where zone in ('UTC', 'Europe/Berlin') and slice >= '2024-04-29 22:00Z' group by 1, 2) s,
           compare(points, '1 hour', '{7 days}', '2024-05-06 22:00Z', '2024-05-13 22:00Z', zone, missing => null) c) c
  on a.zone = c.zone and a.usr = c.usr and a.hour = c.slice_start group by 1 order by 1;
select zone, timeshift('2024-03-04 09:30Z', '1 day', '7 days', '2024-04-03 00:00Z', zone), timeshift('2024-03-04 09:30Z', '1 hour', '7 days', '2024-04-01 00:00Z', zone),
       timeshift('2024-01-31 09:30Z', '1 day', '1 month', '2024-02-10 00:00Z', zone), timeshift('2024-04-04 09:30Z', '1 hour', '7 days', '2024-04-01 00:00Z', zone)
from (values ('UTC'), ('Europe/Berlin')) z (zone);
select timeshift('infinity', '1 day', '7 days', '2024-04-01'), timeshift(null, '1 day', '7 days', '2024-04-01');
select timeshift('2024-01-01', '1 day', '0 days', '2024-04-01');
select timeshift('0001-01-01', '1 hour', '1 second', '2024-04-01');

-- the same bytes for any order and batches
select bool_and(a.points = b.points::text) as equal, bool_and(a.points = (a.points::hunt.series)::text) as text_round_trip
from (select usr, series(slice, value)::text as points from hourly group by usr) a
join (select usr, series_merge(points) as points
      from (select usr, series(slice, value) as points from (select * from hourly order by md5(hourly::text)) h group by usr, extract(day from slice)) p group by usr) b using (usr);
select (a || b)::text = (select series(day, n)::text from (values (timestamptz '2024-01-02', 2), ('2024-01-01', 1)) v (day, n)) as concatenated
from (select series('2024-01-01', 1) as a, series('2024-01-02', 2) as b) s;

-- one scan
explain (costs off) select usr, c.* from (select usr, series(day, visits) as visits from visit group by usr) s, compare(visits, '1 day', '{7 days}', '2024-04-02', '2024-04-05') c;

-- nothing, and what is no comparison
select series(null, 1), series(now(), null), series_merge(null);
select * from compare(null, '1 day', '{7 days}', now(), now());
select series(now(), 'NaN');
select series('infinity', 1);
select compare(series('2024-01-01', 1), '1 day', '{-7 days}', now(), now());
select compare(series('2024-01-01', 1), '1 day', '{}', now(), now());
select compare(series('2024-01-01', 1), '1 day', '{7 days,null}', now(), now());
select compare(series('2024-01-01', 1), '7 hours', '{7 days}', now(), now());
select compare(series('2024-01-01', 1), '1 day', '{7 days}', now(), now(), 'CET');
select 'EAAAAA=='::hunt.series;
select 'EAAA'::hunt.series;
