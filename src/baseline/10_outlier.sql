-- baseline: what counts have been, per entity and slice, and which counts are unlike that.

create type hunt.outlier_point as (error double precision, lower double precision, upper double precision,
                                   indicator boolean, violation boolean);
comment on type hunt.outlier_point is
'How a point lies to the points before it: its distance from their mean, the band around the mean, whether it is outside (indicator), and whether so were enough points in a row (violation).';

create function hunt.outlier(value double precision, lookback integer default 10, threshold double precision default 3,
                             consecutive integer default 1, direction text default '+-')
  returns hunt.outlier_point
  language c immutable window parallel safe as 'MODULE_PATHNAME', 'outlier_points';
comment on function hunt.outlier(double precision, integer, double precision, integer, text) is
'Window function, over (partition by entity order by slice): the value against mean and standard deviation (n - 1) of the lookback points before it, itself not among them. Outside of threshold deviations, on the side or sides of direction (+, -, +-), is an indicator; so many in a row are a violation. All fields are NULL for a NULL value, which is no point, and with fewer than two points before; either ends a run.';

create function hunt.outlier(value double precision, slice timestamptz, lookback interval, threshold double precision default 3,
                             consecutive integer default 1, direction text default '+-')
  returns hunt.outlier_point
  language c immutable window parallel safe as 'MODULE_PATHNAME', 'outlier_time';
comment on function hunt.outlier(double precision, timestamptz, interval, double precision, integer, text) is
'Window function, over (partition by entity order by slice): as outlier(value, lookback), but the points before it are those of the time lookback before its slice. One row a slice, in their order: anything else is an error.';

create function hunt.outliers(series hunt.series, lookback interval, threshold double precision default 3,
  consecutive integer default 1, direction text default '+-', out slice_start timestamptz, out value double precision,
  out error double precision, out lower double precision, out upper double precision, out indicator boolean,
  out violation boolean) returns setof record
  language c immutable strict parallel safe cost 1000 rows 100 as 'MODULE_PATHNAME', 'outliers';
comment on function hunt.outliers(hunt.series, interval, double precision, integer, text) is
'Every value of a series with what outlier(value, slice, lookback) says of it. A group of slices per entity needs no sort of all of them, so this is the faster way over many entities. No rows if an argument is NULL; two values of one slice are an error.';
