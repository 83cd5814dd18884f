#include "profile/session_profile.hpp"

#include "core/error.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace hunt::profile {
namespace {

using Stored = std::vector<std::uint8_t>;
constexpr std::optional<std::string_view> kMissing;

Stored stored(const Fields &fields) {
  Stored bytes(stored_size(fields));
  write(fields, bytes.data());
  return bytes;
}

Stored parsed(std::string_view text) {
  const auto texts = parse(text);
  Fields fields;
  for (std::size_t i = 0; i < kFields; ++i)
    if (texts[i])
      fields[i] = *texts[i];
  return stored(fields);
}

TEST(SessionProfile, IsStoredAsDocumented) {
  EXPECT_EQ(stored({"ab", kMissing, "", "u"}), (Stored{0x1D, 2, 'a', 'b', 0, 1, 'u'}));
  EXPECT_EQ(stored({kMissing, kMissing, kMissing, kMissing}), (Stored{0x10}));
  const std::string agent(200, 'x');
  const Stored bytes = stored({kMissing, kMissing, agent, kMissing});
  EXPECT_EQ(Stored(bytes.begin(), bytes.begin() + 3), (Stored{0x14, 0xC8, 0x01}));
}

TEST(SessionProfile, IsWrittenAsARow) {
  EXPECT_EQ(spell({"Clouvider Limited", "NL", "aws-cli/2.15", "alice"}),
            R"(("Clouvider Limited",NL,aws-cli/2.15,alice))");
  EXPECT_EQ(spell({kMissing, "", "a\"b\\c", "x,y"}), R"((,"","a""b\\c","x,y"))");
  EXPECT_EQ(spell({"(", ")", "\t", "a b"}), "(\"(\",\")\",\"\t\",\"a b\")");
}

TEST(SessionProfile, ReadsWhatARowMayLookLike) {
  EXPECT_EQ(parsed("  ( a ,\"\",b\\,c,\"d\"\"e\\\"f\"g)\n"), stored({" a ", "", "b,c", "d\"e\"fg"}));
  EXPECT_EQ(parsed("(,,,)"), stored({kMissing, kMissing, kMissing, kMissing}));
  for (const std::string_view text :
       {"", "()", "(a,b,c)", "(a,b,c,d,e)", "(a,b,c,d", "a,b,c,d", "(a,b,c,d)x", "(a,b,c,\"d)", "(a,b,c,d\\"})
    EXPECT_THROW(parse(text), core::Error) << text;
}

TEST(SessionProfile, RefusesWhatNobodyWrites) {
  for (const Stored &bytes : {Stored{}, Stored{0x20}, Stored{0x00}, Stored{0x11}, Stored{0x11, 1}, Stored{0x11, 0, 0},
                              Stored{0x10, 0}, Stored{0x11, 0x80, 0}, Stored{0x11, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 'a'}})
    EXPECT_THROW(check(bytes), core::Error);
  EXPECT_NO_THROW(check(Stored{0x10}));
}

// Random profiles of fields that need quotes, are empty or missing.
TEST(SessionProfile, SurvivesTextAndBytesAndIsInOneOrder) {
  std::mt19937_64 random(1);
  const auto field = [&]() -> std::optional<std::string> {
    if (random() % 4 == 0)
      return std::nullopt;
    std::string text;
    for (auto size = random() % 4; size > 0; --size)
      text += "ab\"\\(), \x80\xFF"[random() % 10];
    return text;
  };
  struct Made {
    std::array<std::optional<std::string>, kFields> texts;
    Fields fields;
    Stored bytes;
  };
  std::vector<Made> made(300);
  for (Made &m : made) {
    for (std::size_t i = 0; i < kFields; ++i)
      if ((m.texts[i] = field()))
        m.fields[i] = *m.texts[i];
    m.bytes = stored(m.fields);
    check(m.bytes);
    EXPECT_EQ(read(m.bytes), m.fields);
    EXPECT_EQ(parse(spell(m.fields)), m.texts);
  }
  for (const Made &a : made)
    for (const Made &b : made) {
      const int order = compare(a.fields, b.fields);
      EXPECT_EQ(order == 0, a.bytes == b.bytes);
      EXPECT_EQ(order, -compare(b.fields, a.fields));
      for (std::size_t i = 0; i < kFields; ++i) {
        if (a.texts[i] == b.texts[i])
          continue;
        const bool first = a.texts[i] && (!b.texts[i] || *a.texts[i] < *b.texts[i]);
        EXPECT_EQ(order, first ? -1 : 1);
        break;
      }
    }
}

}  // namespace
}  // namespace hunt::profile
