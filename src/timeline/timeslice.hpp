// Time slices: the stretches of a calendar into which events are counted.
//
//   - Months and years are counted from 2001-01, days and weeks from Monday 2001-01-01; a slice begins with a day of
//   the
//     time zone (zone.hpp says when a day begins) and lasts until the next slice begins.
//   - Slices shorter than a day divide 24 hours evenly and count elapsed time from the beginning of the zone's day. All
//     have their full length except the last one of a day, which ends with the day. So a day of 23 hours has 23 slices
//     of an hour and one of 25 hours has 25: the skipped hour has no slice, each pass of the repeated hour has its own.
//     A day of 25 hours has five slices of 6 hours, the last of one hour.
//
// Every instant belongs to exactly one slice, start <= instant < end, and no instant has an earlier slice than the
// instant before it. Nothing is allocated; under clocks that never change a slice costs one division.
#pragma once

#include "timeline/zone.hpp"

#include <cstdint>

namespace hunt::timeline {

struct Slice {
  enum class Unit : std::uint8_t { kMicroseconds, kDays, kMonths };
  Unit unit;
  std::int64_t length;  // > 0
  Micros period;  // the same as elapsed time, for clocks that never change; 0 for months and for thousands of years
};

// The slice that an interval of months, days and microseconds means; 24 hours are a day, as SQL's = on intervals has
// it. Raises invalid_parameter_value (22023) for what is not positive, mixes months with shorter units, or does neither
// divide a day nor consist of whole days.
Slice slice_of(std::int32_t months, std::int32_t days, std::int64_t microseconds);

// Start and end of the slice that contains t. Raise datetime_field_overflow (22008) where PostgreSQL has no such
// instant.
Micros slice_start(Micros t, const Slice &slice, Zone &zone);
Micros slice_end(Micros t, const Slice &slice, Zone &zone);

// A time on a clock that never changes, moved by months, then days, then microseconds as SQL adds an interval: a day
// that the month does not have becomes its last one.
Micros moved(Micros local, std::int32_t months, std::int64_t days, Micros microseconds);

// How far one time lies from another on the clock of a zone.
struct Shift {
  std::int32_t months;
  std::int32_t days;
  Micros microseconds;

  void check() const;  // raises invalid_parameter_value (22023) unless it leads forward
};
// The slice that lies `times` shifts after the slice that begins at `start` (before it, if negative): the one that
// contains the moved start.
Micros slice_after(Micros start, std::int64_t times, const Shift &shift, const Slice &slice, Zone &zone);
// The slice that contains t, or, if that begins before `start`, the first one from there on that lies a number of
// shifts after it.
Micros shifted_slice(Micros t, const Slice &slice, const Shift &shift, Micros start, Zone &zone);

}  // namespace hunt::timeline
