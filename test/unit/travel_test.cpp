// Travel: which hops are found, and which are not alarms.
#include "core/error.hpp"
#include "travel/travel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <random>
#include <set>

using namespace hunt::travel;

namespace {

constexpr std::int64_t kMinute = 60'000'000, kHour = 60 * kMinute, kDay = 24 * kHour;
constexpr TravelRule kRule{900, 100, 3};

Visit berlin(std::int64_t time, double accuracy = 10) { return *make_visit(time, 52.52, 13.405, accuracy, false); }
Visit london(std::int64_t time, double accuracy = 10) { return *make_visit(time, 51.5074, -0.1278, accuracy, false); }
Visit through_vpn(Visit v) {
  v.is_unreliable = 1;
  return v;
}

std::deque<std::vector<std::uint64_t>> memory;
Travel::OpenBytes allocate(std::size_t size) {
  auto &block = memory.emplace_back((size + 7) / 8);
  return {reinterpret_cast<std::uint8_t *>(block.data()), size};
}

}  // namespace

TEST(Travel, BerlinToLondonInAnHourIsTooFast) {
  const auto hops = find_hops({berlin(0), berlin(kHour), london(2 * kHour)}, kRule);
  ASSERT_EQ(hops.size(), 1u);
  EXPECT_EQ(hops[0].from.time, kHour);
  EXPECT_NEAR(hops[0].distance_km, 931.6 - 20, 1);
  EXPECT_NEAR(hops[0].speed_kmh, hops[0].distance_km, 1e-9);
  EXPECT_TRUE(hops[0].is_fast);
  EXPECT_FALSE(find_hops({berlin(0), london(2 * kHour)}, kRule)[0].is_fast);
}

TEST(Travel, TwoPlacesAtOneTime) {
  const auto hops = find_hops({berlin(0), london(0)}, kRule);
  ASSERT_EQ(hops.size(), 1u);
  EXPECT_TRUE(std::isinf(hops[0].speed_kmh));
}

TEST(Travel, RadiiThatTouchAreOnePlace) {
  EXPECT_TRUE(find_hops({berlin(0, 500), london(1, 500)}, kRule).empty());
  EXPECT_TRUE(find_hops({berlin(0), *make_visit(1, 52.4, 13.06, 0, false)}, kRule).empty());  // Potsdam, 27 km
}

TEST(Travel, AVagueVisitDoesNotReplaceTheLastPlace) {
  const auto hops = find_hops({berlin(0), *make_visit(kMinute, 51, 9, 2000, false), london(kHour)}, kRule);
  ASSERT_EQ(hops.size(), 1u);
  EXPECT_EQ(hops[0].from.time, 0);
  EXPECT_EQ(hops[0].from.accuracy_km, 10u);
}

TEST(Travel, AnUnreliableNetworkDoesNotPoisonTheLastPlace) {
  const auto hops = find_hops({berlin(0), through_vpn(london(kMinute)), berlin(2 * kMinute)}, kRule);
  ASSERT_EQ(hops.size(), 1u);
  EXPECT_EQ(hops[0].to.is_unreliable, 1u);
  for (const char *name : {"vpn", "relay", "mobile", "satellite"})
    EXPECT_TRUE(is_unreliable_class(name));
  for (const char *name : {"", "corporate", "residential", "VPN"})
    EXPECT_FALSE(is_unreliable_class(name));
}

TEST(Travel, ThereAndBackIsTwoHops) {
  EXPECT_EQ(find_hops({berlin(0), london(kMinute), berlin(2 * kMinute)}, kRule).size(), 2u);
}

TEST(Travel, LearnsPairsThatRecur) {
  std::vector<Visit> visits;
  for (int day = 0; day < 6; ++day)
    for (int n = 0; n < 3; ++n) {
      visits.push_back(berlin(day * kDay + n * kHour));
      visits.push_back(london(day * kDay + n * kHour + kMinute));
    }
  visits.push_back(*make_visit(5 * kDay + 3 * kHour, 1.35, 103.82, 10, false));  // Singapore
  const auto hops = find_hops(visits, kRule);
  for (const Hop &hop : hops) {
    const bool is_known_pair = hop.to.latitude > 50'000'000;
    EXPECT_EQ(hop.is_recurring, hop.is_fast && is_known_pair && hop.to.time / kDay >= 3);
  }
  EXPECT_TRUE(hops.back().is_fast);
  EXPECT_FALSE(hops.back().is_recurring);
  // Later visits change nothing.
  const auto earlier = find_hops({visits.begin(), visits.begin() + 10}, kRule);
  for (std::size_t i = 0; i < earlier.size(); ++i)
    EXPECT_EQ(earlier[i].is_recurring, hops[i].is_recurring);
}

TEST(Travel, IsTheSameForAnyOrderAndMergeTree) {
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    std::vector<Visit> visits;
    for (std::size_t n = 1 + random() % 100; n > 0; --n)
      visits.push_back(*make_visit(static_cast<std::int64_t>(random() % 40) * kMinute,
                                   static_cast<double>(random() % 5) * 20 - 40,
                                   static_cast<double>(random() % 5) * 60 - 120, random() % 3 * 50, random() % 5 == 0));
    std::vector<std::uint8_t> first;
    for (int order = 0; order < 3; ++order) {
      std::shuffle(visits.begin(), visits.end(), random);
      const std::size_t cut = random() % (visits.size() + 1);
      Travel::OpenBytes a = Travel::create(1, allocate), b = Travel::create(1, allocate);
      for (std::size_t i = 0; i < visits.size(); ++i)
        (i < cut ? a : b) = Travel::add(i < cut ? a : b, visits[i], allocate);
      const Travel::Bytes merged = Travel::close(
          Travel::merge(a, order == 0 ? Travel::Bytes(b) : Travel::close(b, allocate), allocate), allocate);
      validate_travel(merged);
      const std::vector<std::uint8_t> bytes(merged.begin(), merged.end());
      if (order == 0)
        first = bytes;
      EXPECT_EQ(bytes, first);
    }
    memory.clear();
  }
}

// However the visits came, in pieces and in what order, a pair is learned from all of them that were before a hop.
TEST(Travel, LearnsTheSamePairsAsAScanHoweverItWasMerged) {
  constexpr double kPlaces[][2] = {{52.7, 13.2}, {51.7, -0.2}, {1.2, 103.7}, {40.7, -73.8}};
  const auto place_of = [&](const Visit &v) {
    return std::ranges::find_if(kPlaces, [&](const auto &p) { return v.latitude == std::lround(p[0] * 1e6); }) -
           std::begin(kPlaces);
  };
  std::mt19937 random(7);
  std::size_t recurring = 0;
  for (int round = 0; round < 100; ++round) {
    std::vector<Visit> visits;
    for (int n = 0; n < 80; ++n) {
      const auto &p = kPlaces[random() % 2 == 0 ? random() % 4 : random() % 2];
      visits.push_back(*make_visit(static_cast<std::int64_t>(random() % (12 * 24 * 6)) * 10 * kMinute, p[0], p[1], 5,
                                   random() % 8 == 0));
    }
    // A merge tree: random neighbours unite until one is left, some of them stored before.
    std::vector<Travel::OpenBytes> pieces;
    for (const Visit &v : visits)
      pieces.push_back(Travel::add(Travel::create(1, allocate), v, allocate));
    while (pieces.size() > 1) {
      const std::size_t i = random() % (pieces.size() - 1);
      const Travel::Bytes right = pieces[i + 1];
      pieces[i] = Travel::merge(pieces[i], random() % 2 == 0 ? Travel::close(right, allocate) : right, allocate);
      pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    }
    const TravelRule rule{900, 100, static_cast<std::int64_t>(1 + random() % 3)};
    const std::vector<Hop> hops = find_hops(Travel::records(Travel::close(pieces[0], allocate)), rule);
    std::ranges::sort(visits);
    ASSERT_EQ(hops.size(), find_hops(visits, rule).size());
    for (std::size_t i = 0; i < hops.size(); ++i) {
      std::set<std::int64_t> days;
      for (std::size_t j = 0; j < i; ++j)
        if (hops[j].is_fast && hops[j].to.is_unreliable == 0 && hops[j].to.time / kDay != hops[i].to.time / kDay &&
            std::minmax({place_of(hops[j].from), place_of(hops[j].to)}) ==
                std::minmax({place_of(hops[i].from), place_of(hops[i].to)}))
          days.insert(hops[j].to.time / kDay);
      const bool is_expected = hops[i].is_fast && static_cast<std::int64_t>(days.size()) >= rule.recurring_days;
      EXPECT_EQ(hops[i].is_recurring, is_expected);
      recurring += hops[i].is_recurring;
    }
    memory.clear();
  }
  EXPECT_GT(recurring, 500u);
}

TEST(Travel, UnknownPlacesAreNoVisitsAndWrongOnesErrors) {
  EXPECT_FALSE(make_visit(0, NAN, 1, 0, false));
  EXPECT_THROW(make_visit(0, 91, 0, 0, false), hunt::core::Error);
  EXPECT_THROW(make_visit(0, 0, 181, 0, false), hunt::core::Error);
  EXPECT_THROW(make_visit(0, 0, 0, -1, false), hunt::core::Error);
  EXPECT_THROW(make_visit(INT64_MAX, 0, 0, 0, false), hunt::core::Error);
  EXPECT_THROW(find_hops({}, {-1, 0, 3}), hunt::core::Error);
  EXPECT_THROW(find_hops({}, {900, 0, 0}), hunt::core::Error);
}
