// Outliers of a series against what came just before them, as SIEMs know them: a moving mean and standard deviation of
// the points before the current one, and a band of so many deviations around the mean.
#pragma once

#include "baseline/moving_window.hpp"

#include <optional>
#include <string_view>

namespace hunt::baseline {

enum class Direction : std::uint8_t { kHigh = 1, kLow = 2, kBoth = 3 };
constexpr bool looks_up(Direction d) noexcept { return (static_cast<int>(d) & 1) != 0; }
constexpr bool looks_down(Direction d) noexcept { return (static_cast<int>(d) & 2) != 0; }
// "+", "-", "+-" or "-+"; anything else is an error (22023).
Direction direction_of(std::string_view text);

struct OutlierRule {
  std::int64_t lookback;  // points, or microseconds if `by_time`
  bool by_time;
  double threshold;  // standard deviations
  std::int64_t consecutive;
  Direction direction;

  void check() const;  // raises invalid_parameter_value (22023)
};

struct OutlierPoint {
  double error, lower, upper;
  bool indicator;  // outside of the band, on a side that the rule looks at
  bool violation;  // and so were enough points before it without a break
};

class OutlierSeries {
public:
  OutlierSeries(const OutlierRule &rule, std::pmr::memory_resource *memory) : rule_(rule), window_(memory) {}

  // Judges the next point of the series by the points before it, then takes it into the baseline. Nothing if there are
  // fewer than two before it. The deviation is that of a sample, n - 1. By time, points must rise in time: an error
  // (22023) otherwise.
  std::optional<OutlierPoint> next(double value, std::int64_t time);
  // A point without a value: no judgement, no part of any baseline, and the end of a run of violations.
  void skip() noexcept { run_ = 0; }

private:
  OutlierRule rule_;
  MovingWindow window_;
  std::int64_t run_ = 0;
  std::optional<std::int64_t> last_time_;
};

}  // namespace hunt::baseline
