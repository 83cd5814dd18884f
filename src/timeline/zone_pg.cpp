#include "timeline/zone_pg.hpp"

#include "pg/boundary.hpp"

#include <limits>

extern "C" {
#include "pgtime.h"
#include "utils/timestamp.h"
}

namespace hunt::timeline {

namespace {

constexpr std::int64_t kUnixEpoch = std::int64_t{POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE} * SECS_PER_DAY;

// Zone::Find over a pg_tz. Neither function of PostgreSQL raises an error.
Stretch find_stretch(const void *source, Micros t) {
  const pg_time_t seconds = floor_div(t, kSecond) + kUnixEpoch;
  pg_time_t boundary = 0;
  long offset = 0, next_offset = 0;
  int is_dst = 0, next_is_dst = 0;
  const int found = pg_next_dst_boundary(&seconds, &offset, &is_dst, &boundary, &next_offset, &next_is_dst,
                                         static_cast<const pg_tz *>(source));
  const pg_time_t limit = std::numeric_limits<Micros>::max() / kSecond;
  const Micros end = found > 0 && boundary - kUnixEpoch < limit ? (boundary - kUnixEpoch) * kSecond
                                                                : std::numeric_limits<Micros>::max();
  return {t, end, offset * kSecond};
}

}  // namespace

Zone resolve_zone(std::string_view name, std::string_view *canonical) {
  if (canonical != nullptr)
    *canonical = name;
  if (const auto offset = parse_offset(name))
    return Zone(*offset);
  if (!is_zone_name(name) || name.size() > TZ_STRLEN_MAX)
    refuse_zone(name);
  char text[TZ_STRLEN_MAX + 1] = {};
  std::memcpy(text, name.data(), name.size());
  pg_tz *zone = pg::call([&text] { return pg_tzset(text); });
  if (zone == nullptr || !pg_tz_acceptable(zone))
    refuse_zone(name);
  if (canonical != nullptr)
    *canonical = pg_get_timezone_name(zone);
  return Zone(find_stretch, zone);
}

}  // namespace hunt::timeline
