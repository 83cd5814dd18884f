#include "timeline/series.hpp"

#include <algorithm>
#include <cmath>

namespace hunt::timeline {

namespace {

bool is_storable(const SeriesPoint &p) noexcept {
  return p.time >= kFirstInstant && p.time < kEndOfInstants && std::isfinite(p.value) &&
         !(p.value == 0 && std::signbit(p.value));
}

// Sums of the points of each slice, ascending.
std::vector<SeriesPoint> sum_slices(const std::vector<SeriesPoint> &points, const Slice &slice, Zone &zone) {
  const std::uint64_t period = zone.is_fixed() ? static_cast<std::uint64_t>(slice.period) : 0;
  std::vector<SeriesPoint> sums;
  for (const SeriesPoint &p : points) {
    // Most points follow another one of the same slice, which where all slices have one length is seen at a glance.
    if (sums.empty() || static_cast<std::uint64_t>(p.time) - static_cast<std::uint64_t>(sums.back().time) >= period) {
      const Micros start = slice_start(p.time, slice, zone);
      if (sums.empty() || sums.back().time != start)
        sums.push_back({start, 0});
    }
    sums.back().value += p.value;
  }
  return sums;
}

// Finds slices among sums. What is asked for nearly always ascends; where clocks are put back it may not.
class Cursor {
public:
  explicit Cursor(const std::vector<SeriesPoint> &sums) noexcept : sums_(sums), at_(sums.begin()) {}
  std::optional<double> value_at(Micros slice) noexcept {
    if (at_ != sums_.begin() && std::prev(at_)->time >= slice)
      at_ = std::ranges::lower_bound(sums_, slice, {}, &SeriesPoint::time);
    while (at_ != sums_.end() && at_->time < slice)
      ++at_;
    return at_ != sums_.end() && at_->time == slice ? std::optional(at_->value) : std::nullopt;
  }

private:
  const std::vector<SeriesPoint> &sums_;
  std::vector<SeriesPoint>::const_iterator at_;
};

// The slices of a comparison that have a sum, or of which one that is a shift earlier may have: ascending, each once.
std::vector<Micros> slices_of(const std::vector<SeriesPoint> &sums, const Comparison &comparison, Zone &zone) {
  std::vector<Micros> slices;
  const auto take = [&](Micros slice) {
    if (slice >= comparison.start && slice < comparison.end)
      slices.push_back(slice);
  };
  for (const SeriesPoint &p : sums)
    take(p.time);
  for (const Shift &s : comparison.shifts) {
    const auto before = static_cast<std::ptrdiff_t>(slices.size());
    for (const SeriesPoint &p : sums)
      if (p.time < comparison.end)
        take(slice_after(p.time, 1, s, comparison.slice, zone));
    const auto middle = slices.begin() + before;
    if (!std::is_sorted(middle, slices.end()))
      std::sort(middle, slices.end());
    std::inplace_merge(slices.begin(), middle, slices.end());
  }
  slices.erase(std::unique(slices.begin(), slices.end()), slices.end());
  return slices;
}

void summarize(ComparedSlice &row, std::optional<double> missing) {
  row.average = row.minimum = row.maximum = row.deviation = std::nullopt;
  double n = 0, mean = 0, squares = 0;
  for (const std::optional<double> &before : row.before) {
    const std::optional<double> known = before ? before : missing;
    if (!known)
      continue;
    const double delta = *known - mean;
    mean += delta / ++n;
    squares += delta * (*known - mean);
    row.minimum = row.minimum ? std::min(*row.minimum, *known) : *known;
    row.maximum = row.maximum ? std::max(*row.maximum, *known) : *known;
  }
  if (n > 0)
    row.average = mean;
  if (n > 1)
    row.deviation = std::sqrt(squares / (n - 1));
}

}  // namespace

SeriesPoint checked_point(Micros time, double value) {
  if (!std::isfinite(value))
    throw core::Error("22003", "value of a series is not finite", "Leave NaN and infinite values out.");
  const SeriesPoint point{time, value + 0.0};  // -0 becomes 0
  if (!is_storable(point))
    throw core::Error(core::kDatetimeOverflow, "time of a series is not finite", "Leave infinite times out.");
  return point;
}

void validate_series(Series::Bytes bytes) { Series::validate(bytes, "a series", is_storable); }

void compare(const std::vector<SeriesPoint> &points, const Comparison &comparison, Zone &zone, VisitSlice visit,
             void *context) {
  for (const Shift &s : comparison.shifts)
    s.check();
  const std::vector<SeriesPoint> sums = sum_slices(points, comparison.slice, zone);
  Cursor own(sums);
  std::vector<Cursor> earlier(comparison.shifts.size(), Cursor(sums));
  ComparedSlice row{};
  row.before.resize(comparison.shifts.size());
  for (const Micros slice : slices_of(sums, comparison, zone)) {
    row.slice = slice;
    row.value = own.value_at(slice);
    bool was = false;
    for (std::size_t i = 0; i < row.before.size(); ++i) {
      row.before[i] = earlier[i].value_at(slice_after(slice, -1, comparison.shifts[i], comparison.slice, zone));
      was |= row.before[i].has_value();
    }
    if (!row.value && !was)
      continue;
    row.is_new = row.value && !was;
    row.is_gone = !row.value;
    summarize(row, comparison.missing);
    visit(context, row);
  }
}

}  // namespace hunt::timeline
