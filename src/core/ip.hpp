// An IP address as a value: 16 bytes and a family, ordered by family and then by address. An IPv4-mapped IPv6 address
// (::ffff:a.b.c.d, RFC 4291 section 2.5.5.2) is a different value from its IPv4 address until `unmapped` makes it one.
#pragma once

#include <compare>
#include <cstdint>

namespace hunt::core {

class Ip {
public:
  static constexpr Ip v4(std::uint32_t address) noexcept { return Ip(false, 0, address); }
  static constexpr Ip v6(std::uint64_t high, std::uint64_t low) noexcept { return Ip(true, high, low); }
  // From network byte order: 4 bytes.
  static constexpr Ip v4_bytes(const std::uint8_t *b) noexcept {
    return v4(std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3]);
  }
  // From network byte order: 16 bytes.
  static constexpr Ip v6_bytes(const std::uint8_t *b) noexcept {
    std::uint64_t high = 0, low = 0;
    for (int i = 0; i < 8; ++i) {
      high = high << 8 | b[i];
      low = low << 8 | b[8 + i];
    }
    return v6(high, low);
  }

  constexpr bool is_v6() const noexcept { return v6_; }
  constexpr int bits() const noexcept { return v6_ ? 128 : 32; }
  // The IPv4 address in host order; meaningful only if !is_v6().
  constexpr std::uint32_t v4() const noexcept { return static_cast<std::uint32_t>(low_); }
  // The upper and lower half of an IPv6 address in host order.
  constexpr std::uint64_t high() const noexcept { return high_; }
  constexpr std::uint64_t low() const noexcept { return low_; }

  constexpr bool is_v4_mapped() const noexcept { return v6_ && high_ == 0 && low_ >> 32 == 0xFFFF; }
  constexpr Ip unmapped() const noexcept { return is_v4_mapped() ? v4(static_cast<std::uint32_t>(low_)) : *this; }

  // The address with all but its first `prefix` bits cleared. 0 <= prefix <= bits().
  constexpr Ip masked(int prefix) const noexcept {
    if (!v6_)
      return v4(prefix == 0 ? 0 : v4() & ~std::uint32_t{0} << (32 - prefix));
    const auto keep = [](int n) { return n <= 0 ? 0 : n >= 64 ? ~std::uint64_t{0} : ~std::uint64_t{0} << (64 - n); };
    return v6(high_ & keep(prefix), low_ & keep(prefix - 64));
  }

  // Writes network byte order: 4 or 16 bytes.
  constexpr void to_bytes(std::uint8_t *b) const noexcept {
    if (!v6_) {
      for (int i = 0; i < 4; ++i)
        b[i] = static_cast<std::uint8_t>(low_ >> (24 - 8 * i));
      return;
    }
    for (int i = 0; i < 8; ++i) {
      b[i] = static_cast<std::uint8_t>(high_ >> (56 - 8 * i));
      b[8 + i] = static_cast<std::uint8_t>(low_ >> (56 - 8 * i));
    }
  }

  friend constexpr bool operator==(const Ip &, const Ip &) noexcept = default;
  friend constexpr auto operator<=>(const Ip &, const Ip &) noexcept = default;

private:
  constexpr Ip(bool is_v6, std::uint64_t high, std::uint64_t low) noexcept : v6_(is_v6), high_(high), low_(low) {}

  bool v6_;
  std::uint64_t high_;
  std::uint64_t low_;
};

}  // namespace hunt::core
