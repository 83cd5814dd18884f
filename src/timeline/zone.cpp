#include "timeline/zone.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <string>

namespace hunt::timeline {

namespace {

constexpr Day kFirstDay = (kFirstInstant - kOrigin) / kDay;
constexpr Day kEndOfDays = (kEndOfInstants - kOrigin) / kDay;
// Once clocks have kept one offset for this long, they show a later time than they ever did before: offsets differ by
// less than two days.
constexpr Micros kSettled = 2 * kDay;
// How far back a search starts, so that what it remembers serves the instants around it.
constexpr Micros kLookBehind = 400 * kDay;

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

}  // namespace

const Stretch &Zone::stretch_at(Micros t) {
  if (t >= last_.start && t < last_.end) [[likely]]
    return last_;
  for (Micros at = t - kLookBehind;; at = last_.end) {
    last_ = find_(source_, at);
    last_.start = at;
    if (t < last_.end)
      return last_;
  }
}

Day Zone::day_of(Micros t) {
  const Stretch &stretch = stretch_at(t);
  Day day = floor_div(t + stretch.offset - kOrigin, kDay);
  if (!is_fixed() && t - stretch.start < kSettled)
    while (day < kEndOfDays && start_of(day + 1) <= t)
      ++day;
  return day;
}

Micros Zone::start_of(Day day) {
  if (day < kFirstDay - 1 || day > kEndOfDays)
    throw core::Error(core::kDatetimeOverflow, "timestamp out of range");
  const Micros midnight = day * kDay + kOrigin;
  const Micros guess = midnight - last_.offset;
  if (is_fixed() || (guess < last_.end && guess >= last_.start && guess - last_.start >= kSettled))
    return guess;
  for (Micros at = midnight - kSettled;;) {
    const Stretch stretch = find_(source_, at);
    const Micros start = std::max(at, midnight - stretch.offset);
    if (start < stretch.end)
      return start;
    at = stretch.end;
  }
}

Micros Zone::instant_of(Micros local) {
  const Micros guess = local - last_.offset;
  if (is_fixed() || (guess >= last_.start + kSettled && guess <= last_.end - kSettled))
    return guess;
  for (Stretch stretch = find_(source_, local - kSettled);;) {
    const Stretch next = stretch.end < kEndOfInstants ? find_(source_, stretch.end) : stretch;
    if (local - stretch.offset < stretch.end)
      return local - (local - next.offset >= stretch.end ? next.offset : stretch.offset);
    if (local - next.offset < stretch.end)
      return local - stretch.offset;
    stretch = next;
  }
}

std::optional<Micros> parse_offset(std::string_view text) noexcept {
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
    return std::nullopt;
  for (const int i : {1, 2, 4, 5})
    if (!is_digit(text[i]))
      return std::nullopt;
  const int hours = (text[1] - '0') * 10 + text[2] - '0';
  const int minutes = (text[4] - '0') * 10 + text[5] - '0';
  if (hours > 15 || minutes > 59)
    return std::nullopt;
  const Micros offset = (Micros{hours} * 60 + minutes) * 60 * kSecond;
  return text[0] == '-' ? -offset : offset;
}

bool is_zone_name(std::string_view text) noexcept {
  const auto is_name_character = [](char c) { return is_letter(c) || c == '/' || c == '_' || c == '-'; };
  const auto lower = [](char c) { return static_cast<char>(c | 0x20); };
  if (text.size() == 3 && lower(text[0]) == 'u' && lower(text[1]) == 't' && lower(text[2]) == 'c')
    return true;
  return text.find('/') != std::string_view::npos && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), is_name_character);
}

void refuse_zone(std::string_view text) {
  const std::string shown = text.size() <= 64 ? " \"" + std::string(text) + "\"" : "";
  throw core::Error(
      core::kInvalidParameter, "time zone" + shown + " not recognized",
      "Use a full IANA name such as \"Europe/Berlin\", \"UTC\", or an offset such as \"+02:00\", which is "
      "east of Greenwich; abbreviations are not accepted.");
}

}  // namespace hunt::timeline
