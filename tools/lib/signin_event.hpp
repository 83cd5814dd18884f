// One sign-in and the four shapes in which Entra ID delivers it: diagnostic records of Azure Monitor, the SigninLogs
// table of Log Analytics, Microsoft Graph's signIns, and UserLoggedIn records of the unified audit log.
#pragma once

#include "signin_world.hpp"

#include <cstdint>
#include <string>

namespace hunt::tools {

struct App {
  const char *name;
  const char *id;
};
const std::vector<App> &apps();

enum class Shape { AzureMonitor, LogAnalytics, Graph, AuditLog };

struct SignIn {
  std::int64_t at;  // milliseconds since 1970, UTC
  const Person *person;
  Place place;
  std::string city{};
  Client client;
  std::string device_id{};    // empty: not registered
  std::string device_name{};  // empty: not told
  std::string session{};
  const App *app = nullptr;
  int error = 0;
  bool interactive = true;
  std::string mfa{};  // the method that was used; empty: none, or satisfied by the token
  std::string id{};
  std::string correlation{};
  Shape shape = Shape::AzureMonitor;
  int address_form = 0;  // 0 as it is, 1 with a port, 2 IPv4-mapped IPv6
  std::uint64_t noise = 0;
};

// The JSON of one delivery. `delivered` is when the record was written; a re-emission carries what the vendor learned
// since (risk level, AS number).
std::string to_json(const SignIn &signin, std::int64_t delivered, bool again);

std::string timestamp(std::int64_t milliseconds, const char *suffix);

}  // namespace hunt::tools
