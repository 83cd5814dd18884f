#include "mmdb_encode.hpp"

#include "core/error.hpp"
#include "enrich/mmdb_format.hpp"

#include <bit>

namespace hunt::tools {
namespace {

using namespace enrich::mmdb;

// Control byte, extended type, extended size. The size steps are 29, 29 + 2^8 and 29 + 2^8 + 2^16.
void put_head(std::string &out, Type type, std::size_t size) {
  const int steps = size < 29 ? 0 : size < 285 ? 1 : size < 65821 ? 2 : 3;
  const std::size_t base[] = {0, 29, 285, 65821};
  if (size >= base[3] + (1u << 24))
    throw core::Error(core::kLimitExceeded, "a value of a MaxMind DB file cannot exceed 16 MiB");
  const auto low = static_cast<unsigned>(steps == 0 ? size : 28 + steps);
  out += static_cast<char>((type <= kMap ? type << 5 : 0) | low);
  if (type > kMap)
    out += static_cast<char>(type - kMap);
  put_big_endian(out, size - base[steps], steps);
}

int significant_bytes(std::uint64_t number) { return (std::bit_width(number) + 7) / 8; }

void put_unsigned(std::string &out, Type type, std::uint64_t number) {
  const int bytes = significant_bytes(number);
  put_head(out, type, static_cast<std::size_t>(bytes));
  put_big_endian(out, number, bytes);
}

struct Encoder {
  std::string &out;

  void operator()(const std::string &v) const {
    put_head(out, kString, v.size());
    out += v;
  }
  void operator()(const Bytes &v) const {
    put_head(out, kBytes, v.data.size());
    out += v.data;
  }
  void operator()(double v) const {
    put_head(out, kDouble, 8);
    put_big_endian(out, std::bit_cast<std::uint64_t>(v), 8);
  }
  void operator()(float v) const {
    put_head(out, kFloat, 4);
    put_big_endian(out, std::bit_cast<std::uint32_t>(v), 4);
  }
  void operator()(bool v) const { put_head(out, kBoolean, v); }
  void operator()(std::uint16_t v) const { put_unsigned(out, kUint16, v); }
  void operator()(std::uint32_t v) const { put_unsigned(out, kUint32, v); }
  void operator()(std::uint64_t v) const { put_unsigned(out, kUint64, v); }
  // Shorter than four bytes means positive, so a negative number takes all four.
  void operator()(std::int32_t v) const { put_unsigned(out, kInt32, static_cast<std::uint32_t>(v)); }
  void operator()(const Uint128 &v) const {
    const int high = significant_bytes(v.high), low = high ? 8 : significant_bytes(v.low);
    put_head(out, kUint128, static_cast<std::size_t>(high + low));
    put_big_endian(out, v.high, high);
    put_big_endian(out, v.low, low);
  }
  void operator()(const Value::Map &v) const {
    encode_map_head(out, v.size());
    for (const auto &[key, value] : v) {
      (*this)(key);
      std::visit(*this, value.data);
    }
  }
  void operator()(const Value::Array &v) const {
    encode_array_head(out, v.size());
    for (const Value &item : v)
      std::visit(*this, item.data);
  }
};

}  // namespace

void put_big_endian(std::string &out, std::uint64_t number, int bytes) {
  for (int i = bytes - 1; i >= 0; --i)
    out += static_cast<char>(number >> (8 * i));
}

std::string encode_plain(const Value &value) {
  std::string out;
  std::visit(Encoder{out}, value.data);
  return out;
}

void encode_map_head(std::string &out, std::size_t pairs) { put_head(out, kMap, pairs); }
void encode_array_head(std::string &out, std::size_t items) { put_head(out, kArray, items); }

// Sizes 0 to 2 hold three bits of the offset in the control byte and start where the shorter size ends.
std::size_t pointer_size(std::uint32_t offset) {
  return offset < 2048 ? 2 : offset < 526336 ? 3 : offset < 526336 + (1u << 27) ? 4 : 5;
}

void encode_pointer(std::string &out, std::uint32_t offset) {
  const std::size_t size = pointer_size(offset);
  const std::uint32_t base[] = {0, 2048, 526336, 0};
  const std::uint32_t rest = offset - base[size - 2];
  const int bytes = static_cast<int>(size) - 1;
  const auto high = size == 5 ? 0u : rest >> (8 * bytes);
  out += static_cast<char>(kPointer << 5 | static_cast<unsigned>(size - 2) << 3 | high);
  put_big_endian(out, rest, bytes);
}

}  // namespace hunt::tools
