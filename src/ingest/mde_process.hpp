// Process starts of Microsoft Defender for Endpoint: table DeviceProcessEvents of advanced hunting, its records as the
// streaming API sends them, and exports of the sensor itself ("CreatedProcess...").
#pragma once

#include "ingest/event.hpp"
#include "ingest/json.hpp"

#include <string_view>

namespace hunt::ingest {

// A Mapping (sources.hpp).
std::string_view map_mde_process(JsonObject document, Scratch &scratch, Event &event);

}  // namespace hunt::ingest
