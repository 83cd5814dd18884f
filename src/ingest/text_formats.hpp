// Payloads that are not JSON, read as the documents that containers.hpp describes.
#pragma once

#include "core/poll.hpp"
#include "ingest/containers.hpp"

#include <memory>
#include <string_view>

namespace hunt::ingest {

// By the first line that is not blank, which starts no JSON. CSV also needs a second record with as many fields.
bool is_audit_log(std::string_view payload);
bool is_csv(std::string_view payload);

std::unique_ptr<PayloadReader> audit_log_reader(Scratch &scratch, DocumentSink &sink, core::Poll poll);
std::unique_ptr<PayloadReader> csv_reader(Scratch &scratch, DocumentSink &sink, core::Poll poll);

}  // namespace hunt::ingest
