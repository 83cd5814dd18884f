#include "ingest/mde_process.hpp"

#include "ingest/fields.hpp"
#include "ingest/timestamp.hpp"

namespace hunt::ingest {

namespace {

using std::string_view;

enum Field : std::size_t {
  kProperties,
  kCategory,
  kTenantId,
  kTimestamp,
  kReportId,
  kDeviceId,
  kDeviceName,
  kActionType,
  kFileName,
  kFolderPath,
  kCommandLine,
  kAccountName,
  kAccountDomain,
  kAccountSid,
  kAccountUpn,
  kLogonId,
  kParentName,
  kParentPath,
  kParentCommandLine,
  kInitiatingAccountName,
  kInitiatingAccountDomain,
  kRemoteIp,
  kFieldCount
};
constexpr Members<kFieldCount> kMembers({
    "properties",
    "category",
    "tenantid",
    "timestamp",
    "reportid",
    "deviceid",
    "devicename",
    "actiontype",
    "filename",
    "folderpath",
    "processcommandline",
    "accountname",
    "accountdomain",
    "accountsid",
    "accountupn",
    "logonid",
    "initiatingprocessfilename",
    "initiatingprocessfolderpath",
    "initiatingprocesscommandline",
    "initiatingprocessaccountname",
    "initiatingprocessaccountdomain",
    "processremotesessionip",
});
using Fields = decltype(kMembers)::Found;

enum SensorField : std::size_t {
  kCreationTime,
  kReportTime,
  kReportGuid,
  kOrgId,
  kMachineId,
  kComputerDnsName,
  kCreatedAccountName,
  kCreatedAccountDomain,
  kCreatedAccountSid,
  kCreatedAccountUpn,
  kCreatedName,
  kCreatedPath,
  kCreatedCommandLine,
  kSensorLogonId,
  kInitiatingName,
  kInitiatingPath,
  kInitiatingCommandLine,
  kInitiatingAccount,
  kInitiatingDomain,
  kOsVersion,
  kSensorFieldCount
};
constexpr Members<kSensorFieldCount> kSensorMembers({
    "createdprocesscreationtime",
    "reporttime",
    "reportguid",
    "orgid",
    "machineid",
    "computerdnsname",
    "createdprocessaccountname",
    "createdprocessaccountdomainname",
    "createdprocessaccountsid",
    "createdprocessaccountupn",
    "createdprocessname",
    "createdprocessfilepath",
    "createdprocesscommandline",
    "logonid",
    "initiatingprocessname",
    "initiatingprocessimagefilepath",
    "process_commandline",
    "initiatingprocessaccountname",
    "initiatingprocessaccountdomainname",
    "osversion",
});
using SensorFields = decltype(kSensorMembers)::Found;

// Advanced hunting has folder with or without the name of the file behind it.
string_view full_path(string_view folder, string_view name, Scratch &scratch) {
  if (folder.empty() || name.empty() || base_name(folder) == name)
    return first_of(folder, name);
  return joined({folder, name}, "\\", scratch);
}

void map_sensor(const SensorFields &fields, Scratch &scratch, Event &event) {
  const auto text = [&](SensorField field) { return scratch.text(fields[field]); };
  event.metadata_device_event_id = "ProcessCreated";
  event.event_time = parse_timestamp(first_of(text(kCreationTime), text(kReportTime)));
  event.version_time = parse_timestamp(text(kReportTime));
  event.event_id = text(kReportGuid);
  event.tenant = text(kOrgId);
  event.device_hostname = first_of(text(kComputerDnsName), text(kMachineId));
  event.device_os = text(kOsVersion);
  event.user_username = windows_user(text(kInitiatingDomain), text(kInitiatingAccount), scratch);
  event.effective_user = windows_user(text(kCreatedAccountDomain), text(kCreatedAccountName), scratch);
  event.user_userid = text(kCreatedAccountSid);
  event.user_email = lowered(text(kCreatedAccountUpn), scratch);
  event.session_id = text(kSensorLogonId);
  event.target = full_path(text(kCreatedPath), text(kCreatedName), scratch);
  event.application = lowered(first_of(text(kCreatedName), base_name(event.target)), scratch);
  event.command_line = scratch.long_text(fields[kCreatedCommandLine]);
  event.parent_process = full_path(text(kInitiatingPath), text(kInitiatingName), scratch);
  event.parent_command_line = scratch.long_text(fields[kInitiatingCommandLine]);
}

}  // namespace

string_view map_mde_process(JsonObject document, Scratch &scratch, Event &event) {
  const Fields outer = kMembers(document);
  const auto properties = object(outer[kProperties], scratch);
  const Fields fields = properties ? kMembers(*properties) : outer;
  const auto text = [&](Field field) { return scratch.text(fields[field]); };
  event.versions_share = "";  // each way to export an event has other fields
  event.action = "process start";
  if (const SensorFields sensor = kSensorMembers(properties.value_or(document));
      sensor[kCreatedName] || sensor[kCreatedCommandLine]) {
    map_sensor(sensor, scratch, event);
    return {};
  }
  event.metadata_device_event_id = text(kActionType);
  if (event.metadata_device_event_id.empty() && !fields[kCommandLine])
    return "not a process start of Defender: no ActionType and no ProcessCommandLine";
  if (!event.metadata_device_event_id.empty() && event.metadata_device_event_id != "ProcessCreated")
    return scratch.keep("not a process start of Defender: action \"" + std::string(event.metadata_device_event_id) +
                        '"');
  event.event_time = parse_timestamp(text(kTimestamp));
  // A report id repeats from device to device.
  if (const string_view report = text(kReportId); !report.empty())
    event.event_id = joined({first_of(text(kDeviceId), text(kDeviceName)), report}, "/", scratch);
  event.tenant = scratch.text(outer[kTenantId]);
  event.device_hostname = text(kDeviceName);
  event.user_username = windows_user(text(kAccountDomain), text(kAccountName), scratch);
  if (event.user_username.empty())
    event.user_username = windows_user(text(kInitiatingAccountDomain), text(kInitiatingAccountName), scratch);
  event.user_userid = text(kAccountSid);
  event.user_email = lowered(text(kAccountUpn), scratch);
  event.session_id = text(kLogonId);
  set_address(event, text(kRemoteIp));
  event.target = full_path(text(kFolderPath), text(kFileName), scratch);
  event.application = lowered(first_of(text(kFileName), base_name(event.target)), scratch);
  event.command_line = scratch.long_text(fields[kCommandLine]);
  event.parent_process = full_path(text(kParentPath), text(kParentName), scratch);
  event.parent_command_line = scratch.long_text(fields[kParentCommandLine]);
  return {};
}

}  // namespace hunt::ingest
