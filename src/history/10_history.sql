-- history: what an entity has shown, when each value was first and last seen, and what was known of it at any moment.

create type hunt.history;
create function hunt.history_in(cstring) returns hunt.history
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'history_in';
create function hunt.history_out(hunt.history) returns cstring
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'history_out';
create function hunt.history_recv(internal) returns hunt.history
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'history_recv';
create function hunt.history_send(hunt.history) returns bytea
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'history_send';
create type hunt.history (input = hunt.history_in, output = hunt.history_out, receive = hunt.history_recv, send = hunt.history_send,
                          internallength = variable, alignment = int4, storage = extended);
comment on type hunt.history is
'What an entity has shown: each value with the times at which it was first and last seen, the days, and the number of events. The same events make the same bytes in any order; docs/formats.md describes them. Written in base64.';
comment on function hunt.history_in(cstring) is 'Reads the text form of a history: base64, checked byte for byte.';
comment on function hunt.history_out(hunt.history) is 'Writes the text form of a history: base64.';
comment on function hunt.history_recv(internal) is 'Reads the binary form of a history, checked byte for byte.';
comment on function hunt.history_send(hunt.history) is 'Writes the binary form of a history.';

create function hunt.history_eq(hunt.history, hunt.history) returns boolean language internal immutable strict parallel safe as 'byteaeq';
create function hunt.history_ne(hunt.history, hunt.history) returns boolean language internal immutable strict parallel safe as 'byteane';
comment on function hunt.history_eq(hunt.history, hunt.history) is 'True if both histories have the same bytes, as the same events make them.';
comment on function hunt.history_ne(hunt.history, hunt.history) is 'True if two histories have different bytes.';
create operator hunt.= (leftarg = hunt.history, rightarg = hunt.history, function = hunt.history_eq, commutator = operator(hunt.=),
                        negator = operator(hunt.<>), restrict = eqsel, join = eqjoinsel);
create operator hunt.<> (leftarg = hunt.history, rightarg = hunt.history, function = hunt.history_ne, commutator = operator(hunt.<>),
                         negator = operator(hunt.=), restrict = neqsel, join = neqjoinsel);
comment on operator hunt.= (hunt.history, hunt.history) is 'True if both histories have the same bytes, as the same events make them.';
comment on operator hunt.<> (hunt.history, hunt.history) is 'True if two histories have different bytes.';

create function hunt.history_combine(a hunt.history, b hunt.history) returns hunt.history
  language c immutable strict parallel safe cost 10 as 'MODULE_PATHNAME', 'history_combine';
comment on function hunt.history_combine(hunt.history, hunt.history) is
'The history of the events of both, with the longer retention and the smaller max_values; the operator ||.';
create operator hunt.|| (leftarg = hunt.history, rightarg = hunt.history, function = hunt.history_combine, commutator = operator(hunt.||));
comment on operator hunt.|| (hunt.history, hunt.history) is 'The history of the events of both, with the longer retention and the smaller max_values.';

create function hunt.history_close(state hunt.history) returns hunt.history
  language c immutable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'history_close';
comment on function hunt.history_close(hunt.history) is 'The stored form of the running state of history().';

create aggregate hunt.history_merge(state hunt.history) (
  sfunc = hunt.history_combine, stype = hunt.history, sspace = 256, initcond = 'EAAAAAA=',
  combinefunc = hunt.history_combine, finalfunc = hunt.history_close, parallel = safe);
comment on aggregate hunt.history_merge(hunt.history) is 'The history of the events of all histories.';

create function hunt.prune(state hunt.history, before timestamptz) returns hunt.history
  language c immutable strict parallel safe cost 10 as 'MODULE_PATHNAME', 'history_prune';
comment on function hunt.prune(hunt.history, timestamptz) is
'The history without what ended before a moment: no verdict changes for events at least the retention after it.';

create function hunt.entries(state hunt.history)
  returns table (value text, first_seen timestamptz, last_seen timestamptz, times bigint, days integer)
  language c immutable strict parallel safe cost 10 rows 5 as 'MODULE_PATHNAME', 'entries';
comment on function hunt.entries(hunt.history) is
'The values of a history, ascending: when each was first and last seen, in how many events, on how many days (UTC).';

create type hunt.history_summary as (
  value_count integer, is_complete boolean, first_seen timestamptz, last_seen timestamptz, retention_days integer,
  max_values integer, bytes integer);
comment on type hunt.history_summary is
'What a history holds: the number of its values and whether these are all, the first and last time of the entity, the terms on which it was made, its size.';
create function hunt.history_info(state hunt.history) returns hunt.history_summary
  language c immutable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'history_info';
comment on function hunt.history_info(hunt.history) is 'What a history holds, and on which terms it was made.';

create type hunt.first_seen_result as (
  verdict text, value_first_seen timestamptz, days_seen integer, times_seen bigint, entity_first_seen timestamptz,
  entity_values integer, peers_first_seen timestamptz, everyone_first_seen timestamptz);
comment on type hunt.first_seen_result is
'A verdict of first_seen_verdict() with its reasons: since when the entity knew the value, on how many days and in how many events it had shown it, since when there is the entity and how many values it knew, since when peers and everyone knew the value.';

do $script$
declare
  element text;
begin
  foreach element in array array['text', 'bigint', 'inet'] loop
    execute pg_catalog.format($sql$
create function hunt.history_trans(state hunt.history, value %1$s, at timestamptz) returns hunt.history
language c immutable parallel safe as 'MODULE_PATHNAME', 'history_trans_%1$s';
create function hunt.history_trans(state hunt.history, value %1$s, at timestamptz, max_values integer) returns hunt.history
language c immutable parallel safe as 'MODULE_PATHNAME', 'history_trans_%1$s';
create function hunt.history_trans(state hunt.history, value %1$s, at timestamptz, max_values integer, retention interval) returns hunt.history
language c immutable parallel safe as 'MODULE_PATHNAME', 'history_trans_%1$s';
comment on function hunt.history_trans(hunt.history, %1$s, timestamptz) is 'The history with an event more, of at most 1,000 values and a retention of 90 days; the step of history().';
comment on function hunt.history_trans(hunt.history, %1$s, timestamptz, integer) is 'The history with an event more, of at most max_values values and a retention of 90 days; the step of history().';
comment on function hunt.history_trans(hunt.history, %1$s, timestamptz, integer, interval) is 'The history with an event more, of at most max_values values and a retention in whole days; the step of history().';

create aggregate hunt.history(value %1$s, at timestamptz) (
  sfunc = hunt.history_trans, stype = hunt.history, sspace = 256, initcond = 'EAAAAAA=',
  combinefunc = hunt.history_combine, finalfunc = hunt.history_close, parallel = safe);
create aggregate hunt.history(value %1$s, at timestamptz, max_values integer) (
  sfunc = hunt.history_trans, stype = hunt.history, sspace = 256, initcond = 'EAAAAAA=',
  combinefunc = hunt.history_combine, finalfunc = hunt.history_close, parallel = safe);
create aggregate hunt.history(value %1$s, at timestamptz, max_values integer, retention interval) (
  sfunc = hunt.history_trans, stype = hunt.history, sspace = 256, initcond = 'EAAAAAA=',
  combinefunc = hunt.history_combine, finalfunc = hunt.history_close, parallel = safe);
comment on aggregate hunt.history(%1$s, timestamptz) is 'The history of values and times, of at most 1,000 values and with a retention of 90 days; missing values and times do not count.';
comment on aggregate hunt.history(%1$s, timestamptz, integer) is 'The history of values and times, of at most max_values values and with a retention of 90 days; missing values and times do not count.';
comment on aggregate hunt.history(%1$s, timestamptz, integer, interval) is 'The history of values and times, of at most max_values values and with a retention in whole days; missing values and times do not count.';

create function hunt.first_seen(state hunt.history, value %1$s) returns timestamptz
language c immutable strict parallel safe as 'MODULE_PATHNAME', 'first_seen_%1$s';
create function hunt.first_seen(state hunt.history, value %1$s, as_of timestamptz) returns timestamptz
language c immutable strict parallel safe as 'MODULE_PATHNAME', 'first_seen_%1$s';
create function hunt.last_seen(state hunt.history, value %1$s) returns timestamptz
language c immutable strict parallel safe as 'MODULE_PATHNAME', 'last_seen_%1$s';
create function hunt.times_seen(state hunt.history, value %1$s) returns bigint
language c immutable strict parallel safe as 'MODULE_PATHNAME', 'times_seen_%1$s';
create function hunt.days_seen(state hunt.history, value %1$s) returns integer
language c immutable strict parallel safe as 'MODULE_PATHNAME', 'days_seen_%1$s';
create function hunt.days_seen(state hunt.history, value %1$s, as_of timestamptz) returns integer
language c immutable strict parallel safe as 'MODULE_PATHNAME', 'days_seen_%1$s';
comment on function hunt.first_seen(hunt.history, %1$s) is 'The first time at which a value was seen, of all that the history holds; NULL if it was not.';
comment on function hunt.first_seen(hunt.history, %1$s, timestamptz) is 'Since when a value had been known just before a moment, without a gap longer than the retention; NULL if it was not known then.';
comment on function hunt.last_seen(hunt.history, %1$s) is 'The last time at which a value was seen; NULL if it was not.';
comment on function hunt.times_seen(hunt.history, %1$s) is 'In how many events a value was seen.';
comment on function hunt.days_seen(hunt.history, %1$s) is 'On how many days (UTC) a value was seen.';
comment on function hunt.days_seen(hunt.history, %1$s, timestamptz) is 'On how many days (UTC) before that of a moment, within the retention, a value was seen.';

create function hunt.first_seen_verdict(
  entity hunt.history, value %1$s, at timestamptz, learning interval default '30 days', retention interval default null,
  rare_days integer default 3, peers hunt.history default null, everyone hunt.history default null)
returns hunt.first_seen_result
language c immutable parallel safe cost 10 as 'MODULE_PATHNAME', 'first_seen_verdict_%1$s';
comment on function hunt.first_seen_verdict(hunt.history, %1$s, timestamptz, interval, interval, integer, hunt.history, hunt.history) is
'Whether a value that an entity shows at a time was seen before: new_entity, learning, too_many_values, new_for_everyone, new_for_peers, new_for_entity, rare or known, as it was just before that time whatever the histories hold of later ones.';
$sql$, element);
  end loop;
end $script$;
