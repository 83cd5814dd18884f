#include "ingest/o365_ual.hpp"

#include "ingest/fields.hpp"
#include "ingest/timestamp.hpp"

namespace hunt::ingest {

namespace {

using std::string_view;

enum Field : std::size_t {
  kAuditData,
  kId,
  kCreationTime,
  kOperation,
  kOrganizationId,
  kRecordType,
  kWorkload,
  kUserId,
  kUserKey,
  kUserType,
  kClientIp,
  kClientIpAddress,
  kActorIpAddress,
  kUserAgent,
  kClientInfoString,
  kApplicationId,
  kClientAppId,
  kApplicationName,
  kObjectId,
  kItemName,
  kMailboxOwnerUpn,
  kResultStatus,
  kErrorNumber,
  kLogonError,
  kSessionId,
  kAppAccessContext,
  kExtendedProperties,
  kDeviceProperties,
  kDeviceDisplayName,
  kPlatform,
  kFieldCount
};
constexpr Members<kFieldCount> kMembers({
    "auditdata",
    "id",
    "creationtime",
    "operation",
    "organizationid",
    "recordtype",
    "workload",
    "userid",
    "userkey",
    "usertype",
    "clientip",
    "clientipaddress",
    "actoripaddress",
    "useragent",
    "clientinfostring",
    "applicationid",
    "clientappid",
    "applicationdisplayname",
    "objectid",
    "itemname",
    "mailboxownerupn",
    "resultstatus",
    "errornumber",
    "logonerror",
    "sessionid",
    "appaccesscontext",
    "extendedproperties",
    "deviceproperties",
    "devicedisplayname",
    "platform",
});
using Fields = decltype(kMembers)::Found;

// The names of the enumeration AuditLogUserType of the Office 365 Management Activity API.
string_view user_type(string_view number) noexcept {
  constexpr string_view names[] = {
      "Regular",          "Reserved",     "Admin",        "DcAdmin",           "System", "Application",
      "ServicePrincipal", "CustomPolicy", "SystemPolicy", "PartnerTechnician", "Guest"};
  const auto index = integer(number);
  return index && *index >= 0 && *index < std::int64_t{std::size(names)} ? names[*index] : number;
}

// Directory operations have the agent in JSON text inside a list, logins in the list itself.
string_view user_agent(const Fields &fields, const std::optional<simdjson::dom::array> &extended, Scratch &scratch) {
  const auto details = object(named_value(extended, "additionalDetails"), scratch);
  return first_of(scratch.text(fields[kUserAgent]), scratch.text(named_value(extended, "UserAgent")),
                  scratch.text(member(details, "user-agent")));
}

void set_result(Event &event, const Fields &fields, Scratch &scratch) {
  const string_view status = lowered(scratch.text(fields[kResultStatus]), scratch);
  event.error_code = scratch.text(fields[kErrorNumber]);
  event.error_text = scratch.long_text(fields[kLogonError]);
  // A login tells by its operation: its status is of the request, and one that asks to stay signed in has an error.
  if (event.action == "UserLoggedIn" || event.action == "UserLoginFailed")
    event.success = event.action == "UserLoggedIn";
  else if (status == "succeeded" || status == "success" || status == "true" || status == "partiallysucceeded")
    event.success = true;
  else if (status == "failed" || status == "failure" || status == "false")
    event.success = false;
  if (!event.success.value_or(true))
    event.error_code = first_of(event.error_code, status);
}

string_view map_record(const Fields &fields, Scratch &scratch, Event &event) {
  event.action = scratch.text(fields[kOperation]);
  if (event.action.empty() || !fields[kCreationTime])
    return "not a record of the unified audit log: no Operation with a CreationTime";
  const auto extended = array(fields[kExtendedProperties], scratch);
  const auto device = array(fields[kDeviceProperties], scratch);
  event.event_time = parse_timestamp(scratch.text(fields[kCreationTime]));
  event.event_id = scratch.text(fields[kId]);
  event.tenant = scratch.text(fields[kOrganizationId]);
  event.metadata_device_event_id = scratch.text(fields[kRecordType]);
  event.application = scratch.text(fields[kWorkload]);
  event.target = first_of(scratch.text(fields[kObjectId]), scratch.text(fields[kItemName]),
                          lowered(scratch.text(fields[kMailboxOwnerUpn]), scratch));
  event.user_username = lowered(scratch.text(fields[kUserId]), scratch);
  event.user_userid = scratch.text(fields[kUserKey]);
  event.user_type = user_type(scratch.text(fields[kUserType]));
  set_address(event, first_of(scratch.text(fields[kClientIp]), scratch.text(fields[kClientIpAddress]),
                              scratch.text(fields[kActorIpAddress])));
  event.http_user_agent = user_agent(fields, extended, scratch);
  event.client_application = first_of(scratch.text(fields[kClientInfoString]), scratch.text(fields[kApplicationName]),
                                      scratch.text(fields[kClientAppId]), scratch.text(fields[kApplicationId]));
  const auto access = object(fields[kAppAccessContext], scratch);
  event.session_id = first_of(scratch.text(fields[kSessionId]), scratch.text(member(access, "aadsessionid")),
                              scratch.text(named_value(device, "SessionId")));
  event.device_hostname =
      first_of(scratch.text(named_value(device, "DisplayName")), scratch.text(fields[kDeviceDisplayName]));
  event.device_os = first_of(scratch.text(named_value(device, "OS")), scratch.text(fields[kPlatform]));
  event.device_browser = scratch.text(named_value(device, "BrowserType"));
  set_result(event, fields, scratch);
  return {};
}

}  // namespace

string_view map_o365_ual(JsonObject document, Scratch &scratch, Event &event) {
  const Fields fields = kMembers(document);
  if (!fields[kAuditData])
    return map_record(fields, scratch, event);
  const auto record = scratch.object(*fields[kAuditData]);
  return record ? map_record(kMembers(*record), scratch, event) : "AuditData is not valid JSON";
}

}  // namespace hunt::ingest
