#include "enrich/json_sink.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace hunt::enrich {

namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

template <class Number> void append_number(std::string &text, Number value) {
  char digits[64];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  text.append(digits, end);
}

}  // namespace

void JsonSink::separate() {
  if (needs_comma_)
    text_ += ',';
  needs_comma_ = true;
}

void JsonSink::open(char opening, char closing) {
  separate();
  text_ += opening;
  closings_.push_back(closing);
  needs_comma_ = false;
}

void JsonSink::end() {
  text_ += closings_.back();
  closings_.pop_back();
  needs_comma_ = true;
}

void JsonSink::quote(std::string_view value) {
  text_ += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\')
      text_ += '\\';
    if (static_cast<unsigned char>(c) >= 0x20)
      text_ += c;
    else
      text_.append("\\u00").append({kHexDigits[c >> 4], kHexDigits[c & 15]});
  }
  text_ += '"';
}

void JsonSink::key(std::string_view key) {
  separate();
  quote(key);
  text_ += ':';
  needs_comma_ = false;
}

void JsonSink::string(std::string_view value) {
  separate();
  quote(value);
}

void JsonSink::bytes(std::string_view value) {
  separate();
  text_ += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    text_.append({kHexDigits[byte >> 4], kHexDigits[byte & 15]});
  }
  text_ += '"';
}

void JsonSink::number(double value) {
  separate();
  if (std::isfinite(value))
    append_number(text_, value);
  else
    text_ += "null";
}

void JsonSink::integer(std::int64_t value) {
  separate();
  append_number(text_, value);
}

void JsonSink::uint128(std::uint64_t high, std::uint64_t low) {
  separate();
  __extension__ unsigned __int128 value = static_cast<unsigned __int128>(high) << 64 | low;
  std::string digits;
  do
    digits += static_cast<char>('0' + static_cast<int>(value % 10));
  while ((value /= 10) != 0);
  text_.append(digits.rbegin(), digits.rend());
}

void JsonSink::boolean(bool value) {
  separate();
  text_ += value ? "true" : "false";
}

}  // namespace hunt::enrich
