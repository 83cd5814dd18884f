// Events of the Okta System Log.
#pragma once

#include "ingest/event.hpp"
#include "ingest/json.hpp"

#include <string_view>

namespace hunt::ingest {

// A Mapping (sources.hpp). Fields by the LogEvent object of the System Log API.
std::string_view map_okta(JsonObject document, Scratch &scratch, Event &event);

}  // namespace hunt::ingest
