#include "distinct/exaloglog.hpp"
#include "distinct/exaloglog_registers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <vector>

namespace {

using namespace hunt::distinct;
using State = std::vector<std::uint8_t>;

State counted(const std::vector<std::uint64_t> &hashes, int precision) {
  State state(exaloglog::size(precision));
  for (const std::uint64_t hash : hashes)
    exaloglog::insert(state, precision, hash);
  return state;
}

std::vector<std::uint64_t> random_hashes(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> hashes(n);
  std::generate(hashes.begin(), hashes.end(), std::ref(random));
  return hashes;
}

// The registers by their definition: of each the set of update values, cut to the largest and the 20 below it.
State by_definition(const std::vector<std::uint64_t> &hashes, int precision) {
  std::map<std::size_t, std::set<int>> seen;
  for (const std::uint64_t hash : hashes) {
    int zeros = 0;
    while (zeros < 64 - precision - 2 && (hash >> (63 - zeros) & 1) == 0)
      ++zeros;
    seen[hash / 4 % (std::size_t{1} << precision)].insert(4 * zeros + static_cast<int>(hash % 4) + 1);
  }
  State state(exaloglog::size(precision));
  for (const auto &[index, values] : seen) {
    const int largest = *values.rbegin();
    std::uint64_t value = static_cast<std::uint64_t>(largest) << 20;
    for (int below = 1; below <= 20; ++below)
      if (values.count(largest - below))
        value |= std::uint64_t{1} << (20 - below);
    for (int bit = 0; bit < 28; ++bit)
      if (value >> bit & 1)
        state[(28 * index + static_cast<std::size_t>(bit)) / 8] |=
            static_cast<std::uint8_t>(1 << (28 * index + static_cast<std::size_t>(bit)) % 8);
  }
  return state;
}

TEST(ExaLogLog, RegistersAreAsDefined) {
  for (const int precision : {4, 7, 9, 16})
    for (const std::size_t n : {1, 10, 1000, 30000}) {
      const auto hashes = random_hashes(n, n + static_cast<std::size_t>(precision));
      EXPECT_EQ(counted(hashes, precision), by_definition(hashes, precision)) << precision << " " << n;
    }
}

TEST(ExaLogLog, RegistersAreAsDefinedAtTheEdges) {
  std::vector<std::uint64_t> hashes{0, 1, 2, 3, ~std::uint64_t{0}, std::uint64_t{1} << 63};
  for (int bit = 0; bit < 64; ++bit)
    for (const std::uint64_t low : {0, 1, 2, 3})
      hashes.push_back(std::uint64_t{1} << bit | low);
  for (const int precision : {4, 9, 16})
    EXPECT_EQ(counted(hashes, precision), by_definition(hashes, precision)) << precision;
}

TEST(ExaLogLog, OrderAndRepetitionLeaveNoTrace) {
  auto hashes = random_hashes(5000, 1);
  const State once = counted(hashes, 9);
  hashes.insert(hashes.end(), hashes.begin(), hashes.begin() + 2500);
  std::shuffle(hashes.begin(), hashes.end(), std::mt19937_64(2));
  EXPECT_EQ(counted(hashes, 9), once);
}

TEST(ExaLogLog, MergedInAnyTreeItIsTheUnion) {
  const auto hashes = random_hashes(20000, 3);
  std::mt19937_64 random(4);
  std::vector<State> parts;
  for (int i = 0; i < 16; ++i)
    parts.push_back(counted({hashes.begin() + i * 1000, hashes.begin() + i * 1000 + 3000}, 9));
  while (parts.size() > 1) {
    std::shuffle(parts.begin(), parts.end(), random);
    exaloglog::merge(parts[0], 9, parts.back(), 9);
    parts.pop_back();
  }
  EXPECT_EQ(parts[0], counted({hashes.begin(), hashes.begin() + 18000}, 9));
}

TEST(ExaLogLog, LoweringThePrecisionIsHavingCountedAtIt) {
  // Hashes that begin with many zeros are what lowering changes.
  auto hashes = random_hashes(3000, 5);
  for (std::size_t i = 0; i < hashes.size(); ++i)
    hashes[i] >>= i % 61;
  for (int from = exaloglog::kMinPrecision; from <= exaloglog::kMaxPrecision; ++from)
    for (int to = exaloglog::kMinPrecision; to <= from; ++to) {
      State state(exaloglog::size(to));
      exaloglog::merge(state, to, counted(hashes, from), from);
      EXPECT_EQ(state, counted(hashes, to)) << from << " to " << to;
    }
}

// Root mean square and mean of the relative error over seeded trials.
std::pair<double, double> error(int precision, std::size_t n, int trials) {
  double squares = 0, sum = 0;
  std::mt19937_64 random(n * 31 + static_cast<std::size_t>(precision));
  for (int trial = 0; trial < trials; ++trial) {
    State state(exaloglog::size(precision));
    for (std::size_t i = 0; i < n; ++i)
      exaloglog::insert(state, precision, random());
    const double off = exaloglog::estimate(state, precision).value / static_cast<double>(n) - 1;
    squares += off * off;
    sum += off;
  }
  return {std::sqrt(squares / trials), sum / trials};
}

// 400 trials: the root mean square itself varies by 3.5 %, so four of its deviations are allowed above the theory. The
// mean may be off by four of its own deviations and by a twentieth of the standard error, which no count can show.
TEST(ExaLogLog, ErrsAsThePaperSays) {
  constexpr double kMemoryVarianceProduct = 3.67;
  for (const int precision : {4, 9, 11}) {
    const double theory = std::sqrt(kMemoryVarianceProduct / 28 / std::ldexp(1.0, precision));
    for (const std::size_t n : {10, 100, 1000, 10000}) {
      const auto [root_mean_square, mean] = error(precision, n, 400);
      EXPECT_LE(root_mean_square, theory * 1.14) << precision << " " << n;
      EXPECT_LE(std::abs(mean), 4 * root_mean_square / 20 + theory / 20) << precision << " " << n;
    }
  }
}

TEST(ExaLogLog, CountsFromNothingToEverything) {
  for (const int precision : {4, 9, 16}) {
    State state(exaloglog::size(precision));
    EXPECT_EQ(exaloglog::estimate(state, precision).value, 0);
    exaloglog::insert(state, precision, 0x123456789abcdef0);
    EXPECT_NEAR(exaloglog::estimate(state, precision).value, 1, 0.1);
    // Every register at the largest update value with all below it seen.
    for (std::uint64_t i = 0; i < std::uint64_t{1} << precision; ++i)
      for (int k = 0; k < 24; ++k)
        for (std::uint64_t low = 0; low < 4; ++low)
          exaloglog::insert(state, precision, (i << 2 | low) | (k == 0 ? 0 : std::uint64_t{1} << (precision + 1 + k)));
    EXPECT_GE(exaloglog::estimate(state, precision).value, 1e18);
    EXPECT_TRUE(std::isfinite(exaloglog::estimate(state, precision).value));
  }
}

TEST(ExaLogLog, KnowsAStateThatNoHashesMake) {
  for (const int precision : {4, 9})
    for (const std::size_t n : {0, 1, 50, 5000})
      EXPECT_TRUE(exaloglog::is_valid(counted(random_hashes(n, 6), precision), precision));
  const auto with_register = [](std::uint32_t value) {
    State state(exaloglog::size(4));
    for (std::size_t i = 0; i < 4; ++i)
      state[i] = static_cast<std::uint8_t>(value >> (8 * i));
    return exaloglog::is_valid(state, 4);
  };
  EXPECT_TRUE(with_register(1U << 20));
  EXPECT_FALSE(with_register(1U)) << "something seen below nothing";
  EXPECT_FALSE(with_register(1U << 20 | 1U << 19)) << "update value 0";
  EXPECT_TRUE(with_register(2U << 20 | 1U << 19));
  EXPECT_FALSE(with_register(2U << 20 | 1U << 18));
  EXPECT_TRUE(with_register(21U << 20 | 0xFFFFFU));
  EXPECT_FALSE(with_register(20U << 20 | 0xFFFFFU));
  EXPECT_TRUE(with_register(236U << 20)) << "(65 - 4 - 2) * 4";
  EXPECT_FALSE(with_register(237U << 20));
  EXPECT_FALSE(exaloglog::is_valid(State(exaloglog::size(4) - 1), 4));
  EXPECT_FALSE(exaloglog::is_valid(State(exaloglog::size(4)), 3));
}

// On a processor without them, avx2 and avx512 fall back, and the test says nothing of them.
TEST(ExaLogLog, VectorInstructionsMakeTheSameUnion) {
  std::mt19937_64 random(9);
  for (int trial = 0; trial < 300; ++trial) {
    const int precision = 4 + trial % 8;
    const State a = counted(random_hashes(random() % 3000, random()), precision);
    const State b = counted(random_hashes(random() % 30, random()), precision);
    State expected = a;
    exaloglog::unite_registers(expected, b, exaloglog::Instructions::plain);
    for (const auto instructions : {exaloglog::Instructions::avx2, exaloglog::Instructions::avx512})
      for (const bool swapped : {false, true}) {
        State united = swapped ? b : a;
        exaloglog::unite_registers(united, swapped ? a : b, instructions);
        ASSERT_EQ(united, expected) << "trial " << trial;
      }
  }
}

}  // namespace
