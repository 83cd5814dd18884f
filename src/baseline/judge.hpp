// What a baseline says of a count: usual or not, and why.
#pragma once

#include "baseline/model.hpp"
#include "baseline/outlier.hpp"

#include <optional>
#include <string>

namespace hunt::baseline {

struct Question {
  std::uint64_t value;
  std::int32_t slice;   // in which the value was counted
  std::int32_t as_of;   // slices from here on are not known yet; the slice itself never is
  double sigma;         // 1 to 10
  std::uint64_t floor;  // a high outlier has at least this value, a low one at least this expectation
  Direction direction;
  std::uint32_t learning;  // so many slices after it began, or began anew, nothing is an outlier
  bool silent;             // slices without a count are zeros
  bool rhythm;             // look at the same hour of the week, if there is a rhythm

  void check() const;  // raises invalid_parameter_value (22023)
};

enum class Finding : std::uint8_t { kNormal, kHigh, kLow, kLearning };
std::string_view name_of(Finding finding) noexcept;

// `known` is false, and the numbers are meaningless, if no slice is known.
struct Verdict {
  Finding finding;
  bool known;
  bool by_rhythm;
  std::int64_t n;  // slices that the value is compared with
  double expected, spread, z, p;
  std::uint64_t highest;
  std::optional<std::int64_t> upper, lower;  // the first counts that are outliers, on the sides that are looked at
  std::string reason;
};

// The value is compared with the slices before its own one, of the last `limit` ones, that are known as of the
// moment. It is an outlier if a count at least as far out has a probability below that of a normal deviate beyond
// `sigma` on one side (sigma 3: 0.00135), as count_tail.hpp reckons it.
//
// There is a rhythm if the hour of the week (of a daily model, the day of the week) explains the counts: at least four
// slices of the same hour are known, and the one-way analysis of variance between the hours gives F > 2 with a
// probability below 0.001 by chance. Then only slices of the same hour count.
Verdict judge(const Model &model, const Question &question);

}  // namespace hunt::baseline
