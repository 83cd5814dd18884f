// From a payload to its documents, whatever they travel in.
//
// Understood: JSON Lines; one document or several, also pretty-printed over many lines; a top-level array; an object
// whose member "Records", "records" or "value" is the array; a document inside a JSON string; a byte order mark and
// blank lines anywhere. What is broken is reported with its line and goes alone: reading resumes with the next line.
// Every document is parsed by itself, so memory is that of the largest. Time is linear in the payload.
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

}  // namespace hunt::ingest
