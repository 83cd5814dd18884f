// Values over time, and what they were earlier: the comparison of slices with the same slices a shift before.
//
// A series is a bag of points, times with values (core/record_bag.hpp has its bytes).
#pragma once

#include "core/record_bag.hpp"
#include "timeline/timeslice.hpp"

#include <optional>
#include <vector>

namespace hunt::timeline {

struct SeriesPoint {
  Micros time;
  double value;

  auto operator<=>(const SeriesPoint &) const = default;
};

using Series = core::RecordBag<SeriesPoint>;
static_assert(sizeof(SeriesPoint) == 16);

// A point as a series holds it. Raises 22003 for a value that is not finite, 22008 for a time that is not.
SeriesPoint checked_point(Micros time, double value);
// Raises invalid_binary_representation (22P03) for bytes that no stored series has.
void validate_series(Series::Bytes bytes);

struct Comparison {
  Slice slice;
  std::vector<Shift> shifts;
  Micros start, end;              // of the slices to compare, the end not included
  std::optional<double> missing;  // what a slice without a point counts as
};

struct ComparedSlice {
  Micros slice;
  std::optional<double> value;
  std::vector<std::optional<double>> before;  // for each shift
  bool is_new, is_gone;
  std::optional<double> average, minimum, maximum, deviation;  // over `before`; the deviation is that of a sample
};

// Every slice from start to end that has a point, or whose earlier slices have one. The earlier slice of a shift is
// the one that contains the start of the slice moved back by the calendar of the zone: the same time of the clock, also
// when clocks changed in between (Zone::instant_of says what becomes of a time that they repeat or skip). Points
// of one slice are added, in ascending order. Slices are visited ascending, each in the same row, which is valid until
// the visit returns. Raises 22023 if a shift is not into the past. `points` ascend.
using VisitSlice = void (*)(void *context, const ComparedSlice &row);
void compare(const std::vector<SeriesPoint> &points, const Comparison &comparison, Zone &zone, VisitSlice visit,
             void *context);

}  // namespace hunt::timeline
