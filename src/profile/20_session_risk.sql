-- profile: how unlike its user a session is.

create type hunt.session_risk_state;
create function hunt.session_risk_state_in(cstring) returns hunt.session_risk_state
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'session_risk_state_in';
comment on function hunt.session_risk_state_in(cstring) is 'Reads a session_risk_state in base64; anything else is an error.';
create function hunt.session_risk_state_out(hunt.session_risk_state) returns cstring
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'session_risk_state_out';
comment on function hunt.session_risk_state_out(hunt.session_risk_state) is 'Writes a session_risk_state in base64.';
create function hunt.session_risk_state_recv(internal) returns hunt.session_risk_state
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'session_risk_state_recv';
comment on function hunt.session_risk_state_recv(internal) is 'Reads the stored bytes of a session_risk_state; anything else is an error.';
create function hunt.session_risk_state_send(hunt.session_risk_state) returns bytea
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'session_risk_state_send';
comment on function hunt.session_risk_state_send(hunt.session_risk_state) is 'Writes the stored bytes of a session_risk_state.';
-- Hashes and counts do not compress.
create type hunt.session_risk_state (
  input = hunt.session_risk_state_in, output = hunt.session_risk_state_out, receive = hunt.session_risk_state_recv,
  send = hunt.session_risk_state_send, internallength = variable, alignment = int4, storage = external);
comment on type hunt.session_risk_state is
'How often each network, country and client came in the events of a user, his peers or everyone. Its bytes depend on the events alone, not on their order, plan or workers.';

create function hunt.session_risk_trans(state hunt.session_risk_state, profile hunt.session_profile) returns hunt.session_risk_state
  language c immutable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'session_risk_trans';
comment on function hunt.session_risk_trans(hunt.session_risk_state, hunt.session_profile) is 'The state with an event more; the step of session_risk_state().';
create function hunt.session_risk_concat(a hunt.session_risk_state, b hunt.session_risk_state) returns hunt.session_risk_state
  language c immutable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'session_risk_concat';
comment on function hunt.session_risk_concat(hunt.session_risk_state, hunt.session_risk_state) is
'The state that the events of both states would have made; the operator ||.';
create function hunt.session_risk_close(state hunt.session_risk_state) returns hunt.session_risk_state
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'session_risk_close';
comment on function hunt.session_risk_close(hunt.session_risk_state) is 'The stored form of the state of an aggregate.';
create operator hunt.|| (leftarg = hunt.session_risk_state, rightarg = hunt.session_risk_state,
  function = hunt.session_risk_concat, commutator = operator(hunt.||));
comment on operator hunt.|| (hunt.session_risk_state, hunt.session_risk_state) is
'The state that the events of both states would have made.';

create aggregate hunt.session_risk_state(profile hunt.session_profile) (
  sfunc = hunt.session_risk_trans, stype = hunt.session_risk_state, sspace = 164,
  initcond = 'EAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', combinefunc = hunt.session_risk_concat,
  finalfunc = hunt.session_risk_close, parallel = safe);
comment on aggregate hunt.session_risk_state(hunt.session_profile) is
'How often each network, country and client came in the profiles, to be stored, merged and compared by session_risk(). NULL profiles are left out; of no profile the state is empty.';
create aggregate hunt.session_risk_merge(hunt.session_risk_state) (
  sfunc = hunt.session_risk_concat, stype = hunt.session_risk_state, sspace = 164,
  initcond = 'EAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=', combinefunc = hunt.session_risk_concat,
  finalfunc = hunt.session_risk_close, parallel = safe);
comment on aggregate hunt.session_risk_merge(hunt.session_risk_state) is
'Merges states into the one that all of their events would have made. NULL states are left out; of no state the result is empty.';

create type hunt.session_risk as (
  bits double precision, network_bits double precision, country_bits double precision, client_bits double precision,
  network_level text, country_level text, client_level text, main_field text);
comment on type hunt.session_risk is
'How many bits of evidence a session gives that it is not its user: in all and by field, with who has shown the value before (user, peers, everyone, or unseen), and the field that gives most. NULL for a field that the session does not state.';

create function hunt.session_risk(user_state hunt.session_risk_state, peers_state hunt.session_risk_state,
  everyone_state hunt.session_risk_state, profile hunt.session_profile) returns hunt.session_risk
  language c immutable parallel safe cost 10 as 'MODULE_PATHNAME', 'session_risk';
comment on function hunt.session_risk(hunt.session_risk_state, hunt.session_risk_state, hunt.session_risk_state, hunt.session_profile) is
'How unlike its user a session is, in bits: log2 of how much more likely its network, country and client are for anybody than for the user, whose events are backed off to those of his peers and of everyone. A NULL state is an empty one. NULL if the profile is NULL.';
create function hunt.session_risk(user_state hunt.session_risk_state, everyone_state hunt.session_risk_state,
  profile hunt.session_profile) returns hunt.session_risk
  language c immutable parallel safe cost 10 as 'MODULE_PATHNAME', 'session_risk';
comment on function hunt.session_risk(hunt.session_risk_state, hunt.session_risk_state, hunt.session_profile) is
'The same without peers: the user''s events are backed off to those of everyone.';
