// One event of the months, and the document in which its vendor delivers it.
#pragma once

#include "months_world.hpp"

#include <cstdint>
#include <string>

namespace hunt::tools {

enum class Log { EntraSignin, Okta, CloudTrail, EksAudit, MdeProcess };
inline constexpr int kLogs = 5;
const char *log_name(Log log);  // as hunt.sources() has it

struct MonthEvent {
  std::int64_t at = 0;  // milliseconds since 1970
  Log log = Log::EntraSignin;
  const Actor *actor = nullptr;
  Place place{};  // asn 0: the event names no address
  const Program *program = nullptr;
  const char *action = "";       // eventType of Okta, eventName of CloudTrail, verb of EKS, file of a process
  const char *application = "";  // or eventSource of CloudTrail, resource of EKS
  const char *detail = "";       // factor of Okta, subresource of EKS, command line, MFA method of Entra ID
  int error = 0;                 // of Entra ID; other logs: not 0 is a failure
  bool interactive = true;
  std::uint64_t session = 0, device = 0, key = 0;  // 0: none
  std::uint64_t noise = 0;                         // decides ids and the like
  int theft = -1;                                  // which stolen session it belongs to; never in the document
};

std::string to_json(const MonthEvent &event);
// The name under which the log knows the actor: hunt.event.user_username.
std::string username(const Actor &actor, Log log);

}  // namespace hunt::tools
