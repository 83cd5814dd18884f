#include "ingest/okta.hpp"

#include "events_of.hpp"

#include <gtest/gtest.h>

namespace hunt::ingest {
namespace {

TEST(Okta, SingleSignOn) {
  EXPECT_EQ(
      event_of(
          "okta",
          R"({"actor":{"id":"00u1","type":"User","alternateId":"Alice@example.com","displayName":"Alice"},"client":{"userAgent":{"rawUserAgent":"Mozilla/5.0","os":"Mac OS X","browser":"CHROME"},"zone":"null","device":"Computer","ipAddress":"192.0.2.17","geographicalContext":{"city":"Springfield","country":"United States"}},"authenticationContext":{"externalSessionId":"trs1","rootSessionId":"trs0"},"displayMessage":"User single sign on to app","eventType":"user.authentication.sso","outcome":{"result":"SUCCESS"},"published":"2024-03-01T09:15:00.123Z","securityContext":{"asNumber":64496},"uuid":"u-1","target":[{"id":"0ua1","type":"AppUser","alternateId":"alice@example.com"},{"id":"0oa1","type":"AppInstance","alternateId":"Payroll","displayName":"Payroll SAML"},{"id":"00u1","type":"User","alternateId":"Alice@example.com"}]})"),
      (Columns{{"event_id", "u-1"},
               {"event_time", "2024-03-01 09:15:00.123000"},
               {"metadata_device_event_id", "user.authentication.sso"},
               {"action", "User single sign on to app"},
               {"application", "Payroll SAML"},
               {"target", "alice@example.com"},
               {"user_username", "alice@example.com"},
               {"user_userid", "00u1"},
               {"user_type", "User"},
               {"device_ip", "192.0.2.17"},
               {"http_user_agent", "Mozilla/5.0"},
               {"device_os", "Mac OS X"},
               {"device_browser", "CHROME"},
               {"session_id", "trs1"},
               {"success", "true"},
               {"vendor_asn_number", "64496"},
               {"vendor_country_name", "United States"},
               {"vendor_city", "Springfield"}}));
}

TEST(Okta, SecondFactor) {
  EXPECT_EQ(
      event_of(
          "okta",
          R"({"actor":{"id":"00u1","type":"User","alternateId":"alice@example.com"},"client":{"ipAddress":null,"userAgent":null},"device":{"name":"Alice's phone","platform":"IOS"},"request":{"ipChain":[{"ip":"192.0.2.18","version":"V4"}]},"authenticationContext":{"externalSessionId":"unknown","rootSessionId":"idx9"},"displayMessage":"Authentication of user via MFA","eventType":"user.authentication.auth_via_mfa","outcome":{"result":"FAILURE","reason":"INVALID_CREDENTIALS"},"published":"2024-03-01 09:15:00.123","uuid":"u-2","target":[{"id":"a","type":"AuthenticatorEnrollment","alternateId":"unknown","displayName":"Okta Verify","detailEntry":{"methodTypeUsed":"Get a push notification"}}]})"),
      (Columns{{"event_id", "u-2"},
               {"event_time", "2024-03-01 09:15:00.123000"},
               {"metadata_device_event_id", "user.authentication.auth_via_mfa"},
               {"action", "Authentication of user via MFA"},
               {"user_username", "alice@example.com"},
               {"user_userid", "00u1"},
               {"user_type", "User"},
               {"device_ip", "192.0.2.18"},
               {"device_hostname", "Alice's phone"},
               {"mfa_method", "Get a push notification"},
               {"session_id", "idx9"},
               {"success", "false"},
               {"error_code", "INVALID_CREDENTIALS"}}));
}

TEST(Okta, ApiToken) {
  EXPECT_EQ(
      event_of(
          "okta",
          R"({"actor":{"id":"0oa2","type":"PublicClientApp","alternateId":"0oa2","displayName":"Provisioning"},"displaymessage":"Create Okta user","eventtype":"user.lifecycle.create","outcome":{"result":"FAILURE"},"published":"2024-03-01T09:15:00Z","uuid":"u-3","target":[{"type":"User","alternateId":"unknown","displayName":"Bob"}],"transaction":{"type":"WEB","detail":{"requestApiTokenId":"00T1","requestApiTokenClientId":"0oa9"}},"debugcontext":{"debugData":{"errorMessage":"already exists"}}})"),
      (Columns{{"event_id", "u-3"},
               {"event_time", "2024-03-01 09:15:00.000000"},
               {"metadata_device_event_id", "user.lifecycle.create"},
               {"action", "Create Okta user"},
               {"target", "bob"},
               {"user_username", "0oa2"},
               {"user_userid", "0oa2"},
               {"user_type", "PublicClientApp"},
               {"access_key_id", "00T1"},
               {"client_application", "0oa9"},
               {"success", "false"},
               {"error_code", "FAILURE"},
               {"error_text", "already exists"}}));
}

TEST(Okta, OutcomesThatDecideNothing) {
  const auto with = [](std::string_view outcome) {
    return event_of("okta", R"({"eventType":"policy.evaluate_sign_on","published":"2024-03-01T09:15:00Z","outcome":)" +
                                std::string(outcome) + "}");
  };
  EXPECT_EQ(with(R"({"result":"CHALLENGE","reason":"step up"})").count("success"), 0u);
  EXPECT_EQ(with(R"({"result":"CHALLENGE","reason":"step up"})").at("error_code"), "step up");
  EXPECT_EQ(with(R"({"result":"ALLOW"})").at("success"), "true");
  EXPECT_EQ(with(R"({"result":"DENY"})").at("success"), "false");
}

TEST(Okta, Refusals) {
  EXPECT_EQ(event_of("okta", R"({"eventType":"x","published":"2024-03-01T09:15:00Z"})").at("reject_reason"),
            "not an Okta System Log event: no eventType with an actor or outcome");
}

}  // namespace
}  // namespace hunt::ingest
