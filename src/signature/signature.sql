-- signature: log lines reduced to what they have in common.

create type hunt.logreduce_state;
create function hunt.logreduce_state_in(cstring) returns hunt.logreduce_state
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'logreduce_state_in';
comment on function hunt.logreduce_state_in(cstring) is 'Reads a logreduce_state in base64; anything else is an error.';
create function hunt.logreduce_state_out(hunt.logreduce_state) returns cstring
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'logreduce_state_out';
comment on function hunt.logreduce_state_out(hunt.logreduce_state) is 'Writes a logreduce_state in base64.';
create function hunt.logreduce_state_recv(internal) returns hunt.logreduce_state
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'logreduce_state_recv';
comment on function hunt.logreduce_state_recv(internal) is 'Reads the stored bytes of a logreduce_state; anything else is an error.';
create function hunt.logreduce_state_send(hunt.logreduce_state) returns bytea
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'logreduce_state_send';
comment on function hunt.logreduce_state_send(hunt.logreduce_state) is 'Writes the stored bytes of a logreduce_state.';
create type hunt.logreduce_state (
  input = hunt.logreduce_state_in, output = hunt.logreduce_state_out,
  receive = hunt.logreduce_state_recv, send = hunt.logreduce_state_send, storage = extended, alignment = int4);
comment on type hunt.logreduce_state is
'What logreduce keeps of the lines it has seen: each masked line with its count, an example, first and last time. Its bytes depend on the lines alone, not on their order, plan or workers.';

create function hunt.logreduce_trans(hunt.logreduce_state, text) returns hunt.logreduce_state
  language c immutable parallel safe as 'MODULE_PATHNAME', 'logreduce_trans';
comment on function hunt.logreduce_trans(hunt.logreduce_state, text) is 'Transition of logreduce(text).';
create function hunt.logreduce_trans(hunt.logreduce_state, text, timestamptz) returns hunt.logreduce_state
  language c immutable parallel safe as 'MODULE_PATHNAME', 'logreduce_trans_time';
comment on function hunt.logreduce_trans(hunt.logreduce_state, text, timestamptz) is 'Transition of logreduce(text, timestamptz).';
create function hunt.logreduce_trans(hunt.logreduce_state, text, text) returns hunt.logreduce_state
  language c immutable parallel safe as 'MODULE_PATHNAME', 'logreduce_trans_mode';
comment on function hunt.logreduce_trans(hunt.logreduce_state, text, text) is 'Transition of logreduce(text, text).';
create function hunt.logreduce_trans(hunt.logreduce_state, text, timestamptz, text) returns hunt.logreduce_state
  language c immutable parallel safe as 'MODULE_PATHNAME', 'logreduce_trans_time_mode';
comment on function hunt.logreduce_trans(hunt.logreduce_state, text, timestamptz, text) is 'Transition of logreduce(text, timestamptz, text).';
create function hunt.logreduce_trans(hunt.logreduce_state, text, timestamptz, text, integer) returns hunt.logreduce_state
  language c immutable parallel safe as 'MODULE_PATHNAME', 'logreduce_trans_time_mode';
comment on function hunt.logreduce_trans(hunt.logreduce_state, text, timestamptz, text, integer) is 'Transition of logreduce(text, timestamptz, text, integer).';
create function hunt.logreduce_combine(hunt.logreduce_state, hunt.logreduce_state) returns hunt.logreduce_state
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'logreduce_combine';
comment on function hunt.logreduce_combine(hunt.logreduce_state, hunt.logreduce_state) is 'Combination of the states of logreduce within an aggregate.';

create aggregate hunt.logreduce(line text) (
  sfunc = hunt.logreduce_trans, stype = hunt.logreduce_state, sspace = 65536,
  combinefunc = hunt.logreduce_combine, parallel = safe);
comment on aggregate hunt.logreduce(text) is
'Reduces log lines to a state that signatures() reads. NULL lines are left out; no lines give NULL.';
create aggregate hunt.logreduce(line text, ts timestamptz) (
  sfunc = hunt.logreduce_trans, stype = hunt.logreduce_state, sspace = 65536,
  combinefunc = hunt.logreduce_combine, parallel = safe);
comment on aggregate hunt.logreduce(text, timestamptz) is
'Reduces log lines with their times to a state that signatures() reads. NULL lines are left out; a NULL or infinite time counts the line without a time.';
create aggregate hunt.logreduce(line text, mode text) (
  sfunc = hunt.logreduce_trans, stype = hunt.logreduce_state, sspace = 65536,
  combinefunc = hunt.logreduce_combine, parallel = safe);
comment on aggregate hunt.logreduce(text, text) is
'Reduces lines in a mode: log for log messages, or profile for short descriptions of sessions and clients, where only versions, hexadecimal numbers, UUIDs and IP addresses are masked and no words ever.';
create aggregate hunt.logreduce(line text, ts timestamptz, mode text) (
  sfunc = hunt.logreduce_trans, stype = hunt.logreduce_state, sspace = 65536,
  combinefunc = hunt.logreduce_combine, parallel = safe);
comment on aggregate hunt.logreduce(text, timestamptz, text) is
'Reduces lines with their times in a mode, log or profile.';
create aggregate hunt.logreduce(line text, ts timestamptz, mode text, max_entries integer) (
  sfunc = hunt.logreduce_trans, stype = hunt.logreduce_state, sspace = 65536,
  combinefunc = hunt.logreduce_combine, parallel = safe);
comment on aggregate hunt.logreduce(text, timestamptz, text, integer) is
'Reduces lines with their times in a mode; the state holds at most max_entries masked lines (default 32768, at most 1048576) of 256 bytes on average. What does not fit is masked more coarsely: logreduce_level tells.';
create aggregate hunt.logreduce_merge(hunt.logreduce_state) (
  sfunc = hunt.logreduce_combine, stype = hunt.logreduce_state, sspace = 65536,
  combinefunc = hunt.logreduce_combine, parallel = safe);
comment on aggregate hunt.logreduce_merge(hunt.logreduce_state) is
'Merges states into the one that all of their lines would have made. States of different modes are an error.';

create function hunt.logreduce_concat(hunt.logreduce_state, hunt.logreduce_state) returns hunt.logreduce_state
  language c immutable strict parallel safe cost 1000 as 'MODULE_PATHNAME', 'logreduce_concat';
comment on function hunt.logreduce_concat(hunt.logreduce_state, hunt.logreduce_state) is
'The state that the lines of both states would have made; also written as the operator ||.';
create operator hunt.|| (
  leftarg = hunt.logreduce_state, rightarg = hunt.logreduce_state, function = hunt.logreduce_concat, commutator = operator(hunt.||));
comment on operator hunt.|| (hunt.logreduce_state, hunt.logreduce_state) is 'The state that the lines of both states would have made.';

create function hunt.logreduce_level(state hunt.logreduce_state) returns integer
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'logreduce_level';
comment on function hunt.logreduce_level(hunt.logreduce_state) is
'How coarsely a state had to be masked to hold all of its lines: 0 not at all; 1 words with digits, quotes and brackets; 2 the first 8 words are kept; 3 the first 3; 4 the first; 5 nothing but the count.';

create function hunt.signatures(state hunt.logreduce_state, criteria text default 'least', max_count integer default null)
  returns table (id bigint, signature text, count bigint, share double precision, example text,
                 first_seen timestamptz, last_seen timestamptz)
  language c immutable parallel safe cost 10000 rows 100 as 'MODULE_PATHNAME', 'signatures';
comment on function hunt.signatures(hunt.logreduce_state, text, integer) is
'The signatures of a state, the least common first, or the most common first with criteria most; only those of at most max_count lines if it is given. A state that was masked more coarsely says so in a notice.';

create function hunt.logreduce_compare(before hunt.logreduce_state, after hunt.logreduce_state)
  returns table (id bigint, signature text, count_before bigint, count_after bigint, status text,
                 delta_percent double precision, score double precision)
  language c immutable strict parallel safe cost 10000 rows 100 as 'MODULE_PATHNAME', 'logreduce_compare';
comment on function hunt.logreduce_compare(hunt.logreduce_state, hunt.logreduce_state) is
'The signatures of two states side by side, the most changed first: status new, gone or both, the change of the share in percent (NULL for new ones), and the score, their part of the symmetric Kullback-Leibler divergence.';

create function hunt.log_signature(line text) returns text
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'log_signature';
comment on function hunt.log_signature(text) is
'A log line with its numbers, addresses, times, paths and the like masked: a function of the line alone, for GROUP BY and indexes. NULL if the line is NULL.';
create function hunt.profile_signature(line text) returns text
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'profile_signature';
comment on function hunt.profile_signature(text) is
'A description of a session or client with its versions, hexadecimal numbers, UUIDs and IP addresses masked and every word kept: a function of the text alone. NULL if the text is NULL.';
create function hunt.signature_id(signature text) returns bigint
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'signature_id';
comment on function hunt.signature_id(text) is
'The 64-bit id of a signature: a hash of its text that never changes.';
create function hunt.logreduce_match(state hunt.logreduce_state, line text) returns text
  language c immutable strict parallel safe cost 10 as 'MODULE_PATHNAME', 'logreduce_match';
comment on function hunt.logreduce_match(hunt.logreduce_state, text) is
'The signature that a line has in a state, also a line that the state has not seen; NULL if none fits. The templates are found once as long as the state stays the same from row to row.';
create function hunt.logreduce_signature(line text) returns text
  language c immutable window parallel safe as 'MODULE_PATHNAME', 'logreduce_signature';
comment on function hunt.logreduce_signature(text) is
'Window function: the signature of the row''s line among all lines of its partition. NULL if the line is NULL.';
