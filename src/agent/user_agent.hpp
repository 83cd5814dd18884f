// What a user agent string says of the program that sent it.
//
// The answer depends on nothing but the string. Of a string the first kMaxLength bytes are read, which bounds the time
// whatever it holds; any bytes will do. What is returned is printable ASCII: other bytes are percent-encoded.
//
// Clients are told by a table of our own (API clients, command lines, cloud services, attack tools, browsers newer than
// uap-core's release) and then by uap-core's patterns; names of families are uap-core's where it has one. A string that
// neither knows is named by its first product ("custom-agent" of "custom-agent/1.2.3 (x)"), with numbers, hexadecimal
// and UUIDs cut out, so that no build or session id becomes a client of its own.
#pragma once

#include "agent/pattern_matcher.hpp"

#include <optional>

namespace hunt::agent {

constexpr std::size_t kMaxLength = 2048;
constexpr std::size_t kMaxName = 64;  // bytes of a family or version before encoding

struct UserAgent {
  std::string family;   // "Other" if nothing can be told
  std::string version;  // all numeric parts; empty if unknown
  std::string os;       // family of the operating system; empty if unknown
  std::string os_version;
  DeviceClass device = DeviceClass::kOther;
  ToolClass tool = ToolClass::kUnknown;
  bool is_named_by_product = false;  // no pattern knew it
};

// The part of a field that is read: without blanks around it, the brackets that CloudTrail sometimes puts around it
// (Facebook's own stay), and the ",gzip(gfe)" that Google's front end appends; cut to kMaxLength.
std::string_view examined_part(std::string_view field) noexcept;

// About 2 MB; reads and compiles lazily. Not for several threads at once.
class UserAgentParser {
public:
  UserAgentParser();

  // Of what examined_part() returned.
  UserAgent parse(std::string_view text);

  static constexpr std::size_t kTables = 7;  // of the matcher
  PatternMatcher &matcher() noexcept { return matcher_; }

private:
  PatternMatcher matcher_;
};

// Client family, OS family and tool class: "Chrome / Windows / browser"; an unknown OS is "unknown". No version is in
// it, so an upgrade keeps it.
std::string agent_key(const UserAgent &agent);

enum class AgentChange { kSame, kUpgrade, kDowngrade, kOtherClient, kOtherOs };
std::string_view name(AgentChange change) noexcept;

// How the second string differs from the first. Another family or tool class is another client, whatever else differs;
// then another OS. A lower version of client or OS is a downgrade, even if the other one is higher; else a higher one
// is an upgrade. A version that one of the two does not state says nothing.
AgentChange agent_change(const UserAgent &before, const UserAgent &after);

// -1, 0, 1 as version a is before, like or after b: the numbers in them, one after the other, of any length. Where one
// ends the rest is not compared, for a shortened version ("120" and "120.0.6099.109") is no other one.
int compare_versions(std::string_view a, std::string_view b) noexcept;

}  // namespace hunt::agent
