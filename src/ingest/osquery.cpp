#include "ingest/osquery.hpp"

#include "ingest/fields.hpp"
#include "ingest/timestamp.hpp"

namespace hunt::ingest {

namespace {

using std::string_view;

enum Field : std::size_t {
  kName,
  kAction,
  kColumns,
  kSnapshot,
  kHostIdentifier,
  kUnixTime,
  kCalendarTime,
  kDecorations,
  kFieldCount
};
constexpr Members<kFieldCount> kMembers({
    "name",
    "action",
    "columns",
    "snapshot",
    "hostidentifier",
    "unixtime",
    "calendartime",
    "decorations",
});

enum Column : std::size_t {
  kUsername,
  kUser,
  kUid,
  kCmdline,
  kCommand,
  kPath,
  kProcessName,
  kParentPath,
  kParentCmdline,
  kRemoteAddress,
  kTime,
  kColumnCount
};
constexpr Members<kColumnCount> kColumnMembers({
    "username",
    "user",
    "uid",
    "cmdline",
    "command",
    "path",
    "name",
    "parent_path",
    "parent_cmdline",
    "remote_address",
    "time",
});

}  // namespace

string_view map_osquery(JsonObject document, Scratch &scratch, Event &event) {
  const auto fields = kMembers(document);
  const auto columns = object(fields[kColumns], scratch);
  if (!fields[kName] || (!columns && !fields[kSnapshot]))
    return "not an osquery result: no name with columns or a snapshot";
  event.action = scratch.text(fields[kName]);
  event.metadata_device_event_id = first_of(scratch.text(fields[kAction]), fields[kSnapshot] ? "snapshot" : "");
  event.event_time = parse_epoch(scratch.text(fields[kUnixTime]));
  if (!event.event_time)
    event.event_time = parse_calendar_time(scratch.text(fields[kCalendarTime]));
  const auto decorations = object(fields[kDecorations], scratch);
  event.device_hostname =
      first_of(scratch.text(member(decorations, "hostname")), scratch.text(fields[kHostIdentifier]));
  event.device_os = scratch.text(member(decorations, "platform"));
  if (!columns)
    return {};
  const auto row = kColumnMembers(*columns);
  const auto text = [&](Column column) { return scratch.text(row[column]); };
  event.user_username = first_of(text(kUsername), text(kUser), scratch.text(member(decorations, "username")));
  event.user_userid = text(kUid);
  event.command_line = first_of(scratch.long_text(row[kCmdline]), scratch.long_text(row[kCommand]));
  event.target = text(kPath);
  event.application = first_of(base_name(event.target), text(kProcessName));
  event.parent_process = text(kParentPath);
  event.parent_command_line = scratch.long_text(row[kParentCmdline]);
  set_address(event, text(kRemoteAddress));
  return {};
}

}  // namespace hunt::ingest
