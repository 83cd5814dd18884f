#include "network.hpp"

#include "core/error.hpp"

#include <gtest/gtest.h>

namespace hunt::tools {
namespace {

TEST(Network, ParsesAndPrints) {
  const Network four = parse_network("10.1.0.0/16");
  EXPECT_EQ(four.prefix, 16);
  EXPECT_EQ(to_text(four.last()), "10.1.255.255");
  EXPECT_EQ(to_text(parse_network("2001:db8::/33").last()), "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_EQ(to_text(parse_network("0.0.0.0/0").last()), "255.255.255.255");
  EXPECT_EQ(parse_network("::1").prefix, 128);
}

TEST(Network, Refuses) {
  for (const char *text : {"", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1", "host"})
    EXPECT_THROW(parse_network(text), core::Error) << text;
}

}  // namespace
}  // namespace hunt::tools
