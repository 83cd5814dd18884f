// Unsigned integers in as few bytes as they need: seven bits a byte, the lowest first, the top bit set in all but the
// last (LEB128). Part of stored formats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace hunt::core {

constexpr std::size_t varint_size(std::uint64_t value) noexcept {
  std::size_t size = 1;
  for (; value >= 0x80; value >>= 7)
    ++size;
  return size;
}

// Returns where the next byte goes.
inline std::uint8_t *put_varint(std::uint8_t *to, std::uint64_t value) noexcept {
  for (; value >= 0x80; value >>= 7)
    *to++ = static_cast<std::uint8_t>(value | 0x80);
  *to++ = static_cast<std::uint8_t>(value);
  return to;
}

// Reads a varint that was written by put_varint and moves `from` behind it.
inline std::uint32_t get_varint(const std::uint8_t *&from) noexcept {
  std::uint32_t value = *from & 0x7F;
  for (int shift = 7; (*from++ & 0x80) != 0; shift += 7)
    value |= static_cast<std::uint32_t>(*from & 0x7F) << shift;
  return value;
}

// The same for bytes of unknown origin: false if they end too early, hold more bits than Value has (of 64 bits: more
// than 63) or more bytes than needed.
template <class Value> bool read_varint(std::span<const std::uint8_t> &from, Value &value) noexcept {
  constexpr std::size_t kMostBytes = sizeof(Value) == 4 ? 5 : 9;
  std::uint64_t read = 0;
  for (std::size_t i = 0; i < from.size() && i < kMostBytes; ++i) {
    read |= static_cast<std::uint64_t>(from[i] & 0x7F) << 7 * i;
    if ((from[i] & 0x80) != 0)
      continue;
    if ((i > 0 && from[i] == 0) || read > std::numeric_limits<Value>::max())
      return false;
    value = static_cast<Value>(read);
    from = from.subspan(i + 1);
    return true;
  }
  return false;
}

// The same for 64 bits: at most ten bytes.
constexpr std::size_t varint64_size(std::uint64_t value) noexcept {
  std::size_t size = 1;
  for (; value >= 0x80; value >>= 7)
    ++size;
  return size;
}

inline std::uint8_t *put_varint64(std::uint8_t *to, std::uint64_t value) noexcept {
  for (; value >= 0x80; value >>= 7)
    *to++ = static_cast<std::uint8_t>(value | 0x80);
  *to++ = static_cast<std::uint8_t>(value);
  return to;
}

inline std::uint64_t get_varint64(const std::uint8_t *&from) noexcept {
  std::uint64_t value = *from & 0x7F;
  for (int shift = 7; (*from++ & 0x80) != 0; shift += 7)
    value |= static_cast<std::uint64_t>(*from & 0x7F) << shift;
  return value;
}

inline bool read_varint64(std::span<const std::uint8_t> &from, std::uint64_t &value) noexcept {
  std::uint64_t read = 0;
  for (std::size_t i = 0; i < from.size() && i < 10; ++i) {
    const std::uint64_t seven = from[i] & 0x7F;
    if (i == 9 && seven > 1)
      return false;
    read |= seven << 7 * i;
    if ((from[i] & 0x80) != 0)
      continue;
    if (i > 0 && from[i] == 0)
      return false;
    value = read;
    from = from.subspan(i + 1);
    return true;
  }
  return false;
}

}  // namespace hunt::core
