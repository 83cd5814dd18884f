#include "ingest/kubernetes_audit.hpp"

#include "events_of.hpp"

#include <gtest/gtest.h>

namespace hunt::ingest {
namespace {

constexpr std::string_view kExec =
    R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"a-1","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/shop/pods/web/exec?command=sh","verb":"create","user":{"username":"kubernetes-admin","uid":"aws-iam-authenticator:1:AROAEXAMPLE","groups":["system:masters"],"extra":{"accessKeyId":["ASIAEXAMPLE"],"arn":["arn:aws:sts::1:assumed-role/Admin/alice"],"canonicalArn":["arn:aws:iam::1:role/Admin"],"sessionName":["alice"]}},"sourceIPs":["10.0.1.5","8.8.8.8"],"userAgent":"kubectl/v1.28.0","objectRef":{"resource":"pods","namespace":"shop","name":"web","subresource":"exec"},"responseStatus":{"code":101},"requestReceivedTimestamp":"2024-03-01T09:15:00.123456Z","stageTimestamp":"2024-03-01T09:20:00.5Z"})";

const Columns kExecColumns{{"event_id", "a-1"},
                           {"event_time", "2024-03-01 09:15:00.123456"},
                           {"version_time", "2024-03-01 09:20:00.500000"},
                           {"metadata_device_event_id", "ResponseComplete"},
                           {"action", "create pods/exec"},
                           {"target", "shop/web"},
                           {"user_username", "kubernetes-admin"},
                           {"user_userid", "aws-iam-authenticator:1:AROAEXAMPLE"},
                           {"user_type", "User"},
                           {"user_arn", "arn:aws:sts::1:assumed-role/Admin/alice"},
                           {"session_id", "alice"},
                           {"access_key_id", "ASIAEXAMPLE"},
                           {"device_ip", "8.8.8.8"},
                           {"device_ip_text", "10.0.1.5, 8.8.8.8"},
                           {"http_user_agent", "kubectl/v1.28.0"},
                           {"success", "true"}};

TEST(KubernetesAudit, BareAndInTheMessageOfCloudWatch) {
  std::string quoted;
  append_json_text(kExec, quoted);
  for (const std::string &payload :
       {std::string(kExec), R"({"timestamp":1709284500123,"message":)" + std::string(kExec) + "}",
        R"({"timestamp":1709284500123,"message":")" + quoted + "\"}",
        R"({"logGroup":"/aws/eks/c/cluster","logEvents":[{"id":"1","message":")" + quoted + "\"}]}",
        R"({"category":"kube-audit","properties":{"log":")" + quoted + "\"}}"})
    for (const char *source : {"eks_audit", "kubernetes_audit"})
      EXPECT_EQ(event_of(source, payload), kExecColumns) << payload;
}

TEST(KubernetesAudit, Forbidden) {
  EXPECT_EQ(
      event_of(
          "kubernetes_audit",
          R"({"kind":"Event","timestamp":"2024-03-01T09:15:00Z","auditID":"a-2","stage":"ResponseComplete","requestURI":"/api/v1/secrets?limit=500","verb":"list","user":{"username":"system:admin"},"impersonatedUser":{"username":"bob"},"sourceIPs":["::1"],"objectRef":{"resource":"secrets"},"responseStatus":{"status":"Failure","message":"secrets is forbidden","reason":"Forbidden","code":403}})"),
      (Columns{{"event_id", "a-2"},
               {"event_time", "2024-03-01 09:15:00.000000"},
               {"metadata_device_event_id", "ResponseComplete"},
               {"action", "list secrets"},
               {"user_username", "system:admin"},
               {"user_type", "System"},
               {"effective_user", "bob"},
               {"device_ip", "::1"},
               {"success", "false"},
               {"error_code", "403"},
               {"error_text", "secrets is forbidden"}}));
}

TEST(KubernetesAudit, NoResource) {
  EXPECT_EQ(
      event_of(
          "kubernetes_audit",
          R"({"auditID":"a-3","stage":"ResponseComplete","requestURI":"/version?timeout=32s","verb":"get","user":{"username":"system:anonymous","groups":["system:unauthenticated"]},"sourceIPs":["not-an-ip"],"responseStatus":{"code":403},"requestReceivedTimestamp":"2024-03-01 09:15:00.595141000","annotations":{"authorization.k8s.io/decision":"forbid"}})"),
      (Columns{{"event_id", "a-3"},
               {"event_time", "2024-03-01 09:15:00.595141"},
               {"metadata_device_event_id", "ResponseComplete"},
               {"action", "get"},
               {"target", "/version"},
               {"user_username", "system:anonymous"},
               {"user_type", "Anonymous"},
               {"device_ip_text", "not-an-ip"},
               {"success", "false"},
               {"error_code", "403"}}));
}

// The stages of a request are versions of one event, the last one being the newest.
TEST(KubernetesAudit, Stages) {
  const auto stage = [](std::string_view name, std::string_view time, std::string_view more) {
    return R"({"auditID":"a-4","stage":")" + std::string(name) +
           R"(","verb":"get","user":{"username":"u"},"objectRef":{"resource":"pods","name":"p","subresource":"log"},"requestReceivedTimestamp":"2024-03-01T09:15:00Z","stageTimestamp":")" +
           std::string(time) + "\"" + std::string(more) + "}\n";
  };
  const EventList events("kubernetes_audit",
                         stage("RequestReceived", "2024-03-01T09:15:00Z", "") +
                             stage("ResponseStarted", "2024-03-01T09:15:01Z", R"(,"responseStatus":{"code":200})") +
                             stage("ResponseComplete", "2024-03-01T09:25:00Z", R"(,"responseStatus":{"code":200})") +
                             stage("Panic", "2024-03-01T09:26:00Z", ""));
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0].reject_reason, "stage RequestReceived of a request, whose later stages are the event");
  EXPECT_EQ(events[1].event_key, events[2].event_key);
  EXPECT_EQ(events[1].event_key, events[3].event_key);
  EXPECT_EQ(events[1].event_time, events[2].event_time);
  EXPECT_LT(events[1].version_time, events[2].version_time);
  EXPECT_EQ(events[3].success, false);
}

// Clients choose the audit id by a header: another action or address under it is another event.
TEST(KubernetesAudit, ReusedAuditId) {
  const auto key = [](std::string_view verb, std::string_view ip) {
    return EventList(
               "kubernetes_audit",
               R"({"auditID":"a","requestReceivedTimestamp":"2024-03-01T09:15:00Z","user":{"username":"u"},"verb":")" +
                   std::string(verb) + R"(","sourceIPs":[")" + std::string(ip) + "\"]}")[0]
        .event_key;
  };
  EXPECT_FALSE(key("get", "192.0.2.1") == key("delete", "192.0.2.1"));
  EXPECT_FALSE(key("get", "192.0.2.1") == key("get", "192.0.2.2"));
  EXPECT_EQ(key("get", "192.0.2.1"), key("get", "192.0.2.1"));
}

}  // namespace
}  // namespace hunt::ingest
