#include "timeline/timeslice.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

namespace hunt::timeline {

namespace {

// Days before the year that begins `years` after 2001. The leap years among them fall as in the years from 1 on,
// because 2001 is 1 modulo 400.
constexpr Day days_before_year(std::int64_t years) {
  return 365 * years + floor_div(years, 4) - floor_div(years, 100) + floor_div(years, 400);
}

constexpr std::array<std::int16_t, 13> kDaysBeforeMonth = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

// The first day of the month that begins `months` after 2001-01.
constexpr Day first_of_month(std::int64_t months) {
  const std::int64_t year = floor_div(months, 12), month = months - 12 * year;
  const bool leap = days_before_year(year + 1) - days_before_year(year) == 366;
  return days_before_year(year) + kDaysBeforeMonth[static_cast<std::size_t>(month)] + (leap && month > 1);
}

// Months from 2001-01 to the month that contains a day.
constexpr std::int64_t month_of(Day day) {
  std::int64_t month = floor_div(day * 4800, 146097);  // 400 years: right but for one month more or less
  while (first_of_month(month) > day)
    --month;
  while (first_of_month(month + 1) <= day)
    ++month;
  return month;
}
static_assert(first_of_month(month_of(-1)) == -31 && first_of_month(38) == 365 * 3 + 59 + 1);

constexpr std::int64_t kLongestPeriod = 1'000'000;  // in days

// Slices of whole days or months, numbered from the origin.
std::int64_t number_of(const Slice &slice, Day day) {
  return floor_div(slice.unit == Slice::Unit::kDays ? day : month_of(day), slice.length);
}
// Numbers are small and lengths below 2^32, so the product does not overflow; Zone::start_of refuses what is out of
// range.
Micros start_of_number(const Slice &slice, std::int64_t number, Zone &zone) {
  const std::int64_t count = number * slice.length;
  return zone.start_of(slice.unit == Slice::Unit::kDays ? count : first_of_month(count));
}

Micros checked(Micros t) {
  if (t < kFirstInstant || t >= kEndOfInstants)
    throw core::Error(core::kDatetimeOverflow, "timestamp out of range");
  return t;
}

// The start of the slice that contains t, if all slices have the same duration.
std::optional<Micros> start_of_period(Micros t, const Slice &slice, const Zone &zone) {
  if (!zone.is_fixed() || slice.period == 0)
    return std::nullopt;
  const Micros phase = (t + zone.offset() - kOrigin) % slice.period;
  return t - phase - (phase < 0 ? slice.period : 0);
}

[[noreturn]] void refuse(const char *message, const char *hint) {
  throw core::Error(core::kInvalidParameter, message, hint);
}

}  // namespace

Slice slice_of(std::int32_t months, std::int32_t days, std::int64_t microseconds) {
  using Limits = std::numeric_limits<std::int32_t>;
  // How PostgreSQL 17 and later store infinity.
  if ((months == Limits::max() && days == Limits::max()) || (months == Limits::min() && days == Limits::min()))
    refuse("slice must be finite", "Use an interval such as \"1 hour\" or \"1 day\".");
  if (months != 0 && (days != 0 || microseconds != 0))
    refuse("slice must not mix months with days or time", "Use either months and years, or weeks, days and time.");
  if (months > 0)
    return {Slice::Unit::kMonths, months, 0};
  const Micros rest = (microseconds % kDay + kDay) % kDay;
  const std::int64_t whole_days = days + floor_div(microseconds, kDay);
  if (months < 0 || whole_days < 0 || (whole_days == 0 && rest == 0))
    refuse("slice must be longer than zero", "Use an interval such as \"1 hour\" or \"1 day\".");
  if (rest == 0)
    return {Slice::Unit::kDays, whole_days, whole_days < kLongestPeriod ? whole_days * kDay : 0};
  if (whole_days > 0)
    refuse("slice longer than a day must be whole days", "Use a number of days, weeks, months or years.");
  if (kDay % rest != 0)
    refuse("slice shorter than a day must divide a day evenly",
           "Use for example 1, 2, 5, 10, 15, 20 or 30 seconds or minutes, or 1, 2, 3, 4, 6, 8 or 12 hours.");
  return {Slice::Unit::kMicroseconds, rest, rest};
}

Micros slice_start(Micros t, const Slice &slice, Zone &zone) {
  if (const auto start = start_of_period(t, slice, zone))
    return checked(*start);
  const Day day = zone.day_of(t);
  if (slice.unit != Slice::Unit::kMicroseconds)
    return checked(start_of_number(slice, number_of(slice, day), zone));
  return checked(t - (t - zone.start_of(day)) % slice.length);
}

Micros slice_end(Micros t, const Slice &slice, Zone &zone) {
  if (const auto start = start_of_period(t, slice, zone))
    return checked(*start < kEndOfInstants - slice.period ? *start + slice.period : kEndOfInstants);
  const Day day = zone.day_of(t);
  if (slice.unit != Slice::Unit::kMicroseconds)
    return checked(start_of_number(slice, number_of(slice, day) + 1, zone));
  const Micros start = t - (t - zone.start_of(day)) % slice.length;
  return checked(std::min(start + slice.length, zone.start_of(day + 1)));
}

Micros moved(Micros local, std::int32_t months, std::int64_t days, Micros microseconds) {
  if (months != 0) {
    const Day day = floor_div(local - kOrigin, kDay);
    const std::int64_t month = month_of(day), target = month + months;
    const Day last = first_of_month(target + 1) - 1;
    days += std::min(first_of_month(target) + day - first_of_month(month), last) - day;
  }
  Micros result = 0;
  if (__builtin_mul_overflow(days, kDay, &result) || __builtin_add_overflow(result, microseconds, &result) ||
      __builtin_add_overflow(result, local, &result))
    throw core::Error(core::kDatetimeOverflow, "timestamp out of range");
  return checked(result);
}

void Shift::check() const {
  if (months < 0 || days < 0 || microseconds < 0 || (months == 0 && days == 0 && microseconds == 0))
    refuse("a shift must go into the past", "Give a positive interval such as \"7 days\".");
}

Micros slice_after(Micros start, std::int64_t times, const Shift &shift, const Slice &slice, Zone &zone) {
  const Micros local = moved(zone.local(start), static_cast<std::int32_t>(times * shift.months), times * shift.days,
                             times * shift.microseconds);
  return slice_start(zone.instant_of(local), slice, zone);
}

Micros shifted_slice(Micros t, const Slice &slice, const Shift &shift, Micros start, Zone &zone) {
  const Micros own = slice_start(t, slice, zone);
  if (own >= start)
    return own;
  shift.check();
  // No shift is longer than this, so that so many of them do not pass the start.
  const double longest = 32.0 * kDay * shift.months + 2.0 * kDay * shift.days + static_cast<double>(shift.microseconds);
  const double most = (static_cast<double>(start) - static_cast<double>(own)) / longest;
  if (most > 1'000'000)
    throw core::Error(core::kInvalidParameter, "too many shifts lie between a time and start_at",
                      "Leave out rows that are so old, or give a longer shift.");
  for (auto times = std::max<std::int64_t>(1, static_cast<std::int64_t>(most));; ++times)
    if (const Micros later = slice_after(own, times, shift, slice, zone); later >= start)
      return later;
}

}  // namespace hunt::timeline
