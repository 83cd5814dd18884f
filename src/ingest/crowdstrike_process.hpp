// Process starts of CrowdStrike Falcon, as Falcon Data Replicator delivers them: ProcessRollup2 and its kin.
#pragma once

#include "ingest/event.hpp"
#include "ingest/json.hpp"

#include <string_view>

namespace hunt::ingest {

// A Mapping (sources.hpp). Fields stand at the top or in a member "event". Other events are refused by name.
std::string_view map_crowdstrike_process(JsonObject document, Scratch &scratch, Event &event);

}  // namespace hunt::ingest
