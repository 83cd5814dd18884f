#include "ingest/timestamp.hpp"

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

}  // namespace hunt::ingest
