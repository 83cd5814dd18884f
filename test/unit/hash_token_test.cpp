#include "distinct/hash_token.hpp"

#include "distinct/exaloglog.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>
#include <vector>

namespace {

using namespace hunt::distinct;

TEST(HashToken, StandsForTheHashInEverySketch) {
  std::mt19937_64 random(1);
  for (int precision = exaloglog::kMinPrecision; precision <= exaloglog::kMaxPrecision; ++precision) {
    std::vector<std::uint8_t> from_hashes(exaloglog::size(precision)), from_tokens(exaloglog::size(precision));
    for (int i = 0; i < 3000; ++i) {
      const std::uint64_t hash = random() >> (i % 64);
      exaloglog::insert(from_hashes, precision, hash);
      exaloglog::insert(from_tokens, precision, hash_of(token_of(hash)));
    }
    EXPECT_EQ(from_hashes, from_tokens) << precision;
  }
}

TEST(HashToken, OfItsHashIsItself) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 100000; ++i) {
    const HashToken token = token_of(random() >> (i % 64));
    EXPECT_TRUE(is_valid_token(token));
    EXPECT_EQ(token_of(hash_of(token)), token);
  }
  EXPECT_EQ(token_of(0), 38U);
  EXPECT_EQ(token_of(~std::uint64_t{0}), 0xFFFFFFC0U);
  EXPECT_FALSE(is_valid_token(39));
}

// 3,000 hashes have 4,498,500 pairs, each sharing a token with probability 1/3 * 2^-26: 0.0224 expected, so that 100
// seeded rounds lose about 2; more than 8 would happen once in a thousand times.
TEST(HashToken, IsSharedAsRarelyAsItSays) {
  std::mt19937_64 random(3);
  std::size_t lost = 0;
  for (int round = 0; round < 100; ++round) {
    std::set<HashToken> tokens;
    for (int i = 0; i < 3000; ++i)
      tokens.insert(token_of(random()));
    lost += 3000 - tokens.size();
  }
  EXPECT_LE(lost, 8U);
}

}  // namespace
