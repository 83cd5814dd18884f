#include "agent/user_agent.hpp"

#include "address/blank.hpp"

#include <algorithm>
#include <array>

namespace hunt::agent {

namespace {

enum Table : std::size_t {
  kOurClients,
  kUapClientTable,
  kChromiumTable,
  kOurFirstSystems,
  kUapSystemTable,
  kOurSystems,
  kCrawlers
};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_hex(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_alnum(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool contains(std::string_view text, std::string_view what) noexcept {
  return text.find(what) != std::string_view::npos;
}

template <std::size_t N>
bool contains_any(std::string_view text, const std::array<std::string_view, N> &whats) noexcept {
  return std::any_of(whats.begin(), whats.end(), [text](std::string_view what) { return contains(text, what); });
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char &c : result)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c + ('a' - 'A'));
  return result;
}

// Printable ASCII, at most kMaxName bytes of the original.
std::string printable(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string result;
  for (const char c : text.substr(0, kMaxName)) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (byte >= 0x20 && byte < 0x7f)
      result += c;
    else
      ((result += '%') += kHex[byte >> 4]) += kHex[byte & 15];
  }
  return result;
}

// A run of letters and digits that names an occurrence rather than a program: four digits and more, or eight and more
// hexadecimal digits among which are decimal ones.
bool is_id(std::string_view word) noexcept {
  const bool has_digit = std::any_of(word.begin(), word.end(), is_digit);
  if (std::all_of(word.begin(), word.end(), is_digit))
    return word.size() >= 4;
  return word.size() >= 8 && has_digit && std::all_of(word.begin(), word.end(), is_hex);
}

bool starts_with_uuid(std::string_view text) noexcept {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return text.size() >= kForm.size() && std::equal(kForm.begin(), kForm.end(), text.begin(), [](char form, char c) {
           return form == 'x' ? is_hex(c) : c == form;
         });
}

// The name without ids and without what separated them.
std::string without_ids(std::string_view name) {
  std::string result;
  for (std::size_t at = 0; at < name.size();) {
    if (starts_with_uuid(name.substr(at))) {
      at += 36;
      continue;
    }
    std::size_t end = at;
    while (end < name.size() && is_alnum(name[end]))
      ++end;
    if (end == at)
      result += name[at++];
    else {
      if (!is_id(name.substr(at, end - at)))
        result.append(name, at, end - at);
      at = end;
    }
  }
  const auto is_separator = [](char c) { return !is_alnum(c) && static_cast<std::uint8_t>(c) < 0x80 && c != ')'; };
  while (!result.empty() && is_separator(result.back()))
    result.pop_back();
  result.erase(result.begin(), std::find_if_not(result.begin(), result.end(), is_separator));
  return result;
}

// The first product of RFC 9110, section 10.1.5, read with patience: a name, and a version behind a slash.
void name_by_product(std::string_view text, UserAgent &agent) {
  agent.is_named_by_product = true;
  const std::size_t end = std::min(text.find_first_of("/(;,\t\r\n|"), text.size());
  std::string_view product = text.substr(0, end);
  agent.family = printable(without_ids(product.substr(0, kMaxName)));
  if (agent.family.empty())
    agent.family = "Other";
  if (end < text.size() && text[end] == '/') {
    std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && (rest.front() == 'v' || rest.front() == 'V'))
      rest.remove_prefix(1);
    std::size_t size = 0;
    while (size < rest.size() && (is_digit(rest[size]) || (size > 0 && rest[size] == '.')))
      ++size;
    agent.version = rest.substr(0, std::min(size, kMaxName));
  }
}

bool is_mobile_os(std::string_view os) noexcept {
  static constexpr std::array<std::string_view, 16> kMobile = {
      "Android",         "iOS",       "Windows Phone",  "Windows Mobile", "BlackBerry OS", "Symbian OS",
      "Firefox OS",      "KaiOS",     "HarmonyOS",      "Bada",           "WatchOS",       "MeeGo",
      "Nokia Series 40", "Symbian^3", "Symbian^3 Anna", "Symbian^3 Belle"};
  return std::find(kMobile.begin(), kMobile.end(), os) != kMobile.end();
}

bool is_tv(std::string_view text, std::string_view os) noexcept {
  static constexpr std::array<std::string_view, 15> kTokens = {
      "smart-tv", "smarttv", "smart tv", "hbbtv", "googletv", "appletv", "apple tv", "android tv",
      "bravia",   "crkey",   "web0s",    "aftb",  "afts",     "netcast", "dtv"};
  return os == "tvOS" || os == "ATV OS X" || os == "Roku" || os == "Chromecast" || contains_any(text, kTokens);
}

DeviceClass device_of(std::string_view text, const UserAgent &agent) {
  if (agent.tool == ToolClass::kCrawler)
    return DeviceClass::kBot;
  const std::string small = lower(text);
  if (is_tv(small, agent.os))
    return DeviceClass::kTv;
  static constexpr std::array<std::string_view, 5> kTablets = {"ipad", "tablet", "playbook", "kindle", "silk/"};
  if (contains_any(small, kTablets) && !contains(small, "tablet pc"))
    return DeviceClass::kTablet;
  const bool says_mobile = contains(small, "mobi");
  // Android's browsers say "Mobile" on telephones and leave it out on tablets.
  if (agent.os == "Android" && !says_mobile && small.starts_with("mozilla/") && agent.tool == ToolClass::kBrowser)
    return DeviceClass::kTablet;
  if (is_mobile_os(agent.os) || says_mobile)
    return DeviceClass::kMobile;
  const bool is_program_of_a_server = agent.tool != ToolClass::kBrowser && agent.tool != ToolClass::kDesktopApp &&
                                      agent.tool != ToolClass::kMailClient && agent.tool != ToolClass::kMediaPlayer;
  if (agent.os == "Windows" || agent.os.starts_with("Mac OS") || agent.os == "Chrome OS")
    return DeviceClass::kDesktop;
  return agent.os.empty() || is_program_of_a_server ? DeviceClass::kOther : DeviceClass::kDesktop;
}

template <class IsCrawler>
ToolClass tool_of(std::string_view text, const Match &client, const UserAgent &agent, IsCrawler is_crawler) {
  if (client.pattern != nullptr && client.pattern->tool != ToolClass::kUnknown)
    return client.pattern->tool;
  if (contains(text, "HeadlessChrome") || contains(text, "PhantomJS"))
    return ToolClass::kHeadlessBrowser;
  if (const ToolClass known = tool_of_family(agent.family); known != ToolClass::kUnknown)
    return known;
  if (is_crawler())
    return ToolClass::kCrawler;
  const bool is_browser_like = text.starts_with("Mozilla/") || text.starts_with("Opera/");
  if (is_browser_like && !agent.is_named_by_product)
    return ToolClass::kBrowser;
  if (is_mobile_os(agent.os) || agent.os == "tvOS")
    return is_browser_like ? ToolClass::kBrowser : ToolClass::kMobileApp;
  return ToolClass::kUnknown;
}

// A number within a version without leading zeros; empty when there is none left. Moves `version` behind it.
std::string_view next_number(std::string_view &version) noexcept {
  std::size_t begin = 0;
  while (begin < version.size() && !is_digit(version[begin]))
    ++begin;
  std::size_t end = begin;
  while (end < version.size() && is_digit(version[end]))
    ++end;
  std::string_view number = version.substr(begin, end - begin);
  version.remove_prefix(end);
  while (number.size() > 1 && number.front() == '0')
    number.remove_prefix(1);
  return number;
}

// Windows counts in names: XP is older than 7 and newer than 2000. Its own numbers (NT's, as the user agent of that
// system says them) put them in order.
std::string_view windows_number(std::string_view version) noexcept {
  struct Named {
    std::string_view name, number;
  };
  static constexpr std::array<Named, 13> kNames = {{{"3.1", "3.1"},
                                                    {"95", "4.0"},
                                                    {"NT", "4.0"},
                                                    {"NT 4.0", "4.0"},
                                                    {"98", "4.1"},
                                                    {"ME", "4.9"},
                                                    {"2000", "5.0"},
                                                    {"XP", "5.1"},
                                                    {"Vista", "6.0"},
                                                    {"7", "6.1"},
                                                    {"8", "6.2"},
                                                    {"RT", "6.2"},
                                                    {"8.1", "6.3"}}};
  const auto *at =
      std::find_if(kNames.begin(), kNames.end(), [&](const Named &named) { return named.name == version; });
  return at == kNames.end() ? version : at->number;
}

}  // namespace

std::string_view examined_part(std::string_view field) noexcept {
  const auto trim = [](std::string_view text) {
    while (!text.empty() && address::is_space(text.front()))
      text.remove_prefix(1);
    while (!text.empty() && address::is_space(text.back()))
      text.remove_suffix(1);
    return text;
  };
  field = trim(field);
  if (field.size() >= 2 && field.front() == '[' && field.back() == ']' && !field.starts_with("[FB"))
    field = trim(field.substr(1, field.size() - 2));
  for (constexpr std::string_view kProxy = ",gzip(gfe)"; field.ends_with(kProxy);)
    field.remove_suffix(kProxy.size());
  return trim(field.substr(0, kMaxLength));
}

UserAgentParser::UserAgentParser()
    : matcher_({kClients, kUapClients, kChromiumProducts, kFirstSystems, kUapSystems, kSystems, kUapCrawlers}) {}

UserAgent UserAgentParser::parse(std::string_view text) {
  UserAgent agent;
  matcher_.scan(text);
  Match client = matcher_.first_match(kOurClients, text);
  if (client.pattern == nullptr)
    client = matcher_.first_match(kUapClientTable, text);
  if (client.name == "Chrome" || client.name == "Chrome Mobile")
    if (Match product = matcher_.first_match(kChromiumTable, text);
        product.pattern != nullptr && product.name != "Safari" && product.name != "Mobile")
      client = std::move(product);
  agent.family = printable(client.name);
  agent.version = printable(client.version);
  if (agent.family.empty())
    name_by_product(text, agent);

  Match system;
  for (const Table table : {kOurFirstSystems, kUapSystemTable, kOurSystems}) {
    system = matcher_.first_match(table, text);
    if (system.pattern != nullptr)
      break;
  }
  if (system.name != "Other") {
    agent.os = printable(system.name);
    agent.os_version = printable(system.version);
  }
  agent.tool = tool_of(text, client, agent, [&] { return matcher_.matches(kCrawlers, text); });
  agent.device = device_of(text, agent);
  return agent;
}

std::string agent_key(const UserAgent &agent) {
  std::string key = agent.family;
  (key += " / ") += agent.os.empty() ? "unknown" : agent.os;
  (key += " / ") += name(agent.tool);
  return key;
}

std::string_view name(AgentChange change) noexcept {
  static constexpr std::array<std::string_view, 5> kNames = {"same", "upgrade", "downgrade", "other client",
                                                             "other OS"};
  return kNames[static_cast<std::size_t>(change)];
}

int compare_versions(std::string_view a, std::string_view b) noexcept {
  for (;;) {
    const std::string_view left = next_number(a), right = next_number(b);
    if (left.empty() || right.empty())
      return 0;
    if (left.size() != right.size())
      return left.size() < right.size() ? -1 : 1;
    if (const int order = left.compare(right); order != 0)
      return order < 0 ? -1 : 1;
  }
}

AgentChange agent_change(const UserAgent &before, const UserAgent &after) {
  if (before.family != after.family || before.tool != after.tool)
    return AgentChange::kOtherClient;
  if (before.os != after.os)
    return AgentChange::kOtherOs;
  const int client = compare_versions(before.version, after.version);
  const bool is_windows = before.os == "Windows";
  const int system = is_windows ? compare_versions(windows_number(before.os_version), windows_number(after.os_version))
                                : compare_versions(before.os_version, after.os_version);
  if (client > 0 || system > 0)
    return AgentChange::kDowngrade;
  return client < 0 || system < 0 ? AgentChange::kUpgrade : AgentChange::kSame;
}

}  // namespace hunt::agent
