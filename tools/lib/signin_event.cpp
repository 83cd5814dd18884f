#include "signin_event.hpp"

#include "json_object.hpp"

#include <cstdio>
#include <ctime>

namespace hunt::tools {
namespace {

constexpr const char *kTenant = "5a1e0f0e-7c1d-4b5e-9a53-0d6a2f1c7e10";

struct Outcome {
  const char *reason;
  const char *logon_error;
};

Outcome outcome(int error) {
  switch (error) {
  case 0:
    return {"", ""};
  case 50126:
    return {"Error validating credentials due to invalid username or password.", "InvalidUserNameOrPassword"};
  case 50074:
    return {"Strong Authentication is required.", "UserStrongAuthClientAuthNRequiredInterrupt"};
  case 50140:
    return {"This error occurred due to 'Keep me signed in' interrupt when the user was signing-in.", "KmsiInterrupt"};
  case 53003:
    return {"Access has been blocked by Conditional Access policies.", "BlockedByConditionalAccess"};
  case 50053:
    return {"The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
            "IdsLocked"};
  default:
    return {"Other.", "Other"};
  }
}

std::string address(const SignIn &s) {
  const std::string ip = to_text(s.place.ip);
  if (s.address_form == 0)
    return ip;
  if (s.address_form == 2 && !s.place.ip.is_v6())
    return "::ffff:" + ip;
  const std::string port = ":" + std::to_string(1024 + s.noise % 60000);
  return s.place.ip.is_v6() ? "[" + ip + "]" + port : ip + port;
}

std::string status(const SignIn &s) {
  JsonObject status;
  status.number("errorCode", s.error);
  if (s.error)
    status.text("failureReason", outcome(s.error).reason);
  else if (s.mfa.empty())
    status.text("additionalDetails", "MFA requirement satisfied by claim in the token");
  return status.done();
}

std::string device(const SignIn &s) {
  JsonObject detail;
  detail.text("deviceId", s.device_id).text("operatingSystem", s.client.os).text("browser", s.client.browser);
  if (!s.device_name.empty())
    detail.text("displayName", s.device_name);
  if (!s.device_id.empty())
    detail.boolean("isManaged", true).text("trustType", "Azure AD joined");
  return detail.done();
}

std::string location(const SignIn &s) {
  return JsonObject().text("city", s.city).text("countryOrRegion", s.place.country).done();
}

std::string mfa_detail(const SignIn &s) { return s.mfa.empty() ? "{}" : JsonObject().text("authMethod", s.mfa).done(); }

std::string display_name(const SignIn &s) { return s.person->name.substr(0, s.person->name.find('@')); }

std::string authentication_details(const SignIn &s) {
  JsonObject step;
  step.text("authenticationStepDateTime", timestamp(s.at, "+00:00"))
      .text("authenticationMethod", s.mfa.empty() ? "Previously satisfied" : s.mfa)
      .boolean("succeeded", s.error == 0);
  return "[" + step.done() + "]";
}

std::string azure_monitor(const SignIn &s, std::int64_t delivered, bool again) {
  JsonObject p;
  p.text("id", s.id).text("createdDateTime", timestamp(s.at, "+00:00")).text("userDisplayName", display_name(s));
  p.text("userPrincipalName", s.person->name).text("userId", s.person->id).text("appId", s.app->id);
  p.text("appDisplayName", s.app->name).text("ipAddress", address(s)).raw("status", status(s));
  p.text("clientAppUsed", s.interactive ? "Browser" : "Mobile Apps and Desktop clients");
  p.text("userAgent", s.client.agent).raw("deviceDetail", device(s)).raw("location", location(s));
  p.raw("mfaDetail", mfa_detail(s)).text("correlationId", s.correlation).text("originalRequestId", s.id);
  p.text("conditionalAccessStatus", s.error == 53003 ? "failure" : "success").boolean("isInteractive", s.interactive);
  p.text("riskLevelDuringSignIn", "none").text("riskLevelAggregated", again && s.noise % 9 == 0 ? "low" : "none");
  p.text("riskState", again && s.noise % 9 == 0 ? "atRisk" : "none").text("resourceDisplayName", "Microsoft Graph");
  p.raw("authenticationDetails", authentication_details(s)).text("userType", "Member");
  p.text("authenticationRequirement", s.mfa.empty() ? "singleFactorAuthentication" : "multiFactorAuthentication");
  if (again || s.noise % 3 == 0)
    p.number("autonomousSystemNumber", s.place.asn);
  p.text("uniqueTokenIdentifier", s.correlation.substr(0, 8) + s.id.substr(0, 8)).text("sessionId", s.session);
  JsonObject record;
  record.text("time", timestamp(delivered, "Z"));
  record.text("resourceId", std::string("/tenants/") + kTenant + "/providers/Microsoft.aadiam");
  record.text("operationName", "Sign-in activity").text("operationVersion", "1.0");
  record.text("category", s.interactive ? "SignInLogs" : "NonInteractiveUserSignInLogs").text("tenantId", kTenant);
  record.text("resultType", std::to_string(s.error)).text("resultSignature", s.error ? "FAILURE" : "SUCCESS");
  if (s.error)
    record.text("resultDescription", outcome(s.error).reason);
  record.number("durationMs", 0).text("callerIpAddress", address(s)).text("correlationId", s.correlation);
  record.text("identity", display_name(s)).number("Level", 4).text("location", s.place.country);
  return record.raw("properties", p.done()).done();
}

std::string log_analytics(const SignIn &s, std::int64_t delivered, bool again) {
  JsonObject r;
  r.text("TenantId", kTenant).text("SourceSystem", "Azure AD").text("TimeGenerated", timestamp(delivered, "Z"));
  r.text("OperationName", "Sign-in activity").text("OperationVersion", "1.0");
  r.text("Category", s.interactive ? "SignInLogs" : "NonInteractiveUserSignInLogs");
  r.text("ResultType", std::to_string(s.error)).text("ResultDescription", outcome(s.error).reason);
  r.text("CorrelationId", s.correlation).text("Identity", display_name(s)).text("Location", s.place.country);
  r.text("AppDisplayName", s.app->name).text("AppId", s.app->id);
  r.text("AuthenticationDetails", authentication_details(s));  // JSON as text, as the table has it
  r.text("AuthenticationRequirement", s.mfa.empty() ? "singleFactorAuthentication" : "multiFactorAuthentication");
  r.text("ClientAppUsed", s.interactive ? "Browser" : "Mobile Apps and Desktop clients");
  r.text("CreatedDateTime", timestamp(s.at, "Z")).raw("DeviceDetail", device(s));
  r.boolean("IsInteractive", s.interactive).text("Id", s.id).text("IPAddress", address(s));
  r.raw("LocationDetails", location(s)).raw("MfaDetail", mfa_detail(s)).text("OriginalRequestId", s.id);
  r.text("RiskLevelAggregated", again && s.noise % 9 == 0 ? "low" : "none")
      .text("ResourceDisplayName", "Microsoft Graph");
  r.raw("Status", status(s)).text("UserAgent", s.client.agent).text("UserDisplayName", display_name(s));
  r.text("UserId", s.person->id).text("UserPrincipalName", s.person->name).text("AADTenantId", kTenant);
  return r.text("SessionId", s.session).text("Type", "SigninLogs").done();
}

std::string graph(const SignIn &s) {
  JsonObject r;
  r.text("id", s.id).text("createdDateTime", timestamp(s.at, "Z").substr(0, 19) + "Z");
  r.text("userDisplayName", display_name(s)).text("userPrincipalName", s.person->name).text("userId", s.person->id);
  r.text("appId", s.app->id).text("appDisplayName", s.app->name).text("ipAddress", address(s));
  r.text("clientAppUsed", "Browser").text("correlationId", s.correlation).boolean("isInteractive", s.interactive);
  r.text("conditionalAccessStatus", s.error == 53003 ? "failure" : "success")
      .text("resourceDisplayName", "Microsoft Graph");
  r.raw("status", status(s)).raw("deviceDetail", device(s)).raw("location", location(s));
  return r.raw("mfaDetail", mfa_detail(s)).done();
}

std::string audit_log(const SignIn &s) {
  const auto pair = [](const char *name, const std::string &value) {
    return JsonObject().text("Name", name).text("Value", value).done();
  };
  const bool success = s.error == 0 || s.error == 50140;  // an interrupt of "stay signed in" counts as logged in here
  JsonObject r;
  r.text("CreationTime", timestamp(s.at, "").substr(0, 19)).text("Id", s.id);
  r.text("Operation", success ? "UserLoggedIn" : "UserLoginFailed").text("OrganizationId", kTenant);
  r.number("RecordType", 15).text("ResultStatus", "Success").text("UserKey", s.person->id).number("UserType", 0);
  r.number("Version", 1).text("Workload", "AzureActiveDirectory").text("ClientIP", address(s));
  r.text("ObjectId", "00000003-0000-0000-c000-000000000000").text("UserId", s.person->name);
  r.number("AzureActiveDirectoryEventType", 1);
  r.raw("ExtendedProperties", "[" + pair("ResultStatusDetail", success ? "Redirect" : "Success") + "," +
                                  pair("UserAgent", s.client.agent) + "," + pair("RequestType", "OAuth2:Authorize") +
                                  "]");
  r.text("ActorIpAddress", address(s)).text("InterSystemsId", s.correlation).text("IntraSystemId", s.id);
  r.text("ApplicationId", s.app->id);
  r.raw("DeviceProperties", "[" + pair("OS", s.client.os) + "," + pair("BrowserType", s.client.browser) + "," +
                                pair("SessionId", s.session) + "]");
  r.text("ErrorNumber", std::to_string(s.error));
  if (s.error)
    r.text("LogonError", outcome(s.error).logon_error);
  return r.done();
}

}  // namespace

// The most used first. The numbers of Microsoft's own applications are public.
const std::vector<App> &apps() {
  static const std::vector<App> list = {
      {"Microsoft Teams", "1fec8e78-bce4-4aaf-ab1b-5451cc387264"},
      {"Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000"},
      {"OfficeHome", "4765445b-32c6-49b0-83e6-1d93765276ca"},
      {"Office 365 SharePoint Online", "00000003-0000-0ff1-ce00-000000000000"},
      {"Microsoft Office", "d3590ed6-52b3-4102-aeff-aad2292ab01c"},
      {"OneDrive SyncEngine", "ab9b8c07-8f02-4f72-87fa-80105867a763"},
      {"My Apps", "2793995e-0a7d-40d7-bd35-6968ba142197"},
      {"Tickets", "7e0f6a52-1b7c-4c5c-8f0e-2f8c1d0a0001"},
      {"Wiki", "7e0f6a52-1b7c-4c5c-8f0e-2f8c1d0a0002"},
      {"Expenses", "7e0f6a52-1b7c-4c5c-8f0e-2f8c1d0a0003"},
      {"Payroll", "7e0f6a52-1b7c-4c5c-8f0e-2f8c1d0a0004"},
      {"Azure Portal", "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"},
      {"Microsoft Azure CLI", "04b07795-8ddb-461a-bbee-02f9e1bf7b46"},
  };
  return list;
}

std::string to_json(const SignIn &signin, std::int64_t delivered, bool again) {
  switch (signin.shape) {
  case Shape::AzureMonitor:
    return azure_monitor(signin, delivered, again);
  case Shape::LogAnalytics:
    return log_analytics(signin, delivered, again);
  case Shape::Graph:
    return graph(signin);
  case Shape::AuditLog:
    break;
  }
  return audit_log(signin);
}

std::string timestamp(std::int64_t milliseconds, const char *suffix) {
  const std::time_t seconds = milliseconds / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text + size, sizeof text - size, ".%03d%s", static_cast<int>(milliseconds % 1000), suffix);
  return text;
}

}  // namespace hunt::tools
