-- The stored model of a count per hour or day.
create type hunt.baseline;
create function hunt.baseline_in(cstring) returns hunt.baseline
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'baseline_in';
comment on function hunt.baseline_in(cstring) is 'Text input of a baseline: its bytes in base64. Bytes that no counts make are an error.';
create function hunt.baseline_out(hunt.baseline) returns cstring
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'baseline_out';
comment on function hunt.baseline_out(hunt.baseline) is 'Text output of a baseline: its bytes in base64.';
create function hunt.baseline_recv(internal) returns hunt.baseline
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'baseline_recv';
comment on function hunt.baseline_recv(internal) is 'Binary input of a baseline: its bytes. Bytes that no counts make are an error.';
create function hunt.baseline_send(hunt.baseline) returns bytea
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'baseline_close';
comment on function hunt.baseline_send(hunt.baseline) is 'Binary output of a baseline: its bytes.';
create type hunt.baseline (input = hunt.baseline_in, output = hunt.baseline_out, receive = hunt.baseline_recv,
                           send = hunt.baseline_send, alignment = int4, storage = main);
comment on type hunt.baseline is
'What a count has been in each hour or day: the exact counts of the newest slices, from which a verdict reckons mean, spread and probability. Equal counts make equal bytes in any order; docs/formats.md describes them.';

create function hunt.baseline_eq(hunt.baseline, hunt.baseline) returns boolean language internal immutable strict parallel safe as 'byteaeq';
create function hunt.baseline_ne(hunt.baseline, hunt.baseline) returns boolean language internal immutable strict parallel safe as 'byteane';
create function hunt.baseline_hash(hunt.baseline) returns integer language internal immutable strict parallel safe as 'hashvarlena';
comment on function hunt.baseline_eq(hunt.baseline, hunt.baseline) is 'True if both baselines have the same bytes.';
comment on function hunt.baseline_ne(hunt.baseline, hunt.baseline) is 'True if two baselines have different bytes.';
comment on function hunt.baseline_hash(hunt.baseline) is 'Hash of a baseline for hash joins and GROUP BY.';
create operator hunt.= (leftarg = hunt.baseline, rightarg = hunt.baseline, function = hunt.baseline_eq, commutator = operator(hunt.=),
                        negator = operator(hunt.<>), restrict = eqsel, join = eqjoinsel, hashes);
create operator hunt.<> (leftarg = hunt.baseline, rightarg = hunt.baseline, function = hunt.baseline_ne, commutator = operator(hunt.<>),
                         negator = operator(hunt.=), restrict = neqsel, join = neqjoinsel);
create operator class hunt.baseline_ops default for type hunt.baseline using hash as operator 1 hunt.=, function 1 hunt.baseline_hash(hunt.baseline);

create function hunt.baseline_concat(a hunt.baseline, b hunt.baseline) returns hunt.baseline
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'baseline_combine';
comment on function hunt.baseline_concat(hunt.baseline, hunt.baseline) is
'The baseline of all that both have seen; also written as the operator ||. Different settings are an error.';
create operator hunt.|| (leftarg = hunt.baseline, rightarg = hunt.baseline, function = hunt.baseline_concat, commutator = operator(hunt.||));
comment on operator hunt.|| (hunt.baseline, hunt.baseline) is 'The baseline of all that both have seen.';
create function hunt.baseline_close(hunt.baseline) returns hunt.baseline
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'baseline_close';
comment on function hunt.baseline_close(hunt.baseline) is 'Result of the aggregates baseline and baseline_merge.';

-- The aggregate with none to four of its options; an aggregate has neither names nor defaults.
do $do$
declare
  options record;
begin
  for options in
    select * from (values
      ('', '', 'Pieces of the same hour (UTC) add up; the newest 2160 hours (90 days) that have a count are kept.'),
      (', slice interval', ', interval', 'As with two arguments, with a slice of 1 hour or 1 day; 90 days are kept.'),
      (', slice interval, combine text', ', interval, text',
       'combine says what becomes of two values of one slice: sum adds them, for pieces that add up; max keeps the larger, for distinct counts, which are given again as a whole when they have grown.'),
      (', slice interval, combine text, time_zone text', ', interval, text, text', 'Slices are those of the clock of time_zone: an IANA name, UTC, or an offset.'),
      (', slice interval, combine text, time_zone text, retention interval', ', interval, text, text, interval',
       'So many of the newest slices that have a count are kept as retention is long, at most 65536; older ones are dropped and the model says so.')
    ) v (names, types, says)
  loop
    execute pg_catalog.format($template$
create function hunt.baseline_trans(state hunt.baseline, value bigint, ts timestamptz%1$s) returns hunt.baseline
  language c immutable parallel safe as 'MODULE_PATHNAME', 'baseline_trans';
comment on function hunt.baseline_trans(hunt.baseline, bigint, timestamptz%2$s) is 'Transition of the aggregate baseline.';
create aggregate hunt.baseline(value bigint, ts timestamptz%1$s) (
  sfunc = hunt.baseline_trans, stype = hunt.baseline, sspace = 128, combinefunc = hunt.baseline_concat,
  finalfunc = hunt.baseline_close, parallel = safe);
comment on aggregate hunt.baseline(bigint, timestamptz%2$s) is %3$L;
$template$, options.names, options.types,
      'Baseline of a count over time. ' || options.says || ' A NULL value or time is left out; a negative value is an error; no rows give NULL.');
  end loop;
end $do$;

create aggregate hunt.baseline_merge(hunt.baseline) (
  sfunc = hunt.baseline_concat, stype = hunt.baseline, sspace = 1024, combinefunc = hunt.baseline_concat,
  finalfunc = hunt.baseline_close, parallel = safe);
comment on aggregate hunt.baseline_merge(hunt.baseline) is
'Merges baselines into the one that all of their values would have made. Different settings are an error; NULL if all are.';

create function hunt.baseline_info(model hunt.baseline, out slice text, out combine text, out time_zone text, out retention_slices integer,
  out slices integer, out first_slice timestamptz, out oldest_slice timestamptz, out newest_slice timestamptz,
  out is_pruned boolean, out bytes integer)
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'baseline_info';
comment on function hunt.baseline_info(hunt.baseline) is
'What a baseline is: its settings, how many slices it keeps and from when to when, the first slice it ever had, whether older ones were dropped (is_pruned), and its size.';

create function hunt.baseline_slices(model hunt.baseline) returns table (slice timestamptz, value bigint)
  language c immutable strict parallel safe rows 100 as 'MODULE_PATHNAME', 'baseline_slices';
comment on function hunt.baseline_slices(hunt.baseline) is
'The slices of a baseline that have a count, in order of time. A count of 9007199254740991 means that or more.';

create function hunt.baseline_prune(model hunt.baseline, before timestamptz) returns hunt.baseline
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'baseline_prune';
comment on function hunt.baseline_prune(hunt.baseline, timestamptz) is
'The baseline without the slices before the one that contains a time. It still knows its first slice, so it does not learn anew.';

create type hunt.baseline_verdict as (verdict text, is_outlier boolean, expected double precision, spread double precision,
  threshold bigint, lower_threshold bigint, n bigint, z double precision, p double precision, highest bigint, compared_with text,
  reason text);
comment on type hunt.baseline_verdict is
'What a baseline says of a value: normal, high, low or learning; the expectation and its standard deviation; the least value that is too high and the greatest that is too low; the number of slices compared with, and which; how far out the value is and how probable one as far out; the greatest value before; all of it in words.';

create function hunt.baseline_verdict(model hunt.baseline, value bigint, ts timestamptz, as_of timestamptz default null,
  sigma double precision default 3, floor_value bigint default 1, direction text default '+',
  learning interval default '30 days', silent boolean default false, rhythm boolean default true)
  returns hunt.baseline_verdict
  language c immutable parallel safe cost 1000 as 'MODULE_PATHNAME', 'baseline_verdict';
comment on function hunt.baseline_verdict(hunt.baseline, bigint, timestamptz, timestamptz, double precision, bigint, text, interval, boolean, boolean) is
'Whether a value of the slice that contains ts is usual, by the slices before it within the retention (as_of: only those before that). An outlier is less probable than a normal deviate beyond sigma (1 to 10) on one side and reaches floor_value; direction +, - or +-. Within learning after the first slice or the first one behind a gap longer than the retention (unless silent slices count), or with nothing known, the verdict is learning. silent counts slices without a count as 0. rhythm compares with the same hour of the week where there is one. A NULL model knows nothing; NULL for a NULL value or ts.';

-- Created by the user through hunt.setup(), so that it is his.
create function hunt.create_baseline_tables() returns void
  language plpgsql set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
begin
  create table if not exists hunt.baseline_state (
    name text collate "C" not null,
    entity text collate "C" not null,
    period date not null,
    model hunt.baseline not null,
    primary key (name, entity, period)
  ) with (fillfactor = 70, toast_tuple_target = 8160);
  comment on table hunt.baseline_state is
    'Baselines that are kept up to date: of each measure (name) and entity one model per period, say a month, so that an update costs the same however long the history is; baseline_merge(model) is the whole. docs/baseline.md has the statement that updates it from a batch.';
end $$;
comment on function hunt.create_baseline_tables() is 'Creates the table of baselines of hunt.setup() if it is missing.';
revoke execute on function hunt.create_baseline_tables() from public;
