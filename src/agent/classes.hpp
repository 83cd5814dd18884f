// What kind of device and what kind of program a user agent speaks of.
#pragma once

#include <cstdint>
#include <string_view>

namespace hunt::agent {

enum class DeviceClass : std::uint8_t { kOther, kDesktop, kMobile, kTablet, kTv, kBot };

enum class ToolClass : std::uint8_t {
  kUnknown,
  kBrowser,
  kHeadlessBrowser,
  kMobileApp,
  kDesktopApp,
  kMailClient,
  kMediaPlayer,
  kCli,
  kSdk,
  kScriptLibrary,
  kAutomation,
  kService,
  kCrawler,
  kAttackTool,
};

std::string_view name(DeviceClass device) noexcept;
std::string_view name(ToolClass tool) noexcept;

}  // namespace hunt::agent
