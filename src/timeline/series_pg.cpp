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

// A float8[] of values, NULL for those that are missing.
Datum array_of(const std::vector<std::optional<double>> &values) {
  return pg::call([&values] {
    const std::size_t size = values.size();
    auto *const data = static_cast<Datum *>(palloc(size * sizeof(Datum)));
    auto *const nulls = static_cast<bool *>(palloc(size));
    for (std::size_t i = 0; i < size; ++i) {
      nulls[i] = !values[i].has_value();
      data[i] = Float8GetDatum(values[i].value_or(0));
    }
    int dims[] = {static_cast<int>(size)}, lower[] = {1};
    return PointerGetDatum(
        construct_md_array(data, nulls, 1, dims, lower, FLOAT8OID, sizeof(double), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
  });
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
  const OpenBytes bytes = PG_ARGISNULL(0) ? Series::create(4, new_bytes) : open_arg(fcinfo, pg::state_arg(fcinfo, 0));
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
  for (const timeline::ComparedSlice &row : timeline::compare(Series::records(bytes), comparison, zone)) {
    const std::optional<double> value = row.value ? row.value : comparison.missing;
    const bool has_delta = value && row.average, has_ratio = has_delta && *row.average != 0;
    Datum values[] = {TimestampTzGetDatum(row.slice),
                      Float8GetDatum(value.value_or(0)),
                      array_of(row.before),
                      Float8GetDatum(row.average.value_or(0)),
                      Float8GetDatum(row.minimum.value_or(0)),
                      Float8GetDatum(row.maximum.value_or(0)),
                      Float8GetDatum(row.deviation.value_or(0)),
                      BoolGetDatum(row.is_new),
                      BoolGetDatum(row.is_gone),
                      Float8GetDatum(has_delta ? *value - *row.average : 0),
                      Float8GetDatum(has_ratio ? *value / *row.average : 0)};
    bool nulls[] = {false,          !value, false, !row.average, !row.minimum, !row.maximum,
                    !row.deviation, false,  false, !has_delta,   !has_ratio};
    pg::call([&] { tuplestore_putvalues(result->setResult, result->setDesc, values, nulls); });
    pg::check_interrupts();
  }
  PG_RETURN_NULL();
}
