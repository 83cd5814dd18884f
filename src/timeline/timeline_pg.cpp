// SQL functions of the room `timeline`. Time zones come from PostgreSQL's own copy of the IANA database.
#include "core/error.hpp"
#include "pg/datum.hpp"
#include "timeline/timeslice.hpp"
#include "timeline/zone_pg.hpp"

extern "C" {
#include "utils/timestamp.h"
}

namespace {

namespace timeline = hunt::timeline;
using timeline::Micros;

static_assert(timeline::kFirstInstant == MIN_TIMESTAMP && timeline::kEndOfInstants == END_TIMESTAMP);

// What one call site has resolved already: most call with the same slice and time zone for every row.
struct Resolved {
  Interval interval;
  timeline::Slice slice;
  timeline::Zone zone;
  std::size_t name_size;
  char name[64];  // of the time zone; a longer one is resolved at each call
};
static_assert(std::is_trivially_destructible_v<Resolved> && alignof(Resolved) <= MAXIMUM_ALIGNOF);

// Slice is argument 1; the time zone is argument `zone_arg`, if there is one.
Resolved &resolved(FunctionCallInfo fcinfo, int zone_arg = 2) {
  auto *cache = static_cast<Resolved *>(fcinfo->flinfo->fn_extra);
  if (cache == nullptr) {
    // An interval of zero is no slice, so the first call finds nothing resolved.
    cache = new (MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Resolved))) Resolved{};
    fcinfo->flinfo->fn_extra = cache;
  }
  const Interval &interval = *PG_GETARG_INTERVAL_P(1);
  if (interval.time != cache->interval.time || interval.day != cache->interval.day ||
      interval.month != cache->interval.month || cache->slice.length == 0) {
    cache->slice.length = 0;
    cache->slice = timeline::slice_of(interval.month, interval.day, interval.time);
    cache->interval = interval;
  }
  if (PG_NARGS() <= zone_arg)
    return *cache;
  const std::string_view name = pg::bytes_arg(fcinfo, zone_arg);
  if (name.empty() || name != std::string_view(cache->name, cache->name_size)) {
    cache->name_size = 0;
    cache->zone = timeline::resolve_zone(name);
    cache->name_size = name.size() <= sizeof(cache->name) ? name.size() : 0;
    std::memcpy(cache->name, name.data(), cache->name_size);
  }
  return *cache;
}

// Behind timeslice and timeslice_end with two or three arguments. An infinite timestamp is its own slice.
template <Micros (*bound)(Micros, const timeline::Slice &, timeline::Zone &)>
Datum slice_bound(FunctionCallInfo fcinfo) {
  const TimestampTz t = PG_GETARG_TIMESTAMPTZ(0);
  Resolved &cache = resolved(fcinfo);
  if (TIMESTAMP_NOT_FINITE(t))
    PG_RETURN_TIMESTAMPTZ(t);
  PG_RETURN_TIMESTAMPTZ(bound(t, cache.slice, cache.zone));
}

}  // namespace

SQL_FUNCTION(timeslice) { return slice_bound<timeline::slice_start>(fcinfo); }

SQL_FUNCTION(timeslice_end) { return slice_bound<timeline::slice_end>(fcinfo); }

SQL_FUNCTION(timeshift) {
  const TimestampTz t = PG_GETARG_TIMESTAMPTZ(0);
  const Interval &shift = *PG_GETARG_INTERVAL_P(2);
  const TimestampTz start = PG_GETARG_TIMESTAMPTZ(3);
  Resolved &cache = resolved(fcinfo, 4);
  if (TIMESTAMP_NOT_FINITE(t))
    PG_RETURN_TIMESTAMPTZ(t);
  PG_RETURN_TIMESTAMPTZ(
      timeline::shifted_slice(t, cache.slice, {shift.month, shift.day, shift.time}, start, cache.zone));
}
