// The SQL functions over stored baselines.
#include "baseline/judge.hpp"
#include "core/error.hpp"
#include "pg/datum.hpp"
#include "pg/result_shape.hpp"
#include "pg/state.hpp"
#include "timeline/zone_pg.hpp"

extern "C" {
#include "access/htup_details.h"
#include "utils/timestamp.h"
}

namespace {

namespace core = hunt::core;
namespace timeline = hunt::timeline;
using namespace hunt::baseline;

constexpr std::uint32_t kRetentionDays = 90;

OpenBytes new_bytes(std::size_t size) {
  return pg::call([size] { return pg::state_bytes(pg::new_state(size)); });
}
Datum varlena_of(Bytes bytes) { return PointerGetDatum(bytes.data() - VARHDRSZ); }

Bytes model_arg(FunctionCallInfo fcinfo, int n) { return pg::state_bytes(pg::state_arg(fcinfo, n)); }

[[noreturn]] void refuse(const std::string &message, const char *hint) {
  throw core::Error(core::kInvalidParameter, message, hint);
}

// The zone of a model, whose spelling becomes the one that PostgreSQL uses.
timeline::Zone zone_of(std::string_view &name) {
  return name.empty() ? timeline::Zone() : timeline::resolve_zone(name, &name);
}

Unit unit_arg(FunctionCallInfo fcinfo, int n) {
  if (!PG_ARGISNULL(n)) {
    const Interval &slice = *PG_GETARG_INTERVAL_P(n);
    if (slice.month == 0 && slice.day == 0 && slice.time == USECS_PER_HOUR)
      return Unit::kHour;
    if (slice.month == 0 && slice.day * USECS_PER_DAY + slice.time == USECS_PER_DAY)
      return Unit::kDay;
  }
  refuse("slice of a baseline must be one hour or one day", "Use interval '1 hour' or '1 day'.");
}

Combine combine_arg(FunctionCallInfo fcinfo, int n) {
  const std::string_view text = PG_ARGISNULL(n) ? std::string_view() : pg::bytes_arg(fcinfo, n);
  if (text == "sum")
    return Combine::kSum;
  if (text == "max")
    return Combine::kMax;
  refuse("combine must be \"sum\" or \"max\"",
         "Use \"sum\" for counts whose pieces add up, \"max\" for distinct counts, which "
         "are given again as a whole when they have grown.");
}

// An interval as a number of slices, rounded up.
std::uint32_t slices_arg(FunctionCallInfo fcinfo, int n, Unit unit, const char *name) {
  if (PG_ARGISNULL(n))
    refuse(std::string(name) + " is NULL", "Give an interval such as \"30 days\".");
  const Interval &interval = *PG_GETARG_INTERVAL_P(n);
  const std::int64_t length = unit == Unit::kDay ? USECS_PER_DAY : USECS_PER_HOUR;
  const std::int64_t days = interval.day + interval.time / USECS_PER_DAY;
  if (interval.month != 0 || interval.day < 0 || interval.time < 0 || days > 100'000)
    refuse(std::string(name) + " must be days or hours, from 0 to 100000 days",
           "Give an interval such as \"30 days\".");
  return static_cast<std::uint32_t>((interval.day * USECS_PER_DAY + interval.time + length - 1) / length);
}

// The settings that the arguments of the aggregate give, from argument 3 on.
Settings settings_args(FunctionCallInfo fcinfo) {
  Settings settings;
  settings.unit = PG_NARGS() > 3 ? unit_arg(fcinfo, 3) : Unit::kHour;
  settings.combine = PG_NARGS() > 4 ? combine_arg(fcinfo, 4) : Combine::kSum;
  if (PG_NARGS() > 5) {
    if (PG_ARGISNULL(5))
      refuse("time_zone is NULL", "Use a full IANA name such as \"Europe/Berlin\", or \"UTC\".");
    settings.zone = pg::bytes_arg(fcinfo, 5);
    if (settings.zone.size() == 3 && pg_strncasecmp(settings.zone.data(), "utc", 3) == 0)
      settings.zone = {};
  }
  settings.limit = PG_NARGS() > 6 ? slices_arg(fcinfo, 6, settings.unit, "retention")
                                  : kRetentionDays * (settings.unit == Unit::kDay ? 1 : 24);
  return settings;
}

std::int32_t slice_at(TimestampTz time, Unit unit, timeline::Zone &zone) {
  // Infinite times are out of every range; below the zone they would overflow.
  return slice_of(TIMESTAMP_NOT_FINITE(time) ? time : zone.local(time), unit);
}

void verify(Bytes bytes) {
  validate(bytes);
  std::string_view zone = settings_of(bytes).zone;
  (void)zone_of(zone);
}

Datum verified(Datum state) {
  verify(pg::state_bytes(state));
  return state;
}

// Argument 0 of a transition, open: as it is if it is the state of an aggregate, else a copy.
OpenBytes open_arg(FunctionCallInfo fcinfo, Datum state) {
  const OpenBytes bytes = pg::state_bytes(state);
  return pg::is_aggregate(fcinfo) && is_open(bytes) ? bytes : open(bytes, new_bytes);
}

Datum changed(FunctionCallInfo fcinfo, OpenBytes model) {
  return varlena_of(pg::is_aggregate(fcinfo) ? Bytes(model) : close(model, new_bytes));
}

Direction direction_arg(FunctionCallInfo fcinfo, int n) {
  if (PG_ARGISNULL(n))
    refuse("direction is NULL", "Use \"+\", \"-\" or \"+-\".");
  return direction_of(pg::bytes_arg(fcinfo, n));
}

template <std::size_t N> Datum row(TupleDesc shape, Datum (&values)[N], bool (&nulls)[N]) {
  return pg::call([&] { return HeapTupleGetDatum(heap_form_tuple(shape, values, nulls)); });
}

Datum text_of(std::string_view text) { return pg::bytes_datum(text); }

}  // namespace

SQL_FUNCTION(baseline_in) { return verified(pg::state_of_text(PG_GETARG_CSTRING(0), "a baseline")); }
SQL_FUNCTION(baseline_recv) { return verified(pg::state_of_message(fcinfo)); }
SQL_FUNCTION(baseline_out) {
  const Bytes stored = close(model_arg(fcinfo, 0), new_bytes);
  PG_RETURN_CSTRING(pg::state_text({const_cast<std::uint8_t *>(stored.data()), stored.size()}));
}
SQL_FUNCTION(baseline_close) {
  const Datum state = pg::state_arg(fcinfo, 0);
  return pg::state_of_bytes(close(pg::state_bytes(state), new_bytes), state);
}

// Not strict: without a state it makes one, and a row without value or time changes nothing.
SQL_FUNCTION(baseline_trans) {
  if (PG_ARGISNULL(1) || PG_ARGISNULL(2)) {
    if (PG_ARGISNULL(0))
      PG_RETURN_NULL();
    return PG_GETARG_DATUM(0);
  }
  const int64 value = PG_GETARG_INT64(1);
  if (value < 0)
    refuse("value of a baseline is negative: " + std::to_string(value), "Baselines are of counts; give 0 or more.");
  const Datum state = PG_ARGISNULL(0) ? Datum{0} : pg::state_arg(fcinfo, 0);
  Settings settings = settings_args(fcinfo);
  timeline::Zone zone = zone_of(settings.zone);
  const Point point{slice_at(PG_GETARG_TIMESTAMPTZ(2), settings.unit, zone),
                    std::min(static_cast<std::uint64_t>(value), kMostCount)};
  if (state != 0 && settings_of(pg::state_bytes(state)) != settings)
    refuse("slice, combine, time_zone and retention must be the same for all rows of a group", "Give constants.");
  const OpenBytes model = state == 0 ? create(settings, new_bytes) : open_arg(fcinfo, state);
  return changed(fcinfo, add(model, point, new_bytes));
}

SQL_FUNCTION(baseline_combine) {
  const Datum state = pg::state_arg(fcinfo, 0);
  const Bytes other = model_arg(fcinfo, 1);
  return pg::is_aggregate(fcinfo) ? varlena_of(merge(open_arg(fcinfo, state), other, new_bytes))
                                  : varlena_of(concat(pg::state_bytes(state), other, new_bytes));
}

SQL_FUNCTION(baseline_prune) {
  const Bytes bytes = model_arg(fcinfo, 0);
  Model model = read(bytes);
  std::string_view name = model.settings.zone;
  timeline::Zone zone = zone_of(name);
  const std::int32_t slice = slice_at(PG_GETARG_TIMESTAMPTZ(1), model.settings.unit, zone);
  return varlena_of(write(without_before(std::move(model), slice), new_bytes));
}

SQL_FUNCTION(baseline_info) {
  const TupleDesc shape = pg::cached_result_shape(fcinfo);
  const Bytes bytes = model_arg(fcinfo, 0);
  const Model model = read(bytes);
  const Unit unit = model.settings.unit;
  std::string_view name = model.settings.zone;
  timeline::Zone zone = zone_of(name);
  const auto start = [unit, &zone](std::int32_t slice) {
    return TimestampTzGetDatum(zone.instant_of(start_of(slice, unit)));
  };
  const std::size_t count = model.points.size();
  Datum values[] = {text_of(unit == Unit::kDay ? "1 day" : "1 hour"),
                    text_of(model.settings.combine == Combine::kMax ? "max" : "sum"),
                    text_of(name.empty() ? "UTC" : name),
                    Int32GetDatum(static_cast<int32>(model.settings.limit)),
                    Int32GetDatum(static_cast<int32>(count)),
                    start(model.first),
                    count == 0 ? Datum{0} : start(model.points.front().slice),
                    count == 0 ? Datum{0} : start(model.points.back().slice),
                    BoolGetDatum(model.pruned),
                    Int32GetDatum(static_cast<int32>(close(bytes, new_bytes).size()))};
  bool nulls[] = {false, false, false, false, false, false, count == 0, count == 0, false, false};
  return row(shape, values, nulls);
}

SQL_FUNCTION(baseline_slices) {
  const Bytes bytes = model_arg(fcinfo, 0);
  InitMaterializedSRF(fcinfo, 0);
  auto *const result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
  const Model model = read(bytes);
  std::string_view name = model.settings.zone;
  timeline::Zone zone = zone_of(name);
  for (const Point &p : model.points) {
    Datum values[] = {TimestampTzGetDatum(zone.instant_of(start_of(p.slice, model.settings.unit))),
                      Int64GetDatum(static_cast<int64>(p.count))};
    bool nulls[] = {false, false};
    pg::call([&] { tuplestore_putvalues(result->setResult, result->setDesc, values, nulls); });
    pg::check_interrupts();
  }
  PG_RETURN_NULL();
}

// Not strict: a missing model is one that knows nothing.
SQL_FUNCTION(baseline_verdict) {
  if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
    PG_RETURN_NULL();
  const TupleDesc shape = pg::cached_result_shape(fcinfo);
  if (PG_ARGISNULL(4) || PG_ARGISNULL(5) || PG_ARGISNULL(8) || PG_ARGISNULL(9))
    refuse("sigma, floor_value, silent and rhythm must not be NULL", "Leave out what is to have its default.");
  if (PG_GETARG_INT64(1) < 0 || PG_GETARG_INT64(5) < 0)
    refuse("value and floor_value must not be negative", "Baselines are of counts; give 0 or more.");
  const Bytes bytes = PG_ARGISNULL(0) ? Bytes() : model_arg(fcinfo, 0);
  const Model model = bytes.empty() ? Model() : read(bytes);
  const Unit unit = model.settings.unit;
  std::string_view name = model.settings.zone;
  timeline::Zone zone = zone_of(name);
  const std::int32_t slice = slice_at(PG_GETARG_TIMESTAMPTZ(2), unit, zone);
  const Question question{
      .value = static_cast<std::uint64_t>(PG_GETARG_INT64(1)),
      .slice = slice,
      .as_of = PG_ARGISNULL(3) ? slice : slice_at(PG_GETARG_TIMESTAMPTZ(3), unit, zone),
      .sigma = PG_GETARG_FLOAT8(4),
      .floor = static_cast<std::uint64_t>(PG_GETARG_INT64(5)),
      .direction = direction_arg(fcinfo, 6),
      .learning = slices_arg(fcinfo, 7, unit, "learning"),
      .silent = PG_GETARG_BOOL(8),
      .rhythm = PG_GETARG_BOOL(9),
  };
  const Verdict v = judge(model, question);
  Datum values[] = {text_of(name_of(v.finding)),
                    BoolGetDatum(v.finding == Finding::kHigh || v.finding == Finding::kLow),
                    Float8GetDatum(v.expected),
                    Float8GetDatum(v.spread),
                    Int64GetDatum(v.upper.value_or(0)),
                    Int64GetDatum(v.lower.value_or(0)),
                    Int64GetDatum(v.n),
                    Float8GetDatum(v.z),
                    Float8GetDatum(v.p),
                    Int64GetDatum(static_cast<int64>(v.highest)),
                    text_of(v.by_rhythm ? unit == Unit::kDay ? "day of the week" : "hour of the week" : "all"),
                    text_of(v.reason)};
  bool nulls[] = {false, false,    !v.known, !v.known, !v.upper, !v.lower,
                  false, !v.known, !v.known, !v.known, !v.known, false};
  return row(shape, values, nulls);
}
