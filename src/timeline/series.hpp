// Values over time, and what they were earlier: the comparison of slices with the same slices a shift before.
//
// A series is a set of points, times with values; it is collected in any order, merged in any tree, and has the same
// bytes for the same points: 4 bytes of header (version 1 in the high nibble of the first, the rest 0), then 16 bytes
// a point, time and value, ascending by both. A running aggregate holds it open: unsorted, with room to grow.
#pragma once

#include "timeline/timeslice.hpp"

#include <optional>
#include <span>
#include <vector>

namespace hunt::timeline {

using Bytes = std::span<const std::uint8_t>;
using OpenBytes = std::span<std::uint8_t>;
using Allocate = OpenBytes (*)(std::size_t size);

struct SeriesPoint {
  Micros time;
  double value;

  auto operator<=>(const SeriesPoint &) const = default;
};

namespace series {

OpenBytes create(std::size_t capacity, Allocate allocate);
bool is_open(Bytes series) noexcept;
OpenBytes open(Bytes series, Allocate allocate);
// Adds a point in place if there is room, else moves the series. Raises 22003 for a value that is not finite, 22008
// for a time that is not.
OpenBytes add(OpenBytes series, SeriesPoint point, Allocate allocate);
OpenBytes merge(OpenBytes series, Bytes other, Allocate allocate);
Bytes close(Bytes series, Allocate allocate);
// The points, ascending.
std::vector<SeriesPoint> points(Bytes series);
// Raises invalid_binary_representation (22P03) for bytes that no closed series has.
void validate(Bytes bytes);

}  // namespace series

struct Shift {
  std::int32_t months;
  std::int32_t days;
  Micros microseconds;
};

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
// of one slice are added, in ascending order. Raises 22023 if a shift is not into the past.
std::vector<ComparedSlice> compare(const std::vector<SeriesPoint> &points, const Comparison &comparison, Zone &zone);

}  // namespace hunt::timeline
