// Events as the rows of hunt.event_row.
#pragma once

#include "ingest/event.hpp"
#include "pg/datum.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

extern "C" {
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

namespace hunt::ingest {

// Microseconds since the Unix epoch as PostgreSQL counts them.
inline TimestampTz timestamp_of(std::int64_t unix_microseconds) noexcept {
  return unix_microseconds - std::int64_t{POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE} * USECS_PER_DAY;
}

// The order of uuids is that of the numbers.
inline void uuid_bytes(const core::Hash128 &hash, pg_uuid_t &uuid) noexcept {
  for (int i = 0; i < 8; ++i) {
    uuid.data[i] = static_cast<unsigned char>(hash.high >> (56 - 8 * i));
    uuid.data[8 + i] = static_cast<unsigned char>(hash.low >> (56 - 8 * i));
  }
}

// The columns of a row in order. All of it may ereport, so it runs inside pg::call.
class RowValues {
public:
  void put(bool present, Datum value) {
    nulls[count] = !present;
    values[count++] = value;
  }
  void text(std::string_view text) {
    put(!text.empty(),
        text.empty() ? Datum{} : PointerGetDatum(cstring_to_text_with_len(text.data(), static_cast<int>(text.size()))));
  }
  void number(std::optional<std::int64_t> value) { put(value.has_value(), Int64GetDatum(value.value_or(0))); }
  void boolean(std::optional<bool> value) { put(value.has_value(), BoolGetDatum(value.value_or(false))); }
  void time(std::optional<std::int64_t> unix_microseconds) {
    put(unix_microseconds.has_value(), TimestampTzGetDatum(timestamp_of(unix_microseconds.value_or(0))));
  }
  void uuid(bool present, const core::Hash128 &hash) {
    auto *const value = static_cast<pg_uuid_t *>(palloc(sizeof(pg_uuid_t)));
    uuid_bytes(hash, *value);
    put(present, UUIDPGetDatum(value));
  }
  void ip(const std::optional<core::Ip> &ip) { put(ip.has_value(), ip ? pg::new_inet(*ip) : Datum{}); }

  int count = 0;
  Datum values[64];
  bool nulls[64];
};

// The columns of hunt.event_row.
inline void put_event(RowValues &row, const Event &event, std::string_view source) {
  row.number(static_cast<std::int64_t>(event.position));
  row.text(event.reject_reason);
  row.text(source);
  row.uuid(event.reject_reason.empty(), event.event_key);
  row.time(event.event_time);
  row.time(event.version_time);
  row.text(event.event_id);
  row.text(event.tenant);
  row.text(event.metadata_device_event_id);
  row.text(event.action);
  row.text(event.application);
  row.text(event.target);
  row.text(event.region);
  row.text(event.user_username);
  row.text(event.user_userid);
  row.text(event.user_type);
  row.text(event.user_arn);
  row.text(event.user_email);
  row.text(event.effective_user);
  row.ip(event.device_ip);
  row.text(event.device_ip_text);
  row.text(event.http_user_agent);
  row.boolean(event.success);
  row.text(event.error_code);
  row.text(event.error_text);
  row.text(event.session_id);
  row.text(event.access_key_id);
  row.text(event.mfa_method);
  row.text(event.client_application);
  row.text(event.command_line);
  row.text(event.parent_process);
  row.text(event.parent_command_line);
  row.text(event.device_hostname);
  row.text(event.device_os);
  row.text(event.device_browser);
  row.number(event.vendor_asn_number);
  row.text(event.vendor_country_code);
  row.text(event.vendor_country_name);
  row.text(event.vendor_city);
  row.uuid(true, event.content_hash);
  row.text(event.payload);
}

}  // namespace hunt::ingest
