// Records of the Office 365 unified audit log (Microsoft Purview), of every workload.
#pragma once

#include "ingest/event.hpp"
#include "ingest/json.hpp"

#include <string_view>

namespace hunt::ingest {

// A Mapping (sources.hpp). Takes the record itself or the row of an export that has it in AuditData. Logins are also
// events of the source entra_signin.
std::string_view map_o365_ual(JsonObject document, Scratch &scratch, Event &event);

}  // namespace hunt::ingest
