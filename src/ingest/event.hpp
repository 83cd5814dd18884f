// The normalised event: what every source is mapped to, under the names that analysts use.
#pragma once

#include "core/hash.hpp"
#include "core/ip.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hunt::ingest {

// One document of a payload. A text that is empty is missing. Texts point into the parsed document, the payload or the
// Scratch that parsed it: they live until the next document is parsed.
struct Event {
  std::size_t position = 0;        // of the document: its line in a payload, or its element in a list of payloads
  std::string_view reject_reason;  // why the document is no event; empty for an event
  std::string_view payload;        // the document as received

  std::optional<std::int64_t> event_time;    // microseconds since the Unix epoch
  std::optional<std::int64_t> version_time;  // when the vendor emitted this version of the event
  std::string_view event_id;
  std::string_view tenant;
  // What two documents with one id have in common if they are versions of one event, of which the newest counts.
  // Nothing: the whole document, since the vendor never sends an event again with other content; another content under
  // the same id is then another event, as where ids are unique in one place only or were made up.
  std::optional<std::string_view> versions_share;
  core::Hash128 event_key{};     // of source, tenant, event id and versions_share or the document
  core::Hash128 content_hash{};  // of the payload, byte for byte

  std::string_view metadata_device_event_id;  // the vendor's kind of record
  std::string_view action;
  std::string_view application;
  std::string_view target;
  std::string_view region;  // of the cloud in which the action took place
  std::string_view user_username;
  std::string_view user_userid;
  std::string_view user_type;   // the vendor's kind of identity: "AssumedRole", "SystemPrincipal", "ServiceAccount"
  std::string_view user_arn;    // in AWS
  std::string_view user_email;  // or user principal name, where user_username is another name
  // As whom the user acted, if not as himself: an assumed role, an impersonated user, sudo's.
  std::string_view effective_user;
  std::optional<core::Ip> device_ip;
  std::string_view device_ip_text;  // the address as received, unless it is the canonical form of device_ip
  std::string_view http_user_agent;
  std::optional<bool> success;
  std::string_view error_code;
  std::string_view error_text;
  std::string_view session_id;
  std::string_view access_key_id;
  std::string_view mfa_method;
  std::string_view client_application;  // of the user, where the vendor names it apart from the user agent
  std::string_view command_line;
  std::string_view parent_process;
  std::string_view parent_command_line;
  std::string_view device_hostname;
  std::string_view device_os;
  std::string_view device_browser;
  std::optional<std::int64_t> vendor_asn_number;
  std::string_view vendor_country_code;
  std::string_view vendor_country_name;
  std::string_view vendor_city;
};

}  // namespace hunt::ingest
