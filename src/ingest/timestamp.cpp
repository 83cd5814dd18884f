#include "ingest/timestamp.hpp"

#include <algorithm>
#include <chrono>

namespace hunt::ingest {

namespace {

class Reader {
public:
  explicit Reader(std::string_view text) noexcept : text_(text) {}

  bool at_end() const noexcept { return text_.empty(); }
  char peek() const noexcept { return text_.empty() ? '\0' : text_.front(); }
  bool skip(char c) noexcept {
    if (peek() != c)
      return false;
    text_.remove_prefix(1);
    return true;
  }
  bool digit() const noexcept { return peek() >= '0' && peek() <= '9'; }
  int take_digit() noexcept {
    const int value = text_.front() - '0';
    text_.remove_prefix(1);
    return value;
  }
  // Exactly `digits` digits, at most `limit`; else -1.
  int number(int digits, int limit) noexcept {
    int value = 0;
    for (; digits > 0; --digits) {
      if (!digit())
        return -1;
      value = 10 * value + take_digit();
    }
    return value <= limit ? value : -1;
  }

private:
  std::string_view text_;
};

// Microseconds of ".123456789", 0 without a fraction, -1 when it is malformed.
int fraction(Reader &in) noexcept {
  if (!in.skip('.'))
    return 0;
  int value = 0, digits = 0;
  for (; in.digit(); ++digits) {
    const int digit = in.take_digit();
    if (digits < 6)
      value = 10 * value + digit;
  }
  if (digits == 0 || digits > 9)
    return -1;
  for (; digits < 6; ++digits)
    value *= 10;
  return value;
}

// Minutes east of UTC.
std::optional<int> offset(Reader &in) noexcept {
  if (in.at_end() || in.skip('Z') || in.skip('z'))
    return 0;
  const int sign = in.peek() == '-' ? -1 : 1;
  if (!in.skip('+') && !in.skip('-'))
    return std::nullopt;
  const int hours = in.number(2, 15);
  const bool has_minutes = in.skip(':') || !in.at_end();
  const int minutes = has_minutes ? in.number(2, 59) : 0;
  if (hours < 0 || minutes < 0)
    return std::nullopt;
  return sign * (60 * hours + minutes);
}

}  // namespace

std::optional<std::int64_t> parse_timestamp(std::string_view text) noexcept {
  Reader in(text);
  const int year = in.number(4, 9999);
  if (year < 0 || !in.skip('-'))
    return std::nullopt;
  const int month = in.number(2, 12);
  if (month < 0 || !in.skip('-'))
    return std::nullopt;
  const int day = in.number(2, 31);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (day < 0 || !date.ok() || (!in.skip('T') && !in.skip('t') && !in.skip(' ')))
    return std::nullopt;
  const int hour = in.number(2, 23);
  if (hour < 0 || !in.skip(':'))
    return std::nullopt;
  const int minute = in.number(2, 59);
  if (minute < 0 || !in.skip(':'))
    return std::nullopt;
  const int second = in.number(2, 60);
  const int microseconds = fraction(in);
  const auto zone = offset(in);
  if (second < 0 || microseconds < 0 || !zone || !in.at_end())
    return std::nullopt;
  const std::int64_t minutes =
      std::int64_t{std::chrono::sys_days(date).time_since_epoch().count()} * 1440 + hour * 60 + minute - *zone;
  return (minutes * 60 + second) * 1'000'000 + microseconds;
}

std::optional<std::int64_t> parse_epoch(std::string_view text) noexcept {
  const std::size_t point = std::min(text.find('.'), text.size());
  if (point == 0 || point > 19 || text.size() - point > 20)
    return std::nullopt;
  std::int64_t whole = 0;
  for (const char c : text.substr(0, point)) {
    if (c < '0' || c > '9' || whole > (INT64_MAX - 9) / 10)
      return std::nullopt;
    whole = 10 * whole + (c - '0');
  }
  // Microseconds in a unit, and how many units a microsecond has where it is the larger.
  std::int64_t scale = 1, divisor = 1;
  if (whole < 100'000'000'000)
    scale = 1'000'000;
  else if (whole < 100'000'000'000'000)
    scale = 1'000;
  else if (whole >= 100'000'000'000'000'000)
    divisor = 1'000;
  std::int64_t fraction = 0, unit = scale;
  for (const char c : text.substr(std::min(point + 1, text.size()))) {
    if (c < '0' || c > '9')
      return std::nullopt;
    unit /= 10;
    fraction += unit * (c - '0');
  }
  return whole * scale / divisor + fraction;
}

std::optional<std::int64_t> parse_calendar_time(std::string_view text) noexcept {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.ends_with(" UTC"))
    text.remove_suffix(4);
  if (text.size() != 24 || text[3] != ' ' || text[7] != ' ' || text[10] != ' ' || text[19] != ' ')
    return std::nullopt;
  const std::size_t month = months.find(text.substr(4, 3));
  if (month == months.npos || month % 3 != 0)
    return std::nullopt;
  const auto number = static_cast<unsigned>(month / 3 + 1);
  char iso[] = "0000-00-00 00:00:00";
  text.substr(20, 4).copy(iso, 4);
  iso[5] = static_cast<char>('0' + number / 10);
  iso[6] = static_cast<char>('0' + number % 10);
  iso[8] = text[8] == ' ' ? '0' : text[8];
  iso[9] = text[9];
  text.substr(11, 8).copy(iso + 11, 8);
  return parse_timestamp({iso, 19});
}

}  // namespace hunt::ingest
