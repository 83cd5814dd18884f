#include "core/error.hpp"
#include "signature/dictionary.hpp"
#include "signature/signatures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace hunt::signature {
namespace {

using Line = std::pair<std::string, Time>;

std::string stored(const Dictionary &dictionary) {
  std::string bytes(dictionary.stored_size(), '\0');
  dictionary.write(bytes.data());
  StateView::check(bytes);
  return bytes;
}

template <class Lines>
std::string state_of(const Lines &lines, std::uint32_t max_entries, MaskMode mode = MaskMode::kLog) {
  Dictionary dictionary(mode, max_entries, std::pmr::get_default_resource());
  for (const auto &[line, time] : lines)
    dictionary.add(line, {time, time});
  return stored(dictionary);
}

std::string merged(const std::string &a, const std::string &b) {
  Dictionary dictionary(StateView(a).mode(), StateView(a).max_entries(), std::pmr::get_default_resource());
  dictionary.merge(StateView(a));
  dictionary.merge(StateView(b));
  return stored(dictionary);
}

std::vector<Line> some_lines(std::mt19937 &random, int count) {
  static constexpr const char *kWords[] = {"open", "close",    "user", "port", "'x y'",
                                           "(a)",  "10.0.0.1", "7",    "k=v",  "q8"};
  std::vector<Line> lines;
  for (int i = 0; i < count; ++i) {
    std::string line;
    for (int n = 1 + static_cast<int>(random() % 6); n > 0; --n)
      (line += kWords[random() % std::size(kWords)]) += ' ';
    lines.emplace_back(line, static_cast<Time>(random() % 1000));
  }
  return lines;
}

// Any order, any tree of merges, at every cap: the same bytes.
TEST(SignatureDictionary, OrderAndSplitLeaveNoTrace) {
  std::mt19937 random(2);
  for (const std::uint32_t cap : {1U, 3U, 20U, 100U, 100000U}) {
    std::vector<Line> lines = some_lines(random, 400);
    const std::string expected = state_of(lines, cap);
    for (int round = 0; round < 20; ++round) {
      std::shuffle(lines.begin(), lines.end(), random);
      ASSERT_EQ(state_of(lines, cap), expected);
      std::vector<std::string> parts;
      for (std::size_t begun = 0; begun < lines.size();) {
        const std::size_t end = std::min(lines.size(), begun + 1 + random() % 150);
        parts.push_back(state_of(std::vector<Line>(lines.begin() + begun, lines.begin() + end), cap));
        begun = end;
      }
      while (parts.size() > 1) {
        std::shuffle(parts.begin(), parts.end(), random);
        const std::string both = merged(parts[parts.size() - 2], parts.back());
        parts.pop_back();
        parts.back() = both;
      }
      ASSERT_EQ(parts.front(), expected) << "cap " << cap;
    }
  }
}

TEST(SignatureDictionary, CountsEveryLineAtEveryLevel) {
  std::vector<Line> lines;
  for (int i = 0; i < 100000; ++i) {
    std::string word;
    for (int n = i; n > 0; n /= 26)
      word += static_cast<char>('a' + n % 26);
    lines.emplace_back("word " + word + " is here", i);
  }
  const std::string bytes = state_of(lines, 1000);
  EXPECT_GT(StateView(bytes).level(), 0);
  std::uint64_t total = 0;
  for (const EntryView &e : StateView(bytes).entries())
    total += e.lines;
  EXPECT_EQ(total, lines.size());
}

TEST(SignatureDictionary, KeepsTheLeastExampleAndTheTimes) {
  const std::string bytes = state_of(std::vector<Line>{{"n 3", 30}, {"n 1", 20}, {"n 2", 40}}, 10);
  const std::vector<EntryView> entries = StateView(bytes).entries();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].example, "n 1");
  EXPECT_EQ(entries[0].time.first, 20);
  EXPECT_EQ(entries[0].time.last, 40);
  EXPECT_EQ(entries[0].lines, 3U);
}

TEST(SignatureDictionary, ExamplesEndBetweenCharacters) {
  std::string line(kMaxExample - 1, 'x');
  line += "\xC3\xA9";
  EXPECT_EQ(example_of(line), std::string(kMaxExample - 1, 'x'));
}

TEST(SignatureDictionary, RefusesWhatIsNoState) {
  const std::string good = state_of(std::vector<Line>{{"a", 1}, {"b 2", 2}}, 10);
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_THROW(StateView::check(good.substr(0, size)), core::Error) << size;
  for (const std::size_t at : {0, 1, 2, 3, 8}) {
    std::string bad = good;
    bad[at] = '\x7F';
    EXPECT_THROW(StateView::check(bad), core::Error) << at;
  }
  EXPECT_THROW(StateView::check(good + "x"), core::Error);
  EXPECT_THROW(merged(good, state_of(std::vector<Line>{{"a", 1}}, 10, MaskMode::kProfile)), core::Error);
  EXPECT_THROW(Dictionary(MaskMode::kLog, 0, std::pmr::get_default_resource()), core::Error);
}

std::vector<Signature> signatures_of(const std::vector<std::string> &lines) {
  std::vector<Line> timed;
  for (const std::string &line : lines)
    timed.emplace_back(line, 0);
  return find_signatures(StateView(state_of(timed, 1000)), Criteria::kMost);
}

TEST(Signatures, WordsWhereValuesStandAreOneSignature) {
  const auto found =
      signatures_of({"user=alice left", "user=bob left", "user=carol left", "the job ended", "the job began"});
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].text, "user=<*> left");
  EXPECT_EQ(found[0].lines, 3U);
  EXPECT_EQ(found[1].text, "the job began");
}

TEST(Signatures, AFloodChangesNoTemplate) {
  std::vector<std::string> lines = {"user=alice left", "user=bob left", "user=carol left"};
  const std::string text = signatures_of(lines)[0].text;
  lines.resize(5000, lines[0]);
  EXPECT_EQ(signatures_of(lines)[0].text, text);
}

TEST(Signatures, AListOfAnyLengthIsOneSignature) {
  const auto found = signatures_of({"sizes 1 2 3", "sizes 1, 2, 3, 4", "sizes 1 2 3 4 5 6"});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].text, "sizes <*>");
}

TEST(Signatures, CompareScoresAreTheDivergence) {
  const std::string a = state_of(std::vector<Line>{{"x", 0}, {"x", 0}, {"y", 0}}, 10);
  const std::string b = state_of(std::vector<Line>{{"y", 0}, {"z", 0}}, 10);
  const auto changes = compare(StateView(a), StateView(b));
  ASSERT_EQ(changes.size(), 3U);
  for (std::size_t i = 1; i < changes.size(); ++i)
    EXPECT_GE(changes[i - 1].score, changes[i].score);
  const auto back = compare(StateView(b), StateView(a));
  for (std::size_t i = 0; i < changes.size(); ++i) {
    EXPECT_EQ(changes[i].text, back[i].text);
    EXPECT_NEAR(changes[i].score, back[i].score, 1e-12);
  }
  // (q - p) ln(q / p) for x: p = 2.5 / 4.5, q = 0.5 / 3.5
  EXPECT_EQ(changes[0].text, "x");
  EXPECT_NEAR(changes[0].score, (0.5 / 3.5 - 2.5 / 4.5) * std::log((0.5 / 3.5) / (2.5 / 4.5)), 1e-12);
}

TEST(Signatures, LabelsAgreeWithSignatures) {
  std::mt19937 random(3);
  const std::vector<Line> lines = some_lines(random, 500);
  const std::string bytes = state_of(lines, 1000);
  std::vector<std::string> texts;
  for (const Signature &s : find_signatures(StateView(bytes), Criteria::kLeast))
    texts.push_back(s.text);
  const Labels labels{StateView(bytes)};
  for (const auto &[line, time] : lines)
    EXPECT_NE(std::find(texts.begin(), texts.end(), labels(line)), texts.end()) << line;
}

}  // namespace
}  // namespace hunt::signature
