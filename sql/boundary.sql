-- Where C++ meets PostgreSQL: what a user sees of each failure, and whether C++ objects were destroyed on the way.
\getenv module SESSION_HUNT_BOUNDARY_MODULE
\set SHOW_CONTEXT never
set client_min_messages = warning;
create function boundary_live() returns bigint language c volatile strict as :'module';
create function boundary_throw(text) returns text language c volatile strict parallel safe as :'module';
create function boundary_ereport() returns void language c volatile strict parallel safe as :'module';
create function boundary_palloc(bigint) returns boolean language c volatile strict as :'module';
create function boundary_resource(bigint) returns bigint language c volatile strict as :'module';
create function boundary_spin() returns void language c volatile strict as :'module';
create function boundary_spi(text) returns bigint language c volatile strict as :'module';
create function boundary_hash(anyelement) returns bigint language c immutable strict as :'module';
create function boundary_text(text) returns text language c immutable strict as :'module';
create function boundary_inet(inet, integer) returns inet language c immutable strict as :'module';

-- a C++ exception becomes one error
select boundary_throw('core');
select boundary_throw('core_plain');
select boundary_throw('runtime');
select boundary_throw('bad_alloc');
select boundary_throw('int');
\set VERBOSITY sqlstate
select boundary_throw('core');
select boundary_throw('core_plain');
select boundary_throw('runtime');
select boundary_throw('bad_alloc');
select boundary_throw('int');
\set VERBOSITY default
do $$ begin perform boundary_throw('long'); exception when internal_error then raise warning 'a message of % bytes', length(sqlerrm); end $$;
do $$ begin perform boundary_throw('long_utf8'); exception when internal_error then raise warning 'whole characters: %', sqlerrm = repeat('ü', 255); end $$;
select boundary_throw('nothing'), boundary_live();

-- an error of PostgreSQL below live objects keeps its SQLSTATE, detail and hint
select boundary_ereport();
\set VERBOSITY sqlstate
select boundary_ereport();
\set VERBOSITY default
select boundary_live();

-- memory runs out below live objects
select boundary_palloc(1::bigint << 40);
select boundary_resource(1::bigint << 50);
select boundary_resource(1000), boundary_live();

-- PL/pgSQL catches both kinds, and the session goes on
do $$ begin perform boundary_throw('core'); exception when invalid_parameter_value then raise warning 'caught %', sqlerrm; end $$;
do $$ begin perform boundary_ereport(); exception when division_by_zero then raise warning 'caught %', sqlerrm; end $$;
do $$
declare
  caught integer := 0;
begin
  for i in 1..1000 loop
    begin
      perform boundary_throw('core');
    exception when invalid_parameter_value then
      caught := caught + 1;
    end;
  end loop;
  raise warning 'caught %', caught;
end $$;
select boundary_live();

-- nesting: C++, SPI, and an error or an exception below
select boundary_spi('select g from generate_series(1, 7) g');
select boundary_spi('select 1/0');
select boundary_spi('select boundary_throw(''core'')');
select boundary_spi('select boundary_spi(''select boundary_ereport()'')');
select boundary_spi('select 1'), boundary_live();

-- cancelled inside a loop of C++
set statement_timeout = '100ms';
select boundary_spin();
reset statement_timeout;
select boundary_live();

-- raised in a parallel worker
select count(set_config(name, 'on', false)) from pg_settings where name in ('force_parallel_mode', 'debug_parallel_query');
create table numbers as select g from generate_series(1, 1000) g;
\set SHOW_CONTEXT errors
select boundary_throw('core') from numbers;
select boundary_ereport() from numbers;
\set SHOW_CONTEXT never
select count(boundary_throw('nothing')) from numbers;
select count(set_config(name, 'off', false)) from pg_settings where name in ('force_parallel_mode', 'debug_parallel_query');
select boundary_live();

-- compiled just in time, inlined where there is bitcode
set jit = on;
set jit_above_cost = 0;
set jit_inline_above_cost = 0;
set jit_optimize_above_cost = 0;
select boundary_throw('core') from numbers;
select boundary_ereport() from numbers;
select hunt.timeslice('2024-01-01Z', g * interval '7 hours') from numbers;
select count(*), count(hunt.try_inet('10.0.0.' || g)), count(*) filter (where hunt.ip_class('10.0.0.' || g) = 'private') from numbers;
reset jit_optimize_above_cost;
reset jit_inline_above_cost;
reset jit_above_cost;
reset jit;
select boundary_live();

-- hashes follow SQL equality
create extension citext;
create collation caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
select boundary_hash(1.0) = boundary_hash(1.00) as "numeric",
       boundary_hash(0.0::float8) = boundary_hash('-0.0'::float8) as "float8",
       boundary_hash('A'::citext) = boundary_hash('a'::citext) as citext,
       boundary_hash('A'::text collate caseless) = boundary_hash('a'::text collate caseless) as "collation",
       boundary_hash(interval '1 day') = boundary_hash(interval '24 hours') as "interval",
       boundary_hash(inet '::1') = boundary_hash(inet '0::1/128') as inet,
       boundary_hash(array[1.0]) = boundary_hash(array[1.00]) as "array";
select boundary_hash('A'::text) = boundary_hash('a'::text) as "text", boundary_hash(1) = boundary_hash(2) as "integer";
select boundary_hash(point '(1,2)');
\set VERBOSITY sqlstate
select boundary_hash(point '(1,2)');
\set VERBOSITY default
select boundary_live();

-- values in and out: any header, compressed and out of line; any netmask
create table texts (t text);
insert into texts values (''), ('short'), (repeat('x', 126)), (repeat('x', 127)), (repeat('long', 5000));
alter table texts alter t set storage external;
insert into texts values (repeat('apart', 5000));
select length(t), boundary_text(t) = t as same from texts order by 1;
select i, boundary_inet(i, -1), boundary_inet(i, masklen(i)) = i as same, boundary_inet(i, 0)
from (values (inet '192.168.1.5/24'), ('0.0.0.0/0'), ('255.255.255.255'), ('2001:db8::5/64'), ('::'), ('::ffff:1.2.3.4')) v(i);
