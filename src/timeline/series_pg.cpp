// The SQL functions over series.
#include "core/error.hpp"
#include "pg/datum.hpp"
#include "pg/state.hpp"
#include "timeline/series.hpp"
#include "timeline/zone_pg.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/timestamp.h"
}

namespace {

namespace core = hunt::core;
namespace timeline = hunt::timeline;
using timeline::Series;
using Bytes = Series::Bytes;
using OpenBytes = Series::OpenBytes;

OpenBytes new_bytes(std::size_t size) {
  return pg::call([size] { return pg::state_bytes(pg::new_state(size)); });
}
Datum varlena_of(Bytes bytes) { return PointerGetDatum(bytes.data() - VARHDRSZ); }
Bytes series_arg(FunctionCallInfo fcinfo, int n) { return pg::state_bytes(pg::state_arg(fcinfo, n)); }

Datum verified(Datum state) {
  timeline::validate_series(pg::state_bytes(state));
  return state;
}

OpenBytes open_arg(FunctionCallInfo fcinfo, Datum state) {
  const OpenBytes bytes = pg::state_bytes(state);
  return pg::is_aggregate(fcinfo) && Series::is_open(bytes) ? bytes : Series::open(bytes, new_bytes);
}
Datum changed(FunctionCallInfo fcinfo, OpenBytes bytes) {
  return varlena_of(pg::is_aggregate(fcinfo) ? Bytes(bytes) : Series::close(bytes, new_bytes));
}

// What compare() puts its rows into.
struct Rows {
  ReturnSetInfo *result;
  std::optional<double> missing;
  Datum *before;  // room for a value a shift
  bool *is_missing;
};

Datum optional_datum(const std::optional<double> &value) { return Float8GetDatum(value.value_or(0)); }

void put_row(void *context, const timeline::ComparedSlice &row) {
  const Rows &rows = *static_cast<const Rows *>(context);
  const std::optional<double> value = row.value ? row.value : rows.missing;
  const bool has_delta = value && row.average, has_ratio = has_delta && *row.average != 0;
  for (std::size_t i = 0; i < row.before.size(); ++i) {
    rows.is_missing[i] = !row.before[i].has_value();
    rows.before[i] = optional_datum(row.before[i]);
  }
  Datum values[] = {TimestampTzGetDatum(row.slice),
                    optional_datum(value),
                    Datum{0},
                    optional_datum(row.average),
                    optional_datum(row.minimum),
                    optional_datum(row.maximum),
                    optional_datum(row.deviation),
                    BoolGetDatum(row.is_new),
                    BoolGetDatum(row.is_gone),
                    Float8GetDatum(has_delta ? *value - *row.average : 0),
                    Float8GetDatum(has_ratio ? *value / *row.average : 0)};
  bool nulls[] = {false,          !value, false, !row.average, !row.minimum, !row.maximum,
                  !row.deviation, false,  false, !has_delta,   !has_ratio};
  int size[] = {static_cast<int>(row.before.size())}, lower[] = {1};
  pg::call([&] {
    ArrayType *const before = construct_md_array(rows.before, rows.is_missing, 1, size, lower, FLOAT8OID,
                                                 sizeof(double), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
    values[2] = PointerGetDatum(before);
    tuplestore_putvalues(rows.result->setResult, rows.result->setDesc, values, nulls);
    pfree(before);
  });
  pg::check_interrupts();
}

std::span<const Datum> shifts_arg(FunctionCallInfo fcinfo, int n) {
  Datum *elements = nullptr;
  bool *nulls = nullptr;
  int count = 0;
  deconstruct_array(PG_GETARG_ARRAYTYPE_P(n), INTERVALOID, sizeof(Interval), false, TYPALIGN_DOUBLE, &elements, &nulls,
                    &count);
  for (int i = 0; i < count; ++i)
    if (nulls[i])
      throw core::Error(core::kInvalidParameter, "a shift is NULL", "Give intervals such as \"7 days\".");
  if (count == 0)
    throw core::Error(core::kInvalidParameter, "there are no shifts", "Give one or more, such as '{7 days}'.");
  return {elements, static_cast<std::size_t>(count)};
}

timeline::Zone zone_arg(FunctionCallInfo fcinfo, int n) { return timeline::resolve_zone(pg::bytes_arg(fcinfo, n)); }

}  // namespace

SQL_FUNCTION(series_in) { return verified(pg::state_of_text(PG_GETARG_CSTRING(0), "a series")); }
SQL_FUNCTION(series_recv) { return verified(pg::state_of_message(fcinfo)); }
SQL_FUNCTION(series_out) {
  const Bytes stored = Series::close(series_arg(fcinfo, 0), new_bytes);
  PG_RETURN_CSTRING(pg::state_text({const_cast<std::uint8_t *>(stored.data()), stored.size()}));
}
SQL_FUNCTION(series_close) {
  const Datum state = pg::state_arg(fcinfo, 0);
  return pg::state_of_bytes(Series::close(pg::state_bytes(state), new_bytes), state);
}

// Not strict: without a state it makes one, and a row without time or value changes nothing.
SQL_FUNCTION(series_trans) {
  if (PG_ARGISNULL(1) || PG_ARGISNULL(2)) {
    if (PG_ARGISNULL(0))
      PG_RETURN_NULL();
    return PG_GETARG_DATUM(0);
  }
  const timeline::SeriesPoint point = timeline::checked_point(PG_GETARG_TIMESTAMPTZ(1), PG_GETARG_FLOAT8(2));
  const OpenBytes bytes = PG_ARGISNULL(0) ? Series::create(3, new_bytes) : open_arg(fcinfo, pg::state_arg(fcinfo, 0));
  return changed(fcinfo, Series::add(bytes, point, new_bytes));
}

SQL_FUNCTION(series_concat) {
  const Datum state = pg::state_arg(fcinfo, 0);
  const Bytes other = series_arg(fcinfo, 1);
  return changed(fcinfo, Series::merge(open_arg(fcinfo, state), other, new_bytes));
}

// Not strict: a NULL for `missing` leaves missing slices out.
SQL_FUNCTION(series_compare) {
  InitMaterializedSRF(fcinfo, 0);
  auto *const result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
  for (int i = 0; i < 6; ++i)
    if (PG_ARGISNULL(i))
      PG_RETURN_NULL();
  const Bytes bytes = series_arg(fcinfo, 0);
  const Interval &slice = *PG_GETARG_INTERVAL_P(1);
  const std::span<const Datum> shifts = shifts_arg(fcinfo, 2);
  auto *const before = static_cast<Datum *>(palloc(shifts.size() * sizeof(Datum)));
  auto *const is_missing = static_cast<bool *>(palloc(shifts.size()));
  timeline::Comparison comparison{timeline::slice_of(slice.month, slice.day, slice.time),
                                  {},
                                  PG_GETARG_TIMESTAMPTZ(3),
                                  PG_GETARG_TIMESTAMPTZ(4),
                                  {}};
  timeline::Zone zone = zone_arg(fcinfo, 5);
  for (const Datum shift : shifts) {
    const Interval &i = *DatumGetIntervalP(shift);
    comparison.shifts.push_back({i.month, i.day, i.time});
  }
  if (!PG_ARGISNULL(6))
    comparison.missing = PG_GETARG_FLOAT8(6);
  Rows rows{result, comparison.missing, before, is_missing};
  timeline::compare(Series::records(bytes), comparison, zone, put_row, &rows);
  PG_RETURN_NULL();
}
