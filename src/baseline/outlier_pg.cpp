// outlier() as a window function.
#include "baseline/outlier.hpp"
#include "core/error.hpp"
#include "pg/datum.hpp"
#include "pg/memory.hpp"
#include "pg/result_shape.hpp"
#include "pg/state.hpp"
#include "timeline/series.hpp"

extern "C" {
#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/timestamp.h"
#include "windowapi.h"
}

namespace {

namespace core = hunt::core;
using namespace hunt::baseline;

// What a partition knows: made at its first row. No destructor ever runs: all of it lies in the partition's memory.
struct Partition {
  bool is_ready;
  alignas(pg::ContextResource) char memory[sizeof(pg::ContextResource)];
  alignas(OutlierSeries) char series[sizeof(OutlierSeries)];
};
static_assert(alignof(Partition) <= MAXIMUM_ALIGNOF);

// Argument n of the current row, which must be there.
Datum option(WindowObject window, int n, const char *name) {
  bool is_null = false;
  const Datum value = WinGetFuncArgCurrent(window, n, &is_null);
  if (is_null)
    throw core::Error(core::kInvalidParameter, std::string(name) + " is NULL", "Leave it out to have its default.");
  return value;
}

std::int64_t microseconds(const Interval &interval) {
  if (interval.month != 0)
    throw core::Error(core::kInvalidParameter, "lookback must be days or shorter units",
                      "Months differ in length: use a number of days.");
  std::int64_t result = 0;
  if (__builtin_mul_overflow(std::int64_t{interval.day}, USECS_PER_DAY, &result) ||
      __builtin_add_overflow(result, interval.time, &result) || result > 100'000 * USECS_PER_DAY)
    throw core::Error(core::kInvalidParameter, "lookback is out of range", "Use at most 100000 days.");
  return result;
}

// The options are those of the first row of a partition. They begin behind value and, by time, slice.
OutlierRule rule_of(WindowObject window, bool by_time) {
  const int at = by_time ? 2 : 1;
  OutlierRule rule{};
  rule.by_time = by_time;
  const Datum lookback = option(window, at, "lookback");
  rule.lookback = by_time ? microseconds(*DatumGetIntervalP(lookback)) : DatumGetInt32(lookback);
  rule.threshold = DatumGetFloat8(option(window, at + 1, "threshold"));
  rule.consecutive = DatumGetInt32(option(window, at + 2, "consecutive"));
  const auto *direction =
      reinterpret_cast<const varlena *>(PG_DETOAST_DATUM_PACKED(option(window, at + 3, "direction")));
  rule.direction = direction_of({VARDATA_ANY(direction), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(direction))});
  rule.check();
  return rule;
}

OutlierSeries &series_of(WindowObject window, bool by_time) {
  auto *partition = static_cast<Partition *>(WinGetPartitionLocalMemory(window, sizeof(Partition)));
  auto *series = reinterpret_cast<OutlierSeries *>(partition->series);
  if (!partition->is_ready) {
    auto *memory = new (partition->memory) pg::ContextResource(GetMemoryChunkContext(partition));
    series = new (partition->series) OutlierSeries(rule_of(window, by_time), memory);
    partition->is_ready = true;
  }
  return *series;
}

constexpr std::size_t kPointColumns = 5;
void put_point(const std::optional<OutlierPoint> &point, Datum *values, bool *nulls) {
  std::fill(nulls, nulls + kPointColumns, !point);
  std::fill(values, values + kPointColumns, Datum{0});
  if (!point)
    return;
  values[0] = Float8GetDatum(point->error);
  values[1] = Float8GetDatum(point->lower);
  values[2] = Float8GetDatum(point->upper);
  values[3] = BoolGetDatum(point->indicator);
  values[4] = BoolGetDatum(point->violation);
}

Datum judge_row(FunctionCallInfo fcinfo, bool by_time) {
  const TupleDesc shape = pg::cached_result_shape(fcinfo);
  WindowObject window = PG_WINDOW_OBJECT();
  OutlierSeries &series = series_of(window, by_time);
  bool is_null = false;
  const Datum value = WinGetFuncArgCurrent(window, 0, &is_null);
  bool has_no_time = false;
  const Datum time = by_time ? WinGetFuncArgCurrent(window, 1, &has_no_time) : Datum{0};
  std::optional<OutlierPoint> point;
  if (is_null || has_no_time)
    series.skip();
  else
    point = series.next(DatumGetFloat8(value), by_time ? DatumGetTimestampTz(time) : 0);
  Datum values[kPointColumns];
  bool nulls[kPointColumns];
  put_point(point, values, nulls);
  return HeapTupleGetDatum(heap_form_tuple(shape, values, nulls));
}

}  // namespace

SQL_FUNCTION(outlier_points) { return judge_row(fcinfo, false); }
SQL_FUNCTION(outlier_time) { return judge_row(fcinfo, true); }

SQL_FUNCTION(outliers) {
  InitMaterializedSRF(fcinfo, 0);
  auto *const result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
  const auto bytes = pg::state_bytes(pg::state_arg(fcinfo, 0));
  const OutlierRule rule{microseconds(*PG_GETARG_INTERVAL_P(1)), true, PG_GETARG_FLOAT8(2), PG_GETARG_INT32(3),
                         direction_of(pg::bytes_arg(fcinfo, 4))};
  rule.check();
  OutlierSeries series(rule, std::pmr::get_default_resource());
  for (const hunt::timeline::SeriesPoint &p : hunt::timeline::Series::records(bytes)) {
    Datum values[2 + kPointColumns] = {TimestampTzGetDatum(p.time), Float8GetDatum(p.value)};
    bool nulls[2 + kPointColumns] = {};
    put_point(series.next(p.value, p.time), values + 2, nulls + 2);
    pg::call([&] { tuplestore_putvalues(result->setResult, result->setDesc, values, nulls); });
    pg::check_interrupts();
  }
  PG_RETURN_NULL();
}
