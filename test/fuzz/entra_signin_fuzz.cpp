// Any bytes as a payload of sign-ins: nothing crashes, and what is said of a document holds.
#include "ingest/normalize.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

struct Check final : hunt::ingest::EventSink {
  void event(const hunt::ingest::Event &event) override {
    if (event.reject_reason.empty() && (!event.event_time || !event.version_time || event.event_id.empty()))
      std::abort();
    for (const std::string_view text : {event.tenant, event.user_username, event.http_user_agent, event.action})
      if (text.size() > hunt::ingest::Scratch::kMaxText || text.find('\0') != text.npos)
        std::abort();
    if (hunt::ingest::repaired_json(hunt::ingest::repaired_json(event.payload)) !=
        hunt::ingest::repaired_json(event.payload))
      std::abort();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  static hunt::ingest::Scratch scratch;
  Check check;
  hunt::ingest::normalize(hunt::ingest::find_source("entra_signin"), {reinterpret_cast<const char *>(data), size},
                          scratch, check);
  return 0;
}
