#include "signature/levels.hpp"

#include "signature/lexer.hpp"

#include <algorithm>

namespace hunt::signature {

namespace {

constexpr char kAny = static_cast<char>(Placeholder::kAny);
constexpr char kRest = static_cast<char>(Placeholder::kRest);

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_word(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

char closing(char c) noexcept {
  switch (c) {
  case '(':
    return ')';
  case '[':
    return ']';
  case '{':
    return '}';
  case '<':
    return '>';
  case '"':
  case '\'':
    return c;
  default:
    return '\0';
  }
}

std::string without_details(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size();) {
    const char c = s[i];
    const char close = c == '\'' && i > 0 && is_word(s[i - 1]) ? '\0' : closing(c);
    const std::size_t end = close == '\0' ? std::string_view::npos : s.find(close, i + 1);
    if (end != std::string_view::npos && end > i + 1) {
      out += c;
      out += kAny;
      i = end;
      continue;
    }
    if (!is_word(c)) {
      out += c;
      ++i;
      continue;
    }
    std::size_t last = i;
    bool has_digit = false;
    for (; last < s.size() && is_word(s[last]); ++last)
      has_digit |= is_digit(s[last]);
    if (has_digit)
      out += kAny;
    else
      out += s.substr(i, last - i);
    i = last;
  }
  return out;
}

std::string first_words(std::string_view s, int words) {
  std::size_t end = 0;
  for (; words > 0; --words) {
    end = s.find(' ', end);
    if (end == std::string_view::npos)
      return std::string(s);
    ++end;
  }
  return std::string(s.substr(0, end)) + kRest;
}

}  // namespace

std::string raise(std::string_view masked, std::uint8_t from_level, std::uint8_t to_level) {
  std::string form(masked);
  for (int level = from_level + 1; level <= to_level; ++level)
    form = level == 1   ? without_details(form)
           : level == 2 ? first_words(form, 8)
           : level == 3 ? first_words(form, 3)
           : level == 4 ? first_words(form, 1)
                        : std::string(1, kRest);
  return form;
}

}  // namespace hunt::signature
