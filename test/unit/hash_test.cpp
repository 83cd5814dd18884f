#include "core/hash.hpp"

#include <gtest/gtest.h>

#include <string>

using hunt::core::hash128;
using hunt::core::hash64;

// The values of XXH3 for these inputs; stored data depends on them. Lengths fall into each of the algorithm's branches.
TEST(Hash, ValuesNeverChange) {
  struct Row {
    std::size_t length;
    std::uint64_t seed, hash64, low, high;
  };
  const Row rows[] = {
      {0, 0, 0x2d06800538d394c2, 0x6001c324468d497f, 0x99aa06d3014798d8},
      {0, 7, 0x913ae0873e9b7eb8, 0xcb4aa04fe72c771f, 0x76a30bdf56cdfa2c},
      {1, 0, 0xe6c632b61e964e1f, 0xe6c632b61e964e1f, 0xa96faf705af16834},
      {1, 7, 0x9ed5888bc5a2a094, 0x9ed5888bc5a2a094, 0xceb2adbcec78c249},
      {8, 0, 0x6f45a76842a96483, 0x42b702b313880f12, 0xdac23237af373533},
      {8, 7, 0x7085fa54470b4823, 0xba000497eff26142, 0xe2818de7cb015c80},
      {16, 0, 0x3d3ccac9af14d8a8, 0x3e8e153ff12f6330, 0x1f58fc809b1b8c4b},
      {16, 7, 0x795b396fbad4cfbb, 0x1c087bc07ae5f240, 0x582a41542d45f996},
      {100, 0, 0x7f2b83f8e57a6e24, 0x6077ca3810a2c224, 0xf13c08ea10860271},
      {100, 7, 0x67096c2c84397fad, 0x38ce1517d3db8d31, 0x947c56da411bf9c2},
      {200, 0, 0xe12dae8ffe57bbc9, 0x0987ab52e1e85b39, 0xf0e244b452ba3d2f},
      {200, 7, 0x579916dcef1e2742, 0x1048f0f5c58a55e5, 0xcc1eb420aa643645},
      {1000, 0, 0xe153425558d7da5d, 0xe153425558d7da5d, 0xb68384db4f7b6231},
      {1000, 7, 0x99bba0e7e158ec56, 0x99bba0e7e158ec56, 0x4e8d2f969825469f},
  };
  for (const Row &row : rows) {
    std::string text;
    for (std::size_t i = 0; i < row.length; ++i)
      text += static_cast<char>('a' + i % 26);
    EXPECT_EQ(hash64(text, row.seed), row.hash64) << row.length;
    EXPECT_EQ(hash128(text, row.seed).low, row.low) << row.length;
    EXPECT_EQ(hash128(text, row.seed).high, row.high) << row.length;
  }
}

TEST(Hash, SeedAndEveryByteMatter) {
  std::string text(300, 'x');
  const auto before = hash64(text);
  EXPECT_NE(hash64(text, 1), before);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] = 'y';
    EXPECT_NE(hash64(other), before);
    EXPECT_FALSE(hash128(other) == hash128(text));
  }
}
