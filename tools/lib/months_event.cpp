#include "months_event.hpp"

#include "json_object.hpp"
#include "signin_event.hpp"

namespace hunt::tools {
namespace {

constexpr const char *kAccount = "111122223333";

std::string entra(const MonthEvent &e) {
  SignIn s{.at = e.at,
           .person = &e.actor->person,
           .place = e.place,
           .client = {e.program->agent, e.program->os, e.program->browser}};
  for (const auto *list : {&countries(), &destinations()})
    for (const Country &country : *list)
      if (e.place.country == country.iso)
        s.city = country.city;
  if (e.device) {
    s.device_id = uuid_of(e.device);
    s.device_name = "pc-" + s.device_id.substr(0, 6);
  }
  s.session = e.session ? uuid_of(e.session) : "";
  App app{e.application, ""};
  for (const App &known : apps())
    if (std::string(known.name) == e.application)
      app = known;
  const std::string made = uuid_of(e.noise ^ 3);
  if (!*app.id)
    app.id = made.c_str();
  s.app = &app;
  s.error = e.error;
  s.interactive = e.interactive;
  s.mfa = e.detail;
  s.id = uuid_of(e.noise);
  s.correlation = uuid_of(e.noise ^ 1);
  s.noise = e.noise >> 1;
  return to_json(s, e.at + 60'000 + static_cast<std::int64_t>(e.noise % 340'000), false);
}

const char *okta_message(const std::string &action) {
  if (action == "user.session.start")
    return "User login to Okta";
  if (action == "user.authentication.auth_via_mfa")
    return "Authentication of user via MFA";
  if (action == "user.authentication.sso")
    return "User single sign on to app";
  return "Evaluation of sign-on policy";
}

std::string okta(const MonthEvent &e) {
  const std::string login = e.actor->person.name;
  const std::string id = "00u" + e.actor->person.id.substr(0, 8) + e.actor->person.id.substr(9, 4);
  JsonObject actor, client, agent, place, targets, outcome;
  actor.text("id", id).text("type", "User").text("alternateId", login).text("displayName", e.actor->name);
  std::string browser = e.program->family.substr(0, e.program->family.find(" / "));
  for (char &c : browser)
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  agent.text("rawUserAgent", e.program->agent).text("os", e.program->os).text("browser", browser);
  for (const auto *list : {&countries(), &destinations()})
    for (const Country &country : *list)
      if (e.place.country == country.iso)
        place.text("city", country.city);
  client.raw("userAgent", agent.done()).text("zone", "null").text("device", "Computer");
  client.text("ipAddress", to_text(e.place.ip))
      .raw("geographicalContext", place.text("country", e.place.country).done());
  std::string target = JsonObject().text("id", id).text("type", "User").text("alternateId", login).done();
  if (*e.application)
    target += "," + JsonObject()
                        .text("id", "0oa" + uuid_of(std::string(e.application).size()).substr(0, 8))
                        .text("type", "AppInstance")
                        .text("alternateId", e.application)
                        .text("displayName", e.application)
                        .done();
  outcome.text("result", e.error ? "FAILURE" : "SUCCESS");
  if (e.error)
    outcome.text("reason", std::string(e.detail) == "OKTA_VERIFY_PUSH" ? "User rejected Okta push verify"
                                                                       : "INVALID_CREDENTIALS");
  JsonObject debug;
  debug.text("requestId", uuid_of(e.noise ^ 1)).text("requestUri", "/api/v1/authn");
  if (*e.detail)
    debug.text("factor", e.detail);
  JsonObject record;
  record.raw("actor", actor.done()).raw("client", client.done());
  record.raw("authenticationContext", JsonObject().text("externalSessionId", "idx" + uuid_of(e.session)).done());
  record.text("displayMessage", okta_message(e.action)).text("eventType", e.action).raw("outcome", outcome.done());
  record.text("published", timestamp(e.at, "Z")).text("severity", e.error ? "WARN" : "INFO");
  record.raw("securityContext", JsonObject().number("asNumber", e.place.asn).done());
  record.raw("debugContext", JsonObject().raw("debugData", debug.done()).done()).text("legacyEventType", "core.user");
  record.raw("transaction", JsonObject().text("type", "WEB").text("id", uuid_of(e.noise ^ 2)).done());
  return record.text("uuid", uuid_of(e.noise)).text("version", "0").raw("target", "[" + target + "]").done();
}

// Whose credentials: of a person the session of a role of IAM Identity Center, or a long-lived key.
std::string arn_of(const MonthEvent &e) {
  const bool user = e.key & 1;
  const std::string account = std::string("arn:aws:") + (user ? "iam" : "sts") + "::" + kAccount;
  if (user)
    return account + ":user/" + e.actor->name;
  if (e.actor->kind == Actor::Kind::Employee)
    return account + ":assumed-role/AWSReservedSSO_Developer_0123456789abcdef/" + e.actor->person.name;
  return account + ":assumed-role/" + e.actor->name + "/" + uuid_of(e.session).substr(0, 8);
}

std::string cloudtrail(const MonthEvent &e) {
  JsonObject who, record;
  const std::string arn = arn_of(e);
  const bool user = e.key & 1;
  who.text("type", user ? "IAMUser" : "AssumedRole");
  who.text("principalId", (user ? "AIDA" : "AROA") + key_text(e.actor->number).substr(4) +
                              (user ? "" : arn.substr(arn.rfind('/')).replace(0, 1, ":")));
  who.text("arn", arn).text("accountId", kAccount).text("accessKeyId", key_text(e.key));
  if (user)
    who.text("userName", e.actor->name);
  else
    who.raw("sessionContext",
            JsonObject()
                .raw("sessionIssuer", JsonObject()
                                          .text("type", "Role")
                                          .text("userName", e.actor->kind == Actor::Kind::Employee
                                                                ? "AWSReservedSSO_Developer_0123456789abcdef"
                                                                : e.actor->name)
                                          .done())
                .raw("attributes", JsonObject()
                                       .text("creationDate", timestamp(e.at / 43'200'000 * 43'200'000, "Z"))
                                       .text("mfaAuthenticated", "false")
                                       .done())
                .done());
  record.text("eventVersion", "1.11").raw("userIdentity", who.done());
  record.text("eventTime", timestamp(e.at, "").substr(0, 19) + "Z");
  record.text("eventSource", std::string(e.application) + ".amazonaws.com").text("eventName", e.action);
  record.text("awsRegion", e.noise % 5 ? "us-east-1" : "eu-west-1");
  const bool internal = e.place.asn == 0;  // AWS calls on behalf of the user
  record.text("sourceIPAddress", internal ? e.program->agent : to_text(e.place.ip)).text("userAgent", e.program->agent);
  if (e.error)
    record.text("errorCode", "AccessDenied").text("errorMessage", "User is not authorized to perform this action");
  record.raw("requestParameters", "{}").raw("responseElements", "null").text("requestID", uuid_of(e.noise ^ 1));
  record.text("eventID", uuid_of(e.noise)).text("eventType", "AwsApiCall").boolean("managementEvent", true);
  return record.text("recipientAccountId", kAccount).text("eventCategory", "Management").done();
}

std::string eks(const MonthEvent &e) {
  JsonObject user, object, record;
  user.text("username", username(*e.actor, e.log));
  if (e.actor->kind == Actor::Kind::Employee) {
    const auto list = [](const std::string &value) { return "[\"" + value + "\"]"; };
    user.text("uid", "aws-iam-authenticator:111122223333:AROA" + key_text(e.actor->number).substr(4));
    user.raw("groups", "[\"developers\",\"system:authenticated\"]");
    user.raw("extra", JsonObject()
                          .raw("accessKeyId", list(key_text(e.key)))
                          .raw("arn", list(arn_of(e)))
                          .raw("sessionName", list(e.actor->person.name))
                          .done());
  }
  object.text("resource", e.application).text("namespace", e.noise % 3 ? "shop" : "default");
  if (*e.detail)
    object.text("subresource", e.detail);
  record.text("kind", "Event").text("apiVersion", "audit.k8s.io/v1").text("level", "Metadata");
  record.text("auditID", uuid_of(e.noise)).text("stage", "ResponseComplete");
  record.text("requestURI", std::string("/api/v1/") + e.application).text("verb", e.action).raw("user", user.done());
  record.raw("sourceIPs", "[\"" + to_text(e.place.ip) + "\"]").text("userAgent", e.program->agent);
  record.raw("objectRef", object.done()).raw("responseStatus", JsonObject().number("code", e.error ? 403 : 200).done());
  record.text("requestReceivedTimestamp", timestamp(e.at, "Z"));
  return record.text("stageTimestamp", timestamp(e.at + 7, "Z")).done();
}

std::string process(const MonthEvent &e) {
  JsonObject record;
  const std::string machine = uuid_of(e.device);
  record.text("Timestamp", timestamp(e.at, "Z")).text("DeviceId", machine);
  record.text("DeviceName", "pc-" + machine.substr(0, 6) + ".example.com").text("ActionType", "ProcessCreated");
  record.text("FileName", e.action).text("FolderPath", std::string("/usr/local/bin/") + e.action);
  record.text("ProcessCommandLine", e.detail).text("AccountDomain", "example").text("AccountName", e.actor->name);
  record.text("AccountUpn", e.actor->person.name).number("LogonId", static_cast<std::int64_t>(e.session % 1'000'000));
  record.text("InitiatingProcessFileName", "zsh").text("InitiatingProcessFolderPath", "/bin/zsh");
  return record.number("ReportId", static_cast<std::int64_t>(e.noise >> 12)).done();
}

}  // namespace

const char *log_name(Log log) {
  static constexpr const char *kNames[kLogs] = {"entra_signin", "okta", "cloudtrail", "eks_audit", "mde_process"};
  return kNames[static_cast<int>(log)];
}

std::string username(const Actor &actor, Log log) {
  if (actor.kind == Actor::Kind::ServiceAccount)
    return "system:serviceaccount:platform:" + actor.name;
  if (actor.kind != Actor::Kind::Employee)
    return actor.name;
  return log == Log::MdeProcess ? "example\\" + actor.name : actor.person.name;
}

std::string to_json(const MonthEvent &event) {
  switch (event.log) {
  case Log::EntraSignin:
    return entra(event);
  case Log::Okta:
    return okta(event);
  case Log::CloudTrail:
    return cloudtrail(event);
  case Log::EksAudit:
    return eks(event);
  case Log::MdeProcess:
    break;
  }
  return process(event);
}

}  // namespace hunt::tools
