#include "distinct/value_set.hpp"

#include "core/error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <set>
#include <string>

namespace {

using namespace hunt::distinct;
using hunt::core::never_interrupted;
using Stored = std::vector<std::uint8_t>;

std::deque<Stored> memory;
value_set::OpenBytes allocate(std::size_t size) { return memory.emplace_back(size); }

Key key_of(const std::string &text) { return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()}; }

value_set::OpenBytes created(ValueKind kind = ValueKind::text) {
  const value_set::OpenBytes set = allocate(value_set::kInitialSize);
  value_set::create(set, kind);
  return set;
}

void insert(value_set::OpenBytes &set, Key key, std::uint32_t max_values = 0) {
  set = value_set::insert(set, key, max_values, allocate, never_interrupted);
}

Stored closed(value_set::Bytes set) {
  const value_set::Bytes bytes = value_set::close(set, allocate, never_interrupted);
  value_set::validate(bytes, value_set::kind(set), never_interrupted);
  return {bytes.begin(), bytes.end()};
}

std::vector<std::string> texts_of(value_set::Bytes set) {
  const value_set::Sorted sorted(set, never_interrupted);
  std::vector<std::string> result;
  for (std::size_t i = 0; i < sorted.size(); ++i)
    result.emplace_back(sorted[i].begin(), sorted[i].end());
  return result;
}

TEST(ValueSet, IsStoredAsDocumented) {
  value_set::OpenBytes set = created();
  for (const char *text : {"b", "", "a", "b"})
    insert(set, key_of(text));
  EXPECT_EQ(closed(set), (Stored{0x10, 1, 3, 0, 1, 'a', 1, 'b'}));
  value_set::OpenBytes limited = created(ValueKind::integer);
  insert(limited, integer_key(-1), 5);
  EXPECT_EQ(closed(limited), (Stored{0x11, 3, 5, 1, 0x7F, 0xFF, 0xFF, 0xFF}));
}

// Any split of the same values, in any order, with repetitions, merged in any tree: the same bytes, and the least
// values.
TEST(ValueSet, HasTheSameBytesHoweverItWasMade) {
  std::mt19937_64 random(1);
  for (int trial = 0; trial < 500; ++trial) {
    memory.clear();
    const std::uint32_t max_values = trial % 2 == 0 ? 0 : 1 + static_cast<std::uint32_t>(random() % 40);
    std::vector<std::string> values(1 + random() % (std::size_t{1} << random() % 11));
    for (std::string &value : values)
      value = std::string(random() % 12 == 0 ? 200 : 0, 'x') + std::to_string(random() % (1 + values.size()));
    const std::set<std::string> expected(values.begin(), values.end());
    std::vector<value_set::OpenBytes> parts(1 + random() % 7);
    std::ranges::generate(parts, [] { return created(); });
    value_set::OpenBytes whole = created();
    for (const std::string &value : values) {
      insert(whole, key_of(value), max_values);
      insert(parts[random() % parts.size()], key_of(value), max_values);
      insert(parts[random() % parts.size()], key_of(value), max_values);
    }
    while (parts.size() > 1) {
      std::shuffle(parts.begin(), parts.end(), random);
      const value_set::Bytes from = random() % 2 != 0 ? parts.back() : *&memory.emplace_back(closed(parts.back()));
      if (random() % 2 != 0)
        parts[0] = value_set::open(memory.emplace_back(closed(parts[0])), allocate, never_interrupted);
      parts[0] = value_set::merge(parts[0], from, allocate, never_interrupted);
      parts.pop_back();
    }
    ASSERT_EQ(closed(parts[0]), closed(whole)) << "trial " << trial;
    std::vector<std::string> least(expected.begin(), expected.end());
    const bool is_complete = max_values == 0 || least.size() <= max_values;
    const double count = static_cast<double>(least.size());
    if (!is_complete)
      least.resize(max_values);
    ASSERT_EQ(texts_of(whole), least);
    ASSERT_EQ(value_set::is_complete(whole), is_complete);
    // Five standard errors of the sketch.
    EXPECT_NEAR(static_cast<double>(value_set::distinct_count(whole)), count, is_complete ? 0 : count * 0.08);
  }
}

TEST(ValueSet, OrdersNumbersAndAddressesAsPostgreSQLDoes) {
  for (const std::int64_t a :
       {INT64_MIN, std::int64_t{-256}, std::int64_t{-1}, std::int64_t{0}, std::int64_t{255}, INT64_MAX}) {
    EXPECT_EQ(bigint_of(bigint_key(a)), a);
    for (const std::int64_t b : {INT64_MIN, std::int64_t{-1}, std::int64_t{1}, std::int64_t{256}, INT64_MAX})
      EXPECT_TRUE(compare_keys(bigint_key(a), bigint_key(b)) == (a <=> b));
  }
  using hunt::core::Ip;
  const ShortKey ascending[] = {inet_key(Ip::v4(0x09000000), 9),  inet_key(Ip::v4(0x0A000000), 8),
                                inet_key(Ip::v4(0x0A000001), 8),  inet_key(Ip::v4(0x0A000000), 32),
                                inet_key(Ip::v4(0x0A000001), 32), inet_key(Ip::v6(0, 1), 0),
                                inet_key(Ip::v6(0, 1), 128),      inet_key(Ip::v6(1, 0), 64)};
  for (std::size_t i = 0; i < std::size(ascending); ++i) {
    EXPECT_TRUE(is_key(ValueKind::inet, ascending[i]));
    EXPECT_TRUE(i == 0 || compare_keys(ascending[i - 1], ascending[i]) < 0) << i;
  }
}

TEST(ValueSet, RefusesOtherLimits) {
  value_set::OpenBytes a = created(), b = created(), c = created();
  insert(a, key_of("a"), 3);
  insert(b, key_of("b"), 5);
  insert(c, key_of("c"));
  EXPECT_THROW(value_set::merge(a, b, allocate, never_interrupted), hunt::core::Error);
  EXPECT_THROW(value_set::merge(c, b, allocate, never_interrupted), hunt::core::Error);
  EXPECT_THROW(insert(a, key_of("a"), 4), hunt::core::Error);
  EXPECT_EQ(closed(value_set::merge(created(), b, allocate, never_interrupted)), closed(b));
  EXPECT_EQ(closed(value_set::merge(b, created(), allocate, never_interrupted)), closed(b));
}

TEST(ValueSet, RefusesWhatNoValuesHave) {
  for (const Stored &bytes :
       {Stored{}, Stored{0x10}, Stored{0x10, 1}, Stored{0x20, 1, 0}, Stored{0x14, 1, 0}, Stored{0x18, 1, 0},
        Stored{0x10, 2, 0}, Stored{0x10, 1, 0, 0}, Stored{0x10, 1, 1}, Stored{0x10, 1, 1, 2, 'a'},
        Stored{0x10, 1, 0x81, 0, 0}, Stored{0x10, 1, 2, 1, 'b', 1, 'a'}, Stored{0x10, 1, 2, 1, 'a', 1, 'a'},
        Stored{0x11, 1, 0, 1, 0}, Stored{0x11, 1, 1, 0}, Stored{0x11, 1, 1, 2, 0, 1, 'a'}, Stored{0x12, 1, 0, 0},
        Stored{0x13, 1, 1, 0, 1, 0}, Stored{0x10, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}})
    EXPECT_THROW(value_set::validate(bytes, ValueKind::text, never_interrupted), hunt::core::Error);
  EXPECT_THROW(value_set::validate(Stored{0x10, 4, 1, 6, 4, 10, 0, 0, 1, 8}, ValueKind::inet, never_interrupted),
               hunt::core::Error);
  value_set::validate(Stored{0x10, 4, 1, 6, 4, 10, 0, 0, 1, 32}, ValueKind::inet, never_interrupted);
}

}  // namespace
