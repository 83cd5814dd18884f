// Little-endian bytes, whatever the machine: every stored format of ours is written and read through these.
#pragma once

#include "core/error.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace hunt::core {

// Compiled IP databases are used in place as arrays of little-endian integers.
static_assert(std::endian::native == std::endian::little, "big-endian machines need a byte-swapping reader");

template <class T> T read_little_endian(const char *from) noexcept {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// Appends fixed-width values to a string.
class ByteWriter {
public:
  explicit ByteWriter(std::string &out) noexcept : out_(out) {}
  template <class T> void put(T value) {
    static_assert(std::is_trivially_copyable_v<T> && !std::is_same_v<T, bool>);
    out_.append(reinterpret_cast<const char *>(&value), sizeof value);
  }
  void put_bytes(std::string_view bytes) { out_.append(bytes); }
  void align(std::size_t alignment) { out_.append((alignment - out_.size() % alignment) % alignment, '\0'); }

private:
  std::string &out_;
};

}  // namespace hunt::core
