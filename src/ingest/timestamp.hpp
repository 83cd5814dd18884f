// Reading the timestamps of logs.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace hunt::ingest {

// Microseconds since the Unix epoch of an ISO 8601 date and time, or nothing: "2020-05-20T07:06:01.7354887+00:00",
// "2023-07-26 23:00:20.889", "2023-12-01T16:03:35Z". A `T` or a blank between date and time; up to nine fractional
// digits, of which those beyond microseconds are dropped; Z, +hh, +hhmm or +hh:mm, and UTC without any. Days that the
// calendar does not have and anything before or after the timestamp make it unreadable; a leap second is the next
// second.
std::optional<std::int64_t> parse_timestamp(std::string_view text) noexcept;

// Microseconds since the Unix epoch of a number of seconds, milliseconds, microseconds or nanoseconds since it, by its
// size: below 10^11 seconds (until the year 5138), below 10^14 milliseconds, below 10^17 microseconds. A fraction
// counts: "1698841238.851668". Nothing for what is no number without a sign.
std::optional<std::int64_t> parse_epoch(std::string_view text) noexcept;

// The same of the time as C's asctime writes it, in UTC: "Tue Sep 11 16:14:21 2018 UTC". The day of the week is not
// checked.
std::optional<std::int64_t> parse_calendar_time(std::string_view text) noexcept;

}  // namespace hunt::ingest
