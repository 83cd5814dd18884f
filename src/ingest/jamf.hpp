// Events of Jamf Protect: telemetry (audit events of macOS, "AUE_...") and alerts ("GPProcessEvent", ...).
#pragma once

#include "ingest/event.hpp"
#include "ingest/json.hpp"

#include <string_view>

namespace hunt::ingest {

// A Mapping (sources.hpp). Every kind of event, process starts being AUE_EXECVE, AUE_POSIX_SPAWN and GPProcessEvent.
std::string_view map_jamf(JsonObject document, Scratch &scratch, Event &event);

}  // namespace hunt::ingest
