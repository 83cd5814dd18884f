#include "ingest/normalize.hpp"

#include "core/bytes.hpp"
#include "core/hash.hpp"

#include <cstdio>
#include <string>

namespace hunt::ingest {

namespace {

constexpr std::int64_t kEarliest = 631'152'000'000'000;  // 1990-01-01
constexpr std::int64_t kLatest = 4'102'444'800'000'000;  // 2100-01-01

// Lengths in front keep ("a", "bc") and ("ab", "c") apart.
core::Hash128 key_of(std::initializer_list<std::string_view> parts) {
  std::string bytes;
  for (const std::string_view part : parts) {
    for (int shift = 0; shift < 32; shift += 8)
      bytes += static_cast<char>(part.size() >> shift & 0xFF);
    bytes += part;
  }
  return core::hash128(bytes);
}

}  // namespace

class Normalizer::Mapper final : public DocumentSink {
public:
  // Maps by one of the two.
  Mapper(const Source *source, const FieldMapping *mapping, Scratch &scratch, EventSink &sink, std::size_t position)
      : source_(source), mapping_(mapping), name_(source != nullptr ? source->name : mapping->source()),
        scratch_(scratch), sink_(sink), position_(position) {}

  void document(std::string_view raw, JsonElement root, std::size_t line) override {
    Event event = start(raw, line);
    event.reject_reason = read(root, event);
    if (event.reject_reason.empty())
      sink_.event(event);
    else
      broken(raw, event.reject_reason, line);
  }

  void broken(std::string_view raw, std::string_view reason, std::size_t line) override {
    Event event = start(raw, line);
    event.reject_reason = reason;
    sink_.event(event);
  }

private:
  Event start(std::string_view raw, std::size_t line) const noexcept {
    Event event;
    event.position = position_ != 0 ? position_ : line;
    event.payload = raw;
    event.content_hash = core::hash128(raw);
    return event;
  }

  std::string_view read(JsonElement root, Event &event) {
    JsonObject object;
    if (root.get(object) != simdjson::SUCCESS)
      return "not a JSON object";
    if (source_ != nullptr)
      object = unwrapped(object, scratch_);
    const std::string_view reason =
        source_ != nullptr ? source_->map(object, scratch_, event) : mapping_->map(object, scratch_, event);
    if (!reason.empty())
      return reason;
    if (!event.event_time)
      return "no readable event time";
    if (*event.event_time < kEarliest || *event.event_time >= kLatest)
      return "event time before 1990 or after 2100";
    if (!event.version_time)
      event.version_time = event.event_time;
    if (event.effective_user == event.user_username)
      event.effective_user = {};
    event.event_key = key(object, event);
    return {};
  }

  core::Hash128 key(JsonObject document, Event &event) {
    if (event.event_id.empty()) {
      event.event_id = id_of(document);
      return key_of({name_, event.tenant, event.event_id});
    }
    if (!event.versions_share) {
      std::string content;
      core::ByteWriter(content).put(content_fingerprint(document));
      return key_of({name_, event.tenant, event.event_id, content});
    }
    if (event.versions_share->empty())
      return key_of({name_, event.tenant, event.event_id});
    return key_of({name_, event.tenant, event.event_id, *event.versions_share});
  }

  std::string_view id_of(JsonObject document) {
    const core::Hash128 hash = core::hash128(canonical_json(document));
    char text[40];
    const int length =
        std::snprintf(text, sizeof text, "xxh3:%016llx%016llx", static_cast<unsigned long long>(hash.high),
                      static_cast<unsigned long long>(hash.low));
    return scratch_.keep(std::string(text, static_cast<std::size_t>(length)));
  }

  const Source *source_;
  const FieldMapping *mapping_;
  std::string_view name_;
  Scratch &scratch_;
  EventSink &sink_;
  std::size_t position_;
};

Normalizer::Normalizer(const Source &source, Scratch &scratch, EventSink &sink, core::Poll poll, std::size_t position)
    : mapper_(std::make_unique<Mapper>(&source, nullptr, scratch, sink, position)), reader_(scratch, *mapper_, poll) {}

Normalizer::Normalizer(const FieldMapping &mapping, Scratch &scratch, EventSink &sink, core::Poll poll,
                       std::size_t position)
    : mapper_(std::make_unique<Mapper>(nullptr, &mapping, scratch, sink, position)), reader_(scratch, *mapper_, poll) {}

Normalizer::~Normalizer() = default;

}  // namespace hunt::ingest
