// Process starts from the Windows event log, in the shapes in which forwarders write its events: flat (Azure Monitor,
// NXLog, Splunk), winlogbeat ("winlog.event_data"), and XML as JSON ("Event.System", "Event.EventData").
#pragma once

#include "ingest/event.hpp"
#include "ingest/json.hpp"

#include <string_view>

namespace hunt::ingest {

// Mappings (sources.hpp): event 4688 of the Security log, and event 1 of Sysmon. Other events are refused by number.
std::string_view map_windows_4688(JsonObject document, Scratch &scratch, Event &event);
std::string_view map_sysmon_process(JsonObject document, Scratch &scratch, Event &event);

}  // namespace hunt::ingest
