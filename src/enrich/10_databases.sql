-- enrich: IP databases as data in the database, and what they say of an address.

create table hunt.ip_database (
  name text primary key check (name <> ''),
  version bigint generated always as identity unique,
  has_asn boolean not null,
  has_country boolean not null,
  has_city boolean not null,
  covers_v4 boolean not null,
  covers_v6 boolean not null,
  table_bytes bigint not null,
  document_bytes bigint not null,
  database_type text not null,
  description text not null,
  built_at timestamptz not null,
  networks bigint not null,
  records bigint not null,
  loaded_at timestamptz not null default pg_catalog.clock_timestamp(),
  loaded_by name not null default session_user
);
comment on table hunt.ip_database is 'IP databases that are loaded; written by load_ip_database() and drop_ip_database(), read through the view ip_databases. database_cache_pg.cpp knows the first eight columns by their position.';

create table hunt.ip_database_page (
  version bigint not null references hunt.ip_database (version) on delete cascade deferrable initially deferred,
  page_no integer not null,
  content bytea not null,
  primary key (version, page_no)
);
-- Plain rows of one page each are read back several times faster than one TOASTed value; the content is compressed already.
alter table hunt.ip_database_page alter column content set storage plain;
comment on table hunt.ip_database_page is 'The lookup table of each IP database in pieces of 8,000 bytes.';

create table hunt.ip_database_document (
  version bigint primary key references hunt.ip_database (version) on delete cascade deferrable initially deferred,
  content bytea not null
);
comment on table hunt.ip_database_document is 'The whole records of each IP database, read only by ip_lookup().';

select pg_catalog.pg_extension_config_dump('hunt.ip_database', '');
select pg_catalog.pg_extension_config_dump('hunt.ip_database_version_seq', '');
select pg_catalog.pg_extension_config_dump('hunt.ip_database_page', '');
select pg_catalog.pg_extension_config_dump('hunt.ip_database_document', '');

create view hunt.ip_databases as
select name,
       pg_catalog.concat_ws('+', case when has_city then 'city' when has_country then 'country' end,
                            case when has_asn then 'asn' end,
                            case when not (has_city or has_country or has_asn) then 'other' end) as kind,
       database_type, description, built_at, networks, records,
       case when covers_v4 and covers_v6 then 'IPv4 and IPv6' when covers_v4 then 'IPv4'
            when covers_v6 then 'IPv6' else 'none' end as addresses,
       table_bytes + document_bytes as bytes, loaded_at, loaded_by
from hunt.ip_database;
comment on view hunt.ip_databases is 'IP databases that are loaded: name, kind (asn, country, city, city+asn, other: what the typed functions can take from it), type by its maker, build time, networks and distinct records, families, bytes stored, when and by whom it was loaded.';
grant select on hunt.ip_databases to public;

create function hunt.compile_ip_database(content bytea, out has_asn boolean, out has_country boolean, out has_city boolean,
  out covers_v4 boolean, out covers_v6 boolean, out database_type text, out description text, out built_at timestamptz,
  out networks bigint, out records bigint, out lookup_table bytea, out documents bytea)
language c volatile strict parallel safe cost 1000000 as 'MODULE_PATHNAME', 'compile_ip_database';
comment on function hunt.compile_ip_database(bytea) is 'Checks a MaxMind DB file and compiles it to the form in which load_ip_database() stores it.';
revoke execute on function hunt.compile_ip_database(bytea) from public;

-- SECURITY DEFINER because every backend trusts the stored bytes: whoever may load may store what the compiler made of a
-- file, and nothing else.
create function hunt.load_ip_database(name text, content bytea, out kind text, out database_type text,
  out built_at timestamptz, out networks bigint, out records bigint, out bytes bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  compiled record;
  page_size constant integer := 8000;
  loaded_version bigint;
begin
  if load_ip_database.name is null or load_ip_database.name = '' or content is null then
    raise exception using errcode = 'null_value_not_allowed', message = 'an IP database needs a name and a content',
      hint = 'Call load_ip_database(name, path) or load_ip_database(name, content).';
  end if;
  compiled := hunt.compile_ip_database(content);
  -- Loads take turns; readers go on with the database that was loaded before.
  lock table hunt.ip_database in share row exclusive mode;
  delete from hunt.ip_database d where d.name = load_ip_database.name;
  insert into hunt.ip_database (name, has_asn, has_country, has_city, covers_v4, covers_v6, table_bytes, document_bytes,
                                database_type, description, built_at, networks, records)
  values (load_ip_database.name, compiled.has_asn, compiled.has_country, compiled.has_city, compiled.covers_v4,
          compiled.covers_v6, length(compiled.lookup_table), length(compiled.documents), compiled.database_type,
          compiled.description, compiled.built_at, compiled.networks, compiled.records)
  returning version into loaded_version;
  insert into hunt.ip_database_page (version, page_no, content)
  select loaded_version, page, substr(compiled.lookup_table, page * page_size + 1, page_size)
  from generate_series(0, (length(compiled.lookup_table) - 1) / page_size) page;
  insert into hunt.ip_database_document (version, content) values (loaded_version, compiled.documents);
  select d.kind, d.database_type, d.built_at, d.networks, d.records, d.bytes
  into load_ip_database.kind, load_ip_database.database_type, load_ip_database.built_at, load_ip_database.networks,
       load_ip_database.records, load_ip_database.bytes
  from hunt.ip_databases d where d.name = load_ip_database.name;
end $$;
comment on function hunt.load_ip_database(text, bytea) is 'Loads the content of a MaxMind DB file (GeoLite2, GeoIP2, DB-IP, IPinfo, ip-location-db) under a name, replacing the database of that name in the same transaction. Refuses a malformed file and leaves the database loaded before in force. Only for roles that were granted it.';
revoke execute on function hunt.load_ip_database(text, bytea) from public;

create function hunt.load_ip_database(name text, path text, out kind text, out database_type text,
  out built_at timestamptz, out networks bigint, out records bigint, out bytes bigint)
language sql as $$ select * from hunt.load_ip_database(name, pg_catalog.pg_read_binary_file(path)) $$;
comment on function hunt.load_ip_database(text, text) is 'Loads a MaxMind DB file that the server can read. For roles that may call pg_read_binary_file() and were granted this function.';
revoke execute on function hunt.load_ip_database(text, text) from public;

create function hunt.drop_ip_database(name text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  delete from hunt.ip_database d where d.name = drop_ip_database.name;
  if not found then
    raise exception using errcode = 'undefined_object', message = format('IP database "%s" is not loaded', drop_ip_database.name),
      hint = 'The view hunt.ip_databases lists what is.';
  end if;
end $$;
comment on function hunt.drop_ip_database(text) is 'Removes a loaded IP database; an error if there is none of that name. Only for roles that were granted it.';
revoke execute on function hunt.drop_ip_database(text) from public;

