#include "signature/levels.hpp"
#include "signature/lexer.hpp"

#include <gtest/gtest.h>

#include <random>

namespace hunt::signature {
namespace {

std::string masked(std::string_view line, MaskMode mode = MaskMode::kLog) {
  MaskBuffer buffer;
  return spell(mask(line, mode, buffer), true);
}

TEST(SignatureLexer, MasksValuesByTheirShape) {
  EXPECT_EQ(masked("took 12ms, 5.5% of 1,234 at -3"), "took <num>, <num> of <num> at <num>");
  EXPECT_EQ(masked("from 10.0.0.1:8080 to 2001:db8::1 via 00:1b:44:11:3a:b7"), "from <ip> to <ip> via <ip>");
  EXPECT_EQ(masked("at 2026-11-01T10:00:00.123Z and 01/Nov/2026:10:00:00 +0000 and 10:00:00"),
            "at <time> and <time> and <time>");
  EXPECT_EQ(masked("Jan  2 15:04:05 x Mon Jan  2 15:04:05 UTC 2006"), "<time> x <time>");
  EXPECT_EQ(masked("id 6f1c2a3e-0d3b-4c55-8a51-0123456789ab 0x1F deadbeefdeadbeef0"), "id <uuid> <hex> <id>");
  EXPECT_EQ(masked("open /var/log/x.log, C:\\Windows\\x and ../y"), "open <path>, <path> and <path>");
  EXPECT_EQ(masked("ok=true a@b.org https://a.org/b?c=d db.int.example.org x.org:80"),
            "ok=<bool> <mail> <url> <host> <host>");
}

TEST(SignatureLexer, KeepsWords) {
  for (const std::string_view line : {"May be", "Mon Dieu", "a.b", "L2 cache", "state is up", "isn't (so) [x] {y} <z>",
                                      "x = y; a->b, c::d", "...", "\xC3\xA9t\xC3\xA9"})
    EXPECT_EQ(masked(line), line);
}

TEST(SignatureLexer, JoinsWhatIsGluedTogether) { EXPECT_EQ(masked("blk_123 a1-b2:c3 x7"), "<id> <*> <id>"); }

TEST(SignatureLexer, ReducesBlanksAndControlBytes) { EXPECT_EQ(masked(" \t a \x01\x02 b\n"), "a b"); }

TEST(SignatureLexer, ProfileKeepsEveryWord) {
  const auto profile = [](std::string_view s) { return masked(s, MaskMode::kProfile); };
  EXPECT_EQ(profile("AMAZON-02, US, Boto3/1.26.1, user42"), "AMAZON-02, US, Boto3/<ver>, user42");
  EXPECT_EQ(profile("62240, NL"), "62240, NL");
  EXPECT_EQ(profile("AS62240|ASN 62240"), "AS62240|ASN 62240");
  EXPECT_EQ(profile("Chrome/110.0.1.2 (Windows NT 10.0) from 192.0.2.1"), "Chrome/<ver> (Windows NT <ver>) from <ip>");
  EXPECT_EQ(profile("2345Explorer /etc true"), "2345Explorer /etc true");
}

std::string random_line(std::mt19937 &random) {
  static constexpr std::string_view kParts[] = {"a",    "Jan ",     "1",   ".",  ":",  "/", "-", "0x", "::", " ", "=",
                                                "[",    "\"",       "Mon", "@",  "<",  ">", "%", "T",  "Z",  "+", ",",
                                                "true", "\xC3\xA9", "(",   "\\", "12", "f", "_", "#",  "'"};
  std::string line;
  for (int n = static_cast<int>(random() % 40); n > 0; --n)
    line += kParts[random() % std::size(kParts)];
  return line;
}

// What dictionaries rest on: forms are short and clean, levels compose and never lengthen.
TEST(SignatureLexer, RandomLinesKeepTheRules) {
  std::mt19937 random(1);
  MaskBuffer buffer;
  for (int i = 0; i < 50000; ++i) {
    const std::string line = random_line(random);
    for (const MaskMode mode : {MaskMode::kLog, MaskMode::kProfile}) {
      const std::string form(mask(line, mode, buffer));
      EXPECT_LE(form.size(), line.size());
      std::string step = form;
      for (std::uint8_t level = 1; level <= kTopLevel; ++level) {
        const std::string next = raise(step, static_cast<std::uint8_t>(level - 1), level);
        EXPECT_LE(next.size(), std::max<std::size_t>(step.size(), 1));
        EXPECT_EQ(next, raise(form, 0, level));
        step = next;
      }
    }
  }
}

TEST(SignatureLexer, LongLines) {
  MaskBuffer buffer;
  EXPECT_EQ(masked(std::string(1 << 20, 'x')), "<id>");
  for (const std::string_view part : {"word ", "1 ", "(", "a.", "..", "::", "/", "\xFF", "'\""}) {
    std::string line;
    while (line.size() < 1 << 20)
      line += part;
    EXPECT_LE(mask(line, MaskMode::kLog, buffer).size(), kMaxMasked);
    EXPECT_LE(mask(line, MaskMode::kProfile, buffer).size(), kMaxMasked);
  }
}

}  // namespace
}  // namespace hunt::signature
