-- distinct values: exact sets of text, bigint, integer, inet, uuid and timestamptz, alike but for the type.
do $script$
declare
  -- Byte 1 of each set (src/distinct/value_key.hpp), the type of its values and what they are called in comments.
  kind integer;
  element text;
  ordering text;
  set_type text;
  summary text;
  -- The empty set with room for a first value, in which aggregates begin.
  initial text;
begin
  for kind, element, ordering in values
    (1, 'text', 'byte by byte (collation "C")'), (2, 'bigint', 'ascending'), (3, 'integer', 'ascending'),
    (4, 'inet', 'as inet orders them, with netmasks'), (5, 'uuid', 'ascending'), (6, 'timestamptz', 'ascending')
  loop
    set_type := element || '_set';
    summary := element || '_summary';
    initial := pg_catalog.encode(pg_catalog.set_byte(pg_catalog.decode('1400' || pg_catalog.repeat('00', 26), 'hex'), 1, kind), 'base64');

    execute pg_catalog.format($sql$
create type hunt.%1$I;
create function hunt.%2$I(cstring) returns hunt.%1$I
language c immutable strict parallel safe as 'MODULE_PATHNAME', %2$L;
create function hunt.%3$I(hunt.%1$I) returns cstring
language c immutable strict parallel safe as 'MODULE_PATHNAME', 'value_set_out';
create function hunt.%4$I(internal) returns hunt.%1$I
language c immutable strict parallel safe as 'MODULE_PATHNAME', %4$L;
create function hunt.%5$I(hunt.%1$I) returns bytea
language c immutable strict parallel safe as 'MODULE_PATHNAME', 'value_set_send';
create type hunt.%1$I (input = hunt.%2$I, output = hunt.%3$I, receive = hunt.%4$I, send = hunt.%5$I,
  internallength = variable, alignment = int4, storage = extended);
comment on type hunt.%1$I is 'A set of distinct %6$s values, or the least of them and how many there were: what distinct_values and distinct_summary count in, to be stored and merged. Written in base64.';
comment on function hunt.%2$I(cstring) is 'Reads the text form of a set: base64, checked byte for byte.';
comment on function hunt.%3$I(hunt.%1$I) is 'Writes the text form of a set: base64.';
comment on function hunt.%4$I(internal) is 'Reads the binary form of a set, checked byte for byte.';
comment on function hunt.%5$I(hunt.%1$I) is 'Writes the binary form of a set.';

create type hunt.%7$I as (distinct_count bigint, distinct_values %6$s[], is_complete boolean);
comment on type hunt.%7$I is 'How many distinct values there are, the values, and whether these are all of them: if they are not, the number is estimated.';
$sql$, set_type, set_type || '_in', set_type || '_out', set_type || '_recv', set_type || '_send', element, summary);

    -- What reads and changes sets.
    execute pg_catalog.format($sql$
create function hunt.distinct_values_trans(state hunt.%1$I, value %2$s) returns hunt.%1$I
language c immutable strict parallel safe as 'MODULE_PATHNAME', 'distinct_values_trans';
comment on function hunt.distinct_values_trans(hunt.%1$I, %2$s) is 'The set with a value more; the step of the aggregates of distinct values.';

create function hunt.distinct_values_max_trans(state hunt.%1$I, value %2$s, max_values integer) returns hunt.%1$I
language c immutable parallel safe as 'MODULE_PATHNAME', 'distinct_values_max_trans';
comment on function hunt.distinct_values_max_trans(hunt.%1$I, %2$s, integer) is 'The set with a value more, of which it keeps the least max_values; the step of the aggregates of distinct values.';

create function hunt.distinct_values_combine(a hunt.%1$I, b hunt.%1$I) returns hunt.%1$I
language c immutable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'distinct_values_combine';
comment on function hunt.distinct_values_combine(hunt.%1$I, hunt.%1$I) is 'The union of two sets of equal max_values; the operator ||.';

create operator hunt.|| (leftarg = hunt.%1$I, rightarg = hunt.%1$I, function = hunt.distinct_values_combine, commutator = operator(hunt.||));
comment on operator hunt.|| (hunt.%1$I, hunt.%1$I) is 'The union of two sets of equal max_values.';

create function hunt.distinct_values_close(state hunt.%1$I) returns hunt.%1$I
language c immutable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'distinct_values_close';
comment on function hunt.distinct_values_close(hunt.%1$I) is 'The stored form of the state of an aggregate of distinct values.';

create function hunt.distinct_values_of(state hunt.%1$I) returns %2$s[]
language c immutable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'distinct_values_of';
comment on function hunt.distinct_values_of(hunt.%1$I) is 'The values of a set, %4$s; a NULL at the end says that there were more than its max_values.';

create function hunt.distinct_summary_of(state hunt.%1$I) returns hunt.%3$I
language c immutable strict parallel safe cost 5 as 'MODULE_PATHNAME', 'distinct_summary_of';
comment on function hunt.distinct_summary_of(hunt.%1$I) is 'How many values a set has met, those that it keeps, %4$s, and whether these are all.';
$sql$, set_type, element, summary, ordering);

    -- The aggregates: of values, with and without max_values, and of sets.
    execute pg_catalog.format($sql$
create aggregate hunt.distinct_values(value %2$s) (
  sfunc = hunt.distinct_values_trans, stype = hunt.%1$I, sspace = 64, initcond = %5$L,
  combinefunc = hunt.distinct_values_combine, finalfunc = hunt.distinct_values_of, parallel = safe);
comment on aggregate hunt.distinct_values(%2$s) is 'The distinct values, %4$s, without NULL; an empty array if there are none.';

create aggregate hunt.distinct_values(value %2$s, max_values integer) (
  sfunc = hunt.distinct_values_max_trans, stype = hunt.%1$I, sspace = 64, initcond = %5$L,
  combinefunc = hunt.distinct_values_combine, finalfunc = hunt.distinct_values_of, parallel = safe);
comment on aggregate hunt.distinct_values(%2$s, integer) is 'The least max_values distinct values, %4$s; a NULL at the end says that there were more.';

create aggregate hunt.distinct_summary(value %2$s) (
  sfunc = hunt.distinct_values_trans, stype = hunt.%1$I, sspace = 64, initcond = %5$L,
  combinefunc = hunt.distinct_values_combine, finalfunc = hunt.distinct_summary_of, parallel = safe);
comment on aggregate hunt.distinct_summary(%2$s) is 'How many distinct values there are, and the values, %4$s.';

create aggregate hunt.distinct_summary(value %2$s, max_values integer) (
  sfunc = hunt.distinct_values_max_trans, stype = hunt.%1$I, sspace = 64, initcond = %5$L,
  combinefunc = hunt.distinct_values_combine, finalfunc = hunt.distinct_summary_of, parallel = safe);
comment on aggregate hunt.distinct_summary(%2$s, integer) is 'How many distinct values there are, the least max_values of them, %4$s, and whether these are all; if not, the number is estimated.';

create aggregate hunt.distinct_values_state(value %2$s) (
  sfunc = hunt.distinct_values_trans, stype = hunt.%1$I, sspace = 64, initcond = %5$L,
  combinefunc = hunt.distinct_values_combine, finalfunc = hunt.distinct_values_close, parallel = safe);
comment on aggregate hunt.distinct_values_state(%2$s) is 'The set of distinct values, to be stored and merged.';

create aggregate hunt.distinct_values_state(value %2$s, max_values integer) (
  sfunc = hunt.distinct_values_max_trans, stype = hunt.%1$I, sspace = 64, initcond = %5$L,
  combinefunc = hunt.distinct_values_combine, finalfunc = hunt.distinct_values_close, parallel = safe);
comment on aggregate hunt.distinct_values_state(%2$s, integer) is 'The set of the least max_values distinct values and of how many there were, to be stored and merged.';

create aggregate hunt.distinct_values_union(state hunt.%1$I) (
  sfunc = hunt.distinct_values_combine, stype = hunt.%1$I, sspace = 64, initcond = %5$L,
  combinefunc = hunt.distinct_values_combine, finalfunc = hunt.distinct_values_close, parallel = safe);
comment on aggregate hunt.distinct_values_union(hunt.%1$I) is 'The union of sets of equal max_values.';

create aggregate hunt.distinct_values_merge(state hunt.%1$I) (
  sfunc = hunt.distinct_values_combine, stype = hunt.%1$I, sspace = 64, initcond = %5$L,
  combinefunc = hunt.distinct_values_combine, finalfunc = hunt.distinct_values_of, parallel = safe);
comment on aggregate hunt.distinct_values_merge(hunt.%1$I) is 'What distinct_values says of all the values whose sets these are.';

create aggregate hunt.distinct_summary_merge(state hunt.%1$I) (
  sfunc = hunt.distinct_values_combine, stype = hunt.%1$I, sspace = 64, initcond = %5$L,
  combinefunc = hunt.distinct_values_combine, finalfunc = hunt.distinct_summary_of, parallel = safe);
comment on aggregate hunt.distinct_summary_merge(hunt.%1$I) is 'What distinct_summary says of all the values whose sets these are.';
$sql$, set_type, element, summary, ordering, initial);
  end loop;
end $script$;
