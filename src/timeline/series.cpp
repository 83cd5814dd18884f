#include "timeline/series.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace hunt::timeline {

namespace {

constexpr std::uint8_t kVersion = 0x10, kOpen = 8;
constexpr std::size_t kHeader = 4, kOpenHeader = 8;

std::uint32_t open_count(Bytes series) noexcept {
  std::uint32_t count;
  std::memcpy(&count, series.data() + 4, sizeof count);
  return count;
}
void set_open_count(OpenBytes series, std::uint32_t count) noexcept {
  std::memcpy(series.data() + 4, &count, sizeof count);
}

// The bytes of the points.
Bytes body(Bytes series) noexcept {
  return series::is_open(series) ? series.subspan(kOpenHeader, open_count(series) * sizeof(SeriesPoint))
                                 : series.subspan(kHeader);
}

SeriesPoint point_at(Bytes body, std::size_t i) noexcept {
  SeriesPoint point;
  std::memcpy(&point, body.data() + i * sizeof point, sizeof point);
  return point;
}

OpenBytes with_room(OpenBytes series, std::size_t more, Allocate allocate) {
  const std::size_t count = open_count(series), used = kOpenHeader + count * sizeof(SeriesPoint);
  if (used + more * sizeof(SeriesPoint) <= series.size())
    return series;
  const OpenBytes larger = series::create(std::max(count + more, 2 * count), allocate);
  std::copy(series.begin(), series.begin() + static_cast<std::ptrdiff_t>(used), larger.begin());
  return larger;
}

[[noreturn]] void refuse_bytes(const char *detail) {
  throw core::Error(core::kInvalidBinary, "not a series", "It is read back as it was written. Copy it as a whole.",
                    detail);
}

bool is_storable(const SeriesPoint &p) noexcept {
  return p.time >= kFirstInstant && p.time < kEndOfInstants && std::isfinite(p.value);
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

// The slice that lies a shift before a slice (sign -1) or after it.
Micros shifted(Micros slice_start_at, const Shift &shift, int sign, const Slice &slice, Zone &zone) {
  const Micros local = moved(zone.local(slice_start_at), sign * shift.months, std::int64_t{sign} * shift.days,
                             sign * shift.microseconds);
  return slice_start(zone.instant_of(local), slice, zone);
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

namespace series {

OpenBytes create(std::size_t capacity, Allocate allocate) {
  const OpenBytes bytes = allocate(kOpenHeader + capacity * sizeof(SeriesPoint));
  std::fill(bytes.begin(), bytes.begin() + kOpenHeader, 0);
  bytes[0] = kVersion | kOpen;
  return bytes;
}

bool is_open(Bytes series) noexcept { return (series[0] & kOpen) != 0; }

OpenBytes open(Bytes series, Allocate allocate) {
  return merge(create(body(series).size() / sizeof(SeriesPoint) + 1, allocate), series, allocate);
}

OpenBytes add(OpenBytes series, SeriesPoint point, Allocate allocate) {
  if (!std::isfinite(point.value))
    throw core::Error("22003", "value of a series is not finite", "Leave NaN and infinite values out.");
  if (!is_storable(point))
    throw core::Error(core::kDatetimeOverflow, "time of a series is not finite", "Leave infinite times out.");
  point.value += 0.0;  // -0 becomes 0
  series = with_room(series, 1, allocate);
  const std::uint32_t count = open_count(series);
  std::memcpy(series.data() + kOpenHeader + count * sizeof point, &point, sizeof point);
  set_open_count(series, count + 1);
  return series;
}

OpenBytes merge(OpenBytes series, Bytes other, Allocate allocate) {
  const Bytes points = body(other);
  const std::size_t more = points.size() / sizeof(SeriesPoint);
  series = with_room(series, more, allocate);
  const std::uint32_t count = open_count(series);
  std::copy(points.begin(), points.end(),
            series.begin() + static_cast<std::ptrdiff_t>(kOpenHeader + count * sizeof(SeriesPoint)));
  set_open_count(series, count + static_cast<std::uint32_t>(more));
  return series;
}

std::vector<SeriesPoint> points(Bytes series) {
  const Bytes from = body(series);
  std::vector<SeriesPoint> result(from.size() / sizeof(SeriesPoint));
  if (!result.empty())
    std::memcpy(result.data(), from.data(), from.size());
  if (is_open(series))
    std::sort(result.begin(), result.end(), [](const SeriesPoint &a, const SeriesPoint &b) { return a < b; });
  return result;
}

Bytes close(Bytes series, Allocate allocate) {
  if (!is_open(series))
    return series;
  const std::vector<SeriesPoint> sorted = points(series);
  const OpenBytes bytes = allocate(kHeader + sorted.size() * sizeof(SeriesPoint));
  const std::uint8_t header[kHeader] = {kVersion, 0, 0, 0};
  std::copy(std::begin(header), std::end(header), bytes.begin());
  if (!sorted.empty())
    std::memcpy(bytes.data() + kHeader, sorted.data(), sorted.size() * sizeof(SeriesPoint));
  return bytes;
}

void validate(Bytes bytes) {
  if (bytes.size() < kHeader || bytes[0] != kVersion || bytes[1] != 0 || bytes[2] != 0 || bytes[3] != 0)
    refuse_bytes("It begins with an unknown version.");
  const Bytes from = bytes.subspan(kHeader);
  if (from.empty() || from.size() % sizeof(SeriesPoint) != 0)
    refuse_bytes("It is not a number of points.");
  for (std::size_t i = 0; i < from.size() / sizeof(SeriesPoint); ++i) {
    const SeriesPoint p = point_at(from, i);
    if (!is_storable(p) || (p.value == 0 && std::signbit(p.value)))
      refuse_bytes("A point is not finite.");
    if (i > 0 && p < point_at(from, i - 1))
      refuse_bytes("Its points do not ascend.");
  }
}

}  // namespace series

std::vector<ComparedSlice> compare(const std::vector<SeriesPoint> &points, const Comparison &comparison, Zone &zone) {
  for (const Shift &s : comparison.shifts)
    if (s.months < 0 || s.days < 0 || s.microseconds < 0 || (s.months == 0 && s.days == 0 && s.microseconds == 0))
      throw core::Error(core::kInvalidParameter, "a shift must go into the past",
                        "Give positive intervals such as \"7 days\".");
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
        take(shifted(p.time, s, 1, comparison.slice, zone));
  }
  std::sort(slices.begin(), slices.end());
  slices.erase(std::unique(slices.begin(), slices.end()), slices.end());

  std::vector<ComparedSlice> rows;
  for (const Micros slice : slices) {
    ComparedSlice row{slice, value_at(sums, slice), {}, false, false, {}, {}, {}, {}};
    bool was = false;
    for (const Shift &s : comparison.shifts) {
      row.before.push_back(value_at(sums, shifted(slice, s, -1, comparison.slice, zone)));
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
