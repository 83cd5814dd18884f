// The mappings that docs/sources.md shows, for Auth0, Duo and OneLogin, and one of a CSV file.
#pragma once

#include "ingest/field_mapping.hpp"

namespace hunt::ingest {

inline FieldMapping auth0_mapping() {
  return {"auth0",
          {{"event_time", {"data.date", "date"}, ""},
           {"event_id", {"log_id", "data.log_id", "_id"}, ""},
           {"tenant", {"data.tenant_name", "tenant_name"}, ""},
           {"metadata_device_event_id", {"data.type", "type"}, ""},
           {"action", {"data.description", "description", "data.type", "type"}, ""},
           {"application", {"data.client_name", "client_name", "data.client_id", "client_id"}, ""},
           {"target", {"data.details.request.path", "details.request.path"}, ""},
           {"user_username",
            {"data.user_name", "user_name", "data.details.request.auth.user.email", "data.user_id", "user_id"},
            ""},
           {"user_userid", {"data.user_id", "user_id"}, ""},
           {"user_email", {"data.details.request.auth.user.email"}, ""},
           {"device_ip", {"data.ip", "ip"}, ""},
           {"http_user_agent", {"data.user_agent", "user_agent"}, ""},
           {"success",
            {"data.type", "type"},
            "",
            {"s", "ssa", "seacft", "sepft", "sertft", "sapi"},
            {"f", "fp", "fu", "fsa", "feacft", "fepft", "fertft", "fapi", "limit_wc", "limit_mu", "pwd_leak"}},
           {"error_text", {"data.details.error.message", "details.error.message"}, ""},
           {"session_id", {"data.session_id", "session_id"}, ""},
           {"mfa_method", {"data.details.authenticator.type"}, ""},
           {"vendor_country_code", {"data.location_info.country_code"}, ""},
           {"vendor_city", {"data.location_info.city_name"}, ""}}};
}

inline FieldMapping duo_mapping() {
  return {"duo",
          {{"event_time", {"isotimestamp", "timestamp", "p_event_time"}, ""},
           {"event_id", {"txid"}, ""},
           {"metadata_device_event_id", {"event_type"}, "authentication"},
           {"action", {"event_type"}, "authentication"},
           {"application", {"application.name", "application.key"}, ""},
           {"user_username", {"user.name", "email"}, ""},
           {"user_userid", {"user.key"}, ""},
           {"device_ip", {"access_device.ip", "auth_device.ip"}, ""},
           {"device_hostname", {"access_device.hostname"}, ""},
           {"device_os", {"access_device.os"}, ""},
           {"device_browser", {"access_device.browser"}, ""},
           {"success", {"result"}, "", {"success"}, {"failure", "denied", "fraud", "error"}},
           {"error_code", {"reason"}, ""},
           {"mfa_method", {"factor"}, ""},
           {"vendor_country_name", {"access_device.location.country"}, ""},
           {"vendor_city", {"access_device.location.city"}, ""}}};
}

inline FieldMapping onelogin_mapping() {
  return {"onelogin",
          {{"event_time", {"created_at", "event_timestamp", "p_event_time"}, ""},
           {"event_id", {"id", "uuid"}, ""},
           {"metadata_device_event_id", {"event_type_id"}, ""},
           {"action", {"event_type_id"}, ""},
           {"application", {"app_name"}, ""},
           {"target", {"user_name"}, ""},
           {"user_username", {"actor_user_name", "user_name"}, ""},
           {"user_userid", {"actor_user_id", "user_id"}, ""},
           {"device_ip", {"ipaddr"}, ""},
           {"error_text", {"error_description"}, ""},
           {"mfa_method", {"otp_device_name"}, ""}}};
}

// Alarms of an S3 bucket, a CSV file with names of its own.
inline FieldMapping bucket_alarm_mapping() {
  return {"bucket_alarm",
          {{"event_time", {"Event DateTime"}, "", {}, {}, TimeFormat::kIso8601},
           {"event_id", {"Event ID"}, ""},
           {"metadata_device_event_id", {"Event Type"}, ""},
           {"action", {"Event Name"}, ""},
           {"application", {}, "s3.amazonaws.com"},
           {"device_ip", {"Source IP"}, ""},
           {"http_user_agent", {"Request User Agent"}, ""}}};
}

}  // namespace hunt::ingest
