-- ingest: which names are one human, and which networks are one's own.

create function hunt.identity_changed() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  chain record;
begin
  select a.username, a.identity, b.identity as further into chain
  from hunt.identity a join hunt.identity b on b.username = a.identity and b.identity <> b.username
  limit 1;
  if found then
    raise exception 'the identity "%" of "%" is itself mapped to "%"', chain.identity, chain.username, chain.further
      using errcode = 'invalid_parameter_value', hint = format('Map %L to %L too.', chain.username, chain.further);
  end if;
  return null;
end $$;
comment on function hunt.identity_changed() is 'The trigger of hunt.identity: an identity that is mapped to another is an error.';

create function hunt.create_identity_tables() returns void
  language plpgsql set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
begin
  create table if not exists hunt.identity (
    username text collate "C" primary key,
    identity text collate "C" not null,
    note text
  );
  create index if not exists identity_identity on hunt.identity (identity);
  comment on table hunt.identity is
    'Names that are one human: username as hunt.event.user_username has it, identity the name that stands for him, by custom his user principal name. Who has one name everywhere needs no row.';
  create or replace trigger identity_changed after insert or update on hunt.identity
    for each statement execute function hunt.identity_changed();

  create table if not exists hunt.own_network (
    network cidr primary key,
    label text
  );
  comment on table hunt.own_network is
    'Networks of your own, from which many colleagues come: offices, VPN gateways, NAT and proxy addresses.';
end $$;
comment on function hunt.create_identity_tables() is
'Creates the tables hunt.identity and hunt.own_network of hunt.setup() if they are missing.';

create function hunt.user_identity(username text) returns text
  language plpgsql stable strict parallel safe set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce((select i.identity from hunt.identity i where i.username = user_identity.username), username);
end $$;
comment on function hunt.user_identity(text) is
'The identity that hunt.identity gives a user name, else the name itself.';

create function hunt.usernames_of(username text) returns setof text
  language plpgsql stable strict set search_path = pg_catalog, pg_temp as $$
begin
  return query
  select hunt.user_identity(username) union select usernames_of.username
  union select i.username from hunt.identity i where i.identity = hunt.user_identity(usernames_of.username)
  order by 1;
end $$;
comment on function hunt.usernames_of(text) is
'All names of the human who has this name, by hunt.identity; the name itself is among them.';

create function hunt.is_own_network(ip inet) returns boolean
  language c stable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'is_own_network';
comment on function hunt.is_own_network(inet) is
'Whether the address, whatever its netmask, is in a network of hunt.own_network; false when there are none. The table is read once a statement.';

revoke execute on function hunt.create_identity_tables(), hunt.usernames_of(text) from public;
