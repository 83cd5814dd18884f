#include "signature/lexer.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace hunt::signature {

namespace {

enum Class : std::uint8_t {
  kLetter = 1,  // letters, '_' and all bytes from 0x80
  kDigit = 2,
  kHexLetter = 4,
  kJoiner = 8,    // may stand within a word: . - + ~ * # $ @
  kBlank = 16,    // blanks and control bytes
  kPathEnd = 32,  // ends a path or URL
  kGlue = 64,     // joins two placeholders to one: . : , / _ \ @ # + -
  kWord = kLetter | kDigit,
};

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> table{};
  for (int c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    table[c] |= letter ? kLetter : 0;
    table[c] |= c >= '0' && c <= '9' ? kDigit : 0;
    table[c] |= (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ? kHexLetter : 0;
    table[c] |= c <= ' ' || c == 0x7F ? kBlank | kPathEnd : 0;
  }
  for (const char c : {'.', '-', '+', '~', '*', '#', '$', '@'})
    table[static_cast<unsigned char>(c)] |= kJoiner;
  for (const char c : {'"', '\'', ',', ';', '<', '>'})
    table[static_cast<unsigned char>(c)] |= kPathEnd;
  for (const char c : {'.', ':', ',', '/', '_', '\\', '@', '#', '+', '-'})
    table[static_cast<unsigned char>(c)] |= kGlue;
  return table;
}
constexpr auto kClasses = make_classes();

constexpr std::uint8_t class_of(char c) noexcept { return kClasses[static_cast<unsigned char>(c)]; }
constexpr bool is(char c, int classes) noexcept { return (class_of(c) & classes) != 0; }
constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }

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

bool is_bool(std::string_view s) noexcept {
  if (s.size() < 3 || s.size() > 5)
    return false;
  static constexpr std::string_view kBools[] = {"true",  "false", "True", "False", "TRUE",
                                                "FALSE", "null",  "NULL", "nil",   "None"};
  for (const std::string_view word : kBools)
    if (s == word)
      return true;
  return false;
}

// Position in a list of names of three letters, or -1.
bool is_name_of_three(const char *s, const char *names) noexcept {
  for (; *names != '\0'; names += 3)
    if (std::memcmp(s, names, 3) == 0)
      return true;
  return false;
}
bool is_month(const char *s) noexcept { return is_name_of_three(s, "JanFebMarAprMayJunJulAugSepOctNovDec"); }
bool is_weekday(const char *s) noexcept { return is_name_of_three(s, "MonTueWedThuFriSatSun"); }

class Lexer {
public:
  Lexer(std::string_view line, MaskMode mode, MaskBuffer &out) : s_(line), mode_(mode), out_(out) {}

  void run() {
    while (at_ < s_.size()) {
      if (out_.size() >= kMaxMasked - kMaxWord - 8) {
        out_ += static_cast<char>(Placeholder::kRest);
        break;
      }
      step();
    }
    while (!out_.empty() && out_.back() == ' ')
      out_.pop_back();
  }

private:
  char peek(std::size_t i) const noexcept { return i < s_.size() ? s_[i] : '\0'; }
  bool is_at(std::size_t i, int classes) const noexcept { return i < s_.size() && is(s_[i], classes); }
  bool log() const noexcept { return mode_ == MaskMode::kLog; }

  void step() {
    const char c = s_[at_];
    const std::uint8_t kind = class_of(c);
    if (kind & kBlank)
      return blanks();
    if (kind & kWord)
      return word();
    if (log() && punctuation(c))
      return;
    if (c == ':' && peek(at_ + 1) == ':' && at_word_start() && place(ip6(at_), Placeholder::kIp))
      return;
    out_ += c;
    ++at_;
  }

  void blanks() {
    if (!out_.empty())
      out_ += ' ';
    while (is_at(at_, kBlank))
      ++at_;
  }

  bool at_word_start() const noexcept { return at_ == 0 || !is(s_[at_ - 1], kWord); }

  // What begins with a punctuation mark. True if something was taken.
  bool punctuation(char c) {
    switch (c) {
    case '/':
      return at_word_start() && peek(at_ ? at_ - 1 : s_.size()) != '.' && peek(at_ ? at_ - 1 : s_.size()) != '>' &&
             place(path(at_), Placeholder::kPath);
    case '.':
      return (peek(at_ + 1) == '/' || (peek(at_ + 1) == '.' && peek(at_ + 2) == '/')) && at_word_start() &&
             place(path(at_), Placeholder::kPath);
    case '-':
    case '+':
      if (!is_at(at_ + 1, kDigit) || !(at_ == 0 || is(s_[at_ - 1], kBlank) || std::strchr("=:([{,\"'", s_[at_ - 1])))
        return false;
      return place(number(at_ + 1), Placeholder::kNumber);
    case '<': {  // less than: <1 sec
      if (!is_at(at_ + 1, kDigit))
        return false;
      const std::size_t end = number(at_ + 1);
      return end != 0 && peek(end) == ' ' && place(end, Placeholder::kNumber);
    }
    default:
      return false;
    }
  }

  // Takes the text up to `end` (0: nothing) as a placeholder.
  bool place(std::size_t end, Placeholder kind) {
    if (end <= at_)
      return false;
    at_ = end;
    emit(kind);
    return true;
  }

  // Writes a placeholder; in log mode one with what is glued to it, placeholders and words, before and after.
  void emit(Placeholder kind) {
    if (log()) {
      std::size_t start = out_.size();
      while (start > 0 && is_word_part(out_[start - 1]))
        --start;
      std::size_t before = start;
      while (before > 0 && is(out_[before - 1], kGlue))
        --before;
      if (before > 0 && is_placeholder(out_[before - 1])) {
        out_.resize(before - 1);
        kind = Placeholder::kAny;
      } else if (start != out_.size()) {
        out_.resize(start);
        kind = Placeholder::kId;
      }
      const std::size_t begun = at_;
      while (is_at(at_, kWord) || (at_ < s_.size() && (s_[at_] == '$' || s_[at_] == '-') && is_at(at_ + 1, kWord)))
        ++at_;
      if (at_ != begun && kind != Placeholder::kAny)
        kind = Placeholder::kId;
    }
    out_ += static_cast<char>(kind);
  }

  static bool is_word_part(char c) noexcept {
    return is(c, kWord) || c == '$' || c == '#' || c == '@' || c == '~' || c == '+' || c == '-' || c == '*';
  }

  // A word and its joiners, and what it turns out to be.
  void word() {
    std::size_t end = at_;
    std::uint8_t seen = 0;
    std::size_t dots = 0;
    const char *const s = s_.data();
    for (; end < s_.size(); ++end) {
      const std::uint8_t kind = class_of(s[end]);
      if (!(kind & (kWord | kJoiner)))
        break;
      if (s[end] == '.') {
        if (end + 1 < s_.size() && s[end + 1] == '.')
          break;
        ++dots;
      }
      seen |= kind;
    }
    while (!is(s[end - 1], kWord)) {
      --end;
      dots -= s[end] == '.';
    }
    if (!(seen & kDigit) && end - at_ <= kMaxWord) {
      if (!log() || !plain(end, dots))
        keep(end);
      return;
    }
    if (log() ? with_digits(end, dots) : profile_value(end))
      return;
    if (log() || end - at_ > kMaxWord)
      place(end, Placeholder::kId);
    else
      keep(end);
  }

  void keep(std::size_t end) {
    out_.append(s_.substr(at_, end - at_));
    at_ = end;
  }

  // A word without digits that is no word.
  bool plain(std::size_t end, std::size_t dots) {
    const char *const s = s_.data() + at_;
    const std::size_t size = end - at_;
    const char next = peek(end);
    if (next == ':') {
      if (peek(end + 1) == '/' && peek(end + 2) == '/' && size >= 2 && size <= 16)
        return place(path(end + 1), Placeholder::kUrl);
      if (size == 1 && peek(end + 1) == '\\')
        return place(path(at_), Placeholder::kPath);
      if (dots > 0 && is_at(end + 1, kDigit))
        return place(port(end), Placeholder::kHost);
    }
    if (size == 3 && is_upper(*s)) {
      if (is_month(s) || is_weekday(s))
        return place(named_date(at_), Placeholder::kTime);
      return false;
    }
    if (dots == 0)
      return is_bool({s, size}) && next != '.' && place(end, Placeholder::kBool);
    const auto *mail = static_cast<const char *>(std::memchr(s, '@', size));
    if (mail != nullptr && mail != s)
      return std::memchr(mail, '.', size - static_cast<std::size_t>(mail - s)) && place(end, Placeholder::kMail);
    return dots >= 2 && is_host({s, size}) && next != '(' && next != '\\' && next != '/' && next != '$' &&
           place(end, Placeholder::kHost);
  }

  static bool is_host(std::string_view s) noexcept {
    for (const char c : s)
      if (!is(c, kWord) && c != '.' && c != '-')
        return false;
    return true;
  }

  bool with_digits(std::size_t end, std::size_t dots) {
    const char c = s_[at_];
    const char next = peek(end);
    if (is(c, kDigit | kHexLetter)) {
      if (place(uuid(at_), Placeholder::kUuid) || place(hardware_address(at_), Placeholder::kIp))
        return true;
      if (is(c, kDigit) && (place(time(at_), Placeholder::kTime) || place(ip4(at_), Placeholder::kIp) ||
                            place(hex(at_), Placeholder::kHex)))
        return true;
      if (next == ':' && end - at_ <= 4 && place(ip6(at_), Placeholder::kIp))
        return true;
      if (is(c, kDigit) && place(number(at_), Placeholder::kNumber))
        return true;
    }
    const std::string_view text = s_.substr(at_, end - at_);
    if (next == ':' && peek(end + 1) == '/' && peek(end + 2) == '/')
      return place(path(end + 1), Placeholder::kUrl);
    if (dots > 0 && next == ':' && is_at(end + 1, kDigit))
      return place(port(end), Placeholder::kHost);
    if (text.size() >= 2 && text.size() <= kMaxWord && is_acronym(text) && next != '-') {
      keep(end);
      return true;
    }
    if (text.find('@') != std::string_view::npos && dots > 0)
      return place(end, Placeholder::kMail);
    return false;
  }

  // L2, SHA1: capital letters and one digit are a name.
  static bool is_acronym(std::string_view s) noexcept {
    if (!is(s.back(), kDigit))
      return false;
    for (const char c : s.substr(0, s.size() - 1))
      if (!is_upper(c))
        return false;
    return true;
  }

  // Profile mode: an address, a UUID, a hexadecimal number or a version; not digits that end a name.
  bool profile_value(std::size_t end) {
    const char c = s_[at_];
    if (is(c, kDigit | kHexLetter)) {
      if (place(uuid(at_), Placeholder::kUuid) || place(hardware_address(at_), Placeholder::kIp))
        return true;
      if (place(hex(at_), Placeholder::kHex) ||
          (peek(end) == ':' && end - at_ <= 4 && place(ip6(at_), Placeholder::kIp)))
        return true;
    }
    if (!is(c, kDigit))
      return false;
    const bool after_product = at_ > 0 && s_[at_ - 1] == '/';  // Chrome/110.0.1.2 is no address
    if (!after_product && place(ip4(at_), Placeholder::kIp))
      return true;
    const std::size_t last = version(at_);
    const bool is_integer = digits(at_) == last;
    if (is_integer && begins_field())
      return false;
    return place(last, is_integer && !after_product ? Placeholder::kNumber : Placeholder::kVersion);
  }

  // True where a field of a profile begins, or the number of a network after AS or ASN: an integer there says which
  // one, not how many.
  bool begins_field() const noexcept {
    std::size_t i = at_;
    while (i > 0 && is(s_[i - 1], kBlank) && s_[i - 1] != '\t' && s_[i - 1] != '\n')
      --i;
    if (i == 0 || std::strchr(",;|\t\n=", s_[i - 1]) != nullptr)
      return true;
    const std::string_view before = s_.substr(0, i);
    for (const std::string_view name : {"AS", "ASN", "as", "asn"})
      if (before.ends_with(name) && (i == name.size() || !is(s_[i - name.size() - 1], kWord)))
        return true;
    return false;
  }

  // Each of the following returns where what it names ends, if it begins at i, else 0.

  bool ends(std::size_t i) const noexcept { return !is_at(i, kWord); }

  std::size_t digits(std::size_t i) const noexcept {
    while (is_at(i, kDigit))
      ++i;
    return i;
  }
  std::size_t hex_digits(std::size_t i) const noexcept {
    while (is_at(i, kDigit | kHexLetter))
      ++i;
    return i;
  }

  std::size_t uuid(std::size_t i) const noexcept {
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

  std::size_t hardware_address(std::size_t i) const noexcept {
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

  std::size_t hex(std::size_t i) const noexcept {
    if (s_[i] == '0' && (peek(i + 1) == 'x' || peek(i + 1) == 'X')) {
      const std::size_t end = hex_digits(i + 2);
      return end > i + 2 && ends(end) ? end : 0;
    }
    const std::size_t end = hex_digits(i);
    return end - i >= 16 && ends(end) ? end : 0;
  }

  std::size_t port(std::size_t i) const noexcept {  // :digits
    const std::size_t end = digits(i + 1);
    return ends(end) ? end : 0;
  }

  std::size_t ip4(std::size_t i) const noexcept {
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

  std::size_t ip6(std::size_t i) const noexcept {
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

  // hh:mm, hh:mm:ss, with a fraction.
  std::size_t clock(std::size_t i) const noexcept {
    std::size_t end = digits(i);
    if (end - i < 1 || end - i > 2 || peek(end) != ':')
      return 0;
    int parts = 1;
    while (parts < 3 && peek(end) == ':' && is_at(end + 1, kDigit) && is_at(end + 2, kDigit) &&
           !is_at(end + 3, kDigit)) {
      end += 3;
      ++parts;
    }
    if (parts < 2)
      return 0;
    if ((peek(end) == '.' || peek(end) == ',') && is_at(end + 1, kDigit))
      end = digits(end + 1);
    return peek(end) == ':' && is_at(end + 1, kWord) ? 0 : end;
  }

  // Z, +02:00, after a time of day.
  std::size_t offset(std::size_t i) const noexcept {
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

  // A date or a time that begins with a digit.
  std::size_t time(std::size_t i) const noexcept {
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

  // Mon Jan  2 15:04:05 2006, Jan  2, Mon, 2 Jan 2006 15:04:05
  std::size_t named_date(std::size_t i) const noexcept {
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

  // What may follow a date: a time of day, a zone, a year.
  std::size_t after_date(std::size_t i) const noexcept {
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

  std::size_t number(std::size_t i) const noexcept {
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

  // Digits and dots, with what is attached: 1.2.3, 4.19.0-rc1, 10_15_7, 2.0.0.beta3.
  std::size_t version(std::size_t i) const noexcept {
    std::size_t end = i;
    while (is_at(end, kWord) || (end < s_.size() && std::strchr(".-+~", s_[end]) && is_at(end + 1, kWord)))
      ++end;
    // A word that begins with a digit is a name (3com) unless another digit follows a separator.
    std::size_t number_end = digits(i);
    if (number_end < end && is_at(number_end, kLetter) && s_[number_end] != '_')
      return 0;
    return end;
  }

  // A path or the rest of a URL: up to a blank, a quote or a bracket that it did not open.
  std::size_t path(std::size_t i) const noexcept {
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

  std::string_view s_;
  MaskMode mode_;
  MaskBuffer &out_;
  std::size_t at_ = 0;
};

}  // namespace

std::string_view mask(std::string_view line, MaskMode mode, MaskBuffer &out) noexcept {
  out.resize(0);
  Lexer(line, mode, out).run();
  return out.view();
}

std::string spell(std::string_view masked, bool typed) {
  static constexpr std::string_view kNames[] = {"",       "<*>",    "<num>",  "<ver>",  "<hex>",
                                                "<uuid>", "<ip>",   "<time>", "<path>", "<url>",
                                                "<mail>", "<host>", "<id>",   "<bool>", "<...>"};
  std::string text;
  text.reserve(masked.size() + 32);
  for (const char c : masked) {
    if (!is_placeholder(c))
      text += c;
    else if (typed || c == static_cast<char>(Placeholder::kRest))
      text += kNames[static_cast<int>(c)];
    else
      text += "<*>";
  }
  return text;
}

}  // namespace hunt::signature
