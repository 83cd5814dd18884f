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
  std::vector<SeriesPoint> sums;
  for (const SeriesPoint &p : points) {
    const Micros start = slice_start(p.time, slice, zone);
    if (!sums.empty() && sums.back().time == start)
      sums.back().value += p.value;
    else
      sums.push_back({start, p.value});
  }
  return sums;
}

std::optional<double> value_at(const std::vector<SeriesPoint> &sums, Micros slice) noexcept {
  const auto at = std::lower_bound(sums.begin(), sums.end(), slice,
                                   [](const SeriesPoint &p, Micros time) { return p.time < time; });
  return at != sums.end() && at->time == slice ? std::optional(at->value) : std::nullopt;
}

void summarize(ComparedSlice &row, std::optional<double> missing) {
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

std::vector<ComparedSlice> compare(const std::vector<SeriesPoint> &points, const Comparison &comparison, Zone &zone) {
  for (const Shift &s : comparison.shifts)
    s.check();
  const std::vector<SeriesPoint> sums = sum_slices(points, comparison.slice, zone);
  std::vector<Micros> slices;
  const auto take = [&](Micros slice) {
    if (slice >= comparison.start && slice < comparison.end)
      slices.push_back(slice);
  };
  for (const SeriesPoint &p : sums) {
    take(p.time);
    if (p.time < comparison.end)
      for (const Shift &s : comparison.shifts)
        take(slice_after(p.time, 1, s, comparison.slice, zone));
  }
  std::sort(slices.begin(), slices.end());
  slices.erase(std::unique(slices.begin(), slices.end()), slices.end());

  std::vector<ComparedSlice> rows;
  for (const Micros slice : slices) {
    ComparedSlice row{slice, value_at(sums, slice), {}, false, false, {}, {}, {}, {}};
    bool was = false;
    for (const Shift &s : comparison.shifts) {
      row.before.push_back(value_at(sums, slice_after(slice, -1, s, comparison.slice, zone)));
      was |= row.before.back().has_value();
    }
    if (!row.value && !was)
      continue;
    row.is_new = row.value && !was;
    row.is_gone = !row.value;
    summarize(row, comparison.missing);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace hunt::timeline
