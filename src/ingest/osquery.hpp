// Results of scheduled osquery queries: rows added and removed (differential), and snapshots.
#pragma once

#include "ingest/event.hpp"
#include "ingest/json.hpp"

#include <string_view>

namespace hunt::ingest {

// A Mapping (sources.hpp). The action is the name of the query; columns of a row are read by their usual names.
std::string_view map_osquery(JsonObject document, Scratch &scratch, Event &event);

}  // namespace hunt::ingest
