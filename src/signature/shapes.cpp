#include "signature/shapes.hpp"

#include <algorithm>
#include <cstring>

namespace hunt::signature {

namespace {

// Units that are written right after a number.
bool is_unit(std::string_view s) noexcept {
  static constexpr std::string_view kUnits[] = {
      "b",   "B",   "k",   "K",   "m",     "M",    "g",    "G",    "t",  "T",  "s",  "x",        "ms",
      "us",  "ns",  "kb",  "KB",  "kB",    "mb",   "MB",   "gb",   "GB", "TB", "ki", "Ki",       "Mi",
      "Gi",  "KiB", "MiB", "GiB", "TiB",   "sec",  "secs", "h",    "hr", "d",  "Hz", "min",      "hrs",
      "kHz", "KHz", "MHz", "GHz", "bytes", "msec", "usec", "mins", "Kb", "Mb", "Gb", "\xC2\xB5s"};
  for (const std::string_view unit : kUnits)
    if (s == unit)
      return true;
  return false;
}

// True if the three letters are one of a list of names of three letters.
bool is_name_of_three(const char *s, const char *names) noexcept {
  for (; *names != '\0'; names += 3)
    if (std::memcmp(s, names, 3) == 0)
      return true;
  return false;
}

}  // namespace

bool is_month(const char *s) noexcept { return is_name_of_three(s, "JanFebMarAprMayJunJulAugSepOctNovDec"); }
bool is_weekday(const char *s) noexcept { return is_name_of_three(s, "MonTueWedThuFriSatSun"); }

std::size_t Shapes::uuid(std::size_t i) const noexcept {
  if (s_.size() - i < 36 || s_[i + 8] != '-')
    return 0;
  for (const int group : {8, 4, 4, 4, 12}) {
    for (int k = 0; k < group; ++k)
      if (!is_at(i++, kDigit | kHexLetter))
        return 0;
    if (group != 12 && peek(i++) != '-')
      return 0;
  }
  return ends(i) ? i : 0;
}

std::size_t Shapes::hardware_address(std::size_t i) const noexcept {
  if (s_.size() - i < 17 || (s_[i + 2] != ':' && s_[i + 2] != '-'))
    return 0;
  const char separator = s_[i + 2];
  int groups = 0;
  while (is_at(i, kDigit | kHexLetter) && is_at(i + 1, kDigit | kHexLetter) && ends(i + 2)) {
    i += 2;
    if (++groups >= 6 && peek(i) != separator)
      return i;
    if (peek(i) != separator)
      return 0;
    ++i;
  }
  return 0;
}

std::size_t Shapes::hex(std::size_t i) const noexcept {
  if (s_[i] == '0' && (peek(i + 1) == 'x' || peek(i + 1) == 'X')) {
    const std::size_t end = hex_digits(i + 2);
    return end > i + 2 && ends(end) ? end : 0;
  }
  const std::size_t end = hex_digits(i);
  return end - i >= 16 && ends(end) ? end : 0;
}

std::size_t Shapes::port(std::size_t i) const noexcept {
  const std::size_t end = digits(i + 1);
  return ends(end) ? end : 0;
}

std::size_t Shapes::ip4(std::size_t i) const noexcept {
  for (int group = 0; group < 4; ++group) {
    const std::size_t end = digits(i);
    if (end == i || end - i > 3)
      return 0;
    i = end;
    if (group < 3 && peek(i++) != '.')
      return 0;
  }
  if (is_at(i, kLetter) || (peek(i) == '.' && is_at(i + 1, kWord)))
    return 0;
  if ((peek(i) == ':' || peek(i) == '/') && is_at(i + 1, kDigit)) {
    const std::size_t end = digits(i + 1);
    return end - i <= 6 && ends(end) ? end : i;
  }
  return i;
}

std::size_t Shapes::ip6(std::size_t i) const noexcept {
  int groups = 0, colons = 0;
  bool gap = false;
  for (;;) {
    const std::size_t end = hex_digits(i);
    if (end - i > 4)
      return 0;
    groups += end != i;
    i = end;
    if (peek(i) != ':' || (peek(i + 1) != ':' && !is_at(i + 1, kDigit | kHexLetter)))
      break;
    if (peek(i + 1) == ':') {
      if (gap)
        return 0;
      gap = true;
      ++i;
    }
    ++i;
    ++colons;
  }
  if (groups > 8 || !(gap ? groups >= 1 && colons >= 1 : groups == 8) || !ends(i))
    return 0;
  if (peek(i) == '.')  // an IPv4 address at the end
    while (is_at(i, kDigit) || (peek(i) == '.' && is_at(i + 1, kDigit)))
      ++i;
  if (peek(i) == '%')
    while (is_at(i + 1, kWord))
      ++i;
  if (i < s_.size() && (s_[i] == '/' || s_[i] == '%') && is_at(i + 1, kWord))
    i = digits(i + 1);
  return i;
}

std::size_t Shapes::clock(std::size_t i) const noexcept {
  std::size_t end = digits(i);
  if (end - i < 1 || end - i > 2 || peek(end) != ':')
    return 0;
  int parts = 1;
  while (parts < 3 && peek(end) == ':' && is_at(end + 1, kDigit) && is_at(end + 2, kDigit) && !is_at(end + 3, kDigit)) {
    end += 3;
    ++parts;
  }
  if (parts < 2)
    return 0;
  if ((peek(end) == '.' || peek(end) == ',') && is_at(end + 1, kDigit))
    end = digits(end + 1);
  return peek(end) == ':' && is_at(end + 1, kWord) ? 0 : end;
}

std::size_t Shapes::offset(std::size_t i) const noexcept {
  if (peek(i) == 'Z' && ends(i + 1))
    return i + 1;
  if (const std::string_view zone = s_.substr(std::min(i, s_.size()), 4); zone == " UTC" || zone == " GMT")
    return ends(i + 4) ? i + 4 : i;
  const std::size_t sign = peek(i) == ' ' ? i + 1 : i;
  if ((peek(sign) != '+' && peek(sign) != '-') || !is_at(sign + 1, kDigit))
    return i;
  const std::size_t end = digits(sign + 1);
  if (end - sign == 5 && ends(end))
    return end;
  return sign == i && end - sign == 3 && peek(end) == ':' && is_at(end + 1, kDigit) ? digits(end + 1) : i;
}

std::size_t Shapes::time(std::size_t i) const noexcept {
  if (const std::size_t end = clock(i))
    return ends(offset(end)) ? offset(end) : 0;
  const std::size_t first = digits(i);
  const char separator = peek(first);
  if (first - i > 4 || (separator != '-' && separator != '/' && separator != '.'))
    return 0;
  std::size_t second = digits(first + 1);
  const bool named = separator != '.' && s_.size() - first > 4 && is_month(s_.data() + first + 1);
  if (named)
    second = first + 4;
  if (second == first + 1 || (!named && second - first > 3) || peek(second) != separator)
    return 0;
  const std::size_t third = digits(second + 1);
  const std::size_t year = first - i == 4 ? first - i : third - second - 1;
  const std::size_t day = first - i == 4 ? third - second - 1 : first - i;
  if (third == second + 1 || day > 2 || !(year == 4 || (year == 2 && separator == '/')))
    return 0;
  const char between = peek(third);
  if (between == 'T' || between == ' ' || between == ':' || between == '_')
    if (const std::size_t end = clock(third + 1))
      return offset(end);
  return ends(third) && !(separator == '.' && peek(third) == '.' && is_at(third + 1, kWord)) ? third : 0;
}

std::size_t Shapes::named_date(std::size_t i) const noexcept {
  const std::size_t start = i;
  if (is_weekday(s_.data() + i)) {
    i += 3;
    if (peek(i) == ',')
      ++i;
    if (peek(i++) != ' ')
      return 0;
    if (is_at(i, kDigit)) {  // day before month
      const std::size_t day = digits(i);
      if (day - i > 2 || peek(day) != ' ' || s_.size() - day < 9 || !is_month(s_.data() + day + 1))
        return 0;
      i = day + 4;
      if (peek(i) == ' ' && digits(i + 1) == i + 5)
        i += 5;
      return after_date(i);
    }
    if (s_.size() - i < 5 || !is_month(s_.data() + i))
      return 0;
  }
  i += 3;
  const std::size_t blank = i;
  while (peek(i) == ' ' && i < blank + 2)
    ++i;
  const std::size_t day = digits(i);
  if (i == blank || day == i || day - i > 2 || !ends(day) || start == day)
    return 0;
  return after_date(day);
}

std::size_t Shapes::after_date(std::size_t i) const noexcept {
  if (peek(i) == ' ')
    if (const std::size_t end = clock(i + 1))
      i = end;
  if (const std::size_t end = offset(i); end != i)
    i = end;
  if (peek(i) == ' ' && is_at(i + 1, kLetter) && is_upper(s_[i + 1])) {  // a zone, if a year follows
    std::size_t zone = i + 1;
    while (zone < s_.size() && is_upper(s_[zone]))
      ++zone;
    if (zone - i >= 4 && zone - i <= 6 && peek(zone) == ' ' && digits(zone + 1) == zone + 5 && ends(zone + 5))
      return zone + 5;
  }
  if (peek(i) == ' ' && digits(i + 1) == i + 5 && ends(i + 5))
    i += 5;
  return i;
}

std::size_t Shapes::number(std::size_t i) const noexcept {
  std::size_t end = digits(i);
  while ((peek(end) == '.' || peek(end) == ',') && is_at(end + 1, kDigit))
    end = digits(end + 1);
  if (peek(end) == '%')
    return end + 1;
  std::size_t unit = end;
  while (is_at(unit, kLetter))
    ++unit;
  if (unit == end)
    return ends(end) ? end : 0;
  return ends(unit) && is_unit(s_.substr(end, unit - end)) ? unit : 0;
}

std::size_t Shapes::version(std::size_t i) const noexcept {
  std::size_t end = i;
  while (is_at(end, kWord) || (end < s_.size() && std::strchr(".-+~", s_[end]) && is_at(end + 1, kWord)))
    ++end;
  // A word that begins with a digit is a name (3com) unless another digit follows a separator.
  std::size_t number_end = digits(i);
  if (number_end < end && is_at(number_end, kLetter) && s_[number_end] != '_')
    return 0;
  return end;
}

std::size_t Shapes::path(std::size_t i) const noexcept {
  const std::size_t start = i;
  int open = 0;
  while (i < s_.size()) {
    const char c = s_[i];
    if (is(c, kPathEnd) && !(open > 0 && c == ','))
      break;
    if (c == '(' || c == '[' || c == '{')
      ++open;
    if ((c == ')' || c == ']' || c == '}') && --open < 0)
      break;
    ++i;
  }
  while (i > start && (s_[i - 1] == '.' || s_[i - 1] == ':' || s_[i - 1] == '('))
    --i;
  return i > start + 1 ? i : 0;
}

}  // namespace hunt::signature
