#include "distinct/value_key.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace hunt::distinct {

namespace {

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

void put_big_endian(std::uint8_t *to, std::uint64_t value, std::size_t bytes) noexcept {
  for (std::size_t i = 0; i < bytes; ++i)
    to[i] = static_cast<std::uint8_t>(value >> 8 * (bytes - 1 - i));
}

std::uint64_t get_big_endian(const std::uint8_t *from, std::size_t bytes) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    value = value << 8 | from[i];
  return value;
}

// What PostgreSQL can store: from 4714-11-24 BC until the year 294277, and the infinities.
bool is_timestamp(std::int64_t value) noexcept {
  using Limits = std::numeric_limits<std::int64_t>;
  return (value >= -211813488000000000 && value < 9223371331200000000) || value == Limits::min() ||
         value == Limits::max();
}

constexpr std::uint8_t kV4 = 4, kV6 = 6;

core::Ip read_address(bool is_v6, const std::uint8_t *from) noexcept {
  return is_v6 ? core::Ip::v6_bytes(from) : core::Ip::v4_bytes(from);
}

// A key is what inet_key() makes of it.
bool is_inet_key(Key key) noexcept {
  if (key.empty() || (key[0] != kV4 && key[0] != kV6))
    return false;
  const std::size_t address_bytes = key[0] == kV6 ? 16 : 4;
  if (key.size() != 2 + address_bytes && key.size() != 2 + 2 * address_bytes)
    return false;
  if (key[1 + address_bytes] > 8 * address_bytes)
    return false;
  const Inet inet = inet_of(key);
  return keys_equal(inet_key(inet.address, inet.netmask_bits), key);
}

}  // namespace

const char *kind_name(ValueKind kind) noexcept {
  switch (kind) {
  case ValueKind::text:
    return "text";
  case ValueKind::bigint:
    return "bigint";
  case ValueKind::integer:
    return "integer";
  case ValueKind::inet:
    return "inet";
  case ValueKind::uuid:
    return "uuid";
  case ValueKind::timestamptz:
    return "timestamptz";
  }
  return "unknown";
}

std::strong_ordering compare_keys(Key a, Key b) noexcept {
  const std::size_t common = std::min(a.size(), b.size());
  if (const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common); order != 0)
    return order <=> 0;
  return a.size() <=> b.size();
}

bool keys_equal(Key a, Key b) noexcept {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}

ShortKey bigint_key(std::int64_t value) noexcept {
  ShortKey key;
  key.size = 8;
  put_big_endian(key.bytes.data(), static_cast<std::uint64_t>(value) ^ kSignBit, 8);
  return key;
}

ShortKey integer_key(std::int32_t value) noexcept {
  ShortKey key;
  key.size = 4;
  put_big_endian(key.bytes.data(), static_cast<std::uint32_t>(value) ^ std::uint32_t{1} << 31, 4);
  return key;
}

ShortKey inet_key(const core::Ip &address, int netmask_bits) noexcept {
  ShortKey key;
  std::uint8_t *at = key.bytes.data();
  const std::size_t address_bytes = address.is_v6() ? 16 : 4;
  const core::Ip network = address.masked(netmask_bits);
  *at++ = address.is_v6() ? kV6 : kV4;
  network.to_bytes(at);
  at += address_bytes;
  *at++ = static_cast<std::uint8_t>(netmask_bits);
  if (network != address) {
    address.to_bytes(at);
    at += address_bytes;
  }
  key.size = static_cast<std::uint8_t>(at - key.bytes.data());
  return key;
}

std::int64_t bigint_of(Key key) noexcept { return static_cast<std::int64_t>(get_big_endian(key.data(), 8) ^ kSignBit); }

std::int32_t integer_of(Key key) noexcept {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(get_big_endian(key.data(), 4)) ^ std::uint32_t{1} << 31);
}

Inet inet_of(Key key) noexcept {
  const bool is_v6 = key[0] == kV6;
  const std::size_t address_bytes = is_v6 ? 16 : 4;
  const bool has_host_bits = key.size() > 2 + address_bytes;
  return {read_address(is_v6, key.data() + (has_host_bits ? 2 + address_bytes : 1)), key[1 + address_bytes]};
}

bool is_key(ValueKind kind, Key key) noexcept {
  if (const std::size_t size = fixed_key_size(kind); size != 0 && key.size() != size)
    return false;
  if (kind == ValueKind::timestamptz)
    return is_timestamp(bigint_of(key));
  return kind != ValueKind::inet || is_inet_key(key);
}

}  // namespace hunt::distinct
