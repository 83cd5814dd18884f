#include "signature/lexer.hpp"

#include "signature/shapes.hpp"

#include <cstring>

namespace hunt::signature {

namespace {

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

class Lexer : Shapes {
public:
  Lexer(std::string_view line, MaskMode mode, MaskBuffer &out) : Shapes(line), mode_(mode), out_(out) {}

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
