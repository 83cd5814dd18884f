// Payloads that are not JSON, read as the documents that containers.hpp describes.
#pragma once

#include "core/poll.hpp"
#include "ingest/containers.hpp"

#include <string_view>

namespace hunt::ingest {

// By the first line that is not blank, which starts no JSON. CSV also needs a second record with as many fields.
bool is_audit_log(std::string_view payload);
bool is_csv(std::string_view payload);

void read_audit_log(std::string_view payload, Scratch &scratch, DocumentSink &sink, core::Poll poll);
void read_csv(std::string_view payload, Scratch &scratch, DocumentSink &sink, core::Poll poll);

}  // namespace hunt::ingest
