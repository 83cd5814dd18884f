// Which pattern of a table is the first to match a text, without trying them all.
//
// One pass over the text with an automaton of all literals (Aho and Corasick, "Efficient string matching", CACM 18(6),
// 1975) finds the patterns whose literals occur; only those are run, by RE2, in time linear in the text. A regular
// expression is compiled when it is first run and then kept: the tables are constant, so memory is bounded by
// kRegexMemory times their size, and a fraction of that in practice.
#pragma once

#include "agent/patterns.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace hunt::agent {

// Which literals of the matcher occur in a text: the scratch of one parse, reused by the next.
struct Occurrences {
  std::vector<std::uint8_t> clauses;  // of each pattern, the clauses that hold, as bits
  std::vector<std::uint32_t> touched;
  std::vector<std::uint64_t> candidates;  // a bit for each pattern
};

struct Match {
  const Pattern *pattern = nullptr;  // nullptr: none
  std::string name;
  std::string version;
};

class PatternMatcher {
public:
  static constexpr std::int64_t kRegexMemory = std::int64_t{1} << 20;  // bytes for one compiled regular expression

  // Tables must outlive the matcher; a pattern is known by table and place.
  explicit PatternMatcher(std::vector<std::span<const Pattern>> tables);
  ~PatternMatcher();
  PatternMatcher(const PatternMatcher &) = delete;
  PatternMatcher &operator=(const PatternMatcher &) = delete;

  // Finds the literals of a text; then first_match() may be asked of every table for the same text.
  const Occurrences &scan(std::string_view text);
  Match first_match(std::size_t table, std::string_view text);
  bool matches(std::size_t table, std::string_view text);

  // The same without the literals: the reference that tests compare with.
  Match first_match_slowly(std::size_t table, std::string_view text);

  std::size_t compiled() const noexcept;

private:
  struct Posting {
    std::uint32_t pattern;
    std::uint8_t clause;
  };

  void add_literals(std::uint32_t pattern, std::vector<std::vector<Posting>> &postings_of_state);
  std::uint32_t add_literal(std::string_view literal);
  void link(std::vector<std::vector<Posting>> &postings_of_state);
  const re2::RE2 &regex(std::uint32_t pattern);
  template <class F> bool for_first(std::size_t table, F try_pattern);
  bool run(std::uint32_t pattern, std::string_view text, Match *match);

  std::vector<const Pattern *> patterns_;
  std::vector<std::uint32_t> table_starts_;
  std::vector<std::uint8_t> all_clauses_;
  std::vector<std::unique_ptr<re2::RE2>> regexes_;

  std::array<std::uint8_t, 256> byte_class_{};  // 0: in no literal
  std::size_t class_count_ = 1;
  std::vector<std::uint16_t> next_;  // state x class
  std::vector<std::uint32_t> posting_starts_;
  std::vector<Posting> postings_;
  std::vector<std::uint64_t> always_;
  Occurrences found_;
};

}  // namespace hunt::agent
