#include "timeline/timeslice.hpp"

#include "core/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

using namespace hunt::timeline;
using hunt::core::Error;
using Unit = Slice::Unit;

namespace {

constexpr std::int64_t kUnixEpoch = 946'684'800;  // 2000-01-01 in seconds since 1970
constexpr Micros kMinute = 60 * kSecond;
constexpr Micros kHour = 60 * kMinute;

Micros utc(int year, unsigned month, unsigned day, Micros time = 0) {
  using namespace std::chrono;
  const auto days = sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day));
  return (days.time_since_epoch().count() * 86'400LL - kUnixEpoch) * kSecond + time;
}

// The zone that the C library has been set to.
Micros libc_offset(Micros t) {
  const std::time_t seconds = floor_div(t, kSecond) + kUnixEpoch;
  std::tm local{};
  localtime_r(&seconds, &local);
  return local.tm_gmtoff * kSecond;
}

// Steps by a day and bisects. A stretch may be cut short where nothing changes.
Stretch libc_stretch(const void *, Micros t) {
  const Micros offset = libc_offset(t);
  Micros low = t, high = t + kDay;
  for (int days = 0; days < 300 && libc_offset(high) == offset; ++days)
    low = high, high += kDay;
  if (libc_offset(high) == offset)
    return {t, high, offset};
  low = floor_div(low, kSecond), high = floor_div(high, kSecond);
  while (high - low > 1)
    (libc_offset((low + high) / 2 * kSecond) == offset ? low : high) = (low + high) / 2;
  return {t, high * kSecond, offset};
}

class LibcZone {
public:
  explicit LibcZone(const char *name) {
    setenv("TZ", name, 1);
    tzset();
  }
  ~LibcZone() {
    unsetenv("TZ");
    tzset();
  }
  Zone zone{libc_stretch, nullptr};
};

// The number of the day, or of the slice of days or months, that the clocks show.
std::int64_t shown(Micros t, const Slice &slice) {
  using namespace std::chrono;
  const auto day = floor_div(t + libc_offset(t), kDay);
  if (slice.unit == Unit::kMonths) {
    const year_month_day date(sys_days(days(day + 10'957)));  // 2000-01-01 is day 10957 of 1970
    return floor_div((int(date.year()) - 2001) * 12 + int(unsigned(date.month())) - 1, slice.length);
  }
  return floor_div(day - 366, slice.unit == Unit::kDays ? slice.length : 1);
}

// Walks a window instant by instant and keeps the latest slice that the clocks have shown; `step` must divide every
// change.
void expect_like_clocks(Zone &zone, const Slice &slice, Micros begin, Micros end, Micros step) {
  std::vector<Micros> starts;  // of the slices of days or months met so far
  std::vector<std::pair<Micros, std::size_t>> instants;
  std::int64_t latest = shown(begin, slice);
  for (Micros t = begin; t < end; t += step) {
    if (const auto now = shown(t, slice); now > latest) {
      latest = now;
      starts.push_back(t);
    }
    if (!starts.empty())
      instants.emplace_back(t, starts.size() - 1);
  }
  ASSERT_GE(starts.size(), 2u);
  for (const auto &[t, index] : instants) {
    if (index + 1 == starts.size())
      break;  // its end lies beyond the window
    Micros from = starts[index], to = starts[index + 1];
    if (slice.unit == Unit::kMicroseconds) {
      from += (t - from) / slice.length * slice.length;
      to = std::min(from + slice.length, to);
    }
    ASSERT_EQ(slice_start(t, slice, zone), from) << t;
    ASSERT_EQ(slice_end(t, slice, zone), to) << t;
    ASSERT_EQ(slice_start(t + 1, slice, zone), from) << t;
  }
}

class EveryZone : public testing::TestWithParam<const char *> {};

TEST_P(EveryZone, SlicesAreWhatItsClocksShow) {
  LibcZone libc(GetParam());
  for (const Slice &slice :
       {slice_of(0, 0, kHour), slice_of(0, 0, 15 * kMinute), slice_of(0, 0, 6 * kHour), slice_of(0, 1, 0),
        slice_of(0, 7, 0), slice_of(0, 10, 0), slice_of(1, 0, 0), slice_of(5, 0, 0)})
    expect_like_clocks(libc.zone, slice, utc(2010, 12, 20), utc(2012, 12, 31), 15 * kMinute);
}

INSTANTIATE_TEST_SUITE_P(Timeslice, EveryZone,
                         testing::Values("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu",
                                         "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "America/Havana",
                                         "Africa/Casablanca", "America/Caracas"));

// Clocks of St. John's changed one minute after midnight until 2011, so yesterday's date came back.
TEST(Timeslice, YesterdaysDateShownAgainBelongsToToday) {
  LibcZone libc("America/St_Johns");
  for (const Slice &slice : {slice_of(0, 0, kHour), slice_of(0, 0, kMinute), slice_of(0, 1, 0)}) {
    expect_like_clocks(libc.zone, slice, utc(2006, 10, 26), utc(2006, 11, 2), kMinute);
    expect_like_clocks(libc.zone, slice, utc(2006, 3, 30), utc(2006, 4, 5), kMinute);
  }
}

// The cached stretch must not change an answer, in whatever order instants come.
TEST(Timeslice, OrderOfQuestionsDoesNotMatter) {
  LibcZone libc("Europe/Berlin");
  std::mt19937_64 random(5);
  for (int i = 0; i < 3000; ++i) {
    const Micros t =
        utc(1990, 1, 1) + static_cast<Micros>(random() % (40 * 365)) * kDay + static_cast<Micros>(random() % kDay);
    for (const Slice &slice : {slice_of(0, 0, kHour), slice_of(0, 1, 0), slice_of(1, 0, 0)}) {
      Zone fresh(libc_stretch, nullptr);
      EXPECT_EQ(slice_start(t, slice, libc.zone), slice_start(t, slice, fresh));
      EXPECT_EQ(slice_end(t, slice, libc.zone), slice_end(t, slice, fresh));
    }
  }
}

TEST(Timeslice, SlicesOfOffsetsTileTime) {
  std::mt19937_64 random(6);
  const std::vector<Slice> slices = {slice_of(0, 0, 1),    slice_of(0, 0, kHour), slice_of(0, 1, 0), slice_of(0, 7, 0),
                                     slice_of(0, 1461, 0), slice_of(1, 0, 0),     slice_of(3, 0, 0), slice_of(12, 0, 0),
                                     slice_of(1200, 0, 0), slice_of(0, 30, 0)};
  for (int i = 0; i < 20'000; ++i) {
    Zone zone((static_cast<Micros>(random() % 1919) - 959) * kMinute);
    const Slice &slice = slices[random() % slices.size()];
    // A century away from both ends of time.
    const Micros t = kFirstInstant + 36'525 * kDay +
                     static_cast<Micros>(random() % static_cast<std::uint64_t>(kEndOfInstants - 2 * 36'525 * kDay));
    const Micros start = slice_start(t, slice, zone), end = slice_end(t, slice, zone);
    ASSERT_LE(start, t);
    ASSERT_LT(t, end);
    ASSERT_EQ(slice_start(start, slice, zone), start);
    ASSERT_EQ(slice_start(end - 1, slice, zone), start);
    ASSERT_EQ(slice_start(end, slice, zone), end);
    ASSERT_EQ(slice_end(start - 1, slice, zone), start);
  }
}

TEST(Timeslice, CalendarOfAllYears) {
  Zone zone;
  for (int year = -4712; year < 32'000; year += year % 400 == 0 ? 1 : 7)
    for (const unsigned month : {1u, 2u, 3u, 12u}) {
      const Micros first = utc(year, month, 1);
      ASSERT_EQ(slice_start(first + 5, slice_of(1, 0, 0), zone), first) << year;
      ASSERT_EQ(slice_start(first + 27 * kDay, slice_of(1, 0, 0), zone), first) << year;
      ASSERT_EQ(slice_start(first + 20 * kDay, slice_of(12, 0, 0), zone), utc(year, 1, 1)) << year;
    }
  EXPECT_EQ(slice_start(utc(2024, 2, 29), slice_of(0, 7, 0), zone), utc(2024, 2, 26)) << "a Monday";
  EXPECT_EQ(slice_start(utc(1999, 12, 31), slice_of(0, 3, 0), zone), utc(1999, 12, 29)) << "369 days before 2001";
}

TEST(Timeslice, IntervalsThatAreSlices) {
  EXPECT_EQ(slice_of(0, 0, 24 * kHour).unit, Unit::kDays);
  EXPECT_EQ(slice_of(0, 0, 48 * kHour).length, 2);
  EXPECT_EQ(slice_of(0, 1, -12 * kHour).length, 12 * kHour);
  EXPECT_EQ(slice_of(0, 1, 24 * kHour).length, 2);
  EXPECT_EQ(slice_of(14, 0, 0).unit, Unit::kMonths);
  struct Bad {
    std::int32_t months, days;
    Micros time;
  };
  constexpr auto kMax32 = std::numeric_limits<std::int32_t>::max();
  constexpr auto kMin64 = std::numeric_limits<Micros>::min();
  for (const Bad &bad : {Bad{0, 0, 0}, Bad{0, 0, -1}, Bad{0, -1, 0}, Bad{-1, 0, 0}, Bad{1, 1, 0}, Bad{1, 0, 1},
                         Bad{1, -30, 0}, Bad{0, 1, 1}, Bad{0, 0, 7 * kHour}, Bad{0, 0, 7}, Bad{0, 0, 36 * kHour},
                         Bad{0, 1, -kDay}, Bad{kMax32, kMax32, std::numeric_limits<Micros>::max()},
                         Bad{-kMax32 - 1, -kMax32 - 1, kMin64}, Bad{0, 0, kMin64}, Bad{0, kMax32, kMin64 + 1}}) {
    try {
      slice_of(bad.months, bad.days, bad.time);
      ADD_FAILURE() << bad.months << ' ' << bad.days << ' ' << bad.time;
    } catch (const Error &e) {
      EXPECT_STREQ(e.sqlstate(), "22023");
      EXPECT_FALSE(e.hint().empty());
    }
  }
}

TEST(Timeslice, OutOfRangeIsAnError) {
  constexpr auto kMax32 = std::numeric_limits<std::int32_t>::max();
  for (Zone zone : {Zone(), Zone(-15 * kHour), Zone(15 * kHour)})
    for (const Slice &slice :
         {slice_of(0, 0, 12 * kHour), slice_of(0, 1, 0), slice_of(0, kMax32, 0), slice_of(kMax32, 0, 0)})
      for (const Micros t : {kFirstInstant, kEndOfInstants - 1}) {
        const auto in_range = [&](auto bound) {
          try {
            const Micros at = bound(t, slice, zone);
            EXPECT_TRUE(at >= kFirstInstant && at < kEndOfInstants);
          } catch (const Error &e) {
            EXPECT_STREQ(e.sqlstate(), "22008");
          }
        };
        in_range(slice_start);
        in_range(slice_end);
      }
  Zone zone;
  EXPECT_EQ(slice_start(kFirstInstant, slice_of(0, 1, 0), zone), kFirstInstant);
  EXPECT_EQ(slice_start(kEndOfInstants - 1, slice_of(0, 1, 0), zone), kEndOfInstants - kDay);
  EXPECT_THROW(slice_end(kEndOfInstants - 1, slice_of(0, 1, 0), zone), Error);
}

TEST(Zone, Names) {
  for (const char *name :
       {"UTC", "utc", "Europe/Berlin", "America/Argentina/Buenos_Aires", "America/Port-au-Prince", "Etc/UTC"})
    EXPECT_TRUE(is_zone_name(name)) << name;
  for (const char *name : {"", "CET", "EST", "MST7MDT", "Japan", "GMT", "+02:00", "Etc/GMT+5", "EST5/foo", "/Berlin",
                           "../etc/x", "CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Berlin ", "<A>3/b"})
    EXPECT_FALSE(is_zone_name(name)) << name;
}

TEST(Zone, Offsets) {
  EXPECT_EQ(parse_offset("+02:00"), 2 * kHour);
  EXPECT_EQ(parse_offset("-05:30"), -5 * kHour - 30 * kMinute);
  EXPECT_EQ(parse_offset("+00:00"), 0);
  EXPECT_EQ(parse_offset("+15:59"), 16 * kHour - kMinute);
  for (const char *text :
       {"", "+2", "+02", "02:00", "+0200", "+16:00", "+02:60", "+02:0", "+02:00:00", "+-2:00", "Z", "+02-00"})
    EXPECT_EQ(parse_offset(text), std::nullopt) << text;
}

}  // namespace
