#include "agent/classes.hpp"

#include <array>

namespace hunt::agent {

std::string_view name(DeviceClass device) noexcept {
  static constexpr std::array<std::string_view, 6> kNames = {"other", "desktop", "mobile", "tablet", "tv", "bot"};
  return kNames[static_cast<std::size_t>(device)];
}

std::string_view name(ToolClass tool) noexcept {
  static constexpr std::array<std::string_view, 14> kNames = {
      "other", "browser", "headless_browser", "mobile_app", "desktop_app", "mail_client", "media_player",
      "cli",   "sdk",     "script_library",   "automation", "service",     "crawler",     "attack_tool"};
  return kNames[static_cast<std::size_t>(tool)];
}

}  // namespace hunt::agent
