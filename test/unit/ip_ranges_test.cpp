#include "ingest/ip_ranges.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace hunt::ingest {
namespace {

using core::Ip;

TEST(IpRanges, NetworkRange) {
  const auto ends = [](const IpRange &range) { return std::pair(range.first, range.last); };
  EXPECT_EQ(ends(network_range(Ip::v4(0xC0000207), 24)), std::pair(Ip::v4(0xC0000200), Ip::v4(0xC00002FF)));
  EXPECT_EQ(ends(network_range(Ip::v4(0xC0000207), 32)), std::pair(Ip::v4(0xC0000207), Ip::v4(0xC0000207)));
  EXPECT_EQ(ends(network_range(Ip::v4(7), 0)), std::pair(Ip::v4(0), Ip::v4(0xFFFFFFFF)));
  EXPECT_EQ(ends(network_range(Ip::v6(0x20010DB800010000, 5), 32)),
            std::pair(Ip::v6(0x20010DB800000000, 0), Ip::v6(0x20010DB8FFFFFFFF, ~std::uint64_t{0})));
  EXPECT_EQ(ends(network_range(Ip::v6(1, 0x8000000000000001), 65)),
            std::pair(Ip::v6(1, 0x8000000000000000), Ip::v6(1, ~std::uint64_t{0})));
}

TEST(IpRanges, NoRangeHoldsNothing) {
  EXPECT_EQ(join_ranges({}), 0u);
  EXPECT_FALSE(contains({}, Ip::v4(0)));
}

// Against the question asked of each network by itself.
TEST(IpRanges, RandomNetworks) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::pair<Ip, int>> networks;
    for (unsigned i = random() % 20; i > 0; --i) {
      const bool is_v6 = random() % 2;
      const Ip ip = is_v6 ? Ip::v6(0x20010DB8, random()) : Ip::v4(0x0A000000 | random() % 0x1000);
      networks.emplace_back(ip, is_v6 ? 96 + random() % 33 : 20 + random() % 13);
    }
    std::vector<IpRange> ranges;
    for (const auto &[ip, prefix] : networks)
      ranges.push_back(network_range(ip, prefix));
    const std::span<const IpRange> joined(ranges.data(), join_ranges(ranges));
    for (std::size_t i = 1; i < joined.size(); ++i)
      ASSERT_LT(joined[i - 1].last, joined[i].first);
    for (int i = 0; i < 200; ++i) {
      const Ip ip = i % 2 ? Ip::v6(0x20010DB8, random()) : Ip::v4(0x0A000000 | random() % 0x1100);
      bool is_in = false;
      for (const auto &[network, prefix] : networks)
        is_in |= network.is_v6() == ip.is_v6() && ip.masked(prefix) == network.masked(prefix);
      ASSERT_EQ(contains(joined, ip), is_in);
    }
  }
}

}  // namespace
}  // namespace hunt::ingest
