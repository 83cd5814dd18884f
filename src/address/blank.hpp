// What log sources write when they know nothing.
#pragma once

#include <string_view>

namespace hunt::address {

// White space as logs contain it: the six ASCII characters of C's isspace, whatever the locale.
constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

// True for text that carries no value: empty, white space only, or "-" with or without white space around it.
constexpr bool is_blank(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_space(text.back()))
    text.remove_suffix(1);
  return text.empty() || text == "-";
}

}  // namespace hunt::address
