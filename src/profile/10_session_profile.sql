-- profile: who came, from where and with what, as one value.

create type hunt.session_profile;
create function hunt.session_profile_in(cstring) returns hunt.session_profile
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'session_profile_in';
comment on function hunt.session_profile_in(cstring) is 'Reads a session_profile: a row of four fields; anything else is an error.';
create function hunt.session_profile_out(hunt.session_profile) returns cstring
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'session_profile_out';
comment on function hunt.session_profile_out(hunt.session_profile) is 'Writes a session_profile as a row of four fields.';
create function hunt.session_profile_recv(internal) returns hunt.session_profile
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'session_profile_recv';
comment on function hunt.session_profile_recv(internal) is 'Reads the stored bytes of a session_profile; anything else is an error.';
create function hunt.session_profile_send(hunt.session_profile) returns bytea
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'session_profile_send';
comment on function hunt.session_profile_send(hunt.session_profile) is 'Writes the stored bytes of a session_profile.';
create type hunt.session_profile (
  input = hunt.session_profile_in, output = hunt.session_profile_out, receive = hunt.session_profile_recv,
  send = hunt.session_profile_send, internallength = variable, alignment = int4, storage = extended);
comment on type hunt.session_profile is
'Network, country, user agent and user name of an event as one value that can be grouped, ordered, indexed and joined; each field may be missing, which is not the same as empty.';

create function hunt.session_profile(asn_org text, country text, user_agent text, username text) returns hunt.session_profile
  language c immutable parallel safe as 'MODULE_PATHNAME', 'session_profile_of_org';
comment on function hunt.session_profile(text, text, text, text) is
'The session profile of a network by its name, a country, a user agent and a user; never NULL, each field may be.';
create function hunt.session_profile(asn_number bigint, country text, user_agent text, username text) returns hunt.session_profile
  language c immutable parallel safe as 'MODULE_PATHNAME', 'session_profile_of_number';
comment on function hunt.session_profile(bigint, text, text, text) is
'The session profile of a network by its AS number (the same as one by the name AS and number), a country, a user agent and a user; never NULL, each field may be.';

create function hunt.profile_network(profile hunt.session_profile) returns text
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'profile_network';
comment on function hunt.profile_network(hunt.session_profile) is 'The network of a session profile, NULL if it has none.';
create function hunt.profile_country(profile hunt.session_profile) returns text
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'profile_country';
comment on function hunt.profile_country(hunt.session_profile) is 'The country of a session profile, NULL if it has none.';
create function hunt.profile_user_agent(profile hunt.session_profile) returns text
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'profile_user_agent';
comment on function hunt.profile_user_agent(hunt.session_profile) is 'The user agent of a session profile, NULL if it has none.';
create function hunt.profile_username(profile hunt.session_profile) returns text
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'profile_username';
comment on function hunt.profile_username(hunt.session_profile) is 'The user of a session profile, NULL if it has none.';

create function hunt.profile_key(profile hunt.session_profile) returns hunt.session_profile
  language c immutable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'profile_key';
comment on function hunt.profile_key(hunt.session_profile) is
'The session profile with agent_key() of its user agent in the user agent''s place: an upgrade keeps it, another client or system, network, country or user changes it.';
create function hunt.profile_signature(profile hunt.session_profile) returns hunt.session_profile
  language c immutable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'profile_signature_of_profile';
comment on function hunt.profile_signature(hunt.session_profile) is
'The session profile with versions, numbers, hexadecimal numbers, UUIDs and IP addresses of its user agent masked, and every other field and word kept.';

-- Equal profiles have equal bytes.
create function hunt.session_profile_eq(hunt.session_profile, hunt.session_profile) returns boolean
  language internal immutable strict parallel safe as 'byteaeq';
comment on function hunt.session_profile_eq(hunt.session_profile, hunt.session_profile) is 'True if both profiles have the same fields.';
create function hunt.session_profile_ne(hunt.session_profile, hunt.session_profile) returns boolean
  language internal immutable strict parallel safe as 'byteane';
comment on function hunt.session_profile_ne(hunt.session_profile, hunt.session_profile) is 'True if the profiles differ in a field.';
create function hunt.session_profile_lt(hunt.session_profile, hunt.session_profile) returns boolean
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'session_profile_lt';
comment on function hunt.session_profile_lt(hunt.session_profile, hunt.session_profile) is 'True if the first profile comes before the second.';
create function hunt.session_profile_le(hunt.session_profile, hunt.session_profile) returns boolean
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'session_profile_le';
comment on function hunt.session_profile_le(hunt.session_profile, hunt.session_profile) is 'True if the first profile is the second or comes before it.';
create function hunt.session_profile_ge(hunt.session_profile, hunt.session_profile) returns boolean
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'session_profile_ge';
comment on function hunt.session_profile_ge(hunt.session_profile, hunt.session_profile) is 'True if the first profile is the second or comes after it.';
create function hunt.session_profile_gt(hunt.session_profile, hunt.session_profile) returns boolean
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'session_profile_gt';
comment on function hunt.session_profile_gt(hunt.session_profile, hunt.session_profile) is 'True if the first profile comes after the second.';
create function hunt.session_profile_cmp(hunt.session_profile, hunt.session_profile) returns integer
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'session_profile_cmp';
comment on function hunt.session_profile_cmp(hunt.session_profile, hunt.session_profile) is
'Less than, equal to or greater than 0 as the first profile comes before, is, or comes after the second: by network, country, user agent and user, byte by byte, missing ones last.';
create function hunt.session_profile_hash(hunt.session_profile) returns integer
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'session_profile_hash';
comment on function hunt.session_profile_hash(hunt.session_profile) is 'Hash of a profile for hash joins and GROUP BY.';
create function hunt.session_profile_hash_extended(hunt.session_profile, bigint) returns bigint
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'session_profile_hash_extended';
comment on function hunt.session_profile_hash_extended(hunt.session_profile, bigint) is 'Hash of a profile with a seed, for hash partitioning.';

create operator hunt.= (leftarg = hunt.session_profile, rightarg = hunt.session_profile, function = hunt.session_profile_eq,
  commutator = operator(hunt.=), negator = operator(hunt.<>), restrict = eqsel, join = eqjoinsel, hashes, merges);
create operator hunt.<> (leftarg = hunt.session_profile, rightarg = hunt.session_profile, function = hunt.session_profile_ne,
  commutator = operator(hunt.<>), negator = operator(hunt.=), restrict = neqsel, join = neqjoinsel);
create operator hunt.< (leftarg = hunt.session_profile, rightarg = hunt.session_profile, function = hunt.session_profile_lt,
  commutator = operator(hunt.>), negator = operator(hunt.>=), restrict = scalarltsel, join = scalarltjoinsel);
create operator hunt.<= (leftarg = hunt.session_profile, rightarg = hunt.session_profile, function = hunt.session_profile_le,
  commutator = operator(hunt.>=), negator = operator(hunt.>), restrict = scalarlesel, join = scalarlejoinsel);
create operator hunt.>= (leftarg = hunt.session_profile, rightarg = hunt.session_profile, function = hunt.session_profile_ge,
  commutator = operator(hunt.<=), negator = operator(hunt.<), restrict = scalargesel, join = scalargejoinsel);
create operator hunt.> (leftarg = hunt.session_profile, rightarg = hunt.session_profile, function = hunt.session_profile_gt,
  commutator = operator(hunt.<), negator = operator(hunt.<=), restrict = scalargtsel, join = scalargtjoinsel);
create operator class hunt.session_profile_ops default for type hunt.session_profile using btree as
  operator 1 hunt.<, operator 2 hunt.<=, operator 3 hunt.=, operator 4 hunt.>=, operator 5 hunt.>,
  function 1 hunt.session_profile_cmp(hunt.session_profile, hunt.session_profile);
create operator class hunt.session_profile_ops default for type hunt.session_profile using hash as
  operator 1 hunt.=, function 1 hunt.session_profile_hash(hunt.session_profile),
  function 2 hunt.session_profile_hash_extended(hunt.session_profile, bigint);
