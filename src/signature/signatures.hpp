// What a logreduce state says: its signatures, those of two states side by side, and which signature a line has.
#pragma once

#include "core/poll.hpp"
#include "signature/dictionary.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hunt::signature {

// The name of a signature: a hash of its text, for ever the same.
std::int64_t signature_id(std::string_view text) noexcept;

struct Signature {
  std::string text;  // with <*> in log mode, with typed placeholders in profile mode
  std::string example;
  std::uint64_t lines = 0;
  TimeSpan time;
};

enum class Criteria { kLeast, kMost };

// "least" or "most"; throws core::Error (22023) otherwise.
Criteria criteria_of(std::string_view name);
// "log" or "profile"; throws core::Error (22023) otherwise.
MaskMode mode_of(std::string_view name);

// By number of lines, then by text.
std::vector<Signature> find_signatures(const StateView &state, Criteria criteria,
                                       core::Poll poll = core::never_interrupted);

struct Change {
  std::string text;
  std::uint64_t before = 0, after = 0;
  double delta_percent = 0;  // of the share; infinite for a new signature
  // What the signature adds to the symmetric Kullback-Leibler divergence of the two distributions, in nats:
  // (q - p) ln(q / p), with half a line added to each count so that none is 0. Never negative.
  double score = 0;
};

// The signatures of both states together, the most changed first, ties by text. Throws as Dictionary::merge does.
std::vector<Change> compare(const StateView &before, const StateView &after, core::Poll poll = core::never_interrupted);

// Finds the signature of a line in a state. A line whose masked form is in the state has the signature that it had
// there; any other has the signature with the longest fixed text that fits it, or none.
class Labels {
public:
  // Copies what it needs.
  explicit Labels(const StateView &state, core::Poll poll = core::never_interrupted);
  // Empty: none. Valid as long as the object.
  std::string_view operator()(std::string_view line) const;

private:
  struct Pattern {
    std::string masked;
    std::string text;
  };
  std::string_view fitting(std::string_view form) const;

  MaskMode mode_;
  std::uint8_t level_;
  std::vector<Pattern> patterns_;  // the longest fixed text first
  std::unordered_map<std::string, std::uint32_t> pattern_of_;
};

}  // namespace hunt::signature
