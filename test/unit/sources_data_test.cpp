// Every file of real logs through the mapping of its source: what becomes of its documents. The files are outside data
// (SESSION_HUNT_DATA); the numbers of documents and of distinct ids were taken from them by other means.
#include "events_of.hpp"
#include "example_mappings.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <tuple>

namespace hunt::ingest {
namespace {

struct FileFacts {
  const char *source;
  const char *file;
  std::size_t documents;
  std::size_t events;
  std::size_t distinct;  // events by key and time
  std::map<std::string, std::size_t> rejects;
};

const std::string kNotKubernetes =
    "not a Kubernetes audit event: no auditID, nor a verb or requestURI with a user or objectRef";
const std::string kNoTime = "no readable event time";

const std::vector<FileFacts> &facts() {
  static const std::vector<FileFacts> table = {
      {"cloudtrail",
       "aws_cloudtrail/ocsf_aws/events.jsonl",
       20,
       9,
       8,
       {{"not a CloudTrail event: no eventName with an eventSource or userIdentity", 11}}},
      {"cloudtrail", "aws_cloudtrail/panther_cloudtrail/events.jsonl", 318, 305, 287, {{kNoTime, 13}}},
      {"cloudtrail", "aws_cloudtrail/sans504_s3_ransomware/events.jsonl.gz", 30477, 30477, 23981, {}},
      {"cloudtrail", "aws_cloudtrail/sekoia_cloudtrail/events.jsonl", 10, 10, 10, {}},
      {"cloudtrail",
       "aws_cloudtrail/stratus_red_team/aws.credential-access.ec2-steal-instance-credentials.jsonl",
       45,
       45,
       45,
       {}},
      {"cloudtrail",
       "aws_cloudtrail/stratus_red_team/aws.credential-access.secretsmanager-batch-retrieve-secrets.jsonl",
       5,
       5,
       5,
       {}},
      {"cloudtrail",
       "aws_cloudtrail/stratus_red_team/aws.credential-access.ssm-retrieve-securestring-parameters.jsonl",
       10,
       10,
       10,
       {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.defense-evasion.cloudtrail-delete.jsonl", 1, 1, 1, {}},
      {"cloudtrail",
       "aws_cloudtrail/stratus_red_team/aws.defense-evasion.cloudtrail-event-selectors.jsonl",
       1,
       1,
       1,
       {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.defense-evasion.dns-delete-logs.jsonl", 1, 1, 1, {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.discovery.ec2-download-user-data.jsonl", 19, 19, 19, {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.execution.ec2-launch-unusual-instances.jsonl", 3, 3, 3, {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.execution.ec2-user-data.jsonl", 35, 35, 35, {}},
      {"cloudtrail",
       "aws_cloudtrail/stratus_red_team/aws.exfiltration.ec2-security-group-open-port-22-ingress.jsonl",
       1,
       1,
       1,
       {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.exfiltration.ec2-share-ami.jsonl", 1, 1, 1, {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.exfiltration.ec2-share-ebs-snapshot.jsonl", 1, 1, 1, {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.exfiltration.rds-share-snapshot.jsonl", 1, 1, 1, {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.impact.bedrock-invoke-model.jsonl", 15, 15, 15, {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.lateral-movement.ec2-instance-connect.jsonl", 3, 3, 3, {}},
      {"cloudtrail",
       "aws_cloudtrail/stratus_red_team/aws.lateral-movement.ec2-serial-console-send-ssh-public-key.jsonl",
       4,
       4,
       4,
       {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.persistence.iam-backdoor-role.jsonl", 1, 1, 1, {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.persistence.iam-backdoor-user.jsonl", 1, 1, 1, {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.persistence.iam-create-backdoor-role.jsonl", 2, 2, 2, {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.persistence.lambda-backdoor-function.jsonl", 1, 1, 1, {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.persistence.lambda-layer-extension.jsonl", 1, 1, 1, {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.persistence.lambda-overwrite-code.jsonl", 1, 1, 1, {}},
      {"cloudtrail", "aws_cloudtrail/stratus_red_team/aws.persistence.sts-federation-token.jsonl", 2, 2, 2, {}},
      {"cloudtrail",
       "aws_cloudtrail/stratus_red_team/aws.privilege-escalation.iam-update-user-login-profile.jsonl",
       1,
       1,
       1,
       {}},
      {"cloudtrail", "aws_cloudtrail/traildiscover/events.jsonl", 211, 211, 211, {}},
      {"bucket_alarm", "aws_cloudtrail/otrf_s3_honeybucket/AWS_S3_HoneyBucketLogs.csv", 301, 301, 301, {}},
      {"okta", "okta/ocsf_okta/events.jsonl", 6, 6, 6, {}},
      {"okta", "okta/panther_okta/events.jsonl", 44, 37, 34, {{kNoTime, 7}}},
      {"okta", "okta/sekoia_okta/events.jsonl", 7, 7, 7, {}},
      {"okta", "okta/tenzir_okta/system-log.jsonl", 10, 10, 10, {}},
      {"eks_audit", "eks_k8s_audit/audit2rbac/demo.jsonl", 37, 37, 37, {}},
      {"eks_audit", "eks_k8s_audit/falco_k8s_audit/events.jsonl", 32, 31, 31, {{kNotKubernetes, 1}}},
      {"eks_audit", "eks_k8s_audit/panther_eks/events.jsonl", 192, 14, 11, {{kNoTime, 139}, {kNotKubernetes, 39}}},
      {"eks_audit", "eks_k8s_audit/sekoia_k8s/events.jsonl", 6, 6, 6, {}},
      {"entra_audit",
       "entra_id/panther_azure_audit/events.jsonl",
       29,
       11,
       11,
       {{"not a directory audit: record of category \"NonInteractiveUserSignInLogs\"", 2},
        {"not a directory audit: record of category \"ServicePrincipalSignInLogs\"", 7},
        {"not a directory audit: record of category \"SignInLogs\"", 9}}},
      {"entra_audit",
       "entra_id/sekoia_azure_ad/events.jsonl",
       17,
       7,
       7,
       {{"not a directory audit: record of category \"MicrosoftGraphActivityLogs\"", 2},
        {"not a directory audit: record of category \"NonInteractiveUserSignInLogs\"", 1},
        {"not a directory audit: record of category \"ServicePrincipalSignInLogs\"", 1},
        {"not a directory audit: record of category \"SignInLogs\"", 4},
        {"not a directory audit: record of category \"UserRiskEvents\"", 2}}},
      {"entra_audit",
       "entra_id/sekoia_entraid_graph/events.jsonl",
       53,
       52,
       52,
       {{"not a directory audit: no activity of Entra ID", 1}}},
      {"entra_audit", "entra_id/tenzir_graph/directory-audits.jsonl", 4, 4, 4, {}},
      {"o365_ual", "entra_id/invictus_o365_ual/audit_and_mail.jsonl", 658, 658, 470, {}},
      {"o365_ual", "entra_id/invictus_o365_ual/logins.jsonl", 441, 441, 340, {}},
      {"o365_ual", "entra_id/panther_m365_aad/events.jsonl", 4, 4, 4, {}},
      {"windows_4688",
       "endpoint/otrf_windows_process/events.jsonl.gz",
       1109,
       528,
       503,
       {{"not a process start (4688): Windows event 1", 581}}},
      {"sysmon_process",
       "endpoint/otrf_windows_process/events.jsonl.gz",
       1109,
       581,
       556,
       {{"not a process start (Sysmon event 1): Windows event 4688", 528}}},
      {"windows_4688", "endpoint/sentinel_nb_4688/SecurityEvent_4688.jsonl.gz", 15319, 15319, 15311, {}},
      {"sysmon_process", "endpoint/sigma_regression_process/events.jsonl", 88, 88, 87, {}},
      {"mde_process", "endpoint/msticpy_mde/mde_proc_cs1.csv.gz", 1564, 1564, 1564, {}},
      {"crowdstrike_process",
       "endpoint/panther_crowdstrike_fdr/events.jsonl",
       56,
       45,
       44,
       {{"not a process start of Falcon: event \"DnsRequest\"", 4},
        {"not an event of Falcon: no event_simpleName", 7}}},
      {"jamf",
       "endpoint/jamf_protect/events.jsonl",
       32,
       31,
       31,
       {{"not a Jamf Protect event: neither a header nor an eventType with a match", 1}}},
      {"auditd", "endpoint/msticpy_auditd_raw/auditd_log.txt", 938, 938, 938, {}},
      {"auditd", "endpoint/laurel/events.jsonl", 14, 14, 14, {}},
      {"osquery", "endpoint/panther_osquery/events.jsonl", 26, 10, 9, {{kNoTime, 16}}},
  };
  return table;
}

std::string read_file(const std::filesystem::path &path) {
  std::string content;
  // The large files are compressed; gzip passes on the others as they are.
  FILE *pipe = popen(("gzip -dcf '" + path.string() + "'").c_str(), "r");
  if (!pipe)
    return content;
  char buffer[65536];
  for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    content.append(buffer, n);
  pclose(pipe);
  return content;
}

EventList events_of(const std::string &source, std::string_view payload) {
  if (source == "bucket_alarm")
    return EventList(bucket_alarm_mapping(), payload);
  return EventList(source, payload);
}

TEST(SourcesData, WhatBecomesOfEveryFile) {
  const char *data = std::getenv("SESSION_HUNT_DATA");
  const std::filesystem::path folder = std::filesystem::path(data ? data : "") / "logs";
  if (!data || !std::filesystem::is_directory(folder))
    GTEST_SKIP() << "SESSION_HUNT_DATA names no folder with logs";
  for (const FileFacts &expected : facts()) {
    const EventList events = events_of(expected.source, read_file(folder / expected.file));
    std::size_t accepted = 0;
    std::map<std::string, std::size_t> rejects;
    std::set<std::tuple<std::uint64_t, std::uint64_t, std::int64_t>> keys;
    for (const Event &event : events) {
      if (!event.reject_reason.empty()) {
        ++rejects[std::string(event.reject_reason)];
        continue;
      }
      ++accepted;
      keys.emplace(event.event_key.high, event.event_key.low, *event.event_time);
    }
    const std::string where = std::string(expected.source) + " " + expected.file;
    EXPECT_EQ(events.size(), expected.documents) << where;
    EXPECT_EQ(accepted, expected.events) << where;
    EXPECT_EQ(keys.size(), expected.distinct) << where;
    EXPECT_EQ(rejects, expected.rejects) << where;
  }
}

}  // namespace
}  // namespace hunt::ingest
