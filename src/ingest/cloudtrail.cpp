#include "ingest/cloudtrail.hpp"

#include "ingest/fields.hpp"
#include "ingest/timestamp.hpp"

namespace hunt::ingest {

namespace {

using std::string_view;

enum Field : std::size_t {
  kEventTime,
  kTimestamp,
  kEventId,
  kEventName,
  kEventSource,
  kEventType,
  kAwsRegion,
  kSourceIpAddress,
  kUserAgent,
  kUserIdentity,
  kErrorCode,
  kErrorMessage,
  kRequestParameters,
  kResponseElements,
  kAdditionalEventData,
  kResources,
  kRecipientAccountId,
  kInsightDetails,
  kFieldCount
};
constexpr Members<kFieldCount> kMembers({
    "eventtime",
    "@timestamp",
    "eventid",
    "eventname",
    "eventsource",
    "eventtype",
    "awsregion",
    "sourceipaddress",
    "useragent",
    "useridentity",
    "errorcode",
    "errormessage",
    "requestparameters",
    "responseelements",
    "additionaleventdata",
    "resources",
    "recipientaccountid",
    "insightdetails",
});
using Fields = decltype(kMembers)::Found;

enum IdentityField : std::size_t {
  kType,
  kPrincipalId,
  kArn,
  kAccountId,
  kAccessKeyId,
  kUserName,
  kInvokedBy,
  kSessionContext,
  kOnBehalfOf,
  kCredentialId,
  kIdentityFieldCount
};
constexpr Members<kIdentityFieldCount> kIdentityMembers({
    "type",
    "principalid",
    "arn",
    "accountid",
    "accesskeyid",
    "username",
    "invokedby",
    "sessioncontext",
    "onbehalfof",
    "credentialid",
});
using Identity = decltype(kIdentityMembers)::Found;

// What a call acts upon, by the names that requests give it, the more telling ones first.
constexpr Members<16> kTargetMembers({
    "bucketname",
    "rolearn",
    "rolename",
    "username",
    "groupname",
    "policyarn",
    "functionname",
    "secretid",
    "keyid",
    "instanceid",
    "tablename",
    "dbinstanceidentifier",
    "groupid",
    "snapshotid",
    "resourcearn",
    "name",
});

// arn:aws:sts::111122223333:assumed-role/ROLE/SESSION
string_view role_of(string_view arn) noexcept {
  const std::size_t first = arn.find('/'), last = arn.rfind('/');
  return first == arn.npos || first == last ? string_view{} : arn.substr(first + 1, last - first - 1);
}

// A role is used by many; its session name is the user where people come through IAM Identity Center or a federation
// that passes their mail address, and else a machine or a random text.
void set_role(Event &event, string_view role, string_view session) {
  event.effective_user = role;
  const bool is_person = role.starts_with("AWSReservedSSO_") || session.find('@') != session.npos;
  event.user_username = is_person ? first_of(session, role) : first_of(role, session);
}

void set_user_name(Event &event, const Identity &identity, const std::optional<JsonObject> &session, Scratch &scratch) {
  const string_view type = event.user_type, arn = event.user_arn;
  string_view name = scratch.text(identity[kUserName]);
  // What was typed as a user name of a failed console login may be a password, so AWS hides it.
  if (name == "HIDDEN_DUE_TO_SECURITY_REASONS")
    name = {};
  const auto issuer = object(member(session, "sessionissuer"), scratch);
  const string_view issuer_name = scratch.text(member(issuer, "username"));
  if (type == "Root") {
    event.user_username = "root";
  } else if (type == "AssumedRole") {
    set_role(event, first_of(issuer_name, role_of(arn)), first_of(tail(arn, '/'), tail(event.user_userid, ':'), name));
  } else if (type == "FederatedUser") {
    event.user_username = first_of(name, tail(arn, '/'), tail(event.user_userid, ':'));
    event.effective_user = issuer_name;
  } else if (type == "IdentityCenterUser") {
    const string_view user = scratch.text(member(object(identity[kOnBehalfOf], scratch), "userid"));
    event.user_username = first_of(name, user, event.user_userid);
    event.user_userid = first_of(user, event.user_userid);
  } else if (type == "AWSAccount") {
    event.user_username = first_of(name, event.user_userid, scratch.text(identity[kAccountId]));
  } else if (type == "SAMLUser" || type == "WebIdentityUser") {
    event.user_username = first_of(name, event.user_userid);
  } else if (type != "AWSService") {
    event.user_username = first_of(name, tail(arn, '/'), issuer_name);
  }
}

// CloudTrail has no session id. Temporary keys of one console session change, its beginning does not.
string_view session_of(const Event &event, const std::optional<JsonObject> &attributes, const Identity &identity,
                       Scratch &scratch) {
  const string_view begun = scratch.text(member(attributes, "creationdate"));
  if (!begun.empty() && !event.user_userid.empty())
    return joined({event.user_userid, begun}, "@", scratch);
  return scratch.text(identity[kCredentialId]);
}

void set_identity(Event &event, const Fields &fields, Scratch &scratch) {
  const auto found = object(fields[kUserIdentity], scratch);
  if (!found) {
    event.user_username = scratch.text(fields[kUserIdentity]);
    return;
  }
  const Identity identity = kIdentityMembers(*found);
  event.user_type = scratch.text(identity[kType]);
  event.user_arn = scratch.text(identity[kArn]);
  event.user_userid = scratch.text(identity[kPrincipalId]);
  event.access_key_id = scratch.text(identity[kAccessKeyId]);
  event.client_application = scratch.text(identity[kInvokedBy]);
  event.tenant = first_of(event.tenant, scratch.text(identity[kAccountId]));
  const auto session = object(identity[kSessionContext], scratch);
  set_user_name(event, identity, session, scratch);
  const auto attributes = object(member(session, "attributes"), scratch);
  event.session_id = session_of(event, attributes, identity, scratch);
  if (scratch.text(member(attributes, "mfaauthenticated")) == "true")
    event.mfa_method = "MFA";
}

// The kind of device from its ARN: arn:aws:iam::111122223333:u2f/user/name/...
void set_mfa(Event &event, const Fields &fields, Scratch &scratch) {
  const auto data = object(fields[kAdditionalEventData], scratch);
  if (scratch.text(member(data, "mfaused")) != "Yes")
    return;
  const string_view device = tail(scratch.text(member(data, "mfaidentifier")), ':');
  event.mfa_method = first_of(device.substr(0, device.find('/')), "MFA");
}

// No error code means success for what is a call. Sign-ins tell theirs in responseElements, under the event's name.
void set_result(Event &event, const Fields &fields, Scratch &scratch) {
  event.error_code = scratch.text(fields[kErrorCode]);
  event.error_text = scratch.long_text(fields[kErrorMessage]);
  const string_view type = event.metadata_device_event_id;
  if (!event.error_code.empty()) {
    event.success = false;
  } else if (type == "AwsConsoleSignIn" || event.action == "ConsoleLogin") {
    const string_view result = scratch.text(member(object(fields[kResponseElements], scratch), event.action));
    event.success = result.empty() ? event.error_text.empty() : result == "Success";
  } else if (type != "AwsServiceEvent" && type != "AwsCloudTrailInsight") {
    event.success = event.error_text.empty();
  }
}

string_view target(const Fields &fields, Scratch &scratch) {
  if (const auto resources = array(fields[kResources], scratch))
    for (const JsonElement resource : *resources)
      if (const string_view arn = scratch.text(member(scratch.object(resource), "arn")); !arn.empty())
        return arn;
  const auto request = object(fields[kRequestParameters], scratch);
  if (!request)
    return {};
  for (const auto &value : kTargetMembers(*request))
    if (const string_view name = scratch.text(value); !name.empty())
      return name;
  return {};
}

// Some services write the client's user agent in brackets.
string_view without_brackets(string_view agent) noexcept {
  return agent.size() >= 2 && agent.front() == '[' && agent.back() == ']' ? agent.substr(1, agent.size() - 2) : agent;
}

}  // namespace

string_view map_cloudtrail(JsonObject document, Scratch &scratch, Event &event) {
  const Fields fields = kMembers(document);
  const auto insight = object(fields[kInsightDetails], scratch);
  event.action = first_of(scratch.text(fields[kEventName]), scratch.text(member(insight, "eventname")));
  event.application = first_of(scratch.text(fields[kEventSource]), scratch.text(member(insight, "eventsource")));
  event.metadata_device_event_id = scratch.text(fields[kEventType]);
  if (event.action.empty() || (event.application.empty() && !fields[kUserIdentity]))
    return "not a CloudTrail event: no eventName with an eventSource or userIdentity";
  event.event_time = parse_timestamp(first_of(scratch.text(fields[kEventTime]), scratch.text(fields[kTimestamp])));
  event.event_id = scratch.text(fields[kEventId]);
  event.tenant = scratch.text(fields[kRecipientAccountId]);
  event.region = scratch.text(fields[kAwsRegion]);
  set_identity(event, fields, scratch);
  set_address(event, scratch.text(fields[kSourceIpAddress]));
  event.http_user_agent = without_brackets(scratch.text(fields[kUserAgent]));
  event.target = target(fields, scratch);
  set_result(event, fields, scratch);
  set_mfa(event, fields, scratch);
  return {};
}

}  // namespace hunt::ingest
