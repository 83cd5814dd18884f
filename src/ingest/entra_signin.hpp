// Sign-ins of Microsoft Entra ID (Azure AD), in the four shapes in which they are exported; docs/sources.md has the
// paths.
#pragma once

#include "ingest/event.hpp"
#include "ingest/json.hpp"

#include <string_view>

namespace hunt::ingest {

// A Mapping (sources.hpp). What is no sign-in (audit records, risk detections, mail events, resource activity) is
// refused with a reason that says what it is.
std::string_view map_entra_signin(JsonObject document, Scratch &scratch, Event &event);

}  // namespace hunt::ingest
