#include "baseline/outlier.hpp"

#include "core/error.hpp"

#include <cmath>
#include <string>

namespace hunt::baseline {

namespace {

[[noreturn]] void refuse(const std::string &message, const char *hint) {
  throw core::Error(core::kInvalidParameter, message, hint);
}

}  // namespace

Direction direction_of(std::string_view text) {
  if (text == "+")
    return Direction::kHigh;
  if (text == "-")
    return Direction::kLow;
  if (text == "+-" || text == "-+")
    return Direction::kBoth;
  refuse("direction \"" + std::string(text.substr(0, 64)) + "\" not recognized", "Use \"+\", \"-\" or \"+-\".");
}

void OutlierRule::check() const {
  if (by_time ? lookback <= 0 : lookback < 2)
    refuse(by_time ? "lookback must be longer than zero" : "lookback is " + std::to_string(lookback) + ", less than 2",
           by_time ? "Use an interval such as \"14 days\"." : "A spread needs two points: give 2 or more.");
  if (!(threshold >= 0) || std::isinf(threshold))
    refuse("threshold is " + std::to_string(threshold), "Give a number of standard deviations, 0 or more.");
  if (consecutive < 1)
    refuse("consecutive is " + std::to_string(consecutive) + ", less than 1", "Give a number of points, 1 or more.");
}

std::optional<OutlierPoint> OutlierSeries::next(double value, std::int64_t time) {
  if (rule_.by_time) {
    if (last_time_ && time <= *last_time_)
      refuse("slices do not rise from row to row",
             "Group by the slice, and order the window by it: over (partition by ... order by slice).");
    last_time_ = time;
    window_.drop_before(time - rule_.lookback);
  } else {
    window_.keep_newest(rule_.lookback);
  }
  const Moments before = window_.moments();
  window_.push(value, time);
  if (before.n < 2) {
    skip();
    return std::nullopt;
  }
  const double band = rule_.threshold * std::sqrt(before.sample_variance());
  OutlierPoint point{value - before.mean, before.mean - band, before.mean + band, false, false};
  point.indicator =
      (looks_up(rule_.direction) && value > point.upper) || (looks_down(rule_.direction) && value < point.lower);
  run_ = point.indicator ? run_ + 1 : 0;
  point.violation = run_ >= rule_.consecutive;
  return point;
}

}  // namespace hunt::baseline
