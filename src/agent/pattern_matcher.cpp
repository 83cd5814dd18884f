#include "agent/pattern_matcher.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace hunt::agent {

namespace {

constexpr int kGroups = 10;  // the whole match and $1 to $9

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// Calls f for each piece of a list.
template <class F> void split(std::string_view list, char separator, F f) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(separator), list.size());
    f(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

// Fills in a template.
std::string expand(std::string_view form, const re2::StringPiece *groups) {
  std::string text;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '$' && i + 1 < form.size() && is_digit(form[i + 1])) {
      const re2::StringPiece &group = groups[form[++i] - '0'];
      text.append(group.data(), group.size());
    } else {
      text += form[i];
    }
  }
  return std::string(trim(text));
}

// The parts that the template names, and the rest of a dotted number that it stops within: an expression takes two to
// four parts, but the order of versions needs all of them.
std::string version_of(std::string_view form, const re2::StringPiece *groups, std::string_view text) {
  std::string version;
  const char *end = nullptr;
  split(form, '.', [&](std::string_view part) {
    const std::string value = expand(part, groups);
    if (value.empty())
      return;
    if (!version.empty())
      version += '.';
    version += value;
    const bool is_group = part.size() == 2 && part[0] == '$';
    end = is_group ? groups[part[1] - '0'].data() + groups[part[1] - '0'].size() : nullptr;
  });
  const char *const stop = text.data() + text.size();
  if (end == nullptr || version.empty() || !is_digit(version.back()))
    return version;
  while (end + 1 < stop && *end == '.' && is_digit(end[1])) {
    version += *end++;
    while (end < stop && is_digit(*end))
      version += *end++;
  }
  return version;
}

}  // namespace

PatternMatcher::PatternMatcher(std::vector<std::span<const Pattern>> tables) {
  for (const auto table : tables) {
    table_starts_.push_back(static_cast<std::uint32_t>(patterns_.size()));
    for (const Pattern &pattern : table)
      patterns_.push_back(&pattern);
  }
  table_starts_.push_back(static_cast<std::uint32_t>(patterns_.size()));
  regexes_.resize(patterns_.size());
  all_clauses_.resize(patterns_.size());
  always_.resize((patterns_.size() + 63) / 64);
  found_.clauses.resize(patterns_.size());
  found_.candidates.resize(always_.size());

  for (const Pattern *pattern : patterns_)
    for (const char *c = pattern->literals; *c != '\0'; ++c)
      if (*c != '\t' && *c != '\n' && byte_class_[static_cast<std::uint8_t>(*c)] == 0)
        byte_class_[static_cast<std::uint8_t>(*c)] = static_cast<std::uint8_t>(class_count_++);
  for (int c = 'A'; c <= 'Z'; ++c)
    byte_class_[static_cast<std::size_t>(c)] = byte_class_[static_cast<std::size_t>(lower(static_cast<char>(c)))];
  next_.resize(class_count_);
  std::vector<std::vector<Posting>> postings_of_state(1);
  for (std::uint32_t i = 0; i < patterns_.size(); ++i)
    add_literals(i, postings_of_state);
  link(postings_of_state);
}

PatternMatcher::~PatternMatcher() = default;

void PatternMatcher::add_literals(std::uint32_t pattern, std::vector<std::vector<Posting>> &postings_of_state) {
  std::uint8_t clause = 0;
  split(patterns_[pattern]->literals, '\t', [&](std::string_view alternatives) {
    const auto bit = static_cast<std::uint8_t>(1U << clause++);
    split(alternatives, '\n', [&](std::string_view literal) {
      const std::uint32_t state = add_literal(literal);
      postings_of_state.resize(next_.size() / class_count_);
      postings_of_state[state].push_back({pattern, bit});
    });
  });
  all_clauses_[pattern] = static_cast<std::uint8_t>((1U << clause) - 1);
  if (clause == 0)
    always_[pattern / 64] |= std::uint64_t{1} << (pattern % 64);
}

std::uint32_t PatternMatcher::add_literal(std::string_view literal) {
  std::uint32_t state = 0;
  for (const char c : literal) {
    const std::size_t edge = state * class_count_ + byte_class_[static_cast<std::uint8_t>(c)];
    if (next_[edge] == 0) {
      const std::size_t fresh = next_.size() / class_count_;
      if (fresh > UINT16_MAX)
        throw std::length_error("too many literals");
      next_[edge] = static_cast<std::uint16_t>(fresh);
      next_.resize(next_.size() + class_count_);
    }
    state = next_[edge];
  }
  return state;
}

// Turns the trie into an automaton in breadth-first order: where a state has no edge, it takes its suffix's.
void PatternMatcher::link(std::vector<std::vector<Posting>> &postings_of_state) {
  const std::size_t states = next_.size() / class_count_;
  postings_of_state.resize(states);
  std::vector<std::uint16_t> suffix(states), queue{0};
  for (std::size_t at = 0; at < queue.size(); ++at) {
    const std::uint16_t state = queue[at];
    if (state != 0) {
      const auto &inherited = postings_of_state[suffix[state]];
      postings_of_state[state].insert(postings_of_state[state].end(), inherited.begin(), inherited.end());
    }
    for (std::size_t c = 1; c < class_count_; ++c) {
      std::uint16_t &to = next_[state * class_count_ + c];
      const std::uint16_t fallback = state == 0 ? std::uint16_t{0} : next_[suffix[state] * class_count_ + c];
      if (to == 0) {
        to = fallback;
      } else {
        suffix[to] = fallback;
        queue.push_back(to);
      }
    }
  }
  for (const auto &list : postings_of_state) {
    posting_starts_.push_back(static_cast<std::uint32_t>(postings_.size()));
    postings_.insert(postings_.end(), list.begin(), list.end());
  }
  posting_starts_.push_back(static_cast<std::uint32_t>(postings_.size()));
}

const Occurrences &PatternMatcher::scan(std::string_view text) {
  for (const std::uint32_t pattern : found_.touched)
    found_.clauses[pattern] = 0;
  found_.touched.clear();
  found_.candidates = always_;
  std::size_t state = 0;
  for (const char c : text) {
    state = next_[state * class_count_ + byte_class_[static_cast<std::uint8_t>(c)]];
    for (std::uint32_t i = posting_starts_[state]; i < posting_starts_[state + 1]; ++i) {
      const Posting posting = postings_[i];
      std::uint8_t &clauses = found_.clauses[posting.pattern];
      if (clauses == 0)
        found_.touched.push_back(posting.pattern);
      clauses |= posting.clause;
      if (clauses == all_clauses_[posting.pattern])
        found_.candidates[posting.pattern / 64] |= std::uint64_t{1} << (posting.pattern % 64);
    }
  }
  return found_;
}

const re2::RE2 &PatternMatcher::regex(std::uint32_t pattern) {
  auto &slot = regexes_[pattern];
  if (!slot) {
    re2::RE2::Options options;
    options.set_encoding(re2::RE2::Options::EncodingLatin1);  // bytes: no text is malformed
    options.set_log_errors(false);
    options.set_max_mem(kRegexMemory);
    auto compiled = std::make_unique<re2::RE2>(patterns_[pattern]->regex, options);
    if (!compiled->ok())
      throw std::logic_error("bad pattern: " + compiled->error());
    slot = std::move(compiled);
  }
  return *slot;
}

bool PatternMatcher::run(std::uint32_t pattern, std::string_view text, Match *match) {
  const re2::RE2 &re = regex(pattern);
  const re2::StringPiece subject(text.data(), text.size());
  re2::StringPiece groups[kGroups];
  const int wanted = match == nullptr ? 0 : std::min(1 + re.NumberOfCapturingGroups(), kGroups);
  if (!re.Match(subject, 0, text.size(), re2::RE2::UNANCHORED, groups, wanted))
    return false;
  if (match != nullptr) {
    match->pattern = patterns_[pattern];
    match->name = expand(patterns_[pattern]->name, groups);
    match->version = version_of(patterns_[pattern]->version, groups, text);
  }
  return true;
}

// Tries the candidates of a table in order until one matches.
template <class F> bool PatternMatcher::for_first(std::size_t table, F try_pattern) {
  const std::uint32_t end = table_starts_[table + 1];
  std::uint32_t at = table_starts_[table];
  while (at < end) {
    const std::uint64_t word = found_.candidates[at / 64] >> (at % 64);
    if (word == 0) {
      at = (at / 64 + 1) * 64;
      continue;
    }
    at += static_cast<std::uint32_t>(std::countr_zero(word));
    if (at < end && try_pattern(at))
      return true;
    ++at;
  }
  return false;
}

Match PatternMatcher::first_match(std::size_t table, std::string_view text) {
  Match match;
  for_first(table, [&](std::uint32_t pattern) { return run(pattern, text, &match); });
  return match;
}

bool PatternMatcher::matches(std::size_t table, std::string_view text) {
  return for_first(table, [&](std::uint32_t pattern) { return run(pattern, text, nullptr); });
}

Match PatternMatcher::first_match_slowly(std::size_t table, std::string_view text) {
  Match match;
  for (std::uint32_t at = table_starts_[table]; at < table_starts_[table + 1]; ++at)
    if (run(at, text, &match))
      break;
  return match;
}

std::size_t PatternMatcher::compiled() const noexcept {
  return static_cast<std::size_t>(std::count_if(regexes_.begin(), regexes_.end(), [](const auto &re) { return !!re; }));
}

}  // namespace hunt::agent
