#include "ingest/jamf.hpp"

#include "ingest/fields.hpp"
#include "ingest/timestamp.hpp"

namespace hunt::ingest {

namespace {

using std::string_view;

enum Field : std::size_t {
  kHeader,
  kSubject,
  kHostInfo,
  kExecArgs,
  kExecChain,
  kPath,
  kReturn,
  kSocket,
  kEventType,
  kHost,
  kMatch,
  kRelated,
  kFieldCount
};
constexpr Members<kFieldCount> kMembers({
    "header",
    "subject",
    "host_info",
    "exec_args",
    "exec_chain_child",
    "path",
    "return",
    "socket_inet",
    "eventtype",
    "host",
    "match",
    "related",
});
using Fields = decltype(kMembers)::Found;

// {"1": "ls", "2": "-l"} in the order of the numbers; args_compiled joins them by commas, which arguments contain.
string_view command_line(const Fields &fields, Scratch &scratch) {
  const auto exec = object(fields[kExecArgs], scratch);
  const auto numbered = object(member(exec, "args"), scratch);
  std::string list = "[";
  for (int i = 1; numbered; ++i) {
    const auto word = member(numbered, std::to_string(i));
    if (!word)
      break;
    list += (i > 1 ? "," : "") + std::string(simdjson::minify(*word));
  }
  if (list.size() > 1)
    if (const auto parsed = scratch.parse(scratch.keep(list + ']')); parsed.error.empty())
      if (simdjson::dom::array words; parsed.root.get(words) == simdjson::SUCCESS)
        return command_of(words, scratch);
  return scratch.long_text(member(exec, "args_compiled"));
}

// The user who logged in; what nobody did as a user, the user of the process.
void set_subject(Event &event, const Fields &fields, Scratch &scratch) {
  const auto subject = object(fields[kSubject], scratch);
  const auto text = [&](string_view name) { return scratch.text(member(subject, name)); };
  const string_view audit_user = text("audit_user_name"), user = text("effective_user_name");
  event.user_username = audit_user == "-1" ? user : first_of(audit_user, user);
  event.effective_user = user;
  const string_view audit_id = text("audit_id");
  event.user_userid = audit_id == "4294967295" ? text("user_id") : first_of(audit_id, text("user_id"));
  event.session_id = text("session_id");
  const auto terminal = object(member(subject, "terminal_id"), scratch);
  const string_view address = scratch.text(member(terminal, "ip_address"));
  set_address(event, address == "0.0.0.0" || address == "::" ? string_view{} : address);
  event.parent_process = scratch.text(member(object(fields[kExecChain], scratch), "parent_path"));
  event.target = first_of(first_text(fields[kPath], scratch), text("process_name"));
}

string_view map_telemetry(const Fields &fields, Scratch &scratch, Event &event) {
  const auto header = object(fields[kHeader], scratch);
  event.action = event.metadata_device_event_id = scratch.text(member(header, "event_name"));
  if (event.action.empty())
    return "not a Jamf Protect event: a header without event_name";
  event.event_time = parse_epoch(scratch.text(member(header, "time_seconds_epoch")));
  if (const auto offset = integer(scratch.text(member(header, "time_milliseconds_offset")));
      event.event_time && offset && *offset >= 0 && *offset < 1000)
    *event.event_time += *offset * 1000;
  const auto host = object(fields[kHostInfo], scratch);
  event.device_hostname = scratch.text(member(host, "host_name"));
  event.device_os = joined({"macOS", scratch.text(member(host, "osversion"))}, " ", scratch);
  set_subject(event, fields, scratch);
  event.application = base_name(event.target);
  event.command_line = command_line(fields, scratch);
  if (const auto result = object(fields[kReturn], scratch)) {
    const string_view error = scratch.text(member(result, "error"));
    event.success = error.empty() ? std::nullopt : std::optional(error == "0");
    if (!event.success.value_or(true)) {
      event.error_code = error;
      event.error_text = scratch.long_text(member(result, "description"));
    }
  }
  return {};
}

// The first process is the one that the event is about, the second its parent. Returns the first one's user id.
string_view set_processes(Event &event, const std::optional<simdjson::dom::array> &processes, Scratch &scratch) {
  string_view uid;
  std::size_t position = 0;
  if (!processes)
    return uid;
  for (const JsonElement element : *processes) {
    const auto process = scratch.object(element);
    const auto words = array(member(process, "args"), scratch);
    const string_view command = words ? command_of(*words, scratch) : string_view{};
    const string_view path = scratch.text(member(process, "path"));
    if (position == 0) {
      event.target = path;
      event.application = base_name(path);
      event.command_line = command;
      uid = scratch.text(member(process, "uid"));
    } else if (position == 1) {
      event.parent_process = path;
      event.parent_command_line = command;
    }
    ++position;
  }
  return uid;
}

string_view map_alert(const Fields &fields, Scratch &scratch, Event &event) {
  const auto match = object(fields[kMatch], scratch), detail = object(member(match, "event"), scratch);
  const auto related = object(fields[kRelated], scratch), host = object(fields[kHost], scratch);
  event.metadata_device_event_id = event.action = scratch.text(fields[kEventType]);
  event.event_id = first_of(scratch.text(member(match, "uuid")), scratch.text(member(detail, "uuid")));
  event.event_time = parse_epoch(scratch.text(member(detail, "timestamp")));
  event.device_hostname = scratch.text(member(host, "hostname"));
  event.device_os = joined({"macOS", scratch.text(member(host, "os"))}, " ", scratch);
  set_address(event, first_text(member(host, "ips"), scratch));
  const string_view uid = set_processes(event, array(member(related, "processes"), scratch), scratch);
  event.user_userid = uid;
  if (const auto users = array(member(related, "users"), scratch))
    for (const JsonElement element : *users) {
      const auto user = scratch.object(element);
      if (event.user_username.empty() && (uid.empty() || scratch.text(member(user, "uid")) == uid))
        event.user_username = scratch.text(member(user, "name"));
    }
  const auto facts = array(member(match, "facts"), scratch);
  if (facts && facts->size() > 0)
    event.action = first_of(scratch.text(member(scratch.object(facts->at(0).value()), "name")), event.action);
  return {};
}

}  // namespace

string_view map_jamf(JsonObject document, Scratch &scratch, Event &event) {
  const Fields fields = kMembers(document);
  if (fields[kHeader])
    return map_telemetry(fields, scratch, event);
  if (fields[kEventType] && fields[kMatch])
    return map_alert(fields, scratch, event);
  return "not a Jamf Protect event: neither a header nor an eventType with a match";
}

}  // namespace hunt::ingest
