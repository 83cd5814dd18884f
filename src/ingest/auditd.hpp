// Events of the Linux audit system: raw records grouped by containers.hpp ({"audit": [line, ...]}), single records in a
// wrapper's message, and the JSON of LAUREL.
#pragma once

#include "ingest/event.hpp"
#include "ingest/json.hpp"

#include <string_view>

namespace hunt::ingest {

// A Mapping (sources.hpp). Every event with an id; process starts have the action "process start".
std::string_view map_auditd(JsonObject document, Scratch &scratch, Event &event);

}  // namespace hunt::ingest
