// Values as keys: bytes that are equal exactly if PostgreSQL calls the values equal, and that compare (as unsigned
// bytes; a beginning before what it begins) as the values do. Sets keep and store keys.
//
//   text              its bytes: the order of collation "C"
//   bigint, integer,  8 or 4 bytes, the highest first, the sign bit flipped; a timestamptz counts microseconds from
//   timestamptz       2000-01-01 UTC, its infinities being the least and the greatest number
//   uuid              its 16 bytes
//   inet              family (4 or 6), the address with host bits cleared (4 or 16 bytes), the number of bits of the
//   netmask;
//                     then the address itself if it has host bits. This is the order of inet's btree.
#pragma once

#include "core/ip.hpp"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>

namespace hunt::distinct {

// Part of the stored format.
enum class ValueKind : std::uint8_t { text = 1, bigint = 2, integer = 3, inet = 4, uuid = 5, timestamptz = 6 };

// As SQL spells it.
const char *kind_name(ValueKind kind) noexcept;

using Key = std::span<const std::uint8_t>;

// The number of bytes of all keys of a kind, or 0 if they differ.
constexpr std::size_t fixed_key_size(ValueKind kind) noexcept {
  switch (kind) {
  case ValueKind::bigint:
  case ValueKind::timestamptz:
    return 8;
  case ValueKind::integer:
    return 4;
  case ValueKind::uuid:
    return 16;
  default:
    return 0;
  }
}

std::strong_ordering compare_keys(Key a, Key b) noexcept;
bool keys_equal(Key a, Key b) noexcept;

// A key that is made, not found: of a number or an address.
struct ShortKey {
  std::array<std::uint8_t, 34> bytes;
  std::uint8_t size;
  operator Key() const noexcept { return {bytes.data(), size}; }
};

ShortKey bigint_key(std::int64_t value) noexcept;  // timestamptz too
ShortKey integer_key(std::int32_t value) noexcept;
ShortKey inet_key(const core::Ip &address, int netmask_bits) noexcept;

struct Inet {
  core::Ip address;
  int netmask_bits;
};

std::int64_t bigint_of(Key key) noexcept;
std::int32_t integer_of(Key key) noexcept;
Inet inet_of(Key key) noexcept;

// True if a value of that kind has this key. Whether a text is well encoded only the server knows: not asked here.
bool is_key(ValueKind kind, Key key) noexcept;

}  // namespace hunt::distinct
