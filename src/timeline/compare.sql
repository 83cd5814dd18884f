-- timeline: slices compared with what they were earlier, in one scan.
create type hunt.series;
create function hunt.series_in(cstring) returns hunt.series
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'series_in';
comment on function hunt.series_in(cstring) is 'Text input of a series: its bytes in base64; anything else is an error.';
create function hunt.series_out(hunt.series) returns cstring
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'series_out';
comment on function hunt.series_out(hunt.series) is 'Text output of a series: its bytes in base64.';
create function hunt.series_recv(internal) returns hunt.series
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'series_recv';
comment on function hunt.series_recv(internal) is 'Binary input of a series: its bytes; anything else is an error.';
create function hunt.series_send(hunt.series) returns bytea
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'series_close';
comment on function hunt.series_send(hunt.series) is 'Binary output of a series: its bytes.';
create type hunt.series (input = hunt.series_in, output = hunt.series_out, receive = hunt.series_recv, send = hunt.series_send,
                         alignment = int4, storage = extended);
comment on type hunt.series is
'Values over time, 16 bytes each: what compare() reads. The same values make the same bytes in any order.';

create function hunt.series_trans(state hunt.series, ts timestamptz, value double precision) returns hunt.series
  language c immutable parallel safe as 'MODULE_PATHNAME', 'series_trans';
comment on function hunt.series_trans(hunt.series, timestamptz, double precision) is 'Transition of the aggregate series.';
create function hunt.series_concat(a hunt.series, b hunt.series) returns hunt.series
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'series_concat';
comment on function hunt.series_concat(hunt.series, hunt.series) is 'The series of all values of both; also written as the operator ||.';
create operator hunt.|| (leftarg = hunt.series, rightarg = hunt.series, function = hunt.series_concat, commutator = operator(hunt.||));
comment on operator hunt.|| (hunt.series, hunt.series) is 'The series of all values of both.';
create function hunt.series_close(hunt.series) returns hunt.series
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'series_close';
comment on function hunt.series_close(hunt.series) is 'Result of the aggregates series and series_merge.';

create aggregate hunt.series(ts timestamptz, value double precision) (
  sfunc = hunt.series_trans, stype = hunt.series, sspace = 512, combinefunc = hunt.series_concat, finalfunc = hunt.series_close,
  parallel = safe);
comment on aggregate hunt.series(timestamptz, double precision) is
'Collects values with the times of their slices for compare(). A NULL time or value is left out; infinite ones are errors; no rows give NULL.';
create aggregate hunt.series_merge(hunt.series) (
  sfunc = hunt.series_concat, stype = hunt.series, sspace = 1024, combinefunc = hunt.series_concat,
  finalfunc = hunt.series_close, parallel = safe);
comment on aggregate hunt.series_merge(hunt.series) is 'Merges series into the one of all their values; NULL if all are.';

create function hunt.compare(series hunt.series, slice interval, shifts interval[], start_at timestamptz, end_at timestamptz,
  time_zone text default 'UTC', missing double precision default 0,
  out slice_start timestamptz, out value double precision, out before double precision[], out average double precision,
  out minimum double precision, out maximum double precision, out stddev double precision, out is_new boolean,
  out is_gone boolean, out delta double precision, out ratio double precision) returns setof record
  language c immutable parallel safe cost 1000 rows 100 as 'MODULE_PATHNAME', 'series_compare';
comment on function hunt.compare(hunt.series, interval, interval[], timestamptz, timestamptz, text, double precision) is
'Each slice from start_at to end_at (not included) beside the same slice of each shift earlier, on the clock of time_zone: its value, the values before (one a shift), their average, minimum, maximum and standard deviation (n - 1), whether it is new (no earlier value) or gone (no value of its own), value - average and value / average. A missing slice counts as missing, or not at all if that is NULL. No rows if another argument is NULL.';

create function hunt.timeshift(ts timestamptz, slice interval, shift interval, start_at timestamptz) returns timestamptz
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'timeshift';
comment on function hunt.timeshift(timestamptz, interval, interval, timestamptz) is
'The slice of ts, in UTC, or, if that begins before start_at, the slice that lies as many shifts later as it takes to reach start_at: what GROUP BY needs to put earlier slices beside those from start_at on. NULL if an argument is NULL; an infinite ts is returned as it is.';
create function hunt.timeshift(ts timestamptz, slice interval, shift interval, start_at timestamptz, time_zone text) returns timestamptz
  language c immutable strict parallel safe as 'MODULE_PATHNAME', 'timeshift';
comment on function hunt.timeshift(timestamptz, interval, interval, timestamptz, text) is
'As timeshift(ts, slice, shift, start_at), with the slices and shifts of the clock of a time zone.';
