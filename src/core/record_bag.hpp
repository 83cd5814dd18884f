// Records of fixed size, collected in any order and merged in any tree: the same records make the same stored bytes.
//
// Stored: 4 bytes of header, of which the first is the version, 1 in the high nibble, and the others are 0; then the
// records, ascending, each as often as it was added. Open, the state of a running aggregate, never stored: bit 3 of the
// first byte is set, bytes 4 to 7 are the number of records, which are unsorted and have room behind them.
#pragma once

#include "core/error.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

namespace hunt::core {

// Record must have no padding, so that its bytes are its content, and operator<.
template <class Record> class RecordBag {
  static_assert(std::is_trivially_copyable_v<Record>);

public:
  using Bytes = std::span<const std::uint8_t>;
  using OpenBytes = std::span<std::uint8_t>;
  using Allocate = OpenBytes (*)(std::size_t size);

  static OpenBytes create(std::size_t capacity, Allocate allocate) {
    const OpenBytes bytes = allocate(kOpenHeader + capacity * sizeof(Record));
    std::fill(bytes.begin(), bytes.begin() + kOpenHeader, 0);
    bytes[0] = kVersion | kOpen;
    return bytes;
  }
  static bool is_open(Bytes bag) noexcept { return (bag[0] & kOpen) != 0; }
  static OpenBytes open(Bytes bag, Allocate allocate) {
    return merge(create(body(bag).size() / sizeof(Record) + 1, allocate), bag, allocate);
  }
  // Changes an open bag in place if it has room, else moves it.
  static OpenBytes add(OpenBytes bag, const Record &record, Allocate allocate) {
    return append(bag, {reinterpret_cast<const std::uint8_t *>(&record), sizeof record}, allocate);
  }
  static OpenBytes merge(OpenBytes bag, Bytes other, Allocate allocate) { return append(bag, body(other), allocate); }
  // The records, ascending.
  static std::vector<Record> records(Bytes bag) {
    const Bytes from = body(bag);
    std::vector<Record> result(from.size() / sizeof(Record));
    if (!result.empty())
      std::memcpy(result.data(), from.data(), from.size());
    if (is_open(bag))
      std::sort(result.begin(), result.end(), [](const Record &a, const Record &b) { return a < b; });
    return result;
  }
  static Bytes close(Bytes bag, Allocate allocate) {
    if (!is_open(bag))
      return bag;
    const std::vector<Record> sorted = records(bag);
    const OpenBytes bytes = allocate(kHeader + sorted.size() * sizeof(Record));
    std::fill(bytes.begin(), bytes.begin() + kHeader, 0);
    bytes[0] = kVersion;
    if (!sorted.empty())
      std::memcpy(bytes.data() + kHeader, sorted.data(), sorted.size() * sizeof(Record));
    return bytes;
  }
  // Raises invalid_binary_representation (22P03) for bytes that no stored bag has; `what` is what they should be, and
  // `is_valid` tells whether a record can be.
  template <class IsValid> static void validate(Bytes bytes, const char *what, IsValid is_valid) {
    const auto require = [what](bool is_so, const char *detail) {
      if (!is_so)
        throw Error(kInvalidBinary, std::string("not ") + what,
                    "It is read back as it was written. Copy it as a whole.", detail);
    };
    require(bytes.size() >= kHeader && bytes[0] == kVersion && bytes[1] == 0 && bytes[2] == 0 && bytes[3] == 0,
            "It begins with an unknown version.");
    require(bytes.size() > kHeader && (bytes.size() - kHeader) % sizeof(Record) == 0, "Its size is wrong.");
    const std::vector<Record> all = records(bytes);
    require(std::all_of(all.begin(), all.end(), is_valid), "A part of it is out of range.");
    for (std::size_t i = 1; i < all.size(); ++i)
      require(!(all[i] < all[i - 1]), "Its parts do not ascend.");
  }

private:
  static constexpr std::uint8_t kVersion = 0x10, kOpen = 8;
  static constexpr std::size_t kHeader = 4, kOpenHeader = 8;

  static std::uint32_t open_count(Bytes bag) noexcept {
    std::uint32_t count;
    std::memcpy(&count, bag.data() + 4, sizeof count);
    return count;
  }
  // The bytes of the records.
  static Bytes body(Bytes bag) noexcept {
    return is_open(bag) ? bag.subspan(kOpenHeader, open_count(bag) * sizeof(Record)) : bag.subspan(kHeader);
  }
  // Room for so many records and for as many again at most. PostgreSQL's memory comes in powers of two, of which the
  // length word of a varlena takes 4 bytes: a bag that is a little larger than one would fill half of the next.
  static std::size_t capacity_for(std::size_t count) noexcept {
    constexpr std::size_t overhead = 4 + kOpenHeader;
    return (std::bit_ceil(overhead + count * sizeof(Record)) - overhead) / sizeof(Record);
  }
  static OpenBytes append(OpenBytes bag, Bytes records, Allocate allocate) {
    std::uint32_t count = open_count(bag);
    const std::size_t used = kOpenHeader + count * sizeof(Record);
    if (used + records.size() > bag.size()) {
      const OpenBytes larger = create(capacity_for(count + records.size() / sizeof(Record)), allocate);
      std::copy(bag.begin(), bag.begin() + static_cast<std::ptrdiff_t>(used), larger.begin());
      bag = larger;
    }
    std::copy(records.begin(), records.end(), bag.begin() + static_cast<std::ptrdiff_t>(used));
    count += static_cast<std::uint32_t>(records.size() / sizeof(Record));
    std::memcpy(bag.data() + 4, &count, sizeof count);
    return bag;
  }
};

}  // namespace hunt::core
