// Events of AWS CloudTrail: management, data, network activity, console sign-ins, service events, insights.
#pragma once

#include "ingest/event.hpp"
#include "ingest/json.hpp"

#include <string_view>

namespace hunt::ingest {

// A Mapping (sources.hpp). Fields by the CloudTrail user guide, "CloudTrail record contents" and "userIdentity
// element".
std::string_view map_cloudtrail(JsonObject document, Scratch &scratch, Event &event);

}  // namespace hunt::ingest
