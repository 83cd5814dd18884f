#include "ingest/windows_process.hpp"

#include "ingest/fields.hpp"
#include "ingest/timestamp.hpp"

namespace hunt::ingest {

namespace {

using std::string_view;

// What all events have, in any of the shapes.
enum Field : std::size_t {
  kEvent,
  kSystem,
  kEventData,
  kWinlog,
  kEventIdField,
  kEventCode,
  kWinlogEventId,
  kComputer,
  kComputerName,
  kWinlogComputerName,
  kHostname,
  kRecordId,
  kRecordNumber,
  kWinlogRecordId,
  kTimeCreated,
  kAtTimestamp,
  kTimeGenerated,
  kTenantId,
  kWinlogEventData,
  kFieldCount
};
constexpr Members<kFieldCount> kMembers({
    "event",       "system",       "eventdata",     "winlog",   "eventid",       "eventcode",    "event_id",
    "computer",    "computername", "computer_name", "hostname", "eventrecordid", "recordnumber", "record_id",
    "timecreated", "@timestamp",   "timegenerated", "tenantid", "event_data",
});
using Fields = decltype(kMembers)::Found;

// What the event says. Splunk's add-on writes 4688's with blanks or underscores.
enum DataField : std::size_t {
  kSubjectUserSid,
  kSubjectUserName,
  kSubjectDomainName,
  kSubjectLogonId,
  kTargetUserName,
  kTargetDomainName,
  kNewProcessName,
  kCommandLine,
  kParentProcessName,
  kUtcTime,
  kProcessGuid,
  kUser,
  kLogonId,
  kImage,
  kParentImage,
  kParentCommandLine,
  kSplunkNewProcessName,
  kSplunkCommandLine,
  kSplunkParentProcessName,
  kSplunkAccountName,
  kSplunkAccountDomain,
  kSplunkLogonId,
  kDataFieldCount
};
constexpr Members<kDataFieldCount> kDataMembers({
    "subjectusersid",
    "subjectusername",
    "subjectdomainname",
    "subjectlogonid",
    "targetusername",
    "targetdomainname",
    "newprocessname",
    "commandline",
    "parentprocessname",
    "utctime",
    "processguid",
    "user",
    "logonid",
    "image",
    "parentimage",
    "parentcommandline",
    "new_process_name",
    "process_command_line",
    "creator_process_name",
    "account_name",
    "account_domain",
    "logon_id",
});
using Data = decltype(kDataMembers)::Found;

// The members of [{"Name": ..., "#text": ...}], as some converters of XML write them.
Data named_data(simdjson::dom::array list) {
  static constexpr string_view names[] = {"SubjectUserSid",   "SubjectUserName", "SubjectDomainName",
                                          "SubjectLogonId",   "TargetUserName",  "TargetDomainName",
                                          "NewProcessName",   "CommandLine",     "ParentProcessName",
                                          "UtcTime",          "ProcessGuid",     "User",
                                          "LogonId",          "Image",           "ParentImage",
                                          "ParentCommandLine"};
  Data data;
  for (std::size_t i = 0; i < std::size(names); ++i) {
    data[i] = named_value(list, names[i], "@Name", "#text");
    if (!data[i])
      data[i] = named_value(list, names[i], "Name", "#text");
    if (!data[i])
      data[i] = named_value(list, names[i], "Name", "Value");
  }
  return data;
}

struct WindowsEvent {
  string_view id, computer, record, time;
  Data data;
};

// The text of a member, or of what stands for it where XML became JSON: {"#text": "1"}, {"#attributes": {name: ...}},
// {"SystemTime": ...}.
string_view xml_text(const std::optional<JsonElement> &element, string_view attribute, Scratch &scratch) {
  if (!element || !element->is_object())
    return scratch.text(element);
  const auto node = scratch.object(*element);
  return first_of(scratch.text(member(object(member(node, "#attributes"), scratch), attribute)),
                  scratch.text(member(node, "#text")), scratch.text(member(node, attribute)),
                  scratch.text(member(node, std::string("@") + std::string(attribute))));
}

Data event_data(const std::optional<JsonElement> &element, const Data &otherwise, Scratch &scratch) {
  if (const auto list = array(element, scratch))
    return named_data(*list);
  const auto data = object(element, scratch);
  if (!data)
    return otherwise;
  if (const auto list = array(member(data, "data"), scratch))
    return named_data(*list);
  return kDataMembers(*data);
}

WindowsEvent read_event(JsonObject document, Scratch &scratch, Event &event) {
  const Fields outer = kMembers(document);
  auto inner = object(outer[kEvent], scratch);
  const Fields xml = inner ? kMembers(*inner) : outer;
  auto winlog = object(outer[kWinlog], scratch);
  const auto system = object(xml[kSystem], scratch);
  const Fields head = system ? kMembers(*system) : winlog ? kMembers(*winlog) : outer;
  const auto text = [&](Field field) { return scratch.text(head[field]); };
  WindowsEvent windows;
  windows.id = first_of(xml_text(head[kEventIdField], "", scratch), text(kEventCode), text(kWinlogEventId));
  windows.computer = first_of(text(kComputer), text(kComputerName), text(kWinlogComputerName), text(kHostname));
  windows.record = first_of(text(kRecordId), text(kRecordNumber), text(kWinlogRecordId));
  windows.time = first_of(xml_text(head[kTimeCreated], "systemtime", scratch), scratch.text(outer[kAtTimestamp]),
                          scratch.text(outer[kTimeGenerated]));
  windows.data = event_data(winlog ? head[kWinlogEventData] : xml[kEventData], kDataMembers(document), scratch);
  event.tenant = scratch.text(outer[kTenantId]);
  return windows;
}

string_view refusal(string_view wanted, string_view id, Scratch &scratch) {
  return scratch.keep("not a process start (" + std::string(wanted) +
                      "): " + (id.empty() ? "no event id" : "Windows event " + std::string(id)));
}

void set_process(Event &event, string_view image, Scratch &scratch) {
  event.target = image;
  event.application = lowered(base_name(image), scratch);
}

}  // namespace

string_view map_windows_4688(JsonObject document, Scratch &scratch, Event &event) {
  const WindowsEvent windows = read_event(document, scratch, event);
  if (windows.id != "4688")
    return refusal("4688", windows.id, scratch);
  const auto text = [&](DataField field) { return scratch.text(windows.data[field]); };
  event.metadata_device_event_id = windows.id;
  event.versions_share = "";  // forwarders add fields of their own, each time others
  event.action = "process start";
  event.event_time = parse_timestamp(windows.time);
  if (!windows.record.empty())
    event.event_id = joined({windows.computer, windows.record}, "/", scratch);
  event.device_hostname = windows.computer;
  event.device_os = "Windows";
  event.user_username =
      windows_user(first_of(text(kSubjectDomainName), first_text(windows.data[kSplunkAccountDomain], scratch)),
                   first_of(text(kSubjectUserName), first_text(windows.data[kSplunkAccountName], scratch)), scratch);
  event.user_userid = text(kSubjectUserSid);
  event.effective_user = windows_user(text(kTargetDomainName), text(kTargetUserName), scratch);
  event.session_id = first_of(text(kSubjectLogonId), first_text(windows.data[kSplunkLogonId], scratch));
  set_process(event, first_of(text(kNewProcessName), text(kSplunkNewProcessName)), scratch);
  event.command_line =
      first_of(scratch.long_text(windows.data[kCommandLine]), scratch.long_text(windows.data[kSplunkCommandLine]));
  event.parent_process = first_of(text(kParentProcessName), text(kSplunkParentProcessName));
  return {};
}

string_view map_sysmon_process(JsonObject document, Scratch &scratch, Event &event) {
  const WindowsEvent windows = read_event(document, scratch, event);
  const auto text = [&](DataField field) { return scratch.text(windows.data[field]); };
  if (windows.id != "1" || (text(kImage).empty() && text(kProcessGuid).empty()))
    return refusal("Sysmon event 1", windows.id, scratch);
  event.metadata_device_event_id = windows.id;
  event.versions_share = "";  // forwarders add fields of their own, each time others
  event.action = "process start";
  // UtcTime is UTC by definition; what forwarders call the time of the event is local on some.
  event.event_time = parse_timestamp(first_of(text(kUtcTime), windows.time));
  string_view guid = text(kProcessGuid);
  if (guid.size() > 2 && guid.front() == '{' && guid.back() == '}')
    guid = guid.substr(1, guid.size() - 2);
  event.event_id = lowered(guid, scratch);
  if (guid.empty() && !windows.record.empty())
    event.event_id = joined({windows.computer, windows.record}, "/", scratch);
  event.device_hostname = windows.computer;
  event.device_os = "Windows";
  event.user_username = lowered(text(kUser), scratch);
  event.session_id = text(kLogonId);
  set_process(event, text(kImage), scratch);
  event.command_line = scratch.long_text(windows.data[kCommandLine]);
  event.parent_process = text(kParentImage);
  event.parent_command_line = scratch.long_text(windows.data[kParentCommandLine]);
  return {};
}

}  // namespace hunt::ingest
