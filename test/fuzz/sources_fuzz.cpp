// Any bytes as a payload of any source: the first byte chooses the source, the mapping of a user's being one of them.
// Nothing crashes, what is said of a document holds, and the same bytes give the same events.
#include "ingest/normalize.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace hunt::ingest;

void require(bool holds) {
  if (!holds)
    std::abort();
}

// Sums up the keys, so that two runs can be compared.
struct Check final : EventSink {
  void event(const Event &event) override {
    ++documents;
    sum = sum * 31 + event.event_key.low + event.content_hash.low + event.position;
    if (!event.reject_reason.empty())
      return;
    require(event.event_time && event.version_time && !event.event_id.empty());
    for (const std::string_view text : {event.event_id,
                                        event.tenant,
                                        event.metadata_device_event_id,
                                        event.action,
                                        event.application,
                                        event.target,
                                        event.region,
                                        event.user_username,
                                        event.user_userid,
                                        event.user_type,
                                        event.user_arn,
                                        event.user_email,
                                        event.effective_user,
                                        event.session_id,
                                        event.access_key_id,
                                        event.mfa_method,
                                        event.http_user_agent,
                                        event.device_os,
                                        event.device_hostname,
                                        event.client_application,
                                        event.parent_process,
                                        event.error_code,
                                        event.device_ip_text,
                                        event.device_browser,
                                        event.vendor_city})
      require(text.size() <= Scratch::kMaxText && is_storable(text));
    for (const std::string_view text : {event.command_line, event.parent_command_line, event.error_text})
      require(is_storable(text));
    // A payload is shown as jsonb.
    require(repaired_json(repaired_json(event.payload)) == repaired_json(event.payload));
    static Scratch scratch;
    scratch.reset();
    require(scratch.parse(event.payload).error.empty());
  }
  static bool is_storable(std::string_view text) {
    return text.find('\0') == text.npos && simdjson::validate_utf8(text.data(), text.size());
  }
  std::size_t documents = 0;
  std::uint64_t sum = 0;
};

const FieldMapping &user_mapping() {
  static const FieldMapping mapping("user", {{"event_time", {"time", "a[*].t", "a[type=User].t"}, ""},
                                             {"event_id", {"id", "a[0].id"}, ""},
                                             {"user_username", {"a.b.c", "[\"a.b\"]"}, "nobody"},
                                             {"command_line", {"c"}, ""},
                                             {"success", {"r"}, ""},
                                             {"device_ip", {"ip"}, ""},
                                             {"vendor_asn_number", {"asn"}, ""},
                                             {"version_time", {"v"}, ""}});
  return mapping;
}

Check run(std::size_t choice, std::string_view payload) {
  static Scratch scratch;
  Check check;
  if (choice == sources().size())
    normalize(user_mapping(), payload, scratch, check);
  else
    normalize(sources()[choice], payload, scratch, check);
  return check;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  if (size == 0)
    return 0;
  const std::size_t choice = data[0] % (sources().size() + 1);
  const std::string_view payload(reinterpret_cast<const char *>(data + 1), size - 1);
  const Check first = run(choice, payload), second = run(choice, payload);
  require(first.documents == second.documents && first.sum == second.sum);
  return 0;
}
