// From a payload of a source to its events.
#pragma once

#include "core/poll.hpp"
#include "ingest/containers.hpp"
#include "ingest/event.hpp"
#include "ingest/field_mapping.hpp"
#include "ingest/sources.hpp"

#include <memory>
#include <string_view>

namespace hunt::ingest {

class EventSink {
public:
  // An event, or a document that is none: then only position, payload, content_hash and reject_reason are set.
  virtual void event(const Event &event) = 0;

protected:
  ~EventSink() = default;
};

// Maps every document of a payload that comes in pieces. A document without an id gets one from its canonical JSON; one
// without a readable time, or with a time before 1990 or after 2100, is rejected. Deterministic: depends on nothing but
// its arguments. `position` replaces the line number when it is not 0.
class Normalizer {
public:
  Normalizer(const Source &source, Scratch &scratch, EventSink &sink, core::Poll poll = core::never_interrupted,
             std::size_t position = 0);
  // For a source that its users describe. Documents are mapped as they are: paths name what is around an event.
  Normalizer(const FieldMapping &mapping, Scratch &scratch, EventSink &sink, core::Poll poll = core::never_interrupted,
             std::size_t position = 0);
  ~Normalizer();

  // As DocumentReader::read().
  std::size_t read(std::string_view text, bool last) { return reader_.read(text, last); }

private:
  class Mapper;
  std::unique_ptr<Mapper> mapper_;
  DocumentReader reader_;
};

// Maps every document of a payload that is there as a whole.
template <class SourceOrMapping> void normalize(const SourceOrMapping &source, std::string_view payload,
                                                Scratch &scratch, EventSink &sink,
                                                core::Poll poll = core::never_interrupted, std::size_t position = 0) {
  Normalizer(source, scratch, sink, poll, position).read(payload, true);
}

}  // namespace hunt::ingest
