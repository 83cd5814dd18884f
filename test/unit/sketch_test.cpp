#include "distinct/sketch.hpp"

#include "core/error.hpp"
#include "core/hash.hpp"
#include "distinct/exaloglog.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <set>
#include <vector>

namespace {

using namespace hunt::distinct;
using Sketch = std::vector<std::uint8_t>;

Sketch created(int precision, const sketch::Origin &origin = {}) {
  Sketch state(sketch::initial_size(origin));
  sketch::create(state, precision, origin);
  return state;
}

void insert(Sketch &state, std::uint64_t hash) {
  if (sketch::insert(state, hash))
    return;
  Sketch larger(sketch::grown_size(state));
  sketch::grow(state, larger);
  state = larger;
  ASSERT_TRUE(sketch::insert(state, hash));
}

// A copy with the room of a union.
Sketch begun(const Sketch &first) {
  Sketch state(sketch::union_size(first));
  sketch::open(first, state);
  return state;
}

Sketch closed(const Sketch &state) {
  Sketch result(sketch::closed_size(state));
  sketch::close(state, result);
  sketch::validate(result);
  return result;
}

void merge(Sketch &state, const Sketch &from) {
  if (sketch::is_open(state) && sketch::merge_in_place(state, from))
    return;
  Sketch larger(sketch::merged_size(state, from));
  sketch::merge(state, from, larger);
  state = larger;
}

std::vector<std::uint64_t> random_hashes(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> hashes(n);
  std::generate(hashes.begin(), hashes.end(), std::ref(random));
  return hashes;
}

Sketch counted(const std::vector<std::uint64_t> &hashes, int precision, const sketch::Origin &origin = {}) {
  Sketch state = created(precision, origin);
  for (const std::uint64_t hash : hashes)
    insert(state, hash);
  return state;
}

double estimate(const Sketch &state) { return sketch::cardinality(state).value; }

// Error text, hint and SQLSTATE of what f throws.
std::string error_of(const std::function<void()> &f) {
  try {
    f();
  } catch (const hunt::core::Error &e) {
    return std::string(e.sqlstate()) + " " + e.what();
  }
  return "none";
}

TEST(Sketch, StoresTokensThenRegistersAsDocumented) {
  const auto hashes = random_hashes(5000, 1);
  for (const int precision : {4, 7, 9, 11, 16}) {
    const std::size_t limit = sketch::token_limit(precision);
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{6}, std::size_t{7}, limit, limit + 9}) {
      const std::vector<std::uint64_t> some(hashes.begin(), hashes.begin() + static_cast<std::ptrdiff_t>(n));
      std::set<HashToken> tokens;
      for (const std::uint64_t hash : some)
        tokens.insert(token_of(hash));
      const bool few = tokens.size() <= limit;
      Sketch expected{static_cast<std::uint8_t>(few ? 0x10 : 0x11), static_cast<std::uint8_t>(precision)};
      if (few) {
        for (const HashToken token : tokens)
          for (int byte = 0; byte < 4; ++byte)
            expected.push_back(static_cast<std::uint8_t>(token >> 8 * byte));
      } else {
        expected.resize(2 + exaloglog::size(precision));
        for (const std::uint64_t hash : some)
          exaloglog::insert(std::span(expected).subspan(2), precision, hash);
      }
      EXPECT_EQ(closed(counted(some, precision)), expected) << precision << " " << n;
    }
  }
}

TEST(Sketch, OneToSixValuesFitInHalfACacheLine) {
  for (std::size_t n = 1; n <= 6; ++n)
    EXPECT_EQ(counted(random_hashes(n, n), 9).size() + 4, n <= 2 ? 16U : 32U);
}

// Any split of the same hashes, in any order, with repetitions, at any precisions, merged in any tree: the same bytes.
TEST(Sketch, HasTheSameBytesHoweverItWasMade) {
  std::mt19937_64 random(3);
  for (int trial = 0; trial < 400; ++trial) {
    const std::size_t n = std::size_t{1} << random() % 13;
    const auto hashes = random_hashes(n + random() % n, random());
    const int lowest = 4 + static_cast<int>(random() % 9);
    const sketch::Origin origin{trial % 3 == 0 ? random() : 0, 0};
    const Sketch whole = closed(counted(hashes, lowest, origin));
    std::vector<Sketch> parts;
    const std::size_t count = 1 + random() % 9;
    for (std::size_t i = 0; i < count; ++i)
      parts.push_back(created(i == 0 ? lowest : lowest + static_cast<int>(random() % 4), origin));
    for (int times = 0; times < 2; ++times)
      for (const std::uint64_t hash : hashes)
        insert(parts[times == 0 ? random() % count : std::hash<std::uint64_t>{}(hash) % count], hash);
    for (Sketch &part : parts)
      if (random() % 2)
        part = random() % 2 ? closed(part) : begun(part);
    while (parts.size() > 1) {
      std::shuffle(parts.begin(), parts.end(), random);
      merge(parts[0], parts.back());
      parts.pop_back();
    }
    ASSERT_EQ(closed(parts[0]), whole) << "trial " << trial;
  }
}

// So many values are united without the state being moved.
TEST(Sketch, AUnionHasRoomForThirty) {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6, 7, 8}) {
    const auto hashes = random_hashes(30, seed);
    Sketch state = begun(counted({hashes[0]}, 9));
    ASSERT_EQ(state.size() + 4, 128U);
    for (std::size_t i = 0; i < 30; ++i) {
      ASSERT_TRUE(sketch::merge_in_place(state, closed(counted({hashes[i]}, 9)))) << i;
      const std::vector<std::uint64_t> some(hashes.begin(), hashes.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      ASSERT_EQ(closed(state), closed(counted(some, 9))) << i;
    }
  }
}

TEST(Sketch, CountsExactlyWhileFew) {
  std::set<HashToken> tokens;
  Sketch state = created(sketch::kDefaultPrecision);
  for (const std::uint64_t hash : random_hashes(448, 5)) {
    insert(state, hash);
    insert(state, hash);
    tokens.insert(token_of(hash));
    ASSERT_EQ(estimate(state), static_cast<double>(tokens.size()));
    ASSERT_EQ(sketch::cardinality(state).standard_error, 0);
  }
}

// The hash tokens of 100 values collide in 2.5e-5 of all cases: in 40,000 trials once, and 8 times hardly ever.
TEST(Sketch, AHundredAreExactButForTokenCollisions) {
  int wrong = 0;
  for (std::uint64_t trial = 0; trial < 40000; ++trial) {
    std::set<HashToken> tokens;
    for (std::uint64_t i = 0; i < 100; ++i) {
      const std::uint64_t value = trial * 100 + i;
      tokens.insert(token_of(hunt::core::hash64({reinterpret_cast<const char *>(&value), sizeof value})));
    }
    wrong += tokens.size() != 100;
  }
  EXPECT_LE(wrong, 8);
}

// The standard error that it states is the one that it has.
TEST(Sketch, StatesItsError) {
  std::mt19937_64 random(11);
  for (const std::size_t n : {600, 3000, 30000}) {
    double squares = 0, stated = 0;
    constexpr int kTrials = 200;
    for (int trial = 0; trial < kTrials; ++trial) {
      const auto cardinality = sketch::cardinality(counted(random_hashes(n, random()), 9));
      squares += std::pow(cardinality.value - static_cast<double>(n), 2);
      stated += cardinality.standard_error;
    }
    EXPECT_NEAR(std::sqrt(squares / kTrials) / (stated / kTrials), 1, 0.2) << n;
  }
}

TEST(Sketch, RefusesToMergeWhatWasHashedDifferently) {
  Sketch plain = counted({1, 2}, 9), seeded = counted({1, 2}, 9, {7, 0}), old = counted({1}, 9, {0, 15}),
         newer = counted({1}, 9, {0, 16});
  EXPECT_EQ(error_of([&] { merge(plain, seeded); }), "22023 cannot merge sketches with the seeds 0 and 7");
  EXPECT_EQ(error_of([&] { merge(old, newer); }),
            "22023 cannot merge sketches of distinct_key() from PostgreSQL 15 and 16");
  EXPECT_EQ(error_of([&] { merge(plain, old); }),
            "22023 cannot merge a sketch of distinct_key() with one of other values");
  Sketch hll{0x18, 0, 0x11, 0x8b, 0x7f};
  EXPECT_EQ(error_of([&] { merge(plain, hll); }), "22023 cannot merge an imported hll with a sketch of other values");
  EXPECT_EQ(error_of([&] { created(17); }), "22023 precision 17 of a sketch is out of range");
}

TEST(Sketch, RefusesBytesThatNoValuesMake) {
  const Sketch tokens = closed(counted({5, 6, 7}, 9)), seeded = closed(counted({5}, 9, {1, 0}));
  Sketch registers = closed(counted(random_hashes(1000, 1), 9));
  const auto error = [](const Sketch &bytes) { return error_of([&] { sketch::validate(bytes); }); };
  EXPECT_EQ(error(tokens), "none");
  EXPECT_EQ(error({}), "22P03 not a sketch: it is cut off");
  EXPECT_EQ(error({0x20, 9}), "22P03 unknown version 2 of a sketch");
  EXPECT_EQ(error({0x14, 9, 0, 0}), "22P03 not a sketch: it is not closed");
  EXPECT_EQ(error({0x10, 3}), "22P03 not a sketch: its precision is not in 4 .. 16");
  EXPECT_EQ(error({0x10, 9, 1, 2, 3}), "22P03 not a sketch: it is cut off");
  EXPECT_EQ(error({0x10, 9, 0xff, 0, 0, 0}), "22P03 not a sketch: no value has this token");
  EXPECT_EQ(error({0x10, 9, 0, 1, 0, 0, 0, 1, 0, 0}), "22P03 not a sketch: its tokens do not ascend");
  EXPECT_EQ(error({seeded.begin(), seeded.begin() + 11}), "22P03 not a sketch: it is cut off");
  Sketch many{0x10, 4};
  for (std::uint32_t i = 0; i <= 128; ++i)
    for (int byte = 0; byte < 4; ++byte)
      many.push_back(static_cast<std::uint8_t>(i << 6 >> 8 * byte));
  EXPECT_EQ(error(many), "22P03 not a sketch: it has too many tokens");
  registers.back() = 0xff;
  EXPECT_EQ(error(registers), "22P03 not a sketch: no set of values has these registers");
}

}  // namespace
