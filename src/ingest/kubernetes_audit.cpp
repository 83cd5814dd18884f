#include "ingest/kubernetes_audit.hpp"

#include "address/ip_class.hpp"
#include "address/ip_text.hpp"
#include "ingest/fields.hpp"
#include "ingest/timestamp.hpp"

namespace hunt::ingest {

namespace {

using std::string_view;

enum Field : std::size_t {
  kKind,
  kAuditId,
  kStage,
  kRequestUri,
  kVerb,
  kUser,
  kImpersonatedUser,
  kSourceIps,
  kUserAgent,
  kObjectRef,
  kResponseStatus,
  kReceivedTime,
  kStageTime,
  kTime,
  kAnnotations,
  kProperties,
  kFieldCount
};
constexpr Members<kFieldCount> kMembers({
    "kind",
    "auditid",
    "stage",
    "requesturi",
    "verb",
    "user",
    "impersonateduser",
    "sourceips",
    "useragent",
    "objectref",
    "responsestatus",
    "requestreceivedtimestamp",
    "stagetimestamp",
    "timestamp",
    "annotations",
    "properties",
});
using Fields = decltype(kMembers)::Found;

string_view kind_of(string_view user) noexcept {
  if (user.starts_with("system:serviceaccount:"))
    return "ServiceAccount";
  if (user.starts_with("system:node:"))
    return "Node";
  if (user == "system:anonymous")
    return "Anonymous";
  return user.starts_with("system:") ? "System" : "User";
}

// What the authenticator of EKS adds about the AWS identity stands in lists of one element.
void set_user(Event &event, const Fields &fields, Scratch &scratch) {
  const auto user = object(fields[kUser], scratch);
  event.user_username = scratch.text(member(user, "username"));
  event.user_userid = scratch.text(member(user, "uid"));
  if (!event.user_username.empty())
    event.user_type = kind_of(event.user_username);
  const auto extra = object(member(user, "extra"), scratch);
  const auto text = [&](string_view name) { return first_text(member(extra, name), scratch); };
  event.user_arn = first_of(text("arn"), text("canonicalarn"));
  event.access_key_id = text("accesskeyid");
  event.session_id = first_of(text("sessionname"), text("authentication.kubernetes.io/credential-id"));
  event.effective_user = scratch.text(member(object(fields[kImpersonatedUser], scratch), "username"));
}

// The first public address of the proxy chain, whose order depends on the proxies; else the first address. Returns its
// text.
string_view set_source(Event &event, const Fields &fields, Scratch &scratch) {
  const auto chain = array(fields[kSourceIps], scratch);
  string_view chosen = chain ? string_view{} : scratch.text(fields[kSourceIps]);
  if (!chain) {
    set_address(event, chosen);
    return chosen;
  }
  std::string all;
  bool is_public = false;
  for (const JsonElement element : *chain) {
    const string_view text = scratch.text(element);
    if (text.empty())
      continue;
    all += (all.empty() ? "" : ", ") + std::string(text);
    const auto ip = address::parse_ip(text);
    if (ip && !is_public && (chosen.empty() || address::is_public(*ip))) {
      chosen = text;
      is_public = address::is_public(*ip);
    }
  }
  set_address(event, chosen);
  if (all != chosen)
    event.device_ip_text = scratch.short_text(all);
  return chosen;
}

// "create pods/exec" on "namespace/name"; what is no resource is named by its path.
void set_action(Event &event, const Fields &fields, Scratch &scratch) {
  const auto reference = object(fields[kObjectRef], scratch);
  const auto text = [&](string_view name) { return scratch.text(member(reference, name)); };
  const string_view resource = joined({text("resource"), text("subresource")}, "/", scratch);
  event.action = joined({scratch.text(fields[kVerb]), resource}, " ", scratch);
  event.target = joined({text("namespace"), text("name")}, "/", scratch);
  if (resource.empty()) {
    const string_view uri = scratch.text(fields[kRequestUri]);
    event.target = uri.substr(0, uri.find('?'));
  }
}

void set_result(Event &event, const Fields &fields, Scratch &scratch) {
  const auto status = object(fields[kResponseStatus], scratch);
  const string_view code = scratch.text(member(status, "code"));
  const string_view word = scratch.text(member(status, "status"));
  const auto annotations = object(fields[kAnnotations], scratch);
  if (event.metadata_device_event_id == "Panic" ||
      scratch.text(member(annotations, "authorization.k8s.io/decision")) == "forbid")
    event.success = false;
  else if (const auto number = integer(code))
    event.success = *number < 400;
  else if (word == "Failure" || word == "Success")
    event.success = word == "Success";
  if (event.success.value_or(true))
    return;
  event.error_code = code;
  event.error_text =
      first_of(scratch.long_text(member(status, "message")), scratch.long_text(member(status, "reason")));
}

}  // namespace

string_view map_kubernetes_audit(JsonObject document, Scratch &scratch, Event &event) {
  Fields fields = kMembers(document);
  // Azure Monitor has the event of AKS as text in properties.log.
  if (const auto inner = object(member(object(fields[kProperties], scratch), "log"), scratch))
    fields = kMembers(*inner);
  if (!fields[kAuditId] && !((fields[kVerb] || fields[kRequestUri]) && (fields[kUser] || fields[kObjectRef])))
    return "not a Kubernetes audit event: no auditID, nor a verb or requestURI with a user or objectRef";
  event.metadata_device_event_id = scratch.text(fields[kStage]);
  if (event.metadata_device_event_id == "RequestReceived")
    return "stage RequestReceived of a request, whose later stages are the event";
  const auto time = parse_timestamp(scratch.text(fields[kTime]));
  const auto staged = parse_timestamp(scratch.text(fields[kStageTime]));
  event.event_time = parse_timestamp(scratch.text(fields[kReceivedTime]));
  if (!event.event_time)
    event.event_time = time ? time : staged;
  event.version_time = staged;
  event.event_id = scratch.text(fields[kAuditId]);
  set_user(event, fields, scratch);
  const string_view source = set_source(event, fields, scratch);
  event.http_user_agent = scratch.text(fields[kUserAgent]);
  set_action(event, fields, scratch);
  // Clients may choose the audit id of a request.
  event.versions_share = joined({event.action, event.target, event.user_username, source}, "\n", scratch);
  set_result(event, fields, scratch);
  return {};
}

}  // namespace hunt::ingest
