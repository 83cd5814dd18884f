// What a count has been per hour or per day: the stored baseline of one entity.
//
// The contract, from which all else follows:
//   - A model is a map from slices to exact counts, and nothing derived from them. Means and squares are formed when a
//     verdict is asked for, so a slice may arrive in pieces, late, from several batches and in any merge tree.
//   - Two pieces of one slice are combined as the model was made to: kSum adds them (events, bytes, failures: pieces of
//     a slice are disjoint, each may come once); kMax keeps the larger (distinct values: a count of the whole slice is
//     given again whenever it has grown; giving it twice changes nothing). Distinct counts of pieces must never be
//     added, which is why kMax exists.
//   - It keeps the newest `limit` slices that have a count. A slice that was dropped somewhere has `limit` newer ones
//     there, so it would be dropped in the end as well: which slices are kept, their counts and the flag `pruned`
//     depend on what was added, not on order, batches or merge tree. Equal content has equal bytes. A time far in the
//     future costs one slice of the limit; it does not make the model forget.
//   - A count is at most 2^53 - 1 and stays there (sums of non-negative numbers saturate in any order alike).
//   - `first` is the first slice ever added, also if it was dropped since.
//
// Slices are numbered on the clock of the model's time zone from Monday 2001-01-01 00:00, in days or in hours of 24 a
// day: the hour that a zone repeats is one slice, the hour that it skips is a slice that cannot have a count. So slice
// modulo 168 (or 7) is the hour of the week (or the day), whatever clocks do.
//
// Stored bytes, version 1 (docs/formats.md): described at write() in model.cpp. Open bytes, the state of a running
// aggregate, are never stored.
#pragma once

#include "timeline/zone.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hunt::baseline {

using Bytes = std::span<const std::uint8_t>;
using OpenBytes = std::span<std::uint8_t>;
using Allocate = OpenBytes (*)(std::size_t size);

inline constexpr std::uint64_t kMostCount = (std::uint64_t{1} << 53) - 1;
inline constexpr std::uint32_t kMostSlices = 1u << 16;  // of one model
// Slices of the years 1 to 9999, so that gaps fit their stored form.
inline constexpr std::int32_t kFirstSlice = -17'540'000, kLastSlice = 70'120'000;

enum class Unit : std::uint8_t { kHour, kDay };
enum class Combine : std::uint8_t { kSum, kMax };

struct Settings {
  Unit unit = Unit::kHour;
  Combine combine = Combine::kSum;
  std::uint32_t limit = 0;
  std::string_view zone;  // empty: UTC

  bool operator==(const Settings &) const = default;
  timeline::Micros slice_length() const noexcept { return unit == Unit::kDay ? timeline::kDay : timeline::kDay / 24; }
  std::uint32_t slices_per_week() const noexcept { return unit == Unit::kDay ? 7 : 168; }
};

// The slice of a time on the clock of the zone. Raises datetime_field_overflow (22008) outside of the years above.
std::int32_t slice_of(timeline::Micros local, Unit unit);
// Start of a slice on that clock.
timeline::Micros start_of(std::int32_t slice, Unit unit) noexcept;

struct Point {
  std::int32_t slice;
  std::uint64_t count;
};

// A model read into memory.
struct Model {
  Settings settings;  // `zone` lies in the bytes that were read
  std::int32_t first = 0;
  bool pruned = false;
  std::vector<Point> points;  // ascending
};

// A new, open model without a slice, ready for the first add().
OpenBytes create(const Settings &settings, Allocate allocate);
bool is_open(Bytes model) noexcept;
Settings settings_of(Bytes model) noexcept;
// An open copy.
OpenBytes open(Bytes model, Allocate allocate);
// Changes an open model in place if it has room, else moves it.
OpenBytes add(OpenBytes model, Point point, Allocate allocate);
// Adds all that another model has. Raises invalid_parameter_value (22023) if it was made with other settings.
OpenBytes merge(OpenBytes model, Bytes other, Allocate allocate);
// The stored bytes of both together. Slices that are newer than all of `a` are put behind its bytes, which are not read
// but for their gaps: that is the usual update of a stored model.
Bytes concat(Bytes a, Bytes b, Allocate allocate);
Model read(Bytes model);
// The stored bytes of a model, and of one in memory.
Bytes close(Bytes model, Allocate allocate);
Bytes write(const Model &model, Allocate allocate);
// Raises invalid_binary_representation (22P03) for bytes that no model has when it is stored.
void validate(Bytes bytes);

// Without the slices before a given one; they were dropped, so the model is `pruned` if it had any.
Model without_before(Model model, std::int32_t slice);

}  // namespace hunt::baseline
