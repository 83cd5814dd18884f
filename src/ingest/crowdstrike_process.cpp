#include "ingest/crowdstrike_process.hpp"

#include "ingest/fields.hpp"
#include "ingest/timestamp.hpp"

namespace hunt::ingest {

namespace {

using std::string_view;

enum Field : std::size_t {
  kEvent,
  kSimpleName,
  kTimestamp,
  kContextTime,
  kProcessStartTime,
  kId,
  kCid,
  kAid,
  kAip,
  kComputerName,
  kUserName,
  kUserSid,
  kUid,
  kAuthenticationId,
  kSessionId,
  kImageFileName,
  kCommandLine,
  kParentBaseFileName,
  kParentImageFileName,
  kParentCommandLine,
  kPlatform,
  kFieldCount
};
constexpr Members<kFieldCount> kMembers({
    "event",
    "event_simplename",
    "timestamp",
    "contexttimestamp",
    "processstarttime",
    "id",
    "cid",
    "aid",
    "aip",
    "computername",
    "username",
    "usersid",
    "uid",
    "authenticationid",
    "sessionid",
    "imagefilename",
    "commandline",
    "parentbasefilename",
    "parentimagefilename",
    "parentcommandline",
    "event_platform",
});

std::optional<std::int64_t> time_of(string_view text) noexcept {
  const auto epoch = parse_epoch(text);
  return epoch ? epoch : parse_timestamp(text);
}

}  // namespace

string_view map_crowdstrike_process(JsonObject document, Scratch &scratch, Event &event) {
  const auto outer = kMembers(document);
  const auto nested = object(outer[kEvent], scratch);
  const auto inner = nested ? kMembers(*nested) : outer;
  const auto text = [&](Field field) { return first_of(scratch.text(inner[field]), scratch.text(outer[field])); };
  event.metadata_device_event_id = text(kSimpleName);
  if (event.metadata_device_event_id.empty())
    return "not an event of Falcon: no event_simpleName";
  if (event.metadata_device_event_id != "ProcessRollup2" && event.metadata_device_event_id != "SyntheticProcessRollup2")
    return scratch.keep("not a process start of Falcon: event \"" + std::string(event.metadata_device_event_id) + '"');
  event.action = "process start";
  for (const Field field : {kTimestamp, kContextTime, kProcessStartTime})
    if (!event.event_time)
      event.event_time = time_of(text(field));
  event.event_id = text(kId);
  event.tenant = text(kCid);
  event.device_hostname = first_of(text(kComputerName), text(kAid));
  const string_view platform = text(kPlatform);
  event.device_os = platform == "Win"   ? "Windows"
                    : platform == "Mac" ? "macOS"
                    : platform == "Lin" ? "Linux"
                                        : platform;
  set_address(event, text(kAip));
  event.user_userid = first_of(text(kUserSid), text(kUid));
  event.user_username = first_of(lowered(text(kUserName), scratch), event.user_userid);
  event.session_id = first_of(text(kAuthenticationId), text(kSessionId));
  event.target = text(kImageFileName);
  event.application = base_name(event.target);
  if (platform == "Win")
    event.application = lowered(event.application, scratch);
  event.command_line = first_of(scratch.long_text(inner[kCommandLine]), scratch.long_text(outer[kCommandLine]));
  event.parent_process = first_of(text(kParentImageFileName), text(kParentBaseFileName));
  event.parent_command_line = scratch.long_text(inner[kParentCommandLine]);
  return {};
}

}  // namespace hunt::ingest
