// User agents of each kind, by what their makers document or the programs are known to send.
#include "agent/agent_cache.hpp"

#include <gtest/gtest.h>

namespace hunt::agent {
namespace {

UserAgent parse(std::string_view field) {
  static UserAgentParser parser;
  return parser.parse(examined_part(field));
}
std::string key(std::string_view field) { return agent_key(parse(field)); }
std::string_view change(std::string_view before, std::string_view after) {
  return name(agent_change(parse(before), parse(after)));
}

constexpr std::string_view kChromeWindows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "
                                            "Gecko) Chrome/120.0.6099.130 Safari/537.36";
constexpr std::string_view kIphone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.1 Mobile/15E148 Safari/604.1";

TEST(UserAgent, Browsers) {
  const UserAgent chrome = parse(kChromeWindows);
  EXPECT_EQ(chrome.family, "Chrome");
  EXPECT_EQ(chrome.version, "120.0.6099.130");
  EXPECT_EQ(chrome.os, "Windows");
  EXPECT_EQ(chrome.os_version, "10");
  EXPECT_EQ(chrome.device, DeviceClass::kDesktop);
  EXPECT_EQ(chrome.tool, ToolClass::kBrowser);
  const UserAgent safari = parse(kIphone);
  EXPECT_EQ(safari.os_version, "17.1.2");
  EXPECT_EQ(safari.device, DeviceClass::kMobile);
  EXPECT_EQ(agent_key(safari), "Mobile Safari / iOS / browser");
  EXPECT_EQ(key("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/119.0.0.0 "
                "Safari/537.36"),
            "HeadlessChrome / Linux / headless_browser");
  EXPECT_EQ(parse("Mozilla/5.0 (iPad; CPU OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 "
                  "Mobile/15E148 Safari/604.1")
                .device,
            DeviceClass::kTablet);
  EXPECT_EQ(parse("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)").device,
            DeviceClass::kBot);
}

TEST(UserAgent, ApiClients) {
  EXPECT_EQ(key("aws-cli/2.2.23 Python/3.8.8 Linux/4.14.238-182.422.amzn2.x86_64 exe/x86_64.amzn.2 prompt/off "
                "command/iam.list-users"),
            "aws-cli / Linux / cli");
  EXPECT_EQ(key("aws-cli/2.13.0 Python/3.11.4 Darwin/22.5.0 exe/x86_64 prompt/off command/s3.ls"),
            "aws-cli / Mac OS X / cli");
  EXPECT_EQ(key("[Boto3/1.26.165 Python/3.10.6 Linux/5.19.0-46-generic Botocore/1.29.165]"), "Boto3 / Linux / sdk");
  EXPECT_EQ(key("aws-sdk-go-v2/1.24.1 os/macos lang/go#1.20.4 md/GOOS#darwin api/sts#1.26.7"),
            "aws-sdk-go-v2 / Mac OS X / sdk");
  EXPECT_EQ(key("AWS Internal"), "AWS Internal / unknown / service");
  EXPECT_EQ(key("cloudtrail.amazonaws.com"), "cloudtrail.amazonaws.com / unknown / service");
  EXPECT_EQ(key("[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488 Linux/5.10.184 java/1.8.0_372]"),
            "S3Console / Linux / service");
  EXPECT_EQ(key("kubectl/v1.28.2 (darwin/amd64) kubernetes/89a4ea3"), "kubectl / Mac OS X / cli");
  EXPECT_EQ(key("kubelet/v1.27.1 (linux/amd64) kubernetes/abc1234"), "kubelet / Linux / service");
  EXPECT_EQ(key("my-operator/v0.0.0 (linux/amd64) kubernetes/$Format"), "my-operator / Linux / sdk");
  EXPECT_EQ(key("python-requests/2.31.0"), "Python Requests / unknown / script_library");
  EXPECT_EQ(key("curl/8.4.0"), "curl / unknown / cli");
  EXPECT_EQ(key("AZURECLI/2.53.0 azsdk-python-azure-mgmt-resource/23.1.0 Python/3.10 (Windows-10)").substr(0, 9),
            "Azure CLI");
  EXPECT_EQ(
      key("APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io) aws-sdk-go/1.44 (go1.19; linux; amd64)"),
      "Terraform / Linux / automation");
  EXPECT_EQ(
      key("APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (x; linux) stratus-red-team_0362e208-cc47-4ba7-9c39-195518d6e937"),
      "Stratus Red Team / Linux / attack_tool");
}

TEST(UserAgent, UnknownOnesAreNamedByProductWithoutIds) {
  EXPECT_EQ(parse("custom-agent/1.2.3 (x)").family, "custom-agent");
  EXPECT_EQ(parse("custom-agent/1.2.3 (x)").version, "1.2.3");
  EXPECT_EQ(key("job-123e4567-e89b-12d3-a456-426614174000/1"), key("job-00000000-1111-2222-a456-426614174fff/1"));
  EXPECT_EQ(parse("worker 20240101").family, "worker");
  EXPECT_EQ(parse("(/)").family, "Other");
  EXPECT_EQ(parse("caf\xc3\xa9/1").family, "caf%C3%A9");
}

TEST(UserAgent, AnUpgradeKeepsTheKeyAndNothingElseDoes) {
  EXPECT_EQ(key(kChromeWindows), key("Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                                     "Chrome/99.0.4844.51 Safari/537.36"));
  EXPECT_NE(key(kChromeWindows), key(kIphone));
  EXPECT_EQ(key("aws-cli/2.9.19 Python/3.9.11 Linux/5.4 exe/x86_64 command/s3.ls"),
            key("aws-cli/2.10.0 Python/3.11.4 Linux/6.1 exe/x86_64 command/iam.list-users"));
}

TEST(AgentChange, OrdersVersionsByNumber) {
  EXPECT_EQ(compare_versions("2.9", "2.10"), -1);
  EXPECT_EQ(compare_versions("120", "120.0.1"), 0);
  EXPECT_EQ(compare_versions("", "1"), 0);
  EXPECT_EQ(compare_versions("1.0.1", "1.0.0"), 1);
  EXPECT_EQ(compare_versions("99999999999999999999999", "100000000000000000000000"), -1);
  EXPECT_EQ(compare_versions("007", "7"), 0);
}

TEST(AgentChange, Names) {
  EXPECT_EQ(change(kChromeWindows, kChromeWindows), "same");
  EXPECT_EQ(change("curl/7.68.0", "curl/8.4.0"), "upgrade");
  EXPECT_EQ(change("curl/8.4.0", "curl/7.68.0"), "downgrade");
  EXPECT_EQ(change("curl/8.4.0", "curl"), "same");
  EXPECT_EQ(change("curl/8.4.0", "Wget/1.21"), "other client");
  EXPECT_EQ(
      change("kubectl/v1.28.2 (darwin/amd64) kubernetes/89a4ea3", "kubectl/v1.28.2 (linux/amd64) kubernetes/89a4ea3"),
      "other OS");
  const std::string before(kChromeWindows);
  std::string xp = before;
  xp.replace(xp.find("NT 10.0"), 7, "NT 5.1");
  EXPECT_EQ(change(before, xp), "downgrade");
  EXPECT_EQ(change(xp, before), "upgrade");
}

TEST(UserAgent, ReadsNoMoreThanItsLimit) {
  std::string text(1 << 20, 'a');
  EXPECT_EQ(parse(text).family, std::string(kMaxName, 'a'));
  text.replace(kMaxLength + 1, 11, " Chrome/1.1");
  EXPECT_EQ(parse(text).family, std::string(kMaxName, 'a'));
}

TEST(AgentCache, StaysWithinItsLimitAndKeepsItsAnswers) {
  AgentCache cache(std::pmr::new_delete_resource());
  for (int i = 0; i < 40000; ++i) {
    const std::string text = "tool-x/" + std::to_string(i) + " (" + std::string(200, 'x') + ")";
    const CachedAgent found = cache.find(text);
    ASSERT_EQ(found.family, "tool-x");
    ASSERT_EQ(found.version, std::to_string(i));
    ASSERT_EQ(cache.find(kChromeWindows).key, "Chrome / Windows / browser");
  }
  EXPECT_LE(cache.bytes(), AgentCache::kLimit);
}

}  // namespace
}  // namespace hunt::agent
