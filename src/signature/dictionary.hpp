// What logreduce() keeps of the lines it has seen: each distinct masked form with its number of lines, the least line
// (in byte order) as an example, and the first and last time.
//
// A function of the multiset of (line, time) alone: order, split and merging leave no trace, down to the bytes.
//
// Memory is bounded: at most max_entries forms and 256 * max_entries bytes of forms. What does not fit is masked more
// coarsely, at the least level (levels.hpp) at which all fits; nothing is dropped.
//
// Format (little-endian), version 1:
//   0  u8  version          1  u8  kLexerVersion   2  u8  MaskMode   3  u8  level
//   4  u32 max_entries      8  u32 entries
//  12  entries in byte order of their forms, each: u64 lines, i64 first, i64 last (microseconds since 2000-01-01 UTC;
//      first > last: no line had a time), u16 size of the form, u16 size of the example, form, example
#pragma once

#include "core/poll.hpp"
#include "signature/lexer.hpp"

#include <cstdint>
#include <limits>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace hunt::signature {

inline constexpr std::uint8_t kFormatVersion = 1;
inline constexpr std::uint32_t kDefaultMaxEntries = 32768;
inline constexpr std::uint32_t kMostMaxEntries = 1U << 20;
// An example is the line's beginning, at most this long.
inline constexpr std::size_t kMaxExample = 1024;

// Microseconds since 2000-01-01 UTC.
using Time = std::int64_t;

struct TimeSpan {
  Time first = std::numeric_limits<Time>::max();
  Time last = std::numeric_limits<Time>::min();
  bool is_known() const noexcept { return first <= last; }
  void add(const TimeSpan &other) noexcept {
    first = first < other.first ? first : other.first;
    last = last > other.last ? last : other.last;
  }
};

struct EntryView {
  std::string_view form;
  std::string_view example;
  std::uint64_t lines;
  TimeSpan time;
};

// A state as it is stored.
class StateView {
public:
  // Trusts the bytes: they came from Dictionary::write or passed check().
  explicit StateView(std::string_view bytes) : bytes_(bytes) {}
  // Throws core::Error (22P03) unless some input has this state.
  static void check(std::string_view bytes, core::Poll poll = core::never_interrupted);

  std::uint8_t lexer_version() const noexcept { return static_cast<std::uint8_t>(bytes_[1]); }
  MaskMode mode() const noexcept { return static_cast<MaskMode>(bytes_[2]); }
  std::uint8_t level() const noexcept { return static_cast<std::uint8_t>(bytes_[3]); }
  std::uint32_t max_entries() const noexcept;
  std::uint32_t size() const noexcept;
  // In byte order of the forms; they point into the state.
  std::vector<EntryView> entries() const;

private:
  std::string_view bytes_;
};

class Dictionary {
public:
  // Every byte it needs comes from `memory`, so dropping that drops the dictionary. Throws core::Error (22023) unless 1
  // <= max_entries <= kMostMaxEntries.
  Dictionary(MaskMode mode, std::uint32_t max_entries, std::pmr::memory_resource *memory);

  // Amortised O(bytes of the line).
  void add(std::string_view line, const TimeSpan &time = {});
  // Throws core::Error (22023) if the other was made in another mode or by another lexer.
  void merge(const StateView &other, core::Poll poll = core::never_interrupted);

  MaskMode mode() const noexcept { return mode_; }
  std::uint8_t level() const noexcept { return level_; }
  std::uint32_t max_entries() const noexcept { return max_entries_; }

  // Bytes of the stored state.
  std::size_t stored_size() const noexcept { return stored_size_; }
  void write(char *to) const;

private:
  struct Entry {
    std::pmr::string form;
    std::pmr::string example;
    std::uint64_t hash;
    std::uint64_t lines;
    TimeSpan time;
  };

  void add(const EntryView &entry);
  bool fits() const noexcept;
  void raise_until_it_fits();
  void raise_to(std::uint8_t level);
  void grow_index();

  std::pmr::memory_resource *memory_;
  MaskMode mode_;
  std::uint8_t level_ = 0;
  std::uint32_t max_entries_;
  std::size_t form_bytes_ = 0;
  std::size_t stored_size_;
  std::pmr::vector<Entry> entries_;
  std::pmr::vector<std::uint32_t> index_;  // open addressing by hash: number of the entry + 1
};

// The beginning of a line that is kept as an example: at most kMaxExample bytes, whole characters of UTF-8.
std::string_view example_of(std::string_view line) noexcept;

}  // namespace hunt::signature
