// The mapping of a source of users' own. Those that users are given stand in data/mappings.
#pragma once

#include "ingest/field_mapping.hpp"

namespace hunt::ingest {

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
