// From a payload to its documents, whatever they travel in.
//
// Understood: JSON Lines; one document or several, also pretty-printed over many lines; a top-level array; an object
// whose member "Records", "records", "value", "results" or "logEvents" is the array, or whose first member "events" or
// "Events" is; a document inside a JSON string; a byte order mark and blank lines anywhere. What is broken is reported
// with its line and goes alone: reading resumes with the next line. Every document is parsed by itself, so memory is
// that of the largest. Time is linear in the payload.
//
// Two formats become JSON, a document each:
// - CSV (RFC 4180) with a header of at least two names and a row: {"name": "cell", ...} without the empty cells; a
// column
//   without a name is "column<number>".
// - Records of the Linux audit log: those of one event, which share node and id, are {"audit": ["line", ...]}, in the
//   order of their first lines as far as events end: with a record EOE, with a record that is 2 seconds later (auditd's
//   own rule), or with the payload.
#pragma once

#include "core/poll.hpp"
#include "ingest/json.hpp"

#include <cstddef>
#include <string_view>

namespace hunt::ingest {

class DocumentSink {
public:
  virtual void document(std::string_view raw, JsonElement root, std::size_t line) = 0;
  virtual void broken(std::string_view raw, std::string_view reason, std::size_t line) = 0;

protected:
  ~DocumentSink() = default;
};

// Hands each document of the payload to the sink, in order. `scratch` is reset before each of them.
void read_documents(std::string_view payload, Scratch &scratch, DocumentSink &sink,
                    core::Poll poll = core::never_interrupted);

// The event in what a pipeline put around it, or the object itself: the object, or JSON text of one, in "_source"
// (Elasticsearch), "_raw" (Splunk; inside "result" of its exports), "message" or "@message" (CloudWatch Logs, Beats,
// Logstash), "CloudTrailEvent" (LookupEvents), "detail" beside "detail-type" (EventBridge).
JsonObject unwrapped(JsonObject document, Scratch &scratch);

}  // namespace hunt::ingest
