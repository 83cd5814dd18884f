#include "ingest/entra_audit.hpp"

#include "ingest/fields.hpp"
#include "ingest/timestamp.hpp"

namespace hunt::ingest {

namespace {

using std::string_view;

// Azure Monitor nests under "properties" what the others have at the top.
enum Field : std::size_t {
  kId,
  kTime,
  kTimeGenerated,
  kActivityDateTime,
  kActivityDisplayName,
  kOperationName,
  kCategory,
  kProperties,
  kAadTenantId,
  kTenantId,
  kInitiatedBy,
  kTargetResources,
  kAdditionalDetails,
  kResult,
  kResultReason,
  kResultDescription,
  kLoggedByService,
  kCallerIpAddress,
  kFieldCount
};
constexpr Members<kFieldCount> kMembers({
    "id",
    "time",
    "timegenerated",
    "activitydatetime",
    "activitydisplayname",
    "operationname",
    "category",
    "properties",
    "aadtenantid",
    "tenantid",
    "initiatedby",
    "targetresources",
    "additionaldetails",
    "result",
    "resultreason",
    "resultdescription",
    "loggedbyservice",
    "calleripaddress",
});
using Fields = decltype(kMembers)::Found;

void set_initiator(Event &event, const Fields &inner, const Fields &outer, Scratch &scratch) {
  const auto by = object(inner[kInitiatedBy], scratch);
  const auto user = object(member(by, "user"), scratch), app = object(member(by, "app"), scratch);
  string_view address = scratch.text(member(user, "ipaddress"));
  event.user_username = lowered(scratch.text(member(user, "userprincipalname")), scratch);
  event.user_userid = scratch.text(member(user, "id"));
  if (event.user_username.empty())
    event.user_username = scratch.text(member(user, "displayname"));
  if (!event.user_username.empty() || !event.user_userid.empty()) {
    event.user_type = "User";
  } else if (app) {
    event.user_type = "Application";
    event.user_username = scratch.text(member(app, "displayname"));
    event.user_userid = first_of(scratch.text(member(app, "serviceprincipalid")), scratch.text(member(app, "appid")));
    address = first_of(address, scratch.text(member(app, "ipaddress")));
  }
  set_address(event, first_of(address, scratch.text(outer[kCallerIpAddress])));
}

// The user that an action was done to tells more than a role or group that stands before him.
string_view target(const Fields &inner, Scratch &scratch) {
  string_view found;
  bool is_user = false;
  const auto targets = array(inner[kTargetResources], scratch);
  if (!targets)
    return {};
  for (const JsonElement element : *targets) {
    const auto resource = scratch.object(element);
    const string_view principal = lowered(scratch.text(member(resource, "userprincipalname")), scratch);
    if (!principal.empty() && !is_user) {
      found = principal;
      is_user = true;
    }
    if (found.empty())
      found = first_of(scratch.text(member(resource, "displayname")), scratch.text(member(resource, "id")));
  }
  return found;
}

void set_result(Event &event, const Fields &inner, const Fields &outer, Scratch &scratch) {
  const string_view result = lowered(first_of(scratch.text(inner[kResult]), scratch.text(outer[kResult])), scratch);
  if (result == "success" || result == "failure" || result == "timeout")
    event.success = result == "success";
  if (event.success.value_or(true))
    return;
  event.error_code = result;
  event.error_text = first_of(scratch.long_text(inner[kResultReason]), scratch.long_text(outer[kResultDescription]));
}

}  // namespace

string_view map_entra_audit(JsonObject document, Scratch &scratch, Event &event) {
  const Fields outer = kMembers(document);
  const auto properties = object(outer[kProperties], scratch);
  if (outer[kProperties] && !properties)
    return "properties is not an object";
  const Fields inner = properties ? kMembers(*properties) : outer;
  const string_view category = scratch.text(outer[kCategory]);
  // Risk detections have an activityDateTime too.
  const bool is_activity = inner[kInitiatedBy] || inner[kActivityDisplayName];
  if (!is_activity && category != "AuditLogs")
    return category.empty()
               ? "not a directory audit: no activity of Entra ID"
               : scratch.keep("not a directory audit: record of category \"" + std::string(category) + '"');
  const string_view emitted = first_of(scratch.text(outer[kTimeGenerated]), scratch.text(outer[kTime]));
  event.version_time = parse_timestamp(emitted);
  event.event_time = parse_timestamp(first_of(scratch.text(inner[kActivityDateTime]), emitted));
  event.event_id = scratch.text(inner[kId]);
  event.tenant = first_of(scratch.text(outer[kAadTenantId]), scratch.text(outer[kTenantId]));
  event.metadata_device_event_id = first_of(properties ? scratch.text(inner[kCategory]) : category, category);
  event.action = first_of(scratch.text(inner[kActivityDisplayName]), scratch.text(inner[kOperationName]),
                          scratch.text(outer[kOperationName]));
  event.application = scratch.text(inner[kLoggedByService]);
  set_initiator(event, inner, outer, scratch);
  event.target = target(inner, scratch);
  event.http_user_agent =
      scratch.text(named_value(array(inner[kAdditionalDetails], scratch), "User-Agent", "key", "value"));
  set_result(event, inner, outer, scratch);
  return {};
}

}  // namespace hunt::ingest
