// A set of distinct values, exact: all of them, or the least max_values of them and a sketch of how many there were.
// Its stored bytes follow from the set of values and max_values alone: order, repetition and merges leave no trace.
//
// A set is one run of bytes in one of two forms. Stored, it has no slack:
//
//   byte 0      version 1 in the high nibble; low nibble: kLimit, kSketch, kOpen
//   byte 1      the kind of values (ValueKind)
//   varint      if kLimit: max_values
//   varint, ... if kSketch, of a set that had more than max_values values: size and bytes of a stored sketch
//   (sketch.hpp)
//               of precision 9 of the hash64 of the keys of all values
//   varint      the number of values
//   the rest    their keys (value_key.hpp), ascending; before each key of text and inet its size as a varint
//
// Open, it is being added to. Entries stand in the order in which they came, there is room behind them, and when there
// are many, an index of their hashes at the end of the bytes. A set that holds max_values values and meets another
// begins a sketch, goes on until it holds twice max_values, then drops all but the least; from then on it passes by
// what is greater than those. No open set may leave the server, but for the empty one in which aggregates begin.
//
// Memory of an open set: at most about twice its entries (a key, and one byte for its size), and 8 to 16 bytes for each
// value once they are more than 8; never less than 32 bytes, never more than 1 GB. Adding a value costs a walk over at
// most 8 entries, or a hash and a look into the index.
//
// Nothing here owns bytes: where a set must grow, the caller's Allocate gives new ones, and the old ones stay his.
#pragma once

#include "core/poll.hpp"
#include "distinct/value_key.hpp"

#include <vector>

namespace hunt::distinct::value_set {

using Bytes = std::span<const std::uint8_t>;
using OpenBytes = std::span<std::uint8_t>;

// Returns so many bytes, of any content. May throw.
using Allocate = OpenBytes (*)(std::size_t size);

inline constexpr std::uint32_t kUnlimited = 0;  // as max_values

// Throws core::Error unless the bytes are a stored set of that kind that some values have. All other functions trust
// theirs.
void validate(Bytes set, ValueKind kind, core::Poll poll);

// The empty open set, without limit, in which aggregates begin. It takes the limit of the first value or set that it
// meets.
inline constexpr std::size_t kInitialSize = 28;
void create(OpenBytes into, ValueKind kind) noexcept;
bool is_initial(Bytes set, ValueKind kind) noexcept;

bool is_open(Bytes set) noexcept;
ValueKind kind(Bytes set) noexcept;
std::uint32_t max_values(Bytes set) noexcept;  // or kUnlimited
bool is_complete(Bytes set) noexcept;          // false if there were more values than it keeps

// How many distinct values there were: exact if is_complete(), else estimated from the sketch, and more than
// max_values.
std::uint64_t distinct_count(Bytes set);

// An open copy.
OpenBytes open(Bytes set, Allocate allocate, core::Poll poll);

// The stored form.
OpenBytes close(Bytes set, Allocate allocate, core::Poll poll);

// Adds a value to an open set; returns the set, in new bytes if it had to grow. Throws core::Error if the set has
// another limit than max_values, or would exceed 1 GB.
OpenBytes insert(OpenBytes set, Key key, std::uint32_t max_values, Allocate allocate, core::Poll poll);

// Adds all that `from`, in either form, holds or has counted. Throws core::Error if kinds or limits differ.
OpenBytes merge(OpenBytes set, Bytes from, Allocate allocate, core::Poll poll);

// The values of a set in either form, ascending, at most max_values of them. Valid as long as the set's bytes.
class Sorted {
public:
  Sorted(Bytes set, core::Poll poll);
  Sorted(const Sorted &) = delete;
  Sorted &operator=(const Sorted &) = delete;
  std::size_t size() const noexcept { return entries_.size(); }
  Key operator[](std::size_t i) const noexcept { return {entries_[i].key, entries_[i].size}; }

private:
  struct Entry {
    std::uint64_t beginning;  // of the key: most comparisons need no more
    const std::uint8_t *key;
    std::uint32_t size;
  };
  static bool less(const Entry &a, const Entry &b) noexcept;

  std::array<Entry, 8> few_;
  std::vector<Entry> many_;
  std::span<Entry> entries_;
};

}  // namespace hunt::distinct::value_set
