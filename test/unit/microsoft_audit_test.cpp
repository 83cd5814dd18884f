// The audit sources of Microsoft: entra_audit and o365_ual.
#include "events_of.hpp"

#include <gtest/gtest.h>

namespace hunt::ingest {
namespace {

TEST(EntraAudit, Graph) {
  EXPECT_EQ(
      event_of(
          "entra_audit",
          R"({"id":"audit-1","activityDateTime":"2024-03-01T09:15:00Z","activityDisplayName":"Add member to role","category":"RoleManagement","result":"success","initiatedBy":{"user":{"id":"o-1","userPrincipalName":"Admin@example.com","displayName":"Admin","ipAddress":"192.0.2.17"},"app":null},"targetResources":[{"id":"r-1","displayName":"Global Administrator","type":"Role"},{"id":"o-2","displayName":"Bob","type":"User","userPrincipalName":"Bob@example.com"}],"loggedByService":"Core Directory","additionalDetails":[{"key":"x","value":"y"},{"key":"User-Agent","value":"Mozilla/5.0"}]})"),
      (Columns{{"event_id", "audit-1"},
               {"event_time", "2024-03-01 09:15:00.000000"},
               {"metadata_device_event_id", "RoleManagement"},
               {"action", "Add member to role"},
               {"application", "Core Directory"},
               {"target", "bob@example.com"},
               {"user_username", "admin@example.com"},
               {"user_userid", "o-1"},
               {"user_type", "User"},
               {"device_ip", "192.0.2.17"},
               {"http_user_agent", "Mozilla/5.0"},
               {"success", "true"}}));
}

TEST(EntraAudit, AzureMonitor) {
  EXPECT_EQ(
      event_of(
          "entra_audit",
          R"({"time":"2024-03-01T09:16:00.5Z","resourceId":"/tenants/t-1/providers/Microsoft.aadiam","operationName":"Update application","category":"AuditLogs","tenantId":"t-1","callerIpAddress":"<null>","properties":{"id":"Directory_1","category":"ApplicationManagement","result":"failure","resultReason":"Denied","activityDisplayName":"Update application","activityDateTime":"2024-03-01T09:15:00.1234567+00:00","loggedByService":"Core Directory","initiatedBy":{"user":null,"app":{"displayName":"Provisioning","appId":"app-1","servicePrincipalId":"sp-1"}},"targetResources":[{"id":"app-2","displayName":"Payroll"}],"additionalDetails":[]}})"),
      (Columns{{"event_id", "Directory_1"},
               {"event_time", "2024-03-01 09:15:00.123456"},
               {"version_time", "2024-03-01 09:16:00.500000"},
               {"tenant", "t-1"},
               {"metadata_device_event_id", "ApplicationManagement"},
               {"action", "Update application"},
               {"application", "Core Directory"},
               {"target", "Payroll"},
               {"user_username", "Provisioning"},
               {"user_userid", "sp-1"},
               {"user_type", "Application"},
               {"success", "false"},
               {"error_code", "failure"},
               {"error_text", "Denied"}}));
}

TEST(EntraAudit, LogAnalyticsWithJsonInText) {
  EXPECT_EQ(
      event_of(
          "entra_audit",
          R"({"TimeGenerated":"2024-03-01T09:15:00Z","AADTenantId":"t-1","TenantId":"workspace","OperationName":"Delete user","Category":"UserManagement","Result":"success","Id":"audit-3","ActivityDateTime":"2024-03-01T09:15:00Z","ActivityDisplayName":"Delete user","LoggedByService":"Core Directory","InitiatedBy":"{\"user\":{\"id\":\"o-1\",\"userPrincipalName\":\"admin@example.com\",\"ipAddress\":\"\"}}","TargetResources":"[{\"id\":\"o-2\",\"userPrincipalName\":\"bob@example.com\"}]"})"),
      (Columns{{"event_id", "audit-3"},
               {"event_time", "2024-03-01 09:15:00.000000"},
               {"tenant", "t-1"},
               {"metadata_device_event_id", "UserManagement"},
               {"action", "Delete user"},
               {"application", "Core Directory"},
               {"target", "bob@example.com"},
               {"user_username", "admin@example.com"},
               {"user_userid", "o-1"},
               {"user_type", "User"},
               {"success", "true"}}));
}

TEST(EntraAudit, Refusals) {
  EXPECT_EQ(event_of("entra_audit", R"({"category":"SignInLogs","time":"2024-03-01T09:15:00Z"})").at("reject_reason"),
            "not a directory audit: record of category \"SignInLogs\"");
  EXPECT_EQ(
      event_of(
          "entra_audit",
          R"({"category":"UserRiskEvents","time":"2024-03-01T09:15:00Z","properties":{"activityDateTime":"2024-03-01T09:15:00Z"}})")
          .at("reject_reason"),
      "not a directory audit: record of category \"UserRiskEvents\"");
}

TEST(Office365, Mail) {
  EXPECT_EQ(
      event_of(
          "o365_ual",
          R"({"CreationTime":"2024-03-01T09:15:00","Id":"u-1","Operation":"MailItemsAccessed","OrganizationId":"t-1","RecordType":50,"ResultStatus":"Succeeded","UserKey":"1003","UserType":0,"Workload":"Exchange","UserId":"Alice@example.com","ClientIPAddress":"192.0.2.17:52378","ClientInfoString":"Client=REST;","ClientAppId":"app-1","MailboxOwnerUPN":"Bob@example.com","SessionId":"s-1"})"),
      (Columns{{"event_id", "u-1"},
               {"event_time", "2024-03-01 09:15:00.000000"},
               {"tenant", "t-1"},
               {"metadata_device_event_id", "50"},
               {"action", "MailItemsAccessed"},
               {"application", "Exchange"},
               {"target", "bob@example.com"},
               {"user_username", "alice@example.com"},
               {"user_userid", "1003"},
               {"user_type", "Regular"},
               {"device_ip", "192.0.2.17"},
               {"device_ip_text", "192.0.2.17:52378"},
               {"client_application", "Client=REST;"},
               {"session_id", "s-1"},
               {"success", "true"}}));
}

TEST(Office365, DirectoryOperationInAnExport) {
  EXPECT_EQ(
      event_of(
          "o365_ual",
          R"({"RecordId":"u-2","Operations":"Update user.","AuditData":"{\"CreationTime\":\"2024-03-01T09:15:00\",\"Id\":\"u-2\",\"Operation\":\"Update user.\",\"OrganizationId\":\"t-1\",\"RecordType\":8,\"ResultStatus\":\"Failure\",\"UserKey\":\"k\",\"UserType\":2,\"Workload\":\"AzureActiveDirectory\",\"UserId\":\"admin@example.com\",\"ObjectId\":\"bob@example.com\",\"ActorIpAddress\":\"192.0.2.17\",\"ExtendedProperties\":[{\"Name\":\"additionalDetails\",\"Value\":\"{\\\"User-Agent\\\":\\\"Mozilla/5.0\\\"}\"}]}"})"),
      (Columns{{"event_id", "u-2"},
               {"event_time", "2024-03-01 09:15:00.000000"},
               {"tenant", "t-1"},
               {"metadata_device_event_id", "8"},
               {"action", "Update user."},
               {"application", "AzureActiveDirectory"},
               {"target", "bob@example.com"},
               {"user_username", "admin@example.com"},
               {"user_userid", "k"},
               {"user_type", "Admin"},
               {"device_ip", "192.0.2.17"},
               {"http_user_agent", "Mozilla/5.0"},
               {"success", "false"},
               {"error_code", "failure"}}));
}

TEST(Office365, Login) {
  EXPECT_EQ(
      event_of(
          "o365_ual",
          R"({"CreationTime":"2024-03-01T09:15:00","Id":"u-3","Operation":"UserLoginFailed","OrganizationId":"t-1","RecordType":15,"ResultStatus":"Success","UserKey":"k","UserType":0,"Workload":"AzureActiveDirectory","UserId":"alice@example.com","ClientIP":"192.0.2.17","ApplicationId":"app-1","ObjectId":"app-2","ErrorNumber":"50126","LogonError":"InvalidUserNameOrPassword","ExtendedProperties":[{"Name":"UserAgent","Value":"Mozilla/5.0"}],"DeviceProperties":[{"Name":"OS","Value":"Windows 10"},{"Name":"BrowserType","Value":"Edge"},{"Name":"SessionId","Value":"s-1"}]})"),
      (Columns{{"event_id", "u-3"},
               {"event_time", "2024-03-01 09:15:00.000000"},
               {"tenant", "t-1"},
               {"metadata_device_event_id", "15"},
               {"action", "UserLoginFailed"},
               {"application", "AzureActiveDirectory"},
               {"target", "app-2"},
               {"user_username", "alice@example.com"},
               {"user_userid", "k"},
               {"user_type", "Regular"},
               {"device_ip", "192.0.2.17"},
               {"http_user_agent", "Mozilla/5.0"},
               {"client_application", "app-1"},
               {"session_id", "s-1"},
               {"device_os", "Windows 10"},
               {"device_browser", "Edge"},
               {"success", "false"},
               {"error_code", "50126"},
               {"error_text", "InvalidUserNameOrPassword"}}));
}

TEST(Office365, ExportAsCsv) {
  EXPECT_EQ(event_of("o365_ual", "RecordId,CreationDate,AuditData\n"
                                 "u-4,2024-03-01,\"{\"\"CreationTime\"\":\"\"2024-03-01T09:15:00\"\",\"\"Id\"\":"
                                 "\"\"u-4\"\",\"\"Operation\"\":\"\"FileAccessed\"\"}\"\n")
                .at("action"),
            "FileAccessed");
}

TEST(Office365, Refusals) {
  EXPECT_EQ(event_of("o365_ual", R"({"AuditData":"{"})").at("reject_reason"), "AuditData is not valid JSON");
  EXPECT_EQ(event_of("o365_ual", R"({"Operation":"x"})").at("reject_reason"),
            "not a record of the unified audit log: no Operation with a CreationTime");
}

}  // namespace
}  // namespace hunt::ingest
