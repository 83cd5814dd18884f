// The one form in which histories are worked on: chunks, each of which says of one value and one span of days when it
// was seen. Chunks of one value and span unite into one by minimum, maximum, sum and bitwise or, in any order; the
// stored form (history.hpp) is made of them and taken apart into them.
//
// A span is `chunk_days(R)` days, at most R and at most 64: events in one span are less than R apart, so a chunk lies
// within one stay. [first, last] may reach beyond the span: then it is a stay that was united before.
#pragma once

#include "history/history.hpp"

#include <limits>

namespace hunt::history {

struct Chunk {
  Key key;             // of no bytes: the entity, whose days and events are not counted
  std::int32_t span;   // its number: day / chunk_days, rounded down
  std::uint64_t days;  // bit i: day span * chunk_days + i
  Time first = std::numeric_limits<Time>::max();
  Time last = std::numeric_limits<Time>::min();  // before first: this chunk has days only
  std::uint64_t times = 0;
  bool has_stay() const noexcept { return first <= last; }
};

constexpr std::uint32_t chunk_days(std::uint32_t retention_days) noexcept {
  return retention_days < 1 ? 1 : retention_days < 64 ? retention_days : 64;
}
constexpr std::int32_t span_of(std::int32_t day, std::uint32_t days_of_chunk) noexcept {
  const auto n = static_cast<std::int32_t>(days_of_chunk);
  return day >= 0 ? day / n : -((-day - 1) / n) - 1;
}

// A number of events that stops at its greatest.
constexpr std::uint64_t sum(std::uint64_t a, std::uint64_t b) noexcept {
  return a + b < a ? std::numeric_limits<std::uint64_t>::max() : a + b;
}

// A history in pieces: ascending by key and span, each pair once.
struct Pieces {
  std::uint8_t kind = 0;
  Terms terms;
  std::optional<std::uint64_t> bound;
  std::vector<Chunk> chunks;
  std::vector<std::array<std::uint8_t, 8>> numbers;  // the keys of bigint values, to which chunks point
};

// Takes a stored history apart, for a retention not less than its own. Keys of text and inet point into its bytes.
Pieces take_apart(Bytes history, std::uint32_t retention_days, core::Poll poll);

// Sorts chunks, and unites those of one value and span.
void put_in_order(std::vector<Chunk> &chunks, core::Poll poll);

// The stored form of what the pieces say, without what ended before `before`.
OpenBytes put_together(const Pieces &pieces, Time before, Allocate allocate, core::Poll poll);

}  // namespace hunt::history
