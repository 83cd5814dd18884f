// From a payload to its documents, whatever they travel in.
//
// Understood: JSON Lines; one document or several, also pretty-printed over many lines; a top-level array; an object
// whose member "Records", "records", "value", "results" or "logEvents" is the array, or whose first member "events" or
// "Events" is; a document inside a JSON string; a byte order mark and blank lines anywhere. What is broken is reported
// with its line and goes alone: reading resumes with the next line. Every document is parsed by itself, and a payload
// may come in pieces, so memory is that of the largest document. Time is linear in the payload.
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
#include <memory>
#include <string_view>

namespace hunt::ingest {

class DocumentSink {
public:
  virtual void document(std::string_view raw, JsonElement root, std::size_t line) = 0;
  virtual void broken(std::string_view raw, std::string_view reason, std::size_t line) = 0;

protected:
  ~DocumentSink() = default;
};

// How one format is read.
class PayloadReader {
public:
  virtual ~PayloadReader() = default;
  // As DocumentReader::read().
  virtual std::size_t read(std::string_view text, bool last) = 0;
};

// Reads a payload that comes in pieces. `scratch` is reset before each document.
class DocumentReader {
public:
  // Pieces of this size or more let every read() get on. The format is known once so much has come.
  static constexpr std::size_t kPiece = std::size_t{1} << 20;

  DocumentReader(Scratch &scratch, DocumentSink &sink, core::Poll poll = core::never_interrupted)
      : scratch_(scratch), sink_(sink), poll_(poll) {}

  // Hands each document of `text` that is there as a whole to the sink, in order, and returns how many bytes are done
  // with. What remains is given again with more of the payload behind it; nothing remains of the last piece. A document
  // that is not complete after twice Scratch::kMaxDocument is cut there and reported as broken.
  std::size_t read(std::string_view text, bool last);

private:
  Scratch &scratch_;
  DocumentSink &sink_;
  core::Poll poll_;
  std::unique_ptr<PayloadReader> reader_;
};

// Reads a payload that is there as a whole.
inline void read_documents(std::string_view payload, Scratch &scratch, DocumentSink &sink,
                           core::Poll poll = core::never_interrupted) {
  DocumentReader(scratch, sink, poll).read(payload, true);
}

// The event in what a pipeline put around it, or the object itself: the object, or JSON text of one, in "_source"
// (Elasticsearch), "_raw" (Splunk; inside "result" of its exports), "message" or "@message" (CloudWatch Logs, Beats,
// Logstash), "CloudTrailEvent" (LookupEvents), "detail" beside "detail-type" (EventBridge).
JsonObject unwrapped(JsonObject document, Scratch &scratch);

}  // namespace hunt::ingest
