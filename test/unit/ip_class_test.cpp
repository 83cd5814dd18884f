#include "address/ip_class.hpp"

#include "address/ip_text.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

using hunt::address::class_name;
using hunt::address::ip_class;
using hunt::address::is_private;
using hunt::address::is_public;
using hunt::core::Ip;

namespace {

struct Row {
  const char *block;
  int prefix;
  const char *ip_class;
  bool is_public;
};

// The registries as IANA publishes them, in their order; a later row that lies within an earlier one refines it. Rows
// whose reachability the registry leaves open ("N/A") carry the project's decision.
const std::vector<Row> kRegistry = {
    {"0.0.0.0", 0, "public", true},
    {"0.0.0.0", 8, "this-network", false},
    {"0.0.0.0", 32, "unspecified", false},
    {"10.0.0.0", 8, "private", false},
    {"100.64.0.0", 10, "shared", false},
    {"127.0.0.0", 8, "loopback", false},
    {"169.254.0.0", 16, "link-local", false},
    {"172.16.0.0", 12, "private", false},
    {"192.0.0.0", 24, "ietf-protocol", false},
    {"192.0.0.0", 29, "ietf-protocol", false},
    {"192.0.0.8", 32, "dummy", false},
    {"192.0.0.9", 32, "ietf-protocol", true},
    {"192.0.0.10", 32, "ietf-protocol", true},
    {"192.0.0.170", 32, "ietf-protocol", false},
    {"192.0.0.171", 32, "ietf-protocol", false},
    {"192.0.2.0", 24, "documentation", false},
    {"192.31.196.0", 24, "as112", true},
    {"192.52.193.0", 24, "amt", true},
    {"192.88.99.0", 24, "6to4-relay", false},
    {"192.168.0.0", 16, "private", false},
    {"192.175.48.0", 24, "as112", true},
    {"198.18.0.0", 15, "benchmarking", false},
    {"198.51.100.0", 24, "documentation", false},
    {"203.0.113.0", 24, "documentation", false},
    {"224.0.0.0", 4, "multicast", false},
    {"240.0.0.0", 4, "reserved", false},
    {"255.255.255.255", 32, "broadcast", false},
    {"::", 0, "reserved", false},
    {"2000::", 3, "public", true},
    {"::1", 128, "loopback", false},
    {"::", 128, "unspecified", false},
    {"64:ff9b:1::", 48, "nat64", false},
    {"100::", 64, "discard-only", false},
    {"100:0:0:1::", 64, "dummy", false},
    {"2001::", 23, "ietf-protocol", false},
    {"2001:1::1", 128, "ietf-protocol", true},
    {"2001:1::2", 128, "ietf-protocol", true},
    {"2001:1::3", 128, "ietf-protocol", true},
    {"2001:2::", 48, "benchmarking", false},
    {"2001:3::", 32, "amt", true},
    {"2001:4:112::", 48, "as112", true},
    {"2001:10::", 28, "orchid", false},
    {"2001:20::", 28, "orchidv2", true},
    {"2001:30::", 28, "drone-id", true},
    {"2001:db8::", 32, "documentation", false},
    {"2620:4f:8000::", 48, "as112", true},
    {"3fff::", 20, "documentation", false},
    {"5f00::", 16, "srv6", false},
    {"fc00::", 7, "unique-local", false},
    {"fe80::", 10, "link-local", false},
    {"fec0::", 10, "site-local", false},
    {"ff00::", 8, "multicast", false},
};

Ip ip(const char *text) { return *hunt::address::parse_ip(text); }

// Blocks whose addresses are judged by the IPv4 address inside have a test of their own.
bool carries_v4(const Ip &address) {
  return address.masked(16) == ip("2002::") || address.masked(32) == ip("2001::") ||
         address.masked(96) == ip("64:ff9b::") || address.is_v4_mapped();
}

const Row &registry_row(const Ip &address) {
  const Row *best = nullptr;
  for (const Row &row : kRegistry)
    if (ip(row.block).is_v6() == address.is_v6() && address.masked(row.prefix) == ip(row.block) &&
        (best == nullptr || row.prefix >= best->prefix))
      best = &row;
  return *best;
}

void expect_as_registered(const Ip &address) {
  if (address.is_v6() && carries_v4(address))
    return;
  const Row &row = registry_row(address);
  EXPECT_EQ(class_name(ip_class(address)), row.ip_class) << row.block;
  EXPECT_EQ(is_public(address), row.is_public) << row.block;
  static const std::map<std::string, bool> own = {{"private", true},    {"shared", true},       {"loopback", true},
                                                  {"link-local", true}, {"unique-local", true}, {"site-local", true}};
  EXPECT_EQ(is_private(address), own.count(row.ip_class) == 1) << row.block;
}

Ip moved(const Ip &address, int by) {
  if (!address.is_v6())
    return Ip::v4(address.v4() + static_cast<std::uint32_t>(by));
  const std::uint64_t low = address.low() + static_cast<std::uint64_t>(static_cast<std::int64_t>(by));
  const bool wrapped = by > 0 ? low < address.low() : low > address.low();
  return Ip::v6(address.high() + (wrapped ? static_cast<std::uint64_t>(static_cast<std::int64_t>(by > 0 ? 1 : -1)) : 0),
                low);
}

Ip last_of(const Row &row) {
  const Ip first = ip(row.block);
  if (!first.is_v6())
    return Ip::v4(first.v4() | ~Ip::v4(~0u).masked(row.prefix).v4());
  const Ip mask = Ip::v6(~0ull, ~0ull).masked(row.prefix);
  return Ip::v6(first.high() | ~mask.high(), first.low() | ~mask.low());
}

TEST(IpClass, FirstAndLastOfEveryBlockAndTheirNeighbours) {
  for (const Row &row : kRegistry)
    for (const Ip &edge : {ip(row.block), last_of(row)})
      for (const int by : {-1, 0, 1})
        expect_as_registered(moved(edge, by));
}

TEST(IpClass, RandomAddressesAsRegistered) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 20'000; ++i) {
    expect_as_registered(Ip::v4(static_cast<std::uint32_t>(random())));
    expect_as_registered(Ip::v6(random(), random()));
    expect_as_registered(Ip::v6(0x20010000'00000000 | (random() & 0xffff'ffffffff), random()));
  }
}

TEST(IpClass, MappedIsJudgedAsIPv4) {
  EXPECT_EQ(class_name(ip_class(Ip::v6(0, 0xffff'0a00'0001))), "private");
  EXPECT_FALSE(is_public(Ip::v6(0, 0xffff'0a00'0001)));
  EXPECT_TRUE(is_private(Ip::v6(0, 0xffff'0a00'0001)));
  EXPECT_EQ(class_name(ip_class(Ip::v6(0, 0xffff'0808'0808))), "public");
  EXPECT_TRUE(is_public(Ip::v6(0, 0xffff'0808'0808)));
}

TEST(IpClass, TunnelsAreJudgedByTheAddressInside) {
  struct Case {
    const char *text, *name;
    bool is_public;
  };
  for (const auto &[text, name, expected] : {Case{"2002:0808:0808::1", "6to4", true},
                                             {"2002:0a00:0001::1", "6to4", false},
                                             {"2002:ffff:ffff:ffff::", "6to4", false},
                                             {"2001:0:4136:e378:8000:63bf:f7f7:f7f7", "teredo", true},
                                             {"2001::f5ff:fffe", "teredo", false},
                                             {"64:ff9b::8.8.8.8", "nat64", true},
                                             {"64:ff9b::192.168.0.1", "nat64", false},
                                             {"64:ff9b::1:8.8.8.8", "reserved", false}}) {
    EXPECT_EQ(class_name(ip_class(ip(text))), name) << text;
    EXPECT_EQ(is_public(ip(text)), expected) << text;
    EXPECT_FALSE(is_private(ip(text))) << text;
  }
}

}  // namespace
