// The events of a payload as a list, for tests.
#pragma once

#include "ingest/normalize.hpp"

#include <string>
#include <string_view>
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
    for (std::string_view Event::*text : kTexts)
      copy.*text = kept_.keep(std::string(event.*text));
    events_.push_back(copy);
  }

  static constexpr std::string_view Event::*kTexts[] = {&Event::reject_reason,
                                                        &Event::payload,
                                                        &Event::event_id,
                                                        &Event::tenant,
                                                        &Event::action,
                                                        &Event::metadata_device_event_id,
                                                        &Event::application,
                                                        &Event::target,
                                                        &Event::region,
                                                        &Event::user_username,
                                                        &Event::user_userid,
                                                        &Event::user_type,
                                                        &Event::user_arn,
                                                        &Event::user_email,
                                                        &Event::effective_user,
                                                        &Event::device_ip_text,
                                                        &Event::http_user_agent,
                                                        &Event::error_code,
                                                        &Event::error_text,
                                                        &Event::session_id,
                                                        &Event::access_key_id,
                                                        &Event::mfa_method,
                                                        &Event::command_line,
                                                        &Event::client_application,
                                                        &Event::parent_command_line,
                                                        &Event::parent_process,
                                                        &Event::device_hostname,
                                                        &Event::device_os,
                                                        &Event::device_browser,
                                                        &Event::vendor_country_code,
                                                        &Event::vendor_country_name,
                                                        &Event::vendor_city};

private:
  Scratch scratch_;
  Scratch kept_;
  std::vector<Event> events_;
};

}  // namespace hunt::ingest
