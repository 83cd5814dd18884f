#include "ingest/okta.hpp"

#include "ingest/fields.hpp"
#include "ingest/timestamp.hpp"

namespace hunt::ingest {

namespace {

using std::string_view;

enum Field : std::size_t {
  kUuid,
  kPublished,
  kEventType,
  kDisplayMessage,
  kActor,
  kClient,
  kDevice,
  kRequest,
  kOutcome,
  kTarget,
  kTransaction,
  kDebugContext,
  kAuthenticationContext,
  kSecurityContext,
  kFieldCount
};
constexpr Members<kFieldCount> kMembers({
    "uuid",
    "published",
    "eventtype",
    "displaymessage",
    "actor",
    "client",
    "device",
    "request",
    "outcome",
    "target",
    "transaction",
    "debugcontext",
    "authenticationcontext",
    "securitycontext",
});
using Fields = decltype(kMembers)::Found;

enum PartyField : std::size_t { kId, kType, kAlternateId, kDisplayName, kDetailEntry, kPartyFieldCount };
constexpr Members<kPartyFieldCount> kPartyMembers({"id", "type", "alternateid", "displayname", "detailentry"});

// An actor or a target.
struct Party {
  string_view id, type, alternate_id, display_name;
  std::optional<JsonElement> detail;
  string_view name() const noexcept { return first_of(alternate_id, display_name, id); }
};

Party party(JsonObject object, Scratch &scratch) {
  const auto fields = kPartyMembers(object);
  return {scratch.text(fields[kId]), scratch.text(fields[kType]), scratch.text(fields[kAlternateId]),
          scratch.text(fields[kDisplayName]), fields[kDetailEntry]};
}

void set_actor(Event &event, const Fields &fields, Scratch &scratch) {
  const auto actor_object = object(fields[kActor], scratch);
  if (!actor_object)
    return;
  const Party actor = party(*actor_object, scratch);
  event.user_type = actor.type;
  event.user_userid = actor.id;
  // Logins are case-insensitive, names of applications and addresses need no change.
  event.user_username = actor.type == "User" ? lowered(actor.name(), scratch) : actor.name();
}

// The position of a target says nothing, its type does. A sign-on names the application by its instance and the user's
// account there, an authentication the authenticator that was used.
void set_targets(Event &event, const Fields &fields, Scratch &scratch) {
  const auto targets = array(fields[kTarget], scratch);
  if (!targets)
    return;
  string_view user, other;
  for (const JsonElement element : *targets) {
    const auto target_object = scratch.object(element);
    if (!target_object)
      continue;
    const Party target = party(*target_object, scratch);
    if (target.type == "AppInstance")
      event.application = first_of(event.application, target.display_name, target.name());
    else if (target.type == "AuthenticatorEnrollment")
      event.mfa_method =
          first_of(event.mfa_method, scratch.text(member(object(target.detail, scratch), "methodtypeused")),
                   target.display_name);
    else if (target.type == "User")
      user = first_of(user, lowered(target.name(), scratch));
    else if (target.type != "AppUser")
      other = first_of(other, target.display_name, target.name());
  }
  event.target = first_of(other, user);
}

void set_client(Event &event, const Fields &fields, Scratch &scratch) {
  const auto client = object(fields[kClient], scratch);
  const auto agent = object(member(client, "useragent"), scratch);
  event.http_user_agent = scratch.text(member(agent, "rawuseragent"));
  event.device_os = scratch.text(member(agent, "os"));
  event.device_browser = scratch.text(member(agent, "browser"));
  const auto device = object(fields[kDevice], scratch);
  event.device_hostname = scratch.text(member(device, "name"));
  string_view address = scratch.text(member(client, "ipaddress"));
  if (address.empty())
    if (const auto chain = array(member(object(fields[kRequest], scratch), "ipchain"), scratch); chain && chain->size())
      address = scratch.text(member(scratch.object(chain->at(0).value()), "ip"));
  set_address(event, address);
  const auto place = object(member(client, "geographicalcontext"), scratch);
  event.vendor_country_name = scratch.text(member(place, "country"));
  event.vendor_city = scratch.text(member(place, "city"));
  event.vendor_asn_number = integer(scratch.text(member(object(fields[kSecurityContext], scratch), "asnumber")));
}

// CHALLENGE, SKIPPED, UNANSWERED and the like decide nothing.
void set_result(Event &event, const Fields &fields, const std::optional<JsonObject> &debug, Scratch &scratch) {
  const auto outcome = object(fields[kOutcome], scratch);
  const string_view result = scratch.text(member(outcome, "result"));
  const string_view reason = scratch.text(member(outcome, "reason"));
  if (result == "SUCCESS" || result == "ALLOW")
    event.success = true;
  else if (result == "FAILURE" || result == "DENY")
    event.success = false;
  if (event.success.value_or(false) || result.empty())
    return;
  event.error_code = first_of(reason, result);
  event.error_text = scratch.long_text(member(debug, "errormessage"));
}

}  // namespace

string_view map_okta(JsonObject document, Scratch &scratch, Event &event) {
  const Fields fields = kMembers(document);
  event.metadata_device_event_id = scratch.text(fields[kEventType]);
  if (event.metadata_device_event_id.empty() || !(fields[kActor] || fields[kOutcome]))
    return "not an Okta System Log event: no eventType with an actor or outcome";
  const auto debug = object(member(object(fields[kDebugContext], scratch), "debugdata"), scratch);
  event.event_time = parse_timestamp(scratch.text(fields[kPublished]));
  event.event_id = scratch.text(fields[kUuid]);
  event.action = first_of(scratch.text(fields[kDisplayMessage]), event.metadata_device_event_id);
  set_actor(event, fields, scratch);
  set_targets(event, fields, scratch);
  event.mfa_method = first_of(event.mfa_method, scratch.text(member(debug, "factor")));
  set_client(event, fields, scratch);
  set_result(event, fields, debug, scratch);
  const auto authentication = object(fields[kAuthenticationContext], scratch);
  event.session_id = first_of(scratch.text(member(authentication, "externalsessionid")),
                              scratch.text(member(authentication, "rootsessionid")));
  const auto detail = object(member(object(fields[kTransaction], scratch), "detail"), scratch);
  event.access_key_id = scratch.text(member(detail, "requestapitokenid"));
  event.client_application = scratch.text(member(detail, "requestapitokenclientid"));
  return {};
}

}  // namespace hunt::ingest
