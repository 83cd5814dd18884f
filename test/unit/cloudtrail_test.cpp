#include "ingest/cloudtrail.hpp"

#include "events_of.hpp"

#include <gtest/gtest.h>

namespace hunt::ingest {
namespace {

// An event of 2024-03-01 09:15 with these members.
std::string event_with(std::string_view members) {
  return R"({"eventTime":"2024-03-01T09:15:00Z","eventName":"ListBuckets","eventSource":"s3.amazonaws.com",)"
         R"("eventType":"AwsApiCall",)" +
         std::string(members) + "}";
}

Columns columns_with(std::string_view members) { return event_of("cloudtrail", event_with(members)); }

TEST(CloudTrail, CallOfAnIamUser) {
  EXPECT_EQ(
      event_of(
          "cloudtrail",
          R"({"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE","userName":"alice"},"eventTime":"2024-03-01T09:15:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateAccessKey","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.17","userAgent":"[aws-cli/2.15.0 Python/3.11.6]","errorCode":"AccessDenied","errorMessage":"not authorized","requestParameters":{"userName":"bob"},"responseElements":null,"requestID":"r-1","eventID":"e-1","eventType":"AwsApiCall","recipientAccountId":"111122223333"})"),
      (Columns{{"event_id", "e-1"},
               {"event_time", "2024-03-01 09:15:00.000000"},
               {"tenant", "111122223333"},
               {"metadata_device_event_id", "AwsApiCall"},
               {"action", "CreateAccessKey"},
               {"application", "iam.amazonaws.com"},
               {"target", "bob"},
               {"region", "us-east-1"},
               {"user_username", "alice"},
               {"user_userid", "AIDAEXAMPLE"},
               {"user_type", "IAMUser"},
               {"user_arn", "arn:aws:iam::111122223333:user/alice"},
               {"access_key_id", "AKIAEXAMPLE"},
               {"device_ip", "192.0.2.17"},
               {"http_user_agent", "aws-cli/2.15.0 Python/3.11.6"},
               {"success", "false"},
               {"error_code", "AccessDenied"},
               {"error_text", "not authorized"}}));
}

TEST(CloudTrail, CallWithARole) {
  EXPECT_EQ(
      event_of(
          "cloudtrail",
          R"({"userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:alice@example.com","arn":"arn:aws:sts::111122223333:assumed-role/Admin/alice@example.com","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","userName":"Admin"},"attributes":{"creationDate":"2024-03-01T08:00:00Z","mfaAuthenticated":"true"}}},"eventTime":"2024-03-01T09:15:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","sourceIPAddress":"2001:DB8::17","userAgent":"Boto3/1.26","requestParameters":{"bucketName":"payroll","key":"2024.csv"},"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::payroll/2024.csv"}],"eventID":"e-2","eventType":"AwsApiCall"})"),
      (Columns{{"event_id", "e-2"},
               {"event_time", "2024-03-01 09:15:00.000000"},
               {"tenant", "111122223333"},
               {"metadata_device_event_id", "AwsApiCall"},
               {"action", "GetObject"},
               {"application", "s3.amazonaws.com"},
               {"target", "arn:aws:s3:::payroll/2024.csv"},
               {"region", "eu-west-1"},
               {"user_username", "alice@example.com"},
               {"user_userid", "AROAEXAMPLE:alice@example.com"},
               {"user_type", "AssumedRole"},
               {"user_arn", "arn:aws:sts::111122223333:assumed-role/Admin/alice@example.com"},
               {"effective_user", "Admin"},
               {"access_key_id", "ASIAEXAMPLE"},
               {"session_id", "AROAEXAMPLE:alice@example.com@2024-03-01T08:00:00Z"},
               {"mfa_method", "MFA"},
               {"device_ip", "2001:db8::17"},
               {"device_ip_text", "2001:DB8::17"},
               {"http_user_agent", "Boto3/1.26"},
               {"success", "true"}}));
}

TEST(CloudTrail, ConsoleLogin) {
  EXPECT_EQ(
      event_of(
          "cloudtrail",
          R"({"userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","userName":"alice"},"eventTime":"2024-03-01T09:15:00Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.17","userAgent":"Mozilla/5.0","errorMessage":"Failed authentication","requestParameters":null,"responseElements":{"ConsoleLogin":"Failure"},"additionalEventData":{"MFAIdentifier":"arn:aws:iam::111122223333:u2f/user/alice/key-1","MFAUsed":"Yes"},"eventID":"e-3","eventType":"AwsConsoleSignIn","recipientAccountId":"111122223333"})"),
      (Columns{{"event_id", "e-3"},
               {"event_time", "2024-03-01 09:15:00.000000"},
               {"tenant", "111122223333"},
               {"metadata_device_event_id", "AwsConsoleSignIn"},
               {"action", "ConsoleLogin"},
               {"application", "signin.amazonaws.com"},
               {"region", "us-east-1"},
               {"user_username", "alice"},
               {"user_userid", "AIDAEXAMPLE"},
               {"user_type", "IAMUser"},
               {"user_arn", "arn:aws:iam::111122223333:user/alice"},
               {"mfa_method", "u2f"},
               {"device_ip", "192.0.2.17"},
               {"http_user_agent", "Mozilla/5.0"},
               {"success", "false"},
               {"error_text", "Failed authentication"}}));
}

TEST(CloudTrail, ServiceOnBehalfOfItself) {
  EXPECT_EQ(
      columns_with(
          R"("userIdentity":{"type":"AWSService","invokedBy":"delivery.logs.amazonaws.com"},"sourceIPAddress":"delivery.logs.amazonaws.com","userAgent":"delivery.logs.amazonaws.com","eventID":"e-4")"),
      (Columns{{"event_id", "e-4"},
               {"event_time", "2024-03-01 09:15:00.000000"},
               {"metadata_device_event_id", "AwsApiCall"},
               {"action", "ListBuckets"},
               {"application", "s3.amazonaws.com"},
               {"user_type", "AWSService"},
               {"client_application", "delivery.logs.amazonaws.com"},
               {"device_ip_text", "delivery.logs.amazonaws.com"},
               {"http_user_agent", "delivery.logs.amazonaws.com"},
               {"success", "true"}}));
}

TEST(CloudTrail, UserNameByIdentity) {
  const auto user = [](std::string_view identity) {
    Columns found = columns_with("\"eventID\":\"e\",\"userIdentity\":" + std::string(identity));
    return found["user_username"] + "|" + found["effective_user"];
  };
  EXPECT_EQ(user(R"({"type":"Root","arn":"arn:aws:iam::111122223333:root","userName":"alias"})"), "root|");
  EXPECT_EQ(user(R"({"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/team/alice"})"), "alice|");
  EXPECT_EQ(user(R"({"type":"IAMUser","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"})"), "|");
  EXPECT_EQ(user(R"({"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/web/i-0abc"})"), "web|");
  EXPECT_EQ(user(R"({"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/AWSReservedSSO_Admin_0123/alice"})"),
            "alice|AWSReservedSSO_Admin_0123");
  EXPECT_EQ(
      user(
          R"({"type":"FederatedUser","arn":"arn:aws:sts::1:federated-user/bob","sessionContext":{"sessionIssuer":{"type":"IAMUser","userName":"alice"}}})"),
      "bob|alice");
  EXPECT_EQ(user(R"({"type":"IdentityCenterUser","onBehalfOf":{"userId":"u-1"},"credentialId":"c-1"})"), "u-1|");
  EXPECT_EQ(user(R"({"type":"WebIdentityUser","principalId":"idp:app:alice","userName":"alice"})"), "alice|");
  EXPECT_EQ(user(R"({"type":"SAMLUser","principalId":"abc:alice"})"), "abc:alice|");
  EXPECT_EQ(user(R"({"type":"AWSAccount","principalId":"","accountId":"ANONYMOUS_PRINCIPAL"})"),
            "ANONYMOUS_PRINCIPAL|");
  EXPECT_EQ(user(R"({"type":"Unknown","userName":"alice"})"), "alice|");
  EXPECT_EQ(user(R"("{\"type\":\"IAMUser\",\"userName\":\"alice\"}")"), "alice|");
}

TEST(CloudTrail, ResultByKindOfEvent) {
  const auto result = [](std::string_view members) { return columns_with(members)["success"]; };
  EXPECT_EQ(result(R"("userIdentity":{})"), "true");
  EXPECT_EQ(result(R"("userIdentity":{},"errorCode":"ThrottlingException")"), "false");
  EXPECT_EQ(
      event_of(
          "cloudtrail",
          R"({"eventTime":"2024-03-01T09:15:00Z","eventName":"RotateKey","eventSource":"kms.amazonaws.com","eventType":"AwsServiceEvent"})")
          .count("success"),
      0u);
  EXPECT_EQ(
      event_of(
          "cloudtrail",
          R"({"eventTime":"2024-03-01T09:15:00Z","eventName":"SwitchRole","eventSource":"signin.amazonaws.com","eventType":"AwsConsoleSignIn","responseElements":{"SwitchRole":"Success"}})")
          ["success"],
      "true");
}

TEST(CloudTrail, Insight) {
  const Columns found = event_of(
      "cloudtrail",
      R"({"eventTime":"2024-03-01T09:15:00Z","eventType":"AwsCloudTrailInsight","eventID":"i","insightDetails":{"eventName":"RunInstances","eventSource":"ec2.amazonaws.com"}})");
  EXPECT_EQ(found.at("action"), "RunInstances");
  EXPECT_EQ(found.at("application"), "ec2.amazonaws.com");
}

TEST(CloudTrail, InWhateverItTravels) {
  const std::string bare = event_with(R"("userIdentity":{"type":"Root"},"eventID":"e-9")");
  std::string quoted;
  append_json_text(bare, quoted);
  const Columns expected = event_of("cloudtrail", bare);
  EXPECT_EQ(expected.at("event_id"), "e-9");
  for (
      const std::string &payload :
      {"{\"Records\":[" + bare + "]}",
       R"({"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[{"id":"1","timestamp":1,"message":")" +
           quoted + "\"}]}",
       R"({"_index":"i","_source":)" + bare + "}", R"({"preview":false,"result":{"_raw":")" + quoted + "\"}}",
       R"({"Events":[{"EventId":"e-9","EventName":"x","CloudTrailEvent":")" + quoted + "\"}]}",
       R"({"detail-type":"AWS API Call via CloudTrail","source":"aws.s3","detail":)" + bare + "}"}) {
    const EventList events("cloudtrail", payload);
    ASSERT_EQ(events.size(), 1u) << payload;
    EXPECT_EQ(columns(events[0]), expected) << payload;
    EXPECT_EQ(events[0].event_key, EventList("cloudtrail", bare)[0].event_key) << payload;
  }
}

TEST(CloudTrail, AsCsvOfLakeOrAthena) {
  const Columns found = event_of("cloudtrail", "eventtime,eventname,eventsource,useridentity,sourceipaddress\r\n"
                                               "2024-03-01T09:15:00Z,ListBuckets,s3.amazonaws.com,"
                                               "\"{\"\"type\"\":\"\"IAMUser\"\",\"\"userName\"\":\"\"alice\"\"}\","
                                               "192.0.2.17\r\n");
  EXPECT_EQ(found.at("user_username"), "alice");
  EXPECT_EQ(found.at("device_ip"), "192.0.2.17");
}

TEST(CloudTrail, AnIdIsAnEventOnlyWithItsContent) {
  const auto key = [](std::string_view payload) { return EventList("cloudtrail", payload)[0].event_key; };
  const auto one = key(event_with(R"("eventID":"e","readOnly":true)"));
  EXPECT_EQ(one, key("{ \"readOnly\":true," + event_with(R"("eventID":"e")").substr(1)));
  EXPECT_FALSE(one == key(event_with(R"("eventID":"e","readOnly":false)")));
}

TEST(CloudTrail, Refusals) {
  EXPECT_EQ(event_of("cloudtrail", R"({"account_id":"1","query_name":"example.com"})").at("reject_reason"),
            "not a CloudTrail event: no eventName with an eventSource or userIdentity");
  EXPECT_EQ(event_of("cloudtrail", R"({"eventName":"x","eventSource":"y"})").at("reject_reason"),
            "no readable event time");
}

}  // namespace
}  // namespace hunt::ingest
