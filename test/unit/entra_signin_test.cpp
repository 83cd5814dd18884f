#include "ingest/entra_signin.hpp"

#include "ingest/normalize.hpp"
#include "ingest/timestamp.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace hunt::ingest {
namespace {

struct Check final : EventSink {
  explicit Check(std::function<void(const Event &)> f) : check(std::move(f)) {}
  void event(const Event &event) override {
    ++count;
    check(event);
  }
  std::function<void(const Event &)> check;
  int count = 0;
};

void with_event(std::string_view json, std::function<void(const Event &)> check) {
  Scratch scratch;
  Check sink(std::move(check));
  normalize(find_source("entra_signin"), json, scratch, sink);
  EXPECT_EQ(sink.count, 1) << json;
}

core::Hash128 key(std::string_view json) {
  core::Hash128 found{};
  with_event(json, [&](const Event &event) {
    EXPECT_EQ(event.reject_reason, "") << json;
    found = event.event_key;
  });
  return found;
}

TEST(EntraSignin, KeyIsOfTenantAndId) {
  const auto base = key(R"({"category":"SignInLogs","time":"2024-01-01T00:00:00Z","tenantId":"t","id":"a"})");
  EXPECT_EQ(base,
            key(R"({"Category":"SignInLogs","TimeGenerated":"2024-01-02T00:00:00Z","AADTenantId":"t","Id":"a"})"));
  EXPECT_FALSE(base == key(R"({"category":"SignInLogs","time":"2024-01-01T00:00:00Z","tenantId":"ta","id":""})"));
  EXPECT_FALSE(base == key(R"({"category":"SignInLogs","time":"2024-01-01T00:00:00Z","tenantId":"u","id":"a"})"));
}

TEST(EntraSignin, SignInTimeAndEmission) {
  with_event(
      R"({"category":"SignInLogs","time":"2024-01-01T00:05:00Z","properties":{"createdDateTime":"2024-01-01T00:00:00Z"}})",
      [](const Event &event) {
        EXPECT_EQ(event.event_time, parse_timestamp("2024-01-01T00:00:00Z"));
        EXPECT_EQ(event.version_time, parse_timestamp("2024-01-01T00:05:00Z"));
      });
}

TEST(EntraSignin, TenantFromResourcePath) {
  with_event(R"({"category":"SignInLogs","time":"2024-01-01T00:00:00Z","resourceId":"/tenants/t-1/providers/x"})",
             [](const Event &event) { EXPECT_EQ(event.tenant, "t-1"); });
}

TEST(EntraSignin, Result) {
  const auto success = [](std::string_view fields) {
    std::optional<bool> found;
    with_event(R"({"category":"SignInLogs","time":"2024-01-01T00:00:00Z",)" + std::string(fields) + "}",
               [&](const Event &event) { found = event.success; });
    return found;
  };
  EXPECT_EQ(success(R"("resultType":"0")"), true);
  EXPECT_EQ(success(R"("resultType":7000215)"), false);
  EXPECT_EQ(success(R"("resultType":"Failure","properties":{"status":{"errorCode":50053}})"), false);
  EXPECT_EQ(success(R"("resultType":"Success")"), true);
  EXPECT_EQ(success(R"("status":"{\"errorCode\":0}")"), true);
  EXPECT_EQ(success(R"("x":1)"), std::nullopt);
}

TEST(EntraSignin, AuditLogSucceedsByOperation) {
  with_event(R"({"Operation":"UserLoggedIn","CreationTime":"2024-01-01T00:00:00","Id":"1","ErrorNumber":"50140"})",
             [](const Event &event) {
               EXPECT_EQ(event.success, true);
               EXPECT_EQ(event.error_code, "50140");
             });
}

TEST(EntraSignin, SecondFactor) {
  const auto method = [](std::string_view fields) {
    std::string found;
    with_event(R"({"category":"SignInLogs","time":"2024-01-01T00:00:00Z",)" + std::string(fields) + "}",
               [&](const Event &event) { found = event.mfa_method; });
    return found;
  };
  EXPECT_EQ(method(R"("mfaDetail":{"authMethod":"push"})"), "push");
  EXPECT_EQ(
      method(
          R"("mfaDetail":{},"authenticationDetails":[{"authenticationMethod":"Password"},{"authenticationMethod":"FIDO2 security key"}])"),
      "FIDO2 security key");
  EXPECT_EQ(method(R"("authenticationDetails":"[{\"authenticationMethod\":\"Previously satisfied\"}]")"), "");
  EXPECT_EQ(method(R"("authenticationDetails":"[broken")"), "");
}

TEST(EntraSignin, GraphCategories) {
  const auto category = [](std::string_view fields) {
    std::string found;
    with_event(R"({"createdDateTime":"2024-01-01T00:00:00Z","conditionalAccessStatus":"success",)" +
                   std::string(fields) + "}",
               [&](const Event &event) { found = event.metadata_device_event_id; });
    return found;
  };
  EXPECT_EQ(category(R"("isInteractive":true)"), "SignInLogs");
  EXPECT_EQ(category(R"("isInteractive":false)"), "NonInteractiveUserSignInLogs");
  EXPECT_EQ(category(R"("signInEventTypes":["servicePrincipal"])"), "ServicePrincipalSignInLogs");
  EXPECT_EQ(category(R"("signInEventTypes":["managedIdentity"])"), "ManagedIdentitySignInLogs");
}

}  // namespace
}  // namespace hunt::ingest
