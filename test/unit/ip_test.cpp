#include "core/ip.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <vector>

using hunt::core::Ip;

namespace {

using Bytes = std::array<std::uint8_t, 16>;

Bytes bytes_of(const Ip &ip) {
  Bytes bytes{};
  ip.to_bytes(bytes.data());
  return bytes;
}

TEST(Ip, KeepsItsBytes) {
  std::mt19937 random(3);
  for (int i = 0; i < 1000; ++i) {
    Bytes bytes{};
    std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::uint8_t>(random()); });
    EXPECT_EQ(bytes_of(Ip::v6_bytes(bytes.data())), bytes);
    const Ip v4 = Ip::v4_bytes(bytes.data());
    std::uint32_t word;
    std::memcpy(&word, bytes.data(), 4);
    EXPECT_EQ(v4.v4(), ntohl(word));
    EXPECT_EQ(v4.bits(), 32);
    std::fill(bytes.begin() + 4, bytes.end(), std::uint8_t{0});
    EXPECT_EQ(bytes_of(v4), bytes);
  }
}

// Bit by bit, for every prefix.
TEST(Ip, MaskClearsTheRest) {
  const Bytes ones = bytes_of(Ip::v6(~0ull, ~0ull));
  for (int prefix = 0; prefix <= 128; ++prefix) {
    const Bytes masked = bytes_of(Ip::v6_bytes(ones.data()).masked(prefix));
    for (int bit = 0; bit < 128; ++bit)
      ASSERT_EQ(masked[bit / 8] >> (7 - bit % 8) & 1, bit < prefix) << prefix << ' ' << bit;
  }
  for (int prefix = 0; prefix <= 32; ++prefix) {
    const Ip masked = Ip::v4(~0u).masked(prefix);
    EXPECT_FALSE(masked.is_v6());
    for (int bit = 0; bit < 32; ++bit)
      ASSERT_EQ(masked.v4() >> (31 - bit) & 1, bit < prefix) << prefix << ' ' << bit;
  }
}

TEST(Ip, UnmapsExactlyTheMappedBlock) {
  EXPECT_EQ(Ip::v6(0, 0xffff'0808'0808).unmapped(), Ip::v4(0x08080808));
  for (const Ip &ip : {Ip::v6(0, 0x0808'0808), Ip::v6(0, 0xfffe'0808'0808), Ip::v6(1, 0xffff'0808'0808),
                       Ip::v6(0, 0x1'ffff'0808'0808), Ip::v4(0x08080808)})
    EXPECT_EQ(ip.unmapped(), ip);
}

TEST(Ip, OrdersByFamilyThenAddress) {
  const std::vector<Ip> ordered = {Ip::v4(0),    Ip::v4(1),        Ip::v4(0x80000000), Ip::v4(~0u),     Ip::v6(0, 0),
                                   Ip::v6(0, 1), Ip::v6(0, ~0ull), Ip::v6(1, 0),       Ip::v6(~0ull, 0)};
  for (std::size_t i = 0; i < ordered.size(); ++i)
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      EXPECT_EQ(ordered[i] < ordered[j], i < j);
      EXPECT_EQ(ordered[i] == ordered[j], i == j);
    }
}

}  // namespace
