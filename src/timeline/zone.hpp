// Days of a time zone as instants.
//
// A day of a zone begins at the first instant at which the zone's clocks show that date or a later one, and lasts until
// the next one begins. So every instant belongs to exactly one day and days follow each other without gap or overlap,
// whatever the clocks do:
//   - clocks go forward over midnight (00:00 to 01:00): the day begins at 01:00;
//   - clocks go back over midnight (00:01 to 23:01 of the day before): the day has begun at its first 00:00 and
//   contains
//     the repeated hour, although the clocks show yesterday's date again;
//   - the zone leaves a date out (Pacific/Apia, 2011-12-30): that day is empty.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace hunt::timeline {

using Micros = std::int64_t;  // an instant: microseconds since 2000-01-01 00:00 UTC, as PostgreSQL counts
using Day = std::int64_t;     // a date: days since 2001-01-01, a Monday

inline constexpr Micros kSecond = 1'000'000;
inline constexpr Micros kDay = 86'400 * kSecond;
inline constexpr Micros kOrigin = 366 * kDay;  // 2001-01-01 00:00
// Instants that PostgreSQL can store: from 4714-11-24 BC to the end of 294276.
inline constexpr Micros kFirstInstant = -211'813'488'000'000'000;
inline constexpr Micros kEndOfInstants = 9'223'371'331'200'000'000;

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept { return a / b - (a % b < 0); }  // b > 0

// Time during which a zone's clocks have one offset from UTC (east positive).
struct Stretch {
  Micros start;
  Micros end;
  Micros offset;
};

// A time zone. Trivial to destroy. It remembers the stretch last asked for, so instants in order cost no search.
class Zone {
public:
  // The end and the offset of the stretch that contains t; `start` is ignored. Offsets are below 24 hours.
  using Find = Stretch (*)(const void *source, Micros t);

  // Clocks that never change.
  constexpr Zone() noexcept : Zone(0) {}
  explicit constexpr Zone(Micros offset) noexcept
      : find_(nullptr),
        source_(nullptr), last_{std::numeric_limits<Micros>::min(), std::numeric_limits<Micros>::max(), offset} {}
  Zone(Find find, const void *source) noexcept : find_(find), source_(source), last_{0, 0, 0} {}

  // True if the clocks never change; then `offset` is theirs.
  bool is_fixed() const noexcept { return find_ == nullptr; }
  Micros offset() const noexcept { return last_.offset; }
  // The day that contains t.
  Day day_of(Micros t);
  // The first instant of a day, which may lie outside of what PostgreSQL can store by one day. Raises
  // datetime_field_overflow (22008) beyond that.
  Micros start_of(Day day);
  // What the clocks show at t, as microseconds of a clock that never changes, and the instant at which they show it.
  // Of two such instants the later one; for a time that they skip, what the clocks before the change would mean:
  // PostgreSQL reads a local timestamp alike.
  Micros local(Micros t) { return t + stretch_at(t).offset; }
  Micros instant_of(Micros local);

private:
  const Stretch &stretch_at(Micros t);

  Find find_;
  const void *source_;
  Stretch last_;
};

// "+02:00" or "-05:30", below 16 hours, as microseconds east of Greenwich (ISO 8601; POSIX counts the other way).
std::optional<Micros> parse_offset(std::string_view text) noexcept;

// True for what can only be a name of the IANA time zone database, "Europe/Berlin" or "UTC": letters in two or more
// parts with slashes between them. Names without a slash ("CET", "EST", "MST7MDT", "Japan") are refused because
// PostgreSQL reads many of them as abbreviations elsewhere, whose meaning depends on a setting and on the version of
// the database; names with digits ("Etc/GMT+5") because their sign runs against ISO 8601 and a misspelt one reads as a
// POSIX rule.
bool is_zone_name(std::string_view text) noexcept;

// Raises invalid_parameter_value (22023) for a time zone that is neither a known name nor an offset.
[[noreturn]] void refuse_zone(std::string_view text);

}  // namespace hunt::timeline
