// The columns of an event that are text, by name: what mappings of users' own fill and what checks go through.
#pragma once

#include "ingest/event.hpp"

#include <string_view>

namespace hunt::ingest {

struct TextColumn {
  std::string_view name;
  std::string_view Event::*text;
};

inline constexpr TextColumn kTextColumns[] = {
    {"event_id", &Event::event_id},
    {"tenant", &Event::tenant},
    {"metadata_device_event_id", &Event::metadata_device_event_id},
    {"action", &Event::action},
    {"application", &Event::application},
    {"target", &Event::target},
    {"region", &Event::region},
    {"user_username", &Event::user_username},
    {"user_userid", &Event::user_userid},
    {"user_type", &Event::user_type},
    {"user_arn", &Event::user_arn},
    {"user_email", &Event::user_email},
    {"effective_user", &Event::effective_user},
    {"device_ip_text", &Event::device_ip_text},
    {"http_user_agent", &Event::http_user_agent},
    {"error_code", &Event::error_code},
    {"error_text", &Event::error_text},
    {"session_id", &Event::session_id},
    {"access_key_id", &Event::access_key_id},
    {"mfa_method", &Event::mfa_method},
    {"client_application", &Event::client_application},
    {"command_line", &Event::command_line},
    {"parent_process", &Event::parent_process},
    {"parent_command_line", &Event::parent_command_line},
    {"device_hostname", &Event::device_hostname},
    {"device_os", &Event::device_os},
    {"device_browser", &Event::device_browser},
    {"vendor_country_code", &Event::vendor_country_code},
    {"vendor_country_name", &Event::vendor_country_name},
    {"vendor_city", &Event::vendor_city},
};

}  // namespace hunt::ingest
