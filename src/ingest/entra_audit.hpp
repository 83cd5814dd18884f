// Directory audits of Microsoft Entra ID (Azure AD): Log Analytics table AuditLogs, Azure Monitor or Event Hub records
// of the category AuditLogs, Microsoft Graph directoryAudits.
#pragma once

#include "ingest/event.hpp"
#include "ingest/json.hpp"

#include <string_view>

namespace hunt::ingest {

// A Mapping (sources.hpp).
std::string_view map_entra_audit(JsonObject document, Scratch &scratch, Event &event);

}  // namespace hunt::ingest
