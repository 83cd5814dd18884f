// Where in a line a value ends that is known by its shape: addresses, times, numbers, versions, paths.
#pragma once

#include "signature/characters.hpp"

#include <cstddef>
#include <string_view>

namespace hunt::signature {

bool is_month(const char *three_letters) noexcept;    // Jan
bool is_weekday(const char *three_letters) noexcept;  // Mon

// Of one line. Each function but digits() returns where what it names ends, if it begins at i, else 0.
class Shapes {
public:
  explicit Shapes(std::string_view line) noexcept : s_(line) {}

  std::size_t uuid(std::size_t i) const noexcept;
  std::size_t hardware_address(std::size_t i) const noexcept;
  std::size_t hex(std::size_t i) const noexcept;
  std::size_t port(std::size_t i) const noexcept;  // :digits
  std::size_t ip4(std::size_t i) const noexcept;
  std::size_t ip6(std::size_t i) const noexcept;
  // A date or a time that begins with a digit.
  std::size_t time(std::size_t i) const noexcept;
  // Mon Jan  2 15:04:05 2006, Jan  2, Mon, 2 Jan 2006 15:04:05
  std::size_t named_date(std::size_t i) const noexcept;
  std::size_t number(std::size_t i) const noexcept;
  // Digits and dots, with what is attached: 1.2.3, 4.19.0-rc1, 10_15_7, 2.0.0.beta3.
  std::size_t version(std::size_t i) const noexcept;
  // A path or the rest of a URL: up to a blank, a quote or a bracket that it did not open.
  std::size_t path(std::size_t i) const noexcept;

  // The first place from i on that is no digit.
  std::size_t digits(std::size_t i) const noexcept {
    while (is_at(i, kDigit))
      ++i;
    return i;
  }

protected:
  char peek(std::size_t i) const noexcept { return i < s_.size() ? s_[i] : '\0'; }
  bool is_at(std::size_t i, int classes) const noexcept { return i < s_.size() && is(s_[i], classes); }

  std::string_view s_;

private:
  // True if no word goes on at i.
  bool ends(std::size_t i) const noexcept { return !is_at(i, kWord); }
  std::size_t hex_digits(std::size_t i) const noexcept {
    while (is_at(i, kDigit | kHexLetter))
      ++i;
    return i;
  }

  // hh:mm, hh:mm:ss, with a fraction; 0 if there is none.
  std::size_t clock(std::size_t i) const noexcept;
  // Behind what may follow a time of day, Z or +02:00; i if there is none.
  std::size_t offset(std::size_t i) const noexcept;
  // Behind what may follow a date: a time of day, a zone, a year.
  std::size_t after_date(std::size_t i) const noexcept;
};

}  // namespace hunt::signature
