#include "address/ip_text.hpp"

#include "address/blank.hpp"

#include <array>
#include <cstdint>

namespace hunt::address {

namespace {

using core::Ip;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// The value of each hexadecimal digit, -1 for other bytes. A table, because whether a digit is a letter is
// unpredictable.
constexpr auto kHexValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 16; ++i)
    for (const char *digits : {"0123456789abcdef", "0123456789ABCDEF"})
      values[static_cast<unsigned char>(digits[i])] = static_cast<std::int8_t>(i);
  return values;
}();

constexpr int hex_value(char c) noexcept { return kHexValues[static_cast<unsigned char>(c)]; }

// RFC 6874, section 2: unreserved characters and the percent sign of an encoded one.
constexpr bool is_zone_character(char c) noexcept {
  const char lower = static_cast<char>(c | 0x20);
  return is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '.' || c == '_' || c == '~' || c == '%';
}

constexpr bool is_separator(char c) noexcept { return c == ',' || c == ';'; }

// Reads forward. What a failed `read_*` has consumed is undefined.
class Reader {
public:
  explicit Reader(std::string_view text) noexcept : at_(text.data()), end_(text.data() + text.size()) {}

  // The element at the reader, up to the end of the text or a separator.
  std::optional<Ip> read_element() noexcept {
    skip_spaces();
    const bool bracket = accept('[');
    const auto ip = read_address();
    if (!ip || (bracket && !accept(']')))
      return std::nullopt;
    // After hexadecimal groups without brackets a colon and digits would be one more group.
    if ((bracket || dotted_) && accept(':') && !read_number(5, 65535))
      return std::nullopt;
    skip_spaces();
    return at_ == end_ || is_separator(*at_) ? ip : std::nullopt;
  }

  // Moves behind the next separator; false if there is none.
  bool next_element() noexcept {
    while (at_ != end_)
      if (is_separator(*at_++))
        return true;
    return false;
  }

private:
  bool next_is(char c) const noexcept { return at_ != end_ && *at_ == c; }
  bool accept(char c) noexcept {
    const bool is = next_is(c);
    at_ += is;
    return is;
  }
  void skip_spaces() noexcept {
    while (at_ != end_ && is_space(*at_))
      ++at_;
  }

  // A decimal number of at most `digits` digits and at most `limit`.
  std::optional<std::uint32_t> read_number(int digits, std::uint32_t limit) noexcept {
    std::uint32_t value = 0;
    int n = 0;
    for (; at_ != end_ && is_digit(*at_); ++at_) {
      if (++n > digits)
        return std::nullopt;
      value = value * 10 + static_cast<std::uint32_t>(*at_ - '0');
    }
    if (n == 0 || value > limit)
      return std::nullopt;
    return value;
  }

  std::optional<std::uint32_t> read_dotted() noexcept {
    std::uint32_t address = 0;
    for (int i = 0; i < 4; ++i) {
      if (i > 0 && !accept('.'))
        return std::nullopt;
      const auto octet = read_number(3, 255);
      if (!octet)
        return std::nullopt;
      address = address << 8 | *octet;
    }
    dotted_ = true;
    return address;
  }

  std::optional<Ip> read_address() noexcept {
    dotted_ = false;
    const char *const start = at_;
    if (const auto v4 = read_dotted())
      return Ip::v4(*v4);
    at_ = start;
    const auto v6 = read_groups();
    if (!v6 || (next_is('%') && !skip_zone()))
      return std::nullopt;
    return v6->unmapped();
  }

  bool skip_zone() noexcept {
    const char *const start = ++at_;
    while (at_ != end_ && is_zone_character(*at_))
      ++at_;
    return at_ != start;
  }

  bool accept_double_colon() noexcept {
    const bool is = end_ - at_ >= 2 && at_[0] == ':' && at_[1] == ':';
    at_ += is ? 2 : 0;
    return is;
  }

  // RFC 4291, section 2.2: eight groups, one run of zero groups as "::", the last two groups perhaps as dotted IPv4.
  std::optional<Ip> read_groups() noexcept {
    std::array<std::uint16_t, 8> groups{};
    int count = 0;
    int gap = accept_double_colon() ? 0 : -1;  // how many groups stand before "::"
    while (count < 8 && at_ != end_ && hex_value(*at_) >= 0) {
      const char *const start = at_;
      const std::uint16_t group = read_group();
      if (next_is('.')) {
        at_ = start;
        const auto v4 = read_dotted();
        if (!v4 || count > 6)
          return std::nullopt;
        groups[count++] = static_cast<std::uint16_t>(*v4 >> 16);
        groups[count++] = static_cast<std::uint16_t>(*v4);
        break;
      }
      groups[count++] = group;
      if (gap < 0 && accept_double_colon())
        gap = count;
      else if (count == 8 || end_ - at_ < 2 || hex_value(at_[1]) < 0 || !accept(':'))
        break;
    }
    if (gap < 0 ? count != 8 : count > 7)
      return std::nullopt;
    return assemble(groups, count, gap < 0 ? count : gap);
  }

  // One to four hexadecimal digits; the caller has seen the first.
  std::uint16_t read_group() noexcept {
    unsigned value = 0;
    for (int n = 0; n < 4 && at_ != end_ && hex_value(*at_) >= 0; ++n)
      value = value << 4 | static_cast<unsigned>(hex_value(*at_++));
    return static_cast<std::uint16_t>(value);
  }

  // Groups before `gap` stand at the front, the others at the back.
  static Ip assemble(const std::array<std::uint16_t, 8> &groups, int count, int gap) noexcept {
    std::array<std::uint64_t, 2> halves{};
    for (int i = 0; i < count; ++i) {
      const int place = i < gap ? i : 8 - count + i;
      halves[place / 4] |= std::uint64_t{groups[i]} << (48 - 16 * (place % 4));
    }
    return Ip::v6(halves[0], halves[1]);
  }

  const char *at_;
  const char *end_;
  bool dotted_ = false;  // the address just read ended in dotted form
};

}  // namespace

std::optional<Ip> parse_ip(std::string_view text) noexcept {
  Reader reader(text);
  do {
    if (const auto ip = reader.read_element())
      return ip;
  } while (reader.next_element());
  return std::nullopt;
}

}  // namespace hunt::address
