#include "risk_events.hpp"

#include "core/error.hpp"
#include "core/hash.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>

namespace hunt::profile {
namespace {

TEST(RiskState, IsStoredAsDocumented) {
  const StoredState state = state_of({{"net", "", "-"}, {"net", "DE", " "}});
  StoredState expected(32 + 2 * 16);
  const auto put = [&](std::size_t at, std::uint64_t value) { std::memcpy(expected.data() + at, &value, 8); };
  expected[0] = 0x10;
  expected[4] = 2;
  put(8, 2);
  put(16, 1);
  put(32, core::hash64("net") >> 2);
  put(40, 2);
  put(48, std::uint64_t{1} << 62 | core::hash64("DE") >> 2);
  put(56, 1);
  EXPECT_EQ(state, expected);
  EXPECT_EQ(state_of({}), StoredState(risk_state::kEmpty.begin(), risk_state::kEmpty.end()));
}

std::vector<SessionEvent> random_events(std::size_t count, std::uint64_t values, std::mt19937_64 &random) {
  std::vector<SessionEvent> events(count);
  for (SessionEvent &event : events)
    event = {"network " + std::to_string(random() % values), random() % 5 == 0 ? "" : std::to_string(random() % 20),
             "client " + std::to_string(random() % (values / 2 + 1))};
  return events;
}

// Splits of the events, at random, merged in a random tree.
StoredState merged_at_random(std::vector<SessionEvent> events, std::size_t parts, std::mt19937_64 &random) {
  std::shuffle(events.begin(), events.end(), random);
  std::vector<std::vector<SessionEvent>> split(parts);
  for (const SessionEvent &event : events)
    split[random() % parts].push_back(event);
  std::vector<StoredState> states;
  for (const auto &part : split)
    states.push_back(state_of(part));
  while (states.size() > 1) {
    std::swap(states[random() % states.size()], states.back());
    const StoredState last = states.back();
    states.pop_back();
    StoredState &other = states[random() % states.size()];
    other = random() % 2 == 0 ? merged(other, last) : merged(last, other);
  }
  return states[0];
}

TEST(RiskState, HasTheSameBytesHoweverItWasMade) {
  std::mt19937_64 random(2);
  for (const std::uint64_t values : {1, 3, 40, 5000}) {
    const std::vector<SessionEvent> events = random_events(3000, values, random);
    const StoredState whole = state_of(events);
    for (const std::size_t parts : {1, 2, 7, 100})
      EXPECT_EQ(merged_at_random(events, parts, random), whole) << values << " values, " << parts << " parts";
  }
}

TEST(RiskState, CountsWhatCame) {
  std::mt19937_64 random(3);
  const std::vector<SessionEvent> events = random_events(2000, 100, random);
  const StoredState state = state_of(events);
  std::map<std::string, double> networks;
  for (const SessionEvent &event : events)
    ++networks[event.network];
  for (const auto &[network, times] : networks) {
    const auto found = risk_state::counts(state, kRiskNetwork, observe(network, "", "").keys[kRiskNetwork]);
    EXPECT_EQ(found.events, times);
    EXPECT_EQ(found.total, 2000);
    EXPECT_EQ(found.distinct, networks.size());
  }
  EXPECT_EQ(risk_state::counts(state, kRiskNetwork, observe("another", "", "").keys[kRiskNetwork]).events, 0);
}

// More values than fit: bounded, independent of the order, and about right for values that were left out.
TEST(RiskState, KeepsTheSameValuesHoweverItWasMade) {
  constexpr std::size_t kValues = 50000;
  std::vector<SessionEvent> events;
  for (std::size_t i = 0; i < kValues; ++i) {
    events.push_back({"network " + std::to_string(i), "DE", "x"});
    if (i % 2 == 0)
      events.push_back(events.back());
  }
  const StoredState whole = state_of(events);
  EXPECT_EQ(whole.size(), 32 + 16 * (kMaxValues + 2));
  std::mt19937_64 random(4);
  EXPECT_EQ(merged_at_random(events, 3, random), whole);
  EXPECT_EQ(merged(whole, state_of({})), whole);
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < kValues; i += 50) {
    const auto found = risk_state::counts(whole, kRiskNetwork, events[i].observed().keys[kRiskNetwork]);
    EXPECT_EQ(found.total, kValues * 3 / 2);
    // Three standard errors of 1 / sqrt(kMaxValues).
    EXPECT_NEAR(found.distinct / kValues, 1, 0.017);
    EXPECT_GT(found.events, 0);
    if (found.events != 1 && found.events != 2) {
      ++left_out;
      EXPECT_NEAR(found.events, 1.5, 0.05);
    }
  }
  EXPECT_NEAR(static_cast<double>(left_out) / (kValues / 50), 1 - static_cast<double>(kMaxValues) / kValues, 0.05);
}

TEST(RiskState, RefusesWhatNoEventsMake) {
  const StoredState good = state_of({{"a", "b", "c"}, {"d", "b", "c"}});
  EXPECT_NO_THROW(risk_state::check(good));
  const auto changed = [&](std::size_t at, std::uint8_t value) {
    StoredState bytes = good;
    bytes[at] = value;
    return bytes;
  };
  StoredState swapped = good;
  std::swap_ranges(swapped.begin() + 32, swapped.begin() + 48, swapped.begin() + 48);
  for (const StoredState &bytes :
       {StoredState{}, StoredState(good.begin(), good.end() - 1), changed(0, 0x20), changed(0, 0x14), changed(1, 1),
        changed(4, 3), changed(4, 1), changed(7, 0xFF), changed(8, 3), changed(8, 1), changed(15, 0x80), changed(40, 0),
        changed(40, 2), changed(47, 0x80), changed(39, 0xC0), swapped})
    EXPECT_THROW(risk_state::check(bytes), core::Error);
}

// Two states at the end of counting merge without overflow.
TEST(RiskState, StopsCountingBeforeItOverflows) {
  StoredState state = state_of({{"a", "", ""}});
  const std::uint64_t most = kMaxCount;
  std::memcpy(state.data() + 8, &most, 8);
  std::memcpy(state.data() + 40, &most, 8);
  risk_state::check(state);
  EXPECT_EQ(merged(state, state), state);
}

}  // namespace
}  // namespace hunt::profile
