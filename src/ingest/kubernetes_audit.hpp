// Audit events of the Kubernetes API server, also of Amazon EKS.
#pragma once

#include "ingest/event.hpp"
#include "ingest/json.hpp"

#include <string_view>

namespace hunt::ingest {

// A Mapping (sources.hpp). Fields by the Event of the API group audit.k8s.io. A request is one event: its later stages
// (ResponseStarted, ResponseComplete, Panic) are versions of it, and its stage RequestReceived, which decides nothing
// and which another stage follows, is refused.
std::string_view map_kubernetes_audit(JsonObject document, Scratch &scratch, Event &event);

}  // namespace hunt::ingest
