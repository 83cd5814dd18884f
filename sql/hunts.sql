-- The first hunts, against the same questions asked in plain SQL over random events.
\set SHOW_CONTEXT never
set client_min_messages = warning;
set timezone = 'UTC';
\set ON_ERROR_ROLLBACK on
begin;
select hunt.setup();
select hunt.create_event_partitions('2026-03-01');
insert into hunt.dictionary_user (value) select 'user' || g || '@example.com' from generate_series(1, 9) g;
create function pick(n int, seed int, m int) returns int language sql immutable as
  $$ select abs(hashint8extended(n, seed) % m)::int $$;
insert into hunt.event_fact (event_time, event_key, source_id, user_id, success, device_ip_asn_number, device_ip_country_code)
select '2026-03-10 00:00+00'::timestamptz + pick(g, 1, 5 * 86400) * interval '1 second', gen_random_uuid(),
       (select id from hunt.dictionary_source where value = 'entra_signin'),
       (select id from hunt.dictionary_user where value = 'user' || 1 + pick(g, 2, 9) || '@example.com'),
       pick(g, 3, 10) > 0, nullif(64500 + pick(g, 4, 6), 64505), (array['DE', 'FR', 'US', null])[1 + pick(g, 5, 4)]
from generate_series(1, 250) g;

-- as many rows as the plain question has, and no row differs
create view expected as
select date_trunc('day', event_time) as slice_start, user_username,
       count(distinct device_ip_asn_number) as network_count,
       array_agg(distinct 'AS' || device_ip_asn_number) filter (where device_ip_asn_number is not null) as networks,
       count(distinct device_ip_country_code) as country_count,
       array_agg(distinct device_ip_country_code) filter (where device_ip_country_code is not null) as countries
from hunt.event
where success and source = 'entra_signin' and event_time >= '2026-03-11' and event_time < '2026-03-14'
group by 1, 2;
select count(*) > 5 as enough, count(*) = (select count(*) from expected where network_count >= 3) as complete
from hunt.several_networks('2026-03-11', '2026-03-14', min_networks => 3);
select slice_start, user_username, network_count, networks from hunt.several_networks('2026-03-11', '2026-03-14', min_networks => 3)
except
select slice_start, user_username, network_count, networks from expected where network_count >= 3;
select count(*) > 3 as enough,
       count(*) = (select count(*) from expected where network_count >= 2 and country_count >= 3) as complete
from hunt.several_countries('2026-03-11', '2026-03-14', min_countries => 3);
select slice_start, user_username, network_count, networks, country_count, countries
from hunt.several_countries('2026-03-11', '2026-03-14', min_countries => 3)
except
select slice_start, user_username, network_count, networks, country_count, countries
from expected where network_count >= 2 and country_count >= 3;

-- most first, then by time and name; slices of another length and zone
select slice_start, user_username, network_count, networks, events
from hunt.several_networks('2026-03-10', '2026-03-15', '12 hours', min_networks => 4) limit 3;
select distinct slice_start at time zone 'Asia/Kathmandu' as local_start
from hunt.several_networks('2026-03-10', '2026-03-15', '1 week', min_networks => 1, time_zone => 'Asia/Kathmandu');
-- a class that is ignored counts neither as network nor as country
insert into hunt.asn_class (number, class) values (64500, 'corporate');
select count(*) filter (where 'AS64500' = any (networks)) as with_ignored, max(network_count) as most
from hunt.several_networks('2026-03-10', '2026-03-15', ignored_classes => '{corporate,vpn}');
-- a misspelt source is no clean log; an empty window, nothing found
select count(*) from hunt.several_networks('2026-03-10', '2026-03-15', source => 'entra_sign_in');
select count(*) from hunt.several_countries('2026-03-15', '2026-03-10');
select * from hunt.several_networks('2026-03-10', '2026-03-15', slice => '7 hours');
rollback;
