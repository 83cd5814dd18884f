-- The first hunts of the demo, with what really happened beside them.
\pset border 2
\pset null ''
\pset footer off
create temp view truth_by_day as
select user_username, kind, start_at, end_at from public.demo_truth;

\echo
\echo 'Hunt 1: users who signed in through several network operators on one day'
\echo '  select * from several_networks(start_at, end_at);'
create temp table networks as select * from hunt.several_networks(:'start_at', :'end_at');
select network_count as operators, count(*) as user_days, count(distinct user_username) as users
from networks group by 1 order by 1;

\echo 'Too many to read: home, office and phone are three operators. How many of them include a hosting or VPN network?'
\echo '  select * from several_networks(start_at, end_at)'
\echo '  where exists (select from unnest(asn_numbers) n where asn_class(n) in (''hosting'', ''vpn'', ''cloud''));'
create temp table hosted as
select * from networks where exists (select from unnest(asn_numbers) n where hunt.asn_class(n) in ('hosting', 'vpn', 'cloud'));
select count(*) as user_days, count(distinct user_username) as users from hosted;
select h.user_username, count(*) as days, min(h.slice_start)::date as first_day,
       (array_agg(array_to_string(h.networks, ', ') order by h.slice_start))[1] as networks_that_day,
       max(t.kind) as what_really_happened
from hosted h
left join truth_by_day t on t.user_username = h.user_username and t.start_at < h.slice_start + interval '1 day'
                        and t.end_at >= h.slice_start
group by 1 order by 2, 1 limit 12;

\echo
\echo 'Hunt 2: several operators and several countries on one day'
\echo '  select * from several_countries(start_at, end_at);'
select count(*) as user_days, count(distinct user_username) as users
from hunt.several_countries(:'start_at', :'end_at');
\echo 'The company''s own egress stands abroad for many. Without networks of the class corporate, first day of each user:'
\echo '  select * from several_countries(start_at, end_at, ignored_classes => ''{corporate}'');'
create temp table countries as
select * from hunt.several_countries(:'start_at', :'end_at', ignored_classes => '{corporate}');
select h.slice_start::date as day, h.user_username, array_to_string(h.countries, ', ') as countries,
       array_to_string(h.networks, ', ') as networks, t.kind as what_really_happened
from countries h
left join truth_by_day t on t.user_username = h.user_username and t.start_at < h.slice_start + interval '1 day'
                        and t.end_at >= h.slice_start
where not exists (select from countries e where e.user_username = h.user_username and e.slice_start < h.slice_start)
order by h.slice_start, h.user_username
limit 20;

\echo
\echo 'The truth: every stolen session in this log, and on how many of its days each hunt shows the user'
select t.user_username, t.kind, t.start_at::timestamp(0) as first_seen, t.address, t.country,
       (select count(*) from networks h where h.user_username = t.user_username
          and t.start_at < h.slice_start + interval '1 day' and t.end_at >= h.slice_start) as networks,
       (select count(*) from hosted h where h.user_username = t.user_username
          and t.start_at < h.slice_start + interval '1 day' and t.end_at >= h.slice_start) as with_hosting,
       (select count(*) from countries h where h.user_username = t.user_username
          and t.start_at < h.slice_start + interval '1 day' and t.end_at >= h.slice_start) as countries
from public.demo_truth t
order by t.start_at;
\echo 'A thief inside the victim''s own country and carrier shows in no count of places: that takes what is new for the user.'
