-- distinct: how many distinct values, exactly while they are few and from a mergeable sketch when they are many.

create type hunt.sketch;
create function hunt.sketch_in(cstring) returns hunt.sketch
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'sketch_in';
create function hunt.sketch_out(hunt.sketch) returns cstring
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'sketch_out';
create function hunt.sketch_recv(internal) returns hunt.sketch
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'sketch_recv';
create function hunt.sketch_send(hunt.sketch) returns bytea
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'sketch_send';
create type hunt.sketch (input = hunt.sketch_in, output = hunt.sketch_out, receive = hunt.sketch_recv, send = hunt.sketch_send,
                         alignment = int4, storage = external);
comment on type hunt.sketch is
'A set of values of which one can ask how many distinct ones it has: 4 bytes a value while they are few, then of fixed size. The same values make the same bytes in any order; docs/formats.md describes them.';
comment on function hunt.sketch_in(cstring) is 'Text input of a sketch: its bytes in base64. Bytes that no values make are an error.';
comment on function hunt.sketch_out(hunt.sketch) is 'Text output of a sketch: its bytes in base64.';
comment on function hunt.sketch_recv(internal) is 'Binary input of a sketch: its bytes. Bytes that no values make are an error.';
comment on function hunt.sketch_send(hunt.sketch) is 'Binary output of a sketch: its bytes.';
create cast (hunt.sketch as bytea) without function;

-- Equal values make equal bytes, so bytes decide whether two sketches are equal.
create function hunt.sketch_eq(hunt.sketch, hunt.sketch) returns boolean language internal immutable strict parallel safe as 'byteaeq';
create function hunt.sketch_ne(hunt.sketch, hunt.sketch) returns boolean language internal immutable strict parallel safe as 'byteane';
create function hunt.sketch_hash(hunt.sketch) returns integer language internal immutable strict parallel safe as 'hashvarlena';
comment on function hunt.sketch_eq(hunt.sketch, hunt.sketch) is 'True if both sketches have the same bytes.';
comment on function hunt.sketch_ne(hunt.sketch, hunt.sketch) is 'True if two sketches have different bytes.';
comment on function hunt.sketch_hash(hunt.sketch) is 'Hash of a sketch for hash joins and GROUP BY.';
create operator hunt.= (leftarg = hunt.sketch, rightarg = hunt.sketch, function = hunt.sketch_eq, commutator = operator(hunt.=),
                        negator = operator(hunt.<>), restrict = eqsel, join = eqjoinsel, hashes);
create operator hunt.<> (leftarg = hunt.sketch, rightarg = hunt.sketch, function = hunt.sketch_ne, commutator = operator(hunt.<>),
                         negator = operator(hunt.=), restrict = neqsel, join = neqjoinsel);
create operator class hunt.sketch_ops default for type hunt.sketch using hash as operator 1 hunt.=, function 1 hunt.sketch_hash(hunt.sketch);

-- Values of other types: a key that is equal where SQL calls the values equal.
create type hunt.value_key;
create function hunt.value_key_in(cstring) returns hunt.value_key
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'value_key_in';
create function hunt.value_key_out(hunt.value_key) returns cstring
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'value_key_out';
create function hunt.value_key_recv(internal) returns hunt.value_key
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'value_key_recv';
create function hunt.value_key_send(hunt.value_key) returns bytea
  language internal immutable strict parallel safe as 'int8send';
create type hunt.value_key (input = hunt.value_key_in, output = hunt.value_key_out, receive = hunt.value_key_recv,
  send = hunt.value_key_send, like = bigint);
comment on type hunt.value_key is
'What distinct_key() makes of a value: the major version of the server and 56 bits of the hash by the equality of its type.';
comment on function hunt.value_key_in(cstring) is 'Text input of a key: server version, colon, 14 hexadecimal digits.';
comment on function hunt.value_key_recv(internal) is 'Binary input of a key: eight bytes, the server version first.';
comment on function hunt.value_key_send(hunt.value_key) is 'Binary output of a key: eight bytes, the server version first.';
comment on function hunt.value_key_out(hunt.value_key) is 'Text output of a key: server version, colon, 14 hexadecimal digits.';
create cast (hunt.value_key as bigint) without function;

create function hunt.distinct_key(value anyelement) returns hunt.value_key
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'distinct_key';
comment on function hunt.distinct_key(anyelement) is
'Key under which a value of any type is counted: count_distinct(distinct_key(x)). Values that their type calls equal have the same key: numeric 1.0 and 1.00, citext, text under its collation. NULL for NULL; an error for a type without a hash operator class. PostgreSQL does not promise its hashes across major versions, so sketches of keys made by different ones do not merge.';

-- Results.
create function hunt.sketch_final(hunt.sketch) returns hunt.sketch
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'sketch_final';
comment on function hunt.sketch_final(hunt.sketch) is 'Result of distinct_sketch and sketch_union.';
create function hunt.count_distinct_final(hunt.sketch) returns bigint
  language c immutable parallel safe as 'MODULE_PATHNAME', 'count_distinct_final';
comment on function hunt.count_distinct_final(hunt.sketch) is 'Result of count_distinct: 0 for NULL.';

create function hunt.sketch_merge(a hunt.sketch, b hunt.sketch) returns hunt.sketch
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'sketch_merge';
comment on function hunt.sketch_merge(hunt.sketch, hunt.sketch) is
'Sketch of all values of two sketches, at the lower of their precisions. NULL if one is NULL; an error if they have different seeds, come from distinct_key() under different server versions, or one of them is an imported hll of other parameters.';
create operator hunt.|| (leftarg = hunt.sketch, rightarg = hunt.sketch, function = hunt.sketch_merge, commutator = operator(hunt.||));

-- Over a sliding window count_distinct does not count anew what stays in it. The state of that never leaves the window, so it
-- needs no type of its own.
create function hunt.sliding_count(internal) returns bigint
  language c immutable parallel safe as 'MODULE_PATHNAME', 'sliding_count';
comment on function hunt.sliding_count(internal) is 'Result of count_distinct over a sliding window.';

-- The aggregates that count values, for each type that has a hash of ours. sspace: a group of up to six values.
do $do$
declare
  value record;
begin
  for value in
    select * from (values ('text', 'sketch_add_text'), ('bigint', 'sketch_add_int8'), ('integer', 'sketch_add_int4'),
                          ('inet', 'sketch_add_inet'), ('uuid', 'sketch_add_uuid'), ('timestamptz', 'sketch_add_int8'),
                          ('hunt.value_key', 'sketch_add_key')) v (type, symbol)
  loop
    execute replace(replace(replace(replace($template$
create function hunt.sketch_add(state hunt.sketch, value $type) returns hunt.sketch
  language c immutable parallel safe as 'MODULE_PATHNAME', '$symbol';
comment on function hunt.sketch_add(hunt.sketch, $type) is
'Sketch with one more value; a NULL sketch is an empty one of precision 9, a NULL value changes nothing.';
create function hunt.sketch_add(state hunt.sketch, value $type, sketch_precision integer) returns hunt.sketch
  language c immutable parallel safe as 'MODULE_PATHNAME', '$symbol';
comment on function hunt.sketch_add(hunt.sketch, $type, integer) is
'Sketch with one more value; a NULL sketch is an empty one of the given precision, 4 to 16, which an existing one must have. A NULL value changes nothing.';
create function hunt.sketch_add(state hunt.sketch, value $type, sketch_precision integer, seed bigint) returns hunt.sketch
  language c immutable parallel safe as 'MODULE_PATHNAME', '$symbol';
comment on function hunt.sketch_add(hunt.sketch, $type, integer, bigint) is
'Sketch with one more value; a NULL sketch is an empty one of the given precision, 4 to 16, and seed, which an existing one must have. A NULL value changes nothing.';

create function hunt.sliding_add(state internal, value $type) returns internal
  language c immutable parallel safe as 'MODULE_PATHNAME', '$sliding_add';
comment on function hunt.sliding_add(internal, $type) is 'A value enters the window in which count_distinct counts.';
create function hunt.sliding_remove(state internal, value $type) returns internal
  language c immutable parallel safe as 'MODULE_PATHNAME', '$sliding_remove';
comment on function hunt.sliding_remove(internal, $type) is 'A value leaves the window in which count_distinct counts.';
create aggregate hunt.count_distinct($type) (
  sfunc = hunt.sketch_add, stype = hunt.sketch, sspace = 24, combinefunc = hunt.sketch_merge,
  finalfunc = hunt.count_distinct_final, parallel = safe,
  msfunc = hunt.sliding_add, minvfunc = hunt.sliding_remove, mstype = internal, msspace = 1024, mfinalfunc = hunt.sliding_count);
comment on aggregate hunt.count_distinct($type) is
'Number of distinct values that are not NULL: exact up to 448 (but for a collision of hashes, 2.5 in 100,000 groups of 100 values), beyond that with a standard error of 1.6 % at most. 0 for no value.';
create aggregate hunt.count_distinct_state($type) (
  sfunc = hunt.sketch_add, stype = hunt.sketch, sspace = 24, combinefunc = hunt.sketch_merge,
  finalfunc = hunt.sketch_final, parallel = safe);
comment on aggregate hunt.count_distinct_state($type) is
'State of count_distinct, to be stored and united by count_distinct_merge: the sketch of distinct_sketch. NULL for no value.';
create aggregate hunt.distinct_sketch($type) (
  sfunc = hunt.sketch_add, stype = hunt.sketch, sspace = 24, combinefunc = hunt.sketch_merge,
  finalfunc = hunt.sketch_final, parallel = safe);
comment on aggregate hunt.distinct_sketch($type) is
'Sketch, of precision 9, of the values that are not NULL; NULL for no value.';
create aggregate hunt.distinct_sketch($type, sketch_precision integer) (
  sfunc = hunt.sketch_add, stype = hunt.sketch, sspace = 24, combinefunc = hunt.sketch_merge,
  finalfunc = hunt.sketch_final, parallel = safe);
comment on aggregate hunt.distinct_sketch($type, integer) is
'Sketch of the values that are not NULL, of a precision from 4 to 16 that is the same for all of them: 9 errs by 1.6 % with 1,792 bytes, 11 by 0.8 % with 7,168. NULL for no value.';
create aggregate hunt.distinct_sketch($type, sketch_precision integer, seed bigint) (
  sfunc = hunt.sketch_add, stype = hunt.sketch, sspace = 24, combinefunc = hunt.sketch_merge,
  finalfunc = hunt.sketch_final, parallel = safe);
comment on aggregate hunt.distinct_sketch($type, integer, bigint) is
'Sketch of the values that are not NULL, hashed with a secret seed, so that nobody can choose values that count as few. Only sketches with equal seeds merge. NULL for no value.';
$template$, '$type', value.type), '$symbol', value.symbol), '$sliding_add', replace(value.symbol, 'sketch', 'sliding')),
      '$sliding_remove', replace(value.symbol, 'sketch_add', 'sliding_remove'));
  end loop;
end $do$;

-- sspace: a group of up to thirty values.
create function hunt.sketch_union_add(state hunt.sketch, other hunt.sketch) returns hunt.sketch
  language c immutable parallel safe as 'MODULE_PATHNAME', 'sketch_union_add';
comment on function hunt.sketch_union_add(hunt.sketch, hunt.sketch) is
'Sketch of all values of two sketches, as sketch_merge has it; of one if the other is NULL.';
create aggregate hunt.sketch_union(hunt.sketch) (
  sfunc = hunt.sketch_union_add, stype = hunt.sketch, sspace = 128, combinefunc = hunt.sketch_merge,
  finalfunc = hunt.sketch_final, parallel = safe);
comment on aggregate hunt.sketch_union(hunt.sketch) is
'Sketch of all values of all sketches, at the lowest of their precisions. NULL if all are; errors as for sketch_merge.';
create aggregate hunt.count_distinct_merge(hunt.sketch) (
  sfunc = hunt.sketch_union_add, stype = hunt.sketch, sspace = 128, combinefunc = hunt.sketch_merge,
  finalfunc = hunt.count_distinct_final, parallel = safe);
comment on aggregate hunt.count_distinct_merge(hunt.sketch) is
'Number of distinct values that all sketches have together, as count_distinct would have counted them. 0 if all are NULL.';

-- What a sketch knows.
create function hunt.cardinality(sketch hunt.sketch) returns double precision
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'sketch_cardinality';
comment on function hunt.cardinality(hunt.sketch) is
'Number of distinct values in a sketch: exact while it keeps tokens (sketch_info tells), else the maximum-likelihood estimate. NULL for NULL.';

create function hunt.cardinality_bounds(sketch hunt.sketch, standard_errors double precision default 2,
                                        out lower double precision, out upper double precision)
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'sketch_cardinality_bounds';
comment on function hunt.cardinality_bounds(hunt.sketch, double precision) is
'Between which numbers the number of distinct values lies: the estimate less and plus so many standard errors, 0 or more; 2 hold in 95 % of all cases, 3 in 99.7 %. Both are the exact number while the sketch keeps tokens. NULL for NULL.';

create function hunt.intersection_bounds(a hunt.sketch, b hunt.sketch, standard_errors double precision default 2,
                                         out lower double precision, out upper double precision)
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'sketch_intersection_bounds';
comment on function hunt.intersection_bounds(hunt.sketch, hunt.sketch, double precision) is
'Between which numbers the number of values lies that two sketches have in common, by inclusion and exclusion with so many standard errors. Exact while both and their union keep tokens; of little use where the common part is below a tenth of the union. NULL for NULL; errors as for sketch_merge.';

create function hunt.sketch_info(sketch hunt.sketch, out form text, out sketch_precision integer, out seed bigint,
                                 out server_major integer, out cardinality double precision, out standard_error double precision,
                                 out bytes integer)
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'sketch_info';
comment on function hunt.sketch_info(hunt.sketch) is
'What a sketch is: its form (tokens, registers or hll), precision (of an hll its log2m), seed, the server major whose distinct_key() made the values (NULL if none did), the estimate with its standard error, and its size. NULL for NULL.';

-- Values of postgresql-hll.
create function hunt.sketch_from_hll(hll bytea) returns hunt.sketch
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'sketch_from_hll';
comment on function hunt.sketch_from_hll(bytea) is
'Sketch that holds a value of postgresql-hll (h::text::bytea): its cardinality by a better estimator, its union with other such sketches. NULL for NULL; bytes that postgresql-hll does not write are an error.';

create function hunt.sketch_to_hll(sketch hunt.sketch) returns bytea
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'sketch_to_hll';
comment on function hunt.sketch_to_hll(hunt.sketch) is
'Value of postgresql-hll (cast it: sketch_to_hll(s)::hll) of a sketch: what was imported unchanged, else one with log2m as the precision, which unites only with others made so. NULL for NULL.';
