-- enrich: IP databases as data in the database, and what they say of an address
\set SHOW_CONTEXT never
set timezone to 'UTC';
\pset null '(null)'
\getenv abs_srcdir PG_ABS_SRCDIR

-- The small databases of test/data (tools/ip_samples.cpp makes them), read by the client.
create table sample (name text primary key, content bytea);
grant select on sample to public;
\set path :abs_srcdir '/test/data/asn.mmdb'
\lo_import :path
\set oid :LASTOID
insert into sample values ('asn', lo_get(:oid));
\lo_unlink :oid
\set path :abs_srcdir '/test/data/city.mmdb'
\lo_import :path
\set oid :LASTOID
insert into sample values ('city', lo_get(:oid));
\lo_unlink :oid
\set path :abs_srcdir '/test/data/flat.mmdb'
\lo_import :path
\set oid :LASTOID
insert into sample values ('flat', lo_get(:oid));
\lo_unlink :oid
\set path :abs_srcdir '/test/data/v4.mmdb'
\lo_import :path
\set oid :LASTOID
insert into sample values ('v4', lo_get(:oid));
\lo_unlink :oid
\set path :abs_srcdir '/test/data/v6.mmdb'
\lo_import :path
\set oid :LASTOID
insert into sample values ('v6', lo_get(:oid));
\lo_unlink :oid
\set path :abs_srcdir '/test/data/other.mmdb'
\lo_import :path
\set oid :LASTOID
insert into sample values ('other', lo_get(:oid));
\lo_unlink :oid
create function load(name text) returns text language sql as $$
  select l.kind from sample s, hunt.load_ip_database($1, s.content) l where s.name = $1 $$;

-- without a database nothing is known, and that is no error
select hunt.asn_number('8.8.8.8'::inet), hunt.asn_org('8.8.8.8'::inet), hunt.asn_lookup('8.8.8.8'::inet),
       hunt.country_iso('8.8.8.8'::inet), hunt.country_name('8.8.8.8'::inet), hunt.geo_lookup('8.8.8.8'::inet),
       hunt.asn_org(15169);
select hunt.ip_lookup('8.8.8.8'::inet, 'asn');
select hunt.ip_network('8.8.8.8', 'asn');
select hunt.drop_ip_database('asn');

-- loading
select l.kind, l.database_type, l.built_at, l.networks, l.records, l.bytes > 0 as has_bytes
from sample s, hunt.load_ip_database('asn', s.content) l where s.name = 'asn';
select load('city'), load('other');
select name, kind, database_type, description, built_at, networks, records, addresses, bytes > 0 as has_bytes,
       loaded_at <= clock_timestamp() as is_past, loaded_by = session_user as by_me
from hunt.ip_databases order by name;

-- autonomous systems
select address, hunt.asn_number(address), hunt.asn_org(address), (hunt.asn_lookup(address)).*
from (values (1, inet '8.8.8.8'), (2, '8.8.1.1'), (3, '203.0.113.7'), (4, '192.0.2.1'), (5, '192.0.2.200'), (6, '10.0.0.1'),
  (7, '2001:4860:4860::8888'), (8, '2001:db8::1'), (9, '2002:808:808::1'), (10, '::ffff:8.8.8.8'), (11, '8.8.8.8/16'),
  (12, '::1'), (13, null)) v(n, address) order by n;
select field, hunt.asn_number(field), hunt.asn_org(field), hunt.asn_lookup(field)
from (values (1, '8.8.8.8'), (2, ' [8.8.8.8]:443'), (3, 'unknown, 8.8.8.8'), (4, '2001:4860:4860::8888'), (5, '::ffff:8.8.8.8'),
  (6, '10.0.0.1'), (7, 'nonsense'), (8, ''), (9, null)) v(n, field) order by n;
select number, hunt.asn_org(number) from (values (15169), (64496), (1), (0), (-1), (4294967296 + 15169), (null)) v(number);

-- places
select address, hunt.country_iso(address), hunt.country_name(address)
from (values (1, inet '203.0.113.7'), (2, '198.51.100.1'), (3, '192.0.2.1'), (4, '2001:db8::1'), (5, '8.8.8.8'), (6, null)) v(n, address)
order by n;
\x
select (hunt.geo_lookup('203.0.113.7'::inet)).*;
\x
select hunt.geo_lookup(address) from (values (1, inet '198.51.100.1'), (2, '192.0.2.1'), (3, '2001:db8::1'),
  (4, '::ffff:203.0.113.7'), (5, '8.8.8.8'), (6, null)) v(n, address) order by n;
select field, hunt.country_iso(field), hunt.country_name(field), hunt.geo_lookup(field)
from (values (1, '203.0.113.7:22'), (2, 'nonsense'), (3, null)) v(n, field) order by n;

-- any database by its name
select hunt.ip_lookup('203.0.113.7'::inet, 'other'), hunt.ip_network('203.0.113.7', 'other');
select jsonb_pretty(hunt.ip_lookup('198.51.100.1'::text, 'other')), hunt.ip_network('198.51.100.1', 'other');
select hunt.ip_lookup('198.51.100.200'::inet, 'other'), hunt.ip_network('198.51.100.200', 'other'),
       hunt.ip_lookup('nonsense'::text, 'other'), hunt.ip_lookup(null::inet, 'other'), hunt.ip_lookup('8.8.8.8'::inet, null);
select d.name, hunt.ip_lookup('203.0.113.7'::inet, d.name) is not null as known
from hunt.ip_databases d, generate_series(1, 2) order by d.name;

-- which database answers: with cities before countries, then the one built last
select load('flat');
select hunt.country_iso('203.0.113.7'::inet) as from_city, hunt.asn_org('203.0.113.7'::inet) as from_flat,
       hunt.asn_org('8.8.8.8'::inet) as flat_lacks_it;
-- an old database with cities does not answer for networks
begin;
update hunt.ip_database set built_at = '2001-01-01' where name = 'flat';
select hunt.asn_org('8.8.8.8'::inet) as from_asn;
rollback;
select hunt.drop_ip_database('city');
select hunt.country_iso('203.0.113.7'::inet) as from_flat, hunt.geo_lookup('203.0.113.7'::inet);
select hunt.drop_ip_database('flat');
-- each family has its own: a database without IPv4 networks leaves them to one that has them
select load('v4'), load('v6');
select name, kind, addresses from hunt.ip_databases where kind = 'country' order by name;
select hunt.country_iso('203.0.113.7'::inet), hunt.country_name('2001:db8::1'::inet), hunt.country_iso('::ffff:203.0.113.7'::inet);
select hunt.ip_lookup('203.0.113.7'::inet, 'v6'), hunt.ip_lookup('2001:db8::1'::inet, 'v4'), hunt.ip_network('2001:db8::1', 'v4');
select hunt.drop_ip_database('v4'), hunt.drop_ip_database('v6');
select load('city');

-- what is refused; the database loaded before stays in force
select * from hunt.load_ip_database('asn', '\x1234'::bytea);
select * from hunt.load_ip_database('asn', ''::bytea);
select l.* from sample s, hunt.load_ip_database('asn', substr(s.content, 1, 1000)) l where s.name = 'asn';
select l.* from sample s, hunt.load_ip_database('asn', substr(s.content, 500)) l where s.name = 'asn';
select l.* from sample s, hunt.load_ip_database('', s.content) l where s.name = 'asn';
select l.* from sample s, hunt.load_ip_database(null, s.content) l where s.name = 'asn';
select l.* from hunt.load_ip_database('asn', null::bytea) l;
select l.* from hunt.load_ip_database('asn', 'no/such/file.mmdb') l;
select hunt.drop_ip_database(null);
select hunt.asn_org('8.8.8.8'::inet);

-- replacing takes effect at once, and is undone with its transaction
begin;
select hunt.asn_org('203.0.113.7'::inet);
savepoint before;
select kind from sample s, hunt.load_ip_database('asn', s.content) where s.name = 'flat';
select hunt.asn_org('203.0.113.7'::inet), hunt.asn_org('8.8.8.8'::inet);
rollback to before;
select hunt.asn_org('203.0.113.7'::inet), hunt.asn_org('8.8.8.8'::inet);
select kind from sample s, hunt.load_ip_database('asn', s.content) where s.name = 'flat';
commit;
select hunt.asn_org('203.0.113.7'::inet), hunt.asn_org('8.8.8.8'::inet), count(*) from hunt.ip_databases where name = 'asn';
select load('asn');

-- texts are handed out where they lie, and last as long as anything that holds them
begin;
create temp table visit as select inet '203.0.113.0' + n as address from generate_series(1, 5) n
  union all select inet '8.8.8.0' + n from generate_series(1, 3) n union all select inet '10.0.0.1';
declare orgs cursor for select hunt.asn_org(address) from visit order by address;
declare kept cursor with hold for select address, hunt.asn_org(address) as org, hunt.country_name(address) from visit order by address desc;
fetch 2 from orgs;
savepoint one;
select hunt.drop_ip_database('asn');
select hunt.asn_org('8.8.8.8'::inet);
fetch 2 from orgs;
rollback to one;
select hunt.drop_ip_database('asn');
select load('flat');
fetch 2 from orgs;
select hunt.asn_org('203.0.113.7'::inet);
fetch 2 from kept;
commit;
fetch all from kept;
close kept;
select load('asn'), hunt.drop_ip_database('flat');
select hunt.asn_org(address) as org, count(*), min(hunt.country_iso(address)), max(hunt.asn_org(address)),
       array_agg(distinct hunt.asn_org(address))
from visit group by hunt.asn_org(address) order by hunt.asn_org(address) collate "C" desc nulls last;
select address, lag(hunt.asn_org(address)) over (order by address), first_value(hunt.asn_org(address)) over (order by address)
from visit order by hunt.asn_org(address) collate "C", address limit 3;
select string_agg(hunt.asn_org(address), '|' order by address), upper(min(hunt.asn_org(address))) from visit;

-- a loop of PL/pgSQL, whose expressions outlive a statement, sees what its own transaction did
do $$
declare
  first text;
  org text;
begin
  first := hunt.asn_org('8.8.8.8'::inet);
  for turn in 1..3 loop
    org := hunt.asn_org('8.8.8.8'::inet);
    raise notice 'turn %: %, document %', turn, org, hunt.ip_lookup('203.0.113.7'::inet, 'other');
    if turn = 1 then
      perform hunt.drop_ip_database('asn');
    elsif turn = 2 then
      perform load('asn');
    end if;
  end loop;
  raise notice 'still %', first;
end $$;
do $$
begin
  for turn in 1..3 loop
    raise notice 'turn %: %', turn, hunt.asn_org('8.8.8.8'::inet);
    begin
      perform hunt.drop_ip_database('asn');
      raise notice 'dropped: %', hunt.asn_org('8.8.8.8'::inet);
      raise division_by_zero;
    exception when division_by_zero then
    end;
  end loop;
end $$;
create procedure loads_and_commits() language plpgsql as $$
declare
  org text;
begin
  org := hunt.asn_org('8.8.8.8'::inet);
  perform load('asn');
  commit;
  raise notice '% and %', org, hunt.asn_org('8.8.8.8'::inet);
  for org in select hunt.asn_org(address) from visit order by address loop
    perform load('asn');
    commit;
    raise notice '%', org;
  end loop;
end $$;
call loads_and_commits();

-- rights
create role regress_hunt_reader;
set role regress_hunt_reader;
select hunt.asn_org('8.8.8.8'::inet), hunt.country_iso('203.0.113.7'::text), hunt.ip_lookup('203.0.113.7'::inet, 'other');
select count(*) from hunt.ip_databases;
select load('asn');
select hunt.load_ip_database('asn', 'asn.mmdb');
select hunt.drop_ip_database('asn');
select hunt.compile_ip_database('\x');
select count(*) from hunt.ip_database;
delete from hunt.ip_database;
update hunt.ip_database_page set content = '\x';
insert into hunt.ip_database_document values (1, '\x');
insert into hunt.asn_class values (1, 'vpn', null);
reset role;
grant execute on function hunt.load_ip_database(text, bytea), hunt.drop_ip_database(text) to regress_hunt_reader;
set role regress_hunt_reader;
select load('flat');
select hunt.asn_org('203.0.113.7'::inet);
select hunt.drop_ip_database('flat');
update hunt.ip_database_page set content = '\x';
reset role;
select loaded_by = session_user as by_session_user from hunt.ip_databases where name = 'asn';
revoke execute on function hunt.load_ip_database(text, bytea), hunt.drop_ip_database(text) from regress_hunt_reader;
drop role regress_hunt_reader;

-- the extension made anew numbers its databases anew, and answers from none of those it had
begin;
select hunt.asn_org('8.8.8.8'::inet), hunt.asn_org('203.0.113.7'::inet);
set client_min_messages to warning;
drop extension session_hunt cascade;
create extension session_hunt;
reset client_min_messages;
select hunt.asn_org('8.8.8.8'::inet);
do $$
begin
  for turn in 1..60 loop
    perform load('flat');
    if hunt.asn_org('203.0.113.7'::inet) is distinct from 'Flat Example' then
      raise 'turn %: %', turn, hunt.asn_org('203.0.113.7'::inet);
    end if;
  end loop;
end $$;
rollback;
select hunt.asn_org('8.8.8.8'::inet), hunt.asn_org('203.0.113.7'::inet);

-- classes of networks
select number, hunt.asn_class(number) from (values (15169), (64496), (null)) v(number);
insert into hunt.asn_class values (64496, 'residential', 'our own'), (15169, null, 'not one to us');
select number, hunt.asn_class(number) from (values (15169), (64496)) v(number);
select * from hunt.asn_classes where number in (15169, 64496, 16509) order by number;
select hunt.asn_class(hunt.asn_number('203.0.113.7'::inet));
insert into hunt.asn_class values (1, 'cable', null);
insert into hunt.asn_class values (-1, 'vpn', null);
delete from hunt.asn_class;
select hunt.asn_class(15169);

-- countries
select code, hunt.country_name_of(code) from (values ('DE'), ('XK'), ('de'), ('ZZ'), (''), (null)) v(code);

-- distances
select round(hunt.distance_km(48.1374, 11.5755, 40.7128, -74.006)::numeric, 3) as munich_new_york,
       hunt.distance_km(1, 2, 1, 2) as none, hunt.distance_km(1, 2, 3, null) as unknown,
       hunt.distance_km('NaN', 0, 0, 0) as no_number;
select round(hunt.distance_km(a, b)::numeric, 1) as km, round(hunt.distance_km(a, c)::numeric, 1) as no_place, hunt.distance_km(a, null)
from hunt.geo_lookup('203.0.113.7'::inet) a, hunt.geo_lookup('198.51.100.1'::inet) b, hunt.geo_lookup('192.0.2.1'::inet) c;

-- speed
select what, round(hunt.speed_kmh(hunt.geo_lookup(a), time_a, hunt.geo_lookup(b), time_b)::numeric, 1) as kmh
from (values
  (1, 'one hour', inet '203.0.113.7', timestamptz '2026-01-01 12:00+00', inet '198.51.100.1', timestamptz '2026-01-01 13:00+00'),
  (2, 'backwards', '203.0.113.7', '2026-01-01 13:00+00', '198.51.100.1', '2026-01-01 12:00+00'),
  (3, 'within the radius', '203.0.113.7', '2026-01-01 12:00+00', '2001:db8::1', '2026-01-01 13:00+00'),
  (4, 'one place at one time', '203.0.113.7', '2026-01-01 12:00+00', '203.0.113.7', '2026-01-01 12:00+00'),
  (5, 'no coordinates', '203.0.113.7', '2026-01-01 12:00+00', '192.0.2.1', '2026-01-01 13:00+00'),
  (6, 'unknown address', '203.0.113.7', '2026-01-01 12:00+00', '10.0.0.1', '2026-01-01 13:00+00'),
  (7, 'no time', '203.0.113.7', '2026-01-01 12:00+00', '198.51.100.1', null)) v(n, what, a, time_a, b, time_b) order by n;
select hunt.speed_kmh(a, '2026-01-01', b, '2026-01-01') as two_places_at_one_time
from hunt.geo_lookup('203.0.113.7'::inet) a, hunt.geo_lookup('198.51.100.1'::inet) b;

drop table sample cascade;
drop function load(text);
