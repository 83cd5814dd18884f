#include "enrich/json_sink.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace hunt::enrich {
namespace {

template <class Tell> std::string json(Tell tell) {
  JsonSink sink;
  tell(sink);
  return sink.text();
}

TEST(JsonSink, WritesContainers) {
  const std::string text = json([](JsonSink &s) {
    s.map(3);
    s.key("a");
    s.array(2);
    s.boolean(true);
    s.map(0);
    s.end();
    s.end();
    s.key("b");
    s.array(0);
    s.end();
    s.key("c");
    s.string("d");
    s.end();
  });
  EXPECT_EQ(text, R"({"a":[true,{}],"b":[],"c":"d"})");
}

TEST(JsonSink, EscapesStringsAndKeys) {
  EXPECT_EQ(json([](JsonSink &s) { s.string("\"\\/\n\x01\x1F\x7F\u00e4"); }),
            "\"\\\"\\\\/\\u000a\\u0001\\u001f\x7F\u00e4\"");
  EXPECT_EQ(json([](JsonSink &s) { s.map(1), s.key("\t\""), s.boolean(false), s.end(); }), "{\"\\u0009\\\"\":false}");
}

TEST(JsonSink, WritesNumbersThatReadBackTheSame) {
  EXPECT_EQ(json([](JsonSink &s) { s.number(37.751); }), "37.751");
  EXPECT_EQ(json([](JsonSink &s) { s.number(-0.5); }), "-0.5");
  EXPECT_EQ(json([](JsonSink &s) { s.number(1e300); }), "1e+300");
  EXPECT_EQ(json([](JsonSink &s) { s.integer(std::numeric_limits<std::int32_t>::min()); }), "-2147483648");
  EXPECT_EQ(json([](JsonSink &s) { s.unsigned_integer(~std::uint64_t{0}); }), "18446744073709551615");
  EXPECT_EQ(json([](JsonSink &s) { s.uint128(~std::uint64_t{0}, ~std::uint64_t{0}); }),
            "340282366920938463463374607431768211455");
  EXPECT_EQ(json([](JsonSink &s) { s.uint128(1, 0); }), "18446744073709551616");
  EXPECT_EQ(json([](JsonSink &s) { s.uint128(0, 0); }), "0");
}

TEST(JsonSink, HasNullForWhatJsonLacks) {
  EXPECT_EQ(json([](JsonSink &s) { s.number(std::numeric_limits<double>::quiet_NaN()); }), "null");
  EXPECT_EQ(json([](JsonSink &s) { s.number(-std::numeric_limits<double>::infinity()); }), "null");
}

TEST(JsonSink, WritesBytesAsHexadecimalDigits) {
  EXPECT_EQ(json([](JsonSink &s) { s.bytes(std::string_view("\0\x7F\xFF", 3)); }), "\"007fff\"");
  EXPECT_EQ(json([](JsonSink &s) { s.bytes(""); }), "\"\"");
}

}  // namespace
}  // namespace hunt::enrich
