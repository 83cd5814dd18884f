#include "address/ip_text.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>

using hunt::address::parse_ip;
using hunt::core::Ip;

namespace {

// The C library's reading, an IPv4-mapped address as IPv4.
std::optional<Ip> libc_ip(const std::string &text) {
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1)
    return Ip::v4_bytes(bytes.data());
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1)
    return Ip::v6_bytes(bytes.data()).unmapped();
  return std::nullopt;
}

constexpr std::uint32_t kDns = 0x08080808;

TEST(ParseIp, AgreesWithTheCLibraryOnRandomAddresses) {
  std::mt19937_64 random(1);
  std::array<char, INET6_ADDRSTRLEN> text{};
  for (int i = 0; i < 200'000; ++i) {
    std::array<std::uint8_t, 16> bytes{};
    const bool v6 = i % 2 == 0;
    // Mostly zero bytes now and then, so that "::" and embedded IPv4 occur.
    const auto zeros = random() % 4 == 0 ? random() & random() : ~std::uint64_t{0};
    for (std::size_t k = 0; k < (v6 ? 16 : 4); ++k)
      bytes[k] = zeros >> k & 1 ? static_cast<std::uint8_t>(random()) : 0;
    ASSERT_NE(inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), text.data(), text.size()), nullptr);
    const Ip expected = v6 ? Ip::v6_bytes(bytes.data()).unmapped() : Ip::v4_bytes(bytes.data());
    ASSERT_EQ(parse_ip(text.data()), expected) << text.data();
  }
}

// Texts of IPv6 characters that are mostly no addresses: both sides must refuse the same ones.
TEST(ParseIp, AgreesWithTheCLibraryOnRandomText) {
  std::mt19937 random(2);
  const std::array<const char *, 12> pieces = {"0",  "1", "ffff", "db8", ":",       ":",
                                               "::", ":", ".",    "255", "9.8.7.6", "abcde"};
  int accepted = 0;
  for (int i = 0; i < 500'000; ++i) {
    std::string text;
    for (int n = static_cast<int>(random() % 16); n >= 0; --n)
      text += pieces[random() % pieces.size()];
    const auto expected = libc_ip(text), actual = parse_ip(text);
    accepted += expected.has_value();
    // The C library reads neither a port after a dotted address nor leading zeros.
    if (expected || text.find('.') == std::string::npos) {
      ASSERT_EQ(actual, expected) << text;
    }
  }
  EXPECT_GT(accepted, 1000);
}

TEST(ParseIp, AcceptsWhatLogsWriteAroundAnAddress) {
  for (const char *text : {"8.8.8.8",
                           " 8.8.8.8\t\r\n",
                           "8.8.8.8:443",
                           "[8.8.8.8]",
                           "[8.8.8.8]:443",
                           "008.008.008.008",
                           "08.8.8.8",
                           "8.8.8.8,10.0.0.1",
                           "8.8.8.8 , 10.0.0.1",
                           "8.8.8.8;10.0.0.1",
                           "unknown, 8.8.8.8",
                           "-,8.8.8.8:1, 9.9.9.9",
                           ",,8.8.8.8",
                           "::ffff:8.8.8.8",
                           "::FFFF:808:808",
                           "[::ffff:8.8.8.8]:443",
                           "::ffff:8.8.8.8:443",
                           "8.8.8.8:65535",
                           "8.8.8.8:0",
                           "10.0.0.0/8,8.8.8.8",
                           "[1.1.1.1, 8.8.8.8",
                           "0:0:0:0:0:ffff:8.8.8.8"})
    EXPECT_EQ(parse_ip(text), Ip::v4(kDns)) << text;
  const Ip v6 = Ip::v6(0x20010db8'00000000, 1);
  for (const char *text : {"2001:db8::1", "2001:DB8::1", "2001:0db8:0000:0000:0000:0000:0000:0001", " [2001:db8::1] ",
                           "[2001:db8::1]:443", "2001:db8::1%eth0", "[2001:db8::1%25eth0]:443", "2001:db8::1%2,8.8.8.8",
                           "2001:db8::0.0.0.1", "x;2001:db8:0::0:1"})
    EXPECT_EQ(parse_ip(text), v6) << text;
  EXPECT_EQ(parse_ip("035.249.253.232"), Ip::v4(35u << 24 | 249u << 16 | 253u << 8 | 232u));
  EXPECT_EQ(parse_ip("::"), Ip::v6(0, 0));
  EXPECT_EQ(parse_ip("1:2:3:4:5:6:7::"), Ip::v6(0x0001000200030004, 0x0005000600070000));
  EXPECT_EQ(parse_ip("::2:3:4:5:6:7:8"), Ip::v6(0x0000000200030004, 0x0005000600070008));
  EXPECT_EQ(parse_ip("2001:db8::1:443"), Ip::v6(0x20010db8'00000000, 0x10443)) << "one more group, not a port";
}

TEST(ParseIp, RefusesEverythingElse) {
  for (const char *text : {"",
                           " ",
                           "-",
                           ",",
                           ";,;",
                           "unknown",
                           "AWS Internal",
                           "cloudtrail.amazonaws.com",
                           "8.8",
                           "8.8.8",
                           "8.8.8.8.8",
                           "8",
                           "134744072",
                           "0x08.8.8.8",
                           "8.8.8.256",
                           "8.8.8.0008",
                           "8.8.8.-8",
                           "8.8.8.8x",
                           "8.8.8.8 x",
                           "8 .8.8.8",
                           "8.8.8.8.",
                           ".8.8.8.8",
                           "8..8.8",
                           "8.8.8.8:",
                           "8.8.8.8:x",
                           "8.8.8.8:65536",
                           "8.8.8.8:000443",
                           "8.8.8.8:1:2",
                           "8.8.8.8%eth0",
                           "10.0.0.0/8",
                           "8.8.8.8/32",
                           "2001:db8::/32",
                           "[8.8.8.8",
                           "8.8.8.8]",
                           "[]",
                           "[",
                           "]",
                           "[[8.8.8.8]]",
                           "[ 8.8.8.8 ]",
                           ":",
                           ":::",
                           "1::2::3",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1:2:3:4:5:6:7:8::",
                           "::1:2:3:4:5:6:7:8",
                           "12345::",
                           "g::",
                           "1:",
                           ":1",
                           "1:2:3:4:5:6:7:8:443",
                           "::1%",
                           "::1%eth0/64",
                           "::1% ",
                           "[::1%]",
                           "[::1]443",
                           "[::1]:",
                           "1:2:3:4:5:6:7:8.8.8.8",
                           "::8.8.8",
                           "::8.8.8.8.8",
                           "::8.8.8.8:ffff",
                           "8.8.8.8::",
                           "::8.8.8.256",
                           "\xc3\xa9",
                           "\xff\xff",
                           "8.8.8.8\x01"})
    EXPECT_EQ(parse_ip(text), std::nullopt) << text;
  EXPECT_EQ(parse_ip(std::string("8.8.8.8\0", 8)), std::nullopt);
  EXPECT_EQ(parse_ip(std::string_view()), std::nullopt);
}

TEST(ParseIp, IsLinearInHostileText) {
  const std::size_t n = 1 << 20;
  for (const char c : {':', '1', '.', ',', '[', ' ', '%', 'f'})
    EXPECT_EQ(parse_ip(std::string(n, c)), std::nullopt);
  std::string list;
  for (std::size_t i = 0; i < n / 8; ++i)
    list += "::1%eth ,"[i % 8], list += "1.2.3.,";
  EXPECT_EQ(parse_ip(list + ",8.8.8.8"), Ip::v4(kDns));
}

}  // namespace
