#include "ingest/entra_signin.hpp"

#include "ingest/fields.hpp"
#include "ingest/timestamp.hpp"

namespace hunt::ingest {

namespace {

using std::string_view;

// Every member that any of the shapes has for a sign-in, in lower case: the shapes differ in the case of their names,
// and Azure Monitor nests under "properties" what the others have at the top.
enum Field : std::size_t {
  kId,
  kCreatedDateTime,
  kTimeGenerated,
  kTime,
  kCategory,
  kOperationName,
  kProperties,
  kAadTenantId,
  kTenantId,
  kResourcePath,
  kUserPrincipalName,
  kUserId,
  kServicePrincipalName,
  kServicePrincipalId,
  kAppDisplayName,
  kAppId,
  kResourceDisplayName,
  kIpAddress,
  kCallerIpAddress,
  kUserAgent,
  kStatus,
  kResultType,
  kResultDescription,
  kSessionId,
  kMfaDetail,
  kAuthenticationDetails,
  kDeviceDetail,
  kLocation,
  kLocationDetails,
  kAutonomousSystemNumber,
  kIsInteractive,
  kSignInEventTypes,
  kConditionalAccessStatus,
  kClientAppUsed,
  kODataType,
  kActivityDateTime,
  kCreationTime,
  kOperation,
  kAuditData,
  kFieldCount
};
constexpr Members<kFieldCount> kMembers({
    "id",
    "createddatetime",
    "timegenerated",
    "time",
    "category",
    "operationname",
    "properties",
    "aadtenantid",
    "tenantid",
    "resourceid",
    "userprincipalname",
    "userid",
    "serviceprincipalname",
    "serviceprincipalid",
    "appdisplayname",
    "appid",
    "resourcedisplayname",
    "ipaddress",
    "calleripaddress",
    "useragent",
    "status",
    "resulttype",
    "resultdescription",
    "sessionid",
    "mfadetail",
    "authenticationdetails",
    "devicedetail",
    "location",
    "locationdetails",
    "autonomoussystemnumber",
    "isinteractive",
    "signineventtypes",
    "conditionalaccessstatus",
    "clientappused",
    "@odata.type",
    "activitydatetime",
    "creationtime",
    "operation",
    "auditdata",
});
using Fields = decltype(kMembers)::Found;

enum UalField : std::size_t {
  kUalId,
  kUalCreationTime,
  kUalOperation,
  kUalOrganizationId,
  kUalUserId,
  kUalUserKey,
  kUalClientIp,
  kUalActorIpAddress,
  kUalApplicationId,
  kUalObjectId,
  kUalErrorNumber,
  kUalLogonError,
  kUalExtendedProperties,
  kUalDeviceProperties,
  kUalFieldCount
};
constexpr Members<kUalFieldCount> kUalMembers({
    "id",
    "creationtime",
    "operation",
    "organizationid",
    "userid",
    "userkey",
    "clientip",
    "actoripaddress",
    "applicationid",
    "objectid",
    "errornumber",
    "logonerror",
    "extendedproperties",
    "deviceproperties",
});

bool is_signin_category(string_view category) noexcept {
  return category == "SignInLogs" || category == "NonInteractiveUserSignInLogs" ||
         category == "ServicePrincipalSignInLogs" || category == "ManagedIdentitySignInLogs";
}

// Microsoft Graph has no category; it tells the same by signInEventTypes (beta) or isInteractive (v1.0).
string_view graph_category(const Fields &fields, Scratch &scratch) {
  const auto types = array(fields[kSignInEventTypes], scratch);
  if (types && types->size() > 0) {
    const string_view type = scratch.text(types->at(0).value());
    if (type == "nonInteractiveUser")
      return "NonInteractiveUserSignInLogs";
    if (type == "servicePrincipal")
      return "ServicePrincipalSignInLogs";
    if (type == "managedIdentity")
      return "ManagedIdentitySignInLogs";
    return "SignInLogs";
  }
  return scratch.text(fields[kIsInteractive]) == "false" ? "NonInteractiveUserSignInLogs" : "SignInLogs";
}

// The method of the second factor. A password is none, and "Previously satisfied" names none.
string_view mfa_method(const Fields &fields, Scratch &scratch) {
  const string_view method = scratch.text(member(object(fields[kMfaDetail], scratch), "authmethod"));
  const auto steps = array(fields[kAuthenticationDetails], scratch);
  if (!method.empty() || !steps)
    return method;
  string_view last;
  for (const JsonElement step : *steps) {
    JsonObject fields_of_step;
    if (step.get(fields_of_step) != simdjson::SUCCESS)
      continue;
    const string_view name = scratch.text(member(fields_of_step, "authenticationmethod"));
    if (!name.empty() && name.find("Password") == name.npos && name != "Previously satisfied")
      last = name;
  }
  return last;
}

void set_result(Event &event, const Fields &inner, const Fields &outer, Scratch &scratch) {
  const auto status = object(inner[kStatus], scratch);
  const string_view result = first_of(scratch.text(outer[kResultType]), scratch.text(inner[kResultType]));
  event.error_code = scratch.text(member(status, "errorcode"));
  if (event.error_code.empty() && integer(result))
    event.error_code = result;
  if (!event.error_code.empty())
    event.success = event.error_code == "0";
  else if (result == "Success" || result == "Failure")
    event.success = result == "Success";
  if (event.success.value_or(false))
    return;
  event.error_text = first_of(
      scratch.long_text(member(status, "failurereason")),
      first_of(scratch.long_text(outer[kResultDescription]), scratch.long_text(member(status, "additionaldetails"))));
}

void set_place(Event &event, const Fields &inner, const Fields &outer, Scratch &scratch) {
  auto place = object(inner[kLocationDetails], scratch);
  if (!place)
    place = object(inner[kLocation], scratch);
  event.vendor_country_code = scratch.text(member(place, "countryorregion"));
  if (event.vendor_country_code.empty() && !object(outer[kLocation], scratch))
    event.vendor_country_code = scratch.text(outer[kLocation]);
  event.vendor_city = scratch.text(member(place, "city"));
  event.vendor_asn_number = integer(scratch.text(inner[kAutonomousSystemNumber]));
}

void set_device(Event &event, const Fields &inner, Scratch &scratch) {
  const auto device = object(inner[kDeviceDetail], scratch);
  event.device_hostname = scratch.text(member(device, "displayname"));
  event.device_os = scratch.text(member(device, "operatingsystem"));
  event.device_browser = scratch.text(member(device, "browser"));
}

// The tenant whose log it is. A Log Analytics row calls its workspace TenantId, so AADTenantId comes first.
string_view tenant(const Fields &outer, Scratch &scratch) {
  const string_view tenant = first_of(scratch.text(outer[kAadTenantId]), scratch.text(outer[kTenantId]));
  string_view path = scratch.text(outer[kResourcePath]);
  if (!tenant.empty() || !path.starts_with("/tenants/"))
    return tenant;
  path.remove_prefix(string_view("/tenants/").size());
  return path.substr(0, path.find('/'));
}

// `inner` holds the sign-in, `outer` the record that carries it; in flat shapes they are the same.
void map_signin(const Fields &inner, const Fields &outer, Scratch &scratch, Event &event) {
  const string_view emitted = first_of(scratch.text(outer[kTimeGenerated]), scratch.text(outer[kTime]));
  event.version_time = parse_timestamp(emitted);
  event.event_time = parse_timestamp(first_of(scratch.text(inner[kCreatedDateTime]), emitted));
  event.event_id = scratch.text(inner[kId]);
  event.tenant = tenant(outer, scratch);
  event.action = first_of(scratch.text(outer[kOperationName]), "Sign-in activity");
  event.user_username = lowered(scratch.text(inner[kUserPrincipalName]), scratch);
  event.user_userid = scratch.text(inner[kUserId]);
  if (event.user_username.empty()) {
    event.user_username = scratch.text(inner[kServicePrincipalName]);
    event.user_userid = first_of(event.user_userid, scratch.text(inner[kServicePrincipalId]));
  }
  event.application = first_of(scratch.text(inner[kAppDisplayName]), scratch.text(inner[kAppId]));
  event.target = scratch.text(inner[kResourceDisplayName]);
  set_address(event, first_of(scratch.text(inner[kIpAddress]), scratch.text(outer[kCallerIpAddress])));
  event.http_user_agent = scratch.text(inner[kUserAgent]);
  event.client_application = scratch.text(inner[kClientAppUsed]);
  event.session_id = scratch.text(inner[kSessionId]);
  event.mfa_method = mfa_method(inner, scratch);
  set_result(event, inner, outer, scratch);
  set_device(event, inner, scratch);
  set_place(event, inner, outer, scratch);
}

string_view map_audit_record(JsonObject record, Scratch &scratch, Event &event) {
  const auto fields = kUalMembers(record);
  const string_view operation = scratch.text(fields[kUalOperation]);
  if (operation != "UserLoggedIn" && operation != "UserLoginFailed")
    return scratch.keep("not a sign-in: Office 365 audit record \"" + std::string(operation) + "\"");
  const auto extended = array(fields[kUalExtendedProperties], scratch);
  const auto device = array(fields[kUalDeviceProperties], scratch);
  event.event_time = parse_timestamp(scratch.text(fields[kUalCreationTime]));
  event.event_id = scratch.text(fields[kUalId]);
  event.tenant = scratch.text(fields[kUalOrganizationId]);
  event.metadata_device_event_id = event.action = operation;
  event.user_username = lowered(scratch.text(fields[kUalUserId]), scratch);
  event.user_userid = scratch.text(fields[kUalUserKey]);
  event.application = scratch.text(fields[kUalApplicationId]);
  event.target = scratch.text(fields[kUalObjectId]);
  set_address(event, first_of(scratch.text(fields[kUalClientIp]), scratch.text(fields[kUalActorIpAddress])));
  event.http_user_agent = scratch.text(named_value(extended, "UserAgent"));
  event.success = operation == "UserLoggedIn";
  event.error_code = scratch.text(fields[kUalErrorNumber]);
  event.error_text = scratch.long_text(fields[kUalLogonError]);
  event.session_id = scratch.text(named_value(device, "SessionId"));
  event.device_hostname = scratch.text(named_value(device, "DisplayName"));
  event.device_os = scratch.text(named_value(device, "OS"));
  event.device_browser = scratch.text(named_value(device, "BrowserType"));
  return {};
}

// What a record is that is no sign-in.
string_view refusal(const Fields &fields, string_view category, Scratch &scratch) {
  const string_view type = scratch.text(fields[kODataType]);
  if (!category.empty())
    return scratch.keep("not a sign-in: " + std::string(fields[kActivityDateTime] ? "directory audit" : "record") +
                        " of category \"" + std::string(category) + "\"");
  if (!type.empty())
    return scratch.keep("not a sign-in: Microsoft Graph object \"" + std::string(type) + "\"");
  return "not a sign-in: none of the shapes of an Entra ID sign-in";
}

}  // namespace

string_view map_entra_signin(JsonObject document, Scratch &scratch, Event &event) {
  event.versions_share = "";  // a sign-in is sent again when its risk or place becomes known
  const Fields outer = kMembers(document);
  if (outer[kAuditData]) {
    const auto record = scratch.object(*outer[kAuditData]);
    return record ? map_audit_record(*record, scratch, event) : "AuditData is not valid JSON";
  }
  if (outer[kOperation] && outer[kCreationTime])
    return map_audit_record(document, scratch, event);

  string_view category = scratch.text(outer[kCategory]);
  const string_view type = scratch.text(outer[kODataType]);
  const bool graph = category.empty() && (type.empty() ? outer[kConditionalAccessStatus] || outer[kClientAppUsed] ||
                                                             outer[kSignInEventTypes] || outer[kIsInteractive]
                                                       : type == "#microsoft.graph.signIn");
  if (!graph && !is_signin_category(category))
    return refusal(outer, category, scratch);
  if (graph)
    category = graph_category(outer, scratch);
  event.metadata_device_event_id = category;
  const auto properties = object(outer[kProperties], scratch);
  if (outer[kProperties] && !properties)
    return "properties is not an object";
  map_signin(properties ? kMembers(*properties) : outer, outer, scratch, event);
  return {};
}

}  // namespace hunt::ingest
