-- The first hunts of the demo, with what really happened beside them.
\pset border 2
\pset null ''
\echo
\echo 'Several networks: users who came from more than two network operators within a day'
\echo '  select * from several_networks(start_at, end_at, slice => \'1 day\', min_networks => 3)'
select h.slice_start::date as day, h.user_username, h.network_count, array_to_string(h.networks, ', ') as networks,
       t.truth
from hunt.several_networks(:'start_at', :'end_at', interval '1 day', 3) h
left join lateral (select string_agg(distinct kind, ', ') as truth from public.demo_truth
                   where user_username = h.user_username and start_at < h.slice_start + interval '1 day'
                     and end_at >= h.slice_start) t on true
order by h.network_count desc, h.slice_start, h.user_username
limit 15;

\echo
\echo 'Several countries: more than one operator and more than one country within a day'
\echo '  select * from several_countries(start_at, end_at, slice => \'1 day\', min_networks => 2, min_countries => 2)'
select h.slice_start::date as day, h.user_username, h.network_count, array_to_string(h.networks, ', ') as networks,
       t.truth
from hunt.several_countries(:'start_at', :'end_at', interval '1 day', 2, 2) h
left join lateral (select string_agg(distinct kind, ', ') as truth from public.demo_truth
                   where user_username = h.user_username and start_at < h.slice_start + interval '1 day'
                     and end_at >= h.slice_start) t on true
order by t.truth is null, h.network_count desc, h.slice_start, h.user_username
limit 20;

\echo
\echo 'Stolen sessions in the log, and how many user-days each hunt shows for their users while they last'
select t.user_username, t.kind, t.start_at::timestamp(0) as start_at, t.country,
       (select count(*) from hunt.several_networks(:'start_at', :'end_at', interval '1 day', 2) h
        where h.user_username = t.user_username and t.start_at < h.slice_start + interval '1 day'
          and t.end_at >= h.slice_start) as by_networks,
       (select count(*) from hunt.several_countries(:'start_at', :'end_at', interval '1 day', 2, 2) h
        where h.user_username = t.user_username and t.start_at < h.slice_start + interval '1 day'
          and t.end_at >= h.slice_start) as by_countries
from public.demo_truth t
order by t.start_at;
