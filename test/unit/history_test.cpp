#include "history/open_history.hpp"
#include "history/verdict.hpp"

#include "core/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>

namespace {

using namespace hunt::history;
using hunt::core::never_interrupted;
using Stored = std::vector<std::uint8_t>;

std::deque<Stored> memory;
OpenBytes allocate(std::size_t size) { return memory.emplace_back(size); }

const Stored kNothing{0x10, 0, 0, 0, 0};

struct Event {
  std::string value;
  Time at;
};

Key key_of(const std::string &text) { return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()}; }

Stored copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

Stored closed(Bytes history) {
  Stored bytes = copy(close(history, allocate, never_interrupted));
  validate(bytes, allocate, never_interrupted);
  return bytes;
}

Stored history_of(const std::vector<Event> &events, const Terms &terms) {
  OpenBytes history = open(kNothing, allocate, never_interrupted);
  for (const Event &e : events)
    history = add(history, ValueKind::text, key_of(e.value), e.at, terms, allocate, never_interrupted);
  return closed(history);
}

Stored merged_bytes(const Stored &a, const Stored &b) {
  Stored bytes = copy(merge(a, b, allocate, never_interrupted));
  validate(bytes, allocate, never_interrupted);
  return bytes;
}

// Any split into parts, merged in any tree, in either of the two ways.
Stored history_by_parts(std::vector<Event> events, const Terms &terms, std::mt19937 &random) {
  std::ranges::shuffle(events, random);
  std::vector<Stored> parts;
  for (std::size_t i = 0; i < events.size();) {
    const std::size_t end = std::min(events.size(), i + 1 + random() % 20);
    parts.push_back(history_of(
        {events.begin() + static_cast<std::ptrdiff_t>(i), events.begin() + static_cast<std::ptrdiff_t>(end)}, terms));
    i = end;
  }
  parts.push_back(kNothing);
  while (parts.size() > 1) {
    const std::size_t i = random() % parts.size();
    const Stored part = parts[i];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
    Stored &into = parts[random() % parts.size()];
    if (random() % 2 == 0)
      into = merged_bytes(into, part);
    else
      into = closed(merge_into(open(into, allocate, never_interrupted), part, allocate, never_interrupted));
  }
  return parts[0];
}

// What a scan of all events says.
struct Scan {
  const std::vector<Event> &events;
  Time t;
  std::uint32_t retention;

  bool is_in_reach(Time from, Time to) const { return from < to && to - from <= std::int64_t{retention} * kDay; }
  template <class Wanted> std::optional<Time> since(Wanted wanted) const {
    std::vector<Time> times;
    for (const Event &e : events)
      if (e.at < t && wanted(e))
        times.push_back(e.at);
    std::ranges::sort(times);
    if (times.empty() || !is_in_reach(times.back(), t))
      return std::nullopt;
    std::size_t i = times.size() - 1;
    while (i > 0 && times[i] - times[i - 1] <= std::int64_t{retention} * kDay)
      --i;
    return times[i];
  }
  Answer answer(const std::string &value) const {
    Answer a;
    a.value_since = since([&](const Event &e) { return e.value == value; });
    a.value = a.value_since ? Presence::known : Presence::unknown;
    a.entity_since = since([](const Event &) { return true; });
    std::set<std::int32_t> days;
    std::set<std::string> values;
    for (const Event &e : events) {
      if (e.value == value && day_of(e.at) < day_of(t) &&
          day_of(e.at) >= day_of(t) - static_cast<std::int64_t>(retention))
        days.insert(day_of(e.at));
      if (is_in_reach(e.at, t))
        values.insert(e.value);
    }
    a.days = static_cast<std::uint32_t>(days.size());
    a.values = static_cast<std::uint32_t>(values.size());
    return a;
  }
};

void expect_equal(const Answer &got, const Answer &expected) {
  EXPECT_EQ(got.value, expected.value);
  EXPECT_EQ(got.value_since, expected.value_since);
  EXPECT_EQ(got.entity_since, expected.entity_since);
  EXPECT_EQ(got.days, expected.days);
  EXPECT_EQ(got.values, expected.values);
}

std::vector<Event> random_events(std::mt19937 &random, std::int64_t span_of_days) {
  std::vector<Event> events;
  const std::size_t count = 1 + random() % 120;
  const std::uint32_t values = 1 + random() % 8;
  for (std::size_t i = 0; i < count; ++i) {
    // Days around 2000 as well, and times that meet to the microsecond.
    const std::int64_t day = static_cast<std::int64_t>(random() % static_cast<std::uint32_t>(span_of_days)) - 20;
    const std::int64_t within = random() % 3 == 0 ? 0 : static_cast<std::int64_t>(random()) * 20 % kDay;
    events.push_back({"value " + std::to_string(random() % values), day * kDay + within});
  }
  return events;
}

TEST(History, IsStoredAsDocumented) {
  EXPECT_EQ(history_of({}, {90, 1000}), kNothing);
  const Stored stored = history_of({{"b", 3 * kDay + 5}, {"a", 0}, {"b", kDay}}, {90, 7});
  EXPECT_EQ(stored, (Stored{0x10, 1,   90, 7,    0,    0,    0,    0,    0, 0,    0,    0,    2,  // head
                            1,    'a', 1,  0,    0,    1,    0,    1,                             // seen once
                            1,    'b', 1,  0x80, 0xC0, 0xDD, 0xEE, 0xC1, 2, 0x85, 0x80, 0xBB, 0xDD, 0x83, 5, 2, 0, 5}));
}

TEST(History, GivesTheAnswersOfAScanHoweverItWasMade) {
  std::mt19937 random(20);
  for (int turn = 0; turn < 150; ++turn) {
    memory.clear();
    const std::uint32_t retention = std::array{1U, 2U, 7U, 30U, 63U, 64U, 65U, 90U, 400U}[random() % 9];
    const std::vector<Event> events = random_events(random, std::array{5, 60, 300, 2000}[random() % 4]);
    const Terms terms{retention, turn % 2 == 0 ? kUnlimited : 100};
    const Stored history = history_of(events, terms);
    ASSERT_EQ(history_by_parts(events, terms, random), history);
    for (int i = 0; i < 60; ++i) {
      const Event &e = events[random() % events.size()];
      const Time t = e.at + (random() % 2 == 0 ? 0 : static_cast<std::int64_t>(random() % 200) * kDay / 2);
      const std::uint32_t asked = retention + (random() % 2 == 0 ? 0 : static_cast<std::uint32_t>(random() % 100));
      expect_equal(ask(history, key_of(e.value), t, asked), Scan{events, t, asked}.answer(e.value));
      ASSERT_FALSE(HasFailure()) << "turn " << turn << " retention " << retention << " asked " << asked;
    }
  }
}

TEST(History, CountsEventsAndDaysOfEachValue) {
  std::mt19937 random(3);
  const std::vector<Event> events = random_events(random, 300);
  const Stored history = history_by_parts(events, {30, kUnlimited}, random);
  std::map<std::string, std::vector<Time>> expected;
  for (const Event &e : events)
    expected[e.value].push_back(e.at);
  std::vector<std::string> seen;
  for (auto &[value, times] : expected) {
    std::ranges::sort(times);
    std::set<std::int32_t> days;
    for (const Time t : times)
      days.insert(day_of(t));
    const std::optional<Entry> entry = find(history, key_of(value));
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->first_seen, times.front());
    EXPECT_EQ(entry->last_seen, times.back());
    EXPECT_EQ(entry->times, times.size());
    EXPECT_EQ(entry->days, days.size());
  }
  EXPECT_EQ(summarize(history).values, expected.size());
  EXPECT_FALSE(find(history, key_of("another")));
}

// Beyond max_values: the same values are kept in any order, with all their answers; of no value is said that it is new
// when it is not; the entity's own beginning stays known.
TEST(History, IsHonestBeyondItsLimit) {
  std::mt19937 random(5);
  for (int turn = 0; turn < 80; ++turn) {
    memory.clear();
    std::vector<Event> events = random_events(random, 200);
    for (Event &e : events)
      e.value += std::to_string(random() % 10);
    const Terms terms{30, 1 + static_cast<std::uint32_t>(random() % 20)};
    const Stored history = history_of(events, terms);
    ASSERT_EQ(history_by_parts(events, terms, random), history);
    std::set<std::string> values;
    for (const Event &e : events)
      values.insert(e.value);
    EXPECT_EQ(is_complete(history), values.size() <= terms.max_values);
    EXPECT_EQ(summarize(history).values, std::min<std::size_t>(values.size(), terms.max_values));
    for (int i = 0; i < 40; ++i) {
      const Event &e = events[random() % events.size()];
      const std::string value = random() % 5 == 0 ? "never" + std::to_string(i) : e.value;
      const Answer got = ask(history, key_of(value), e.at, 30), expected = Scan{events, e.at, 30}.answer(value);
      EXPECT_EQ(got.entity_since, expected.entity_since);
      if (got.value == Presence::untracked) {
        EXPECT_FALSE(is_complete(history));
        continue;
      }
      EXPECT_EQ(got.value, expected.value);
      EXPECT_EQ(got.value_since, expected.value_since);
      EXPECT_EQ(got.days, expected.days);
    }
  }
}

TEST(History, MergesDifferentTermsIntoTheStricterOnes) {
  std::mt19937 random(6);
  for (int turn = 0; turn < 80; ++turn) {
    memory.clear();
    std::vector<Event> a = random_events(random, 300), b = random_events(random, 300);
    const auto up_to = [&](std::uint32_t n) { return static_cast<std::uint32_t>(1 + random() % n); };
    const Terms of_a{up_to(100), up_to(9)}, of_b{up_to(100), up_to(9)};
    const Stored both = merged_bytes(history_of(a, of_a), history_of(b, of_b));
    EXPECT_EQ(merged_bytes(history_of(b, of_b), history_of(a, of_a)), both);
    a.insert(a.end(), b.begin(), b.end());
    EXPECT_EQ(history_of(a, merged(of_a, of_b)), both);
  }
}

TEST(History, PruningChangesNoLaterAnswer) {
  std::mt19937 random(7);
  for (int turn = 0; turn < 150; ++turn) {
    memory.clear();
    const std::uint32_t retention = std::array{1U, 7U, 30U, 90U}[random() % 4];
    std::vector<Event> events = random_events(random, 500);
    const Terms terms{retention, turn % 2 == 0 ? kUnlimited : 3};
    const Time before = static_cast<std::int64_t>(random() % 400) * kDay + static_cast<std::int64_t>(random());
    const Time safe = before + std::int64_t{retention} * kDay;
    // What comes after the pruning is not older than that.
    std::vector<Event> early, late;
    for (const Event &e : events)
      (e.at < safe || random() % 2 == 0 ? early : late).push_back(e);
    const Stored whole = history_of(events, terms);
    Stored pruned = copy(prune(history_of(early, terms), before, allocate, never_interrupted));
    validate(pruned, allocate, never_interrupted);
    EXPECT_EQ(copy(prune(pruned, before, allocate, never_interrupted)), pruned);
    pruned = merged_bytes(pruned, history_of(late, terms));
    for (int i = 0; i < 40; ++i) {
      const Event &e = events[random() % events.size()];
      const Time t = std::max(e.at, safe) + static_cast<std::int64_t>(random() % 50) * kDay;
      const Answer got = ask(pruned, key_of(e.value), t, retention),
                   expected = ask(whole, key_of(e.value), t, retention);
      if (got.value == Presence::untracked || expected.value == Presence::untracked)
        continue;
      expect_equal(got, expected);
      ASSERT_FALSE(HasFailure()) << "turn " << turn;
    }
  }
}

TEST(History, HasEveryKindOfValue) {
  OpenBytes numbers = open(kNothing, allocate, never_interrupted);
  for (const std::int64_t n : {std::int64_t{15169}, std::int64_t{0}, std::int64_t{-1},
                               std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()})
    numbers = add(numbers, ValueKind::bigint, hunt::distinct::bigint_key(n), 1, {90, 3}, allocate, never_interrupted);
  numbers =
      add(numbers, ValueKind::bigint, hunt::distinct::bigint_key(0), 5, {90, kUnlimited}, allocate, never_interrupted);
  EXPECT_EQ(summarize(closed(numbers)).values, 3U);
  EXPECT_THROW(add(numbers, ValueKind::text, key_of("a"), 1, {90, 3}, allocate, never_interrupted), hunt::core::Error);
  EXPECT_THROW(merge(closed(numbers), history_of({{"a", 1}}, {90, 3}), allocate, never_interrupted), hunt::core::Error);
  OpenBytes addresses = open(kNothing, allocate, never_interrupted);
  const std::uint8_t v4[] = {192, 0, 2, 1};
  const auto key = hunt::distinct::inet_key(hunt::core::Ip::v4_bytes(v4), 32);
  for (int i = 0; i < 100; ++i)
    addresses = add(addresses, ValueKind::inet, key, i * kDay, {90, 3}, allocate, never_interrupted);
  const Stored stored = closed(addresses);
  EXPECT_EQ(find(stored, key)->times, 100U);
  EXPECT_EQ(ask(stored, key, 99 * kDay, 90).days, 90U);
  EXPECT_THROW(ask(stored, key, 99 * kDay, 89), hunt::core::Error);
}

TEST(History, HasTheExtremesOfTime) {
  const Time least = -211813488000000000, greatest = 9223371331200000000 - 1;
  const Stored apart = history_of({{"a", least}, {"a", greatest}}, {90, kUnlimited});
  EXPECT_EQ(ask(apart, key_of("a"), greatest, 90).value, Presence::unknown);
  EXPECT_EQ(ask(apart, key_of("a"), greatest, kMaxRetentionDays).value_since, least);
  EXPECT_EQ(find(apart, key_of("a"))->days, 2U);
}

Verdict verdict_of(const Stored &history, const char *value, std::int64_t day, const Stored *peers = nullptr,
                   const Stored *everyone = nullptr) {
  const Time t = day * kDay;
  const auto presence = [&](const Stored *h) {
    return h == nullptr ? std::nullopt : std::optional(ask(*h, key_of(value), t, 90).value);
  };
  return verdict({ask(history, key_of(value), t, 90), presence(peers), presence(everyone), t, 30 * kDay, 3});
}

std::vector<Event> on_days(const char *value, std::initializer_list<int> days) {
  std::vector<Event> events;
  for (const int day : days)
    events.push_back({value, day * kDay});
  return events;
}

TEST(Verdict, ANewEmployeeIsSilentForThirtyDays) {
  const Stored h = history_of(on_days("DE", {0, 1, 2, 29, 30}), {90, 1000});
  EXPECT_EQ(verdict_of(h, "DE", 0), Verdict::new_entity);
  EXPECT_EQ(verdict_of(h, "DE", 1), Verdict::learning);
  EXPECT_EQ(verdict_of(h, "FR", 29), Verdict::learning);
  EXPECT_EQ(verdict_of(h, "DE", 30), Verdict::known);
  EXPECT_EQ(verdict_of(h, "FR", 30), Verdict::new_for_entity);
}

TEST(Verdict, AReturningEmployeeAfterAHundredDaysLearnsAnew) {
  std::vector<Event> events = on_days("DE", {0, 10, 20, 30, 40});
  for (const Event &e : on_days("DE", {140, 141, 142, 143, 180}))
    events.push_back(e);
  const Stored h = history_of(events, {90, 1000});
  EXPECT_EQ(verdict_of(h, "DE", 110), Verdict::known);
  EXPECT_EQ(verdict_of(h, "DE", 130), Verdict::rare) << "90 days after the last, the only one of the last 90";
  EXPECT_EQ(verdict_of(h, "DE", 140), Verdict::new_entity);
  EXPECT_EQ(verdict_of(h, "FR", 141), Verdict::learning);
  EXPECT_EQ(verdict_of(h, "FR", 170), Verdict::new_for_entity);
  EXPECT_EQ(verdict_of(h, "DE", 180), Verdict::known);
}

TEST(Verdict, ATravellerIsNewThenRareThenKnown) {
  std::vector<Event> events = on_days("DE", {0, 10, 20, 30, 40});
  for (const Event &e : on_days("SE", {50, 51, 52, 53}))
    events.push_back(e);
  const Stored h = history_of(events, {90, 1000});
  const Stored peers = history_of(on_days("SE", {1, 44}), {90, 1000}),
               others = history_of(on_days("FR", {44}), {90, 1000});
  EXPECT_EQ(verdict_of(h, "SE", 50, &peers, &peers), Verdict::new_for_entity) << "colleagues are there";
  EXPECT_EQ(verdict_of(h, "SE", 50, &others, &peers), Verdict::new_for_peers);
  EXPECT_EQ(verdict_of(h, "SE", 50, &others, &others), Verdict::new_for_everyone);
  EXPECT_EQ(verdict_of(h, "SE", 51), Verdict::rare);
  EXPECT_EQ(verdict_of(h, "SE", 52), Verdict::rare);
  EXPECT_EQ(verdict_of(h, "SE", 53), Verdict::known);
  EXPECT_EQ(verdict_of(h, "DE", 53), Verdict::known);
}

TEST(Verdict, ALaptopChangeIsNewOnce) {
  std::vector<Event> events = on_days("Firefox Linux", {0, 7, 14, 21, 28, 35});
  for (const Event &e : on_days("Safari macOS", {36, 37, 38, 39, 130}))
    events.push_back(e);
  const Stored h = history_of(events, {90, 1000});
  EXPECT_EQ(verdict_of(h, "Safari macOS", 36), Verdict::new_for_entity);
  EXPECT_EQ(verdict_of(h, "Safari macOS", 39), Verdict::known);
  EXPECT_EQ(verdict_of(h, "Firefox Linux", 126), Verdict::new_for_entity) << "forgotten 91 days after the last";
}

TEST(Verdict, TooManyValuesAreNotNew) {
  std::vector<Event> events;
  for (int i = 0; i < 200; ++i)
    events.push_back({"value " + std::to_string(i), i % 40 * kDay});
  const Stored h = history_of(events, {90, 10});
  EXPECT_FALSE(is_complete(h));
  int too_many = 0;
  for (int i = 0; i < 200; ++i) {
    const Verdict v = verdict_of(h, ("value " + std::to_string(i)).c_str(), 41);
    EXPECT_TRUE(v == Verdict::too_many_values || v == Verdict::rare) << verdict_name(v);
    too_many += v == Verdict::too_many_values;
  }
  EXPECT_EQ(too_many, 190);
}

TEST(History, RefusesWhatNoEventsMake) {
  const Stored good = history_of({{"b", 3 * kDay + 5}, {"a", 0}, {"b", kDay}}, {90, 7});
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_THROW(validate(Bytes(good).first(size), allocate, never_interrupted), hunt::core::Error) << size;
  for (std::size_t i = 0; i < good.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      Stored changed = good;
      changed[i] ^= static_cast<std::uint8_t>(1 << bit);
      try {  // refused, or another history, whole in itself
        validate(changed, allocate, never_interrupted);
        EXPECT_EQ(closed(open(changed, allocate, never_interrupted)), changed);
      } catch (const hunt::core::Error &) {
      }
    }
}

}  // namespace
