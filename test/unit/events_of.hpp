// The events of a payload as a list, and an event as what it says, for tests.
#pragma once

#include "ingest/event_columns.hpp"
#include "ingest/normalize.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace hunt::ingest {

// Events whose texts are kept: an Event points into what the next document overwrites.
class EventList final : public EventSink {
public:
  // `source` names a source or is a FieldMapping.
  template <class Source> EventList(const Source &source, std::string_view payload) {
    if constexpr (std::is_convertible_v<Source, std::string_view>)
      normalize(find_source(source), payload, scratch_, *this);
    else
      normalize(source, payload, scratch_, *this);
  }

  std::size_t size() const { return events_.size(); }
  const Event &operator[](std::size_t i) const { return events_.at(i); }
  auto begin() const { return events_.begin(); }
  auto end() const { return events_.end(); }

  void event(const Event &event) override {
    Event copy = event;
    copy.versions_share.reset();
    copy.reject_reason = kept_.keep(std::string(event.reject_reason));
    copy.payload = kept_.keep(std::string(event.payload));
    for (const TextColumn &column : kTextColumns)
      copy.*column.text = kept_.keep(std::string(event.*column.text));
    events_.push_back(copy);
  }

private:
  Scratch scratch_;
  Scratch kept_;
  std::vector<Event> events_;
};

inline std::string time_text(std::int64_t microseconds) {
  using namespace std::chrono;
  const sys_time<std::chrono::microseconds> time{std::chrono::microseconds(microseconds)};
  const year_month_day date{floor<days>(time)};
  const hh_mm_ss clock{time - floor<days>(time)};
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d.%06d", int(date.year()), unsigned(date.month()),
                unsigned(date.day()), int(clock.hours().count()), int(clock.minutes().count()),
                int(clock.seconds().count()), int(clock.subseconds().count()));
  return text;
}

using Columns = std::map<std::string, std::string>;

// All that an event says, by column; what is missing is left out, as is a version_time that is the event's time. Of a
// rejected document only the reason.
inline Columns columns(const Event &event) {
  if (!event.reject_reason.empty())
    return {{"reject_reason", std::string(event.reject_reason)}};
  Columns found;
  for (const TextColumn &column : kTextColumns)
    if (!(event.*column.text).empty())
      found[std::string(column.name)] = event.*column.text;
  found["event_time"] = time_text(*event.event_time);
  if (event.version_time != event.event_time)
    found["version_time"] = time_text(*event.version_time);
  if (event.success)
    found["success"] = *event.success ? "true" : "false";
  if (event.vendor_asn_number)
    found["vendor_asn_number"] = std::to_string(*event.vendor_asn_number);
  if (event.device_ip) {
    unsigned char bytes[16];
    char text[INET6_ADDRSTRLEN] = "";
    event.device_ip->to_bytes(bytes);
    inet_ntop(event.device_ip->is_v6() ? AF_INET6 : AF_INET, bytes, text, sizeof text);
    found["device_ip"] = text;
  }
  return found;
}

// The columns of the one event in a payload.
template <class Source> Columns event_of(const Source &source, std::string_view payload) {
  const EventList events(source, payload);
  return events.size() == 1 ? columns(events[0]) : Columns{{"documents", std::to_string(events.size())}};
}

}  // namespace hunt::ingest
