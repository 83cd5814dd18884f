// The endpoint sources jamf, mde_process, crowdstrike_process and osquery.
#include "events_of.hpp"

#include <gtest/gtest.h>

namespace hunt::ingest {
namespace {

TEST(Jamf, ProcessStart) {
  Columns found = event_of(
      "jamf",
      R"({"exec_args":{"args":{"1":"/usr/local/bin/kubectl","2":"get","3":"a b"},"args_compiled":"/usr/local/bin/kubectl,get,a b"},"exec_chain_child":{"parent_path":"/bin/zsh","parent_pid":1},"header":{"event_id":23,"event_name":"AUE_EXECVE","time_milliseconds_offset":223,"time_seconds_epoch":1709284500},"host_info":{"host_name":"MAC-1","osversion":"Version 14.0"},"path":["/usr/local/bin/kubectl","/usr/local/bin/kubectl"],"return":{"description":"success","error":0},"subject":{"audit_id":501,"audit_user_name":"alice","effective_user_name":"root","user_id":0,"session_id":100011,"process_name":"/usr/local/bin/kubectl","terminal_id":{"ip_address":"0.0.0.0"}}})");
  EXPECT_EQ(found["event_id"].substr(0, 5), "xxh3:");
  found.erase("event_id");
  EXPECT_EQ(found, (Columns{{"event_time", "2024-03-01 09:15:00.223000"},
                            {"metadata_device_event_id", "AUE_EXECVE"},
                            {"action", "AUE_EXECVE"},
                            {"application", "kubectl"},
                            {"target", "/usr/local/bin/kubectl"},
                            {"user_username", "alice"},
                            {"user_userid", "501"},
                            {"effective_user", "root"},
                            {"session_id", "100011"},
                            {"command_line", "/usr/local/bin/kubectl get 'a b'"},
                            {"parent_process", "/bin/zsh"},
                            {"device_hostname", "MAC-1"},
                            {"device_os", "macOS Version 14.0"},
                            {"success", "true"}}));
}

TEST(Jamf, Alert) {
  EXPECT_EQ(
      event_of(
          "jamf",
          R"({"eventType":"GPProcessEvent","host":{"os":"Version 14.0","ips":["192.0.2.17"],"hostname":"MAC-1"},"match":{"uuid":"m-1","event":{"timestamp":1709284500.851668,"uuid":"e-1"},"facts":[{"name":"User Elevated Action"}]},"related":{"users":[{"uid":0,"name":"root"},{"uid":501,"name":"alice"}],"processes":[{"uid":501,"args":["kubectl","get"],"path":"/usr/local/bin/kubectl"},{"uid":501,"args":["-zsh"],"path":"/bin/zsh"}]}})"),
      (Columns{{"event_time", "2024-03-01 09:15:00.851668"},
               {"event_id", "m-1"},
               {"metadata_device_event_id", "GPProcessEvent"},
               {"action", "User Elevated Action"},
               {"application", "kubectl"},
               {"target", "/usr/local/bin/kubectl"},
               {"user_username", "alice"},
               {"user_userid", "501"},
               {"command_line", "kubectl get"},
               {"parent_process", "/bin/zsh"},
               {"parent_command_line", "-zsh"},
               {"device_ip", "192.0.2.17"},
               {"device_hostname", "MAC-1"},
               {"device_os", "macOS Version 14.0"}}));
}

TEST(Jamf, OtherTelemetry) {
  const Columns found = event_of(
      "jamf",
      R"({"header":{"event_name":"AUE_CONNECT","time_milliseconds_offset":1,"time_seconds_epoch":1709284500},"host_info":{"host_name":"MAC-1"},"return":{"description":"failure : in progress","error":150},"subject":{"audit_id":4294967295,"audit_user_name":"-1","effective_user_name":"_timed","user_id":266,"process_name":"/usr/libexec/timed"}})");
  EXPECT_EQ(found.at("user_username"), "_timed");
  EXPECT_EQ(found.at("user_userid"), "266");
  EXPECT_EQ(found.at("error_code"), "150");
  EXPECT_EQ(found.at("error_text"), "failure : in progress");
  EXPECT_EQ(event_of("jamf", R"({"$schema":"x"})").at("reject_reason"),
            "not a Jamf Protect event: neither a header nor an eventType with a match");
}

constexpr std::string_view kMde =
    R"({"Timestamp":"2024-03-01T09:15:00.1234567Z","DeviceId":"d-1","DeviceName":"pc1.example.com","ActionType":"ProcessCreated","FileName":"kubectl.exe","FolderPath":"C:\\Tools\\kubectl.exe","ProcessCommandLine":"kubectl get secrets","AccountDomain":"EXAMPLE","AccountName":"Alice","AccountSid":"S-1-5-21-1","AccountUpn":"Alice@example.com","LogonId":999,"InitiatingProcessFileName":"cmd.exe","InitiatingProcessFolderPath":"c:\\windows\\system32\\cmd.exe","InitiatingProcessCommandLine":"cmd /c x","ReportId":42})";

TEST(Defender, AdvancedHuntingAndStreaming) {
  Columns expected{{"event_time", "2024-03-01 09:15:00.123456"},
                   {"event_id", "d-1/42"},
                   {"metadata_device_event_id", "ProcessCreated"},
                   {"action", "process start"},
                   {"application", "kubectl.exe"},
                   {"target", R"(C:\Tools\kubectl.exe)"},
                   {"user_username", R"(example\alice)"},
                   {"user_userid", "S-1-5-21-1"},
                   {"user_email", "alice@example.com"},
                   {"session_id", "999"},
                   {"command_line", "kubectl get secrets"},
                   {"parent_process", R"(c:\windows\system32\cmd.exe)"},
                   {"parent_command_line", "cmd /c x"},
                   {"device_hostname", "pc1.example.com"}};
  EXPECT_EQ(event_of("mde_process", kMde), expected);
  expected["tenant"] = "t-1";
  EXPECT_EQ(
      event_of(
          "mde_process",
          R"({"time":"2024-03-01T09:16:00Z","tenantId":"t-1","category":"AdvancedHunting-DeviceProcessEvents","properties":)" +
              std::string(kMde) + "}"),
      expected);
}

TEST(Defender, SensorExportAsCsv) {
  EXPECT_EQ(
      event_of(
          "mde_process",
          ",CreatedProcessAccountName,CreatedProcessAccountDomainName,CreatedProcessCreationTime,CreatedProcessName,"
          "CreatedProcessCommandLine,CreatedProcessFilePath,InitiatingProcessAccountName,"
          "InitiatingProcessAccountDomainName,InitiatingProcessName,Process_CommandLine,OrgId,ReportTime,ReportGuid,"
          "ComputerDnsName,LogonId\n"
          "0,svc,EXAMPLE,2024-03-01 09:15:00.159814200+00:00,mshta.exe,\"mshta \"\"x\"\", y\",C:\\Windows\\System32,"
          "alice,EXAMPLE,cmd.exe,cmd.exe /c x,t-1,2024-03-01 09:15:01+00:00,r-1,pc1,388\n"),
      (Columns{{"event_time", "2024-03-01 09:15:00.159814"},
               {"version_time", "2024-03-01 09:15:01.000000"},
               {"event_id", "r-1"},
               {"tenant", "t-1"},
               {"metadata_device_event_id", "ProcessCreated"},
               {"action", "process start"},
               {"application", "mshta.exe"},
               {"target", R"(C:\Windows\System32\mshta.exe)"},
               {"user_username", R"(example\alice)"},
               {"effective_user", R"(example\svc)"},
               {"session_id", "388"},
               {"command_line", R"(mshta "x", y)"},
               {"parent_process", "cmd.exe"},
               {"parent_command_line", "cmd.exe /c x"},
               {"device_hostname", "pc1"}}));
}

TEST(Defender, Refusals) {
  EXPECT_EQ(event_of("mde_process", R"({"ActionType":"FileCreated"})").at("reject_reason"),
            "not a process start of Defender: action \"FileCreated\"");
}

TEST(CrowdStrike, NestedAndFlat) {
  constexpr std::string_view fields =
      R"("event_simpleName":"ProcessRollup2","id":"i-1","cid":"c-1","aid":"a-1","aip":"192.0.2.17","ComputerName":"pc1","UserName":"Alice","UserSid":"S-1-5-21-1","AuthenticationId":"293628","ImageFileName":"\\Device\\HarddiskVolume2\\Tools\\Kubectl.exe","CommandLine":"kubectl get","ParentBaseFileName":"pwsh.exe","event_platform":"Win")";
  const Columns expected{{"event_time", "2024-03-01 09:15:00.719000"},
                         {"event_id", "i-1"},
                         {"tenant", "c-1"},
                         {"metadata_device_event_id", "ProcessRollup2"},
                         {"action", "process start"},
                         {"application", "kubectl.exe"},
                         {"target", R"(\Device\HarddiskVolume2\Tools\Kubectl.exe)"},
                         {"user_username", "alice"},
                         {"user_userid", "S-1-5-21-1"},
                         {"session_id", "293628"},
                         {"command_line", "kubectl get"},
                         {"parent_process", "pwsh.exe"},
                         {"device_ip", "192.0.2.17"},
                         {"device_hostname", "pc1"},
                         {"device_os", "Windows"}};
  EXPECT_EQ(event_of("crowdstrike_process", R"({"timestamp":"1709284500719",)" + std::string(fields) + "}"), expected);
  EXPECT_EQ(event_of("crowdstrike_process", R"({"timestamp":"2024-03-01 09:15:00.719","event":{)" +
                                                std::string(fields) + R"(},"event_simpleName":"ProcessRollup2"})"),
            expected);
}

TEST(CrowdStrike, LinuxAndRefusals) {
  const Columns found = event_of(
      "crowdstrike_process",
      R"({"event_simpleName":"ProcessRollup2","aid":"a-1","ContextTimeStamp":"1709284500.719","UID":"1000","ImageFileName":"/usr/bin/Kubectl","event_platform":"Lin"})");
  EXPECT_EQ(found.at("user_username"), "1000");
  EXPECT_EQ(found.at("application"), "Kubectl");
  EXPECT_EQ(found.at("device_hostname"), "a-1");
  EXPECT_EQ(event_of("crowdstrike_process", R"({"event_simpleName":"DnsRequest"})").at("reject_reason"),
            "not a process start of Falcon: event \"DnsRequest\"");
  EXPECT_EQ(event_of("crowdstrike_process", R"({"a":1})").at("reject_reason"),
            "not an event of Falcon: no event_simpleName");
}

TEST(Osquery, Rows) {
  Columns found = event_of(
      "osquery",
      R"({"name":"pack_ir_process_events","action":"added","hostIdentifier":"host-1","unixTime":1709284500,"calendarTime":"Fri Mar  1 10:15:00 2024 UTC","decorations":{"hostname":"web1","platform":"ubuntu"},"columns":{"cmdline":"kubectl get","path":"/usr/bin/kubectl","uid":"1000","username":"alice","parent_path":"/bin/bash"}})");
  found.erase("event_id");
  EXPECT_EQ(found, (Columns{{"event_time", "2024-03-01 09:15:00.000000"},
                            {"metadata_device_event_id", "added"},
                            {"action", "pack_ir_process_events"},
                            {"application", "kubectl"},
                            {"target", "/usr/bin/kubectl"},
                            {"user_username", "alice"},
                            {"user_userid", "1000"},
                            {"command_line", "kubectl get"},
                            {"parent_process", "/bin/bash"},
                            {"device_hostname", "web1"},
                            {"device_os", "ubuntu"}}));
  found = event_of(
      "osquery",
      R"({"name":"shell_history","action":"added","hostIdentifier":"host-1","calendarTime":"Fri Mar  1 09:15:00 2024 UTC","columns":{"command":"aws s3 ls","uid":"1000","username":"alice"}})");
  EXPECT_EQ(found.at("command_line"), "aws s3 ls");
  EXPECT_EQ(found.at("event_time"), "2024-03-01 09:15:00.000000");
  EXPECT_EQ(found.at("device_hostname"), "host-1");
  found = event_of(
      "osquery",
      R"({"name":"logged_in_users","action":"snapshot","hostIdentifier":"host-1","unixTime":"1709284500","snapshot":[{"user":"alice"}]})");
  EXPECT_EQ(found.at("action"), "logged_in_users");
  EXPECT_EQ(found.at("metadata_device_event_id"), "snapshot");
  EXPECT_EQ(event_of("osquery", R"({"name":"x"})").at("reject_reason"),
            "not an osquery result: no name with columns or a snapshot");
}

}  // namespace
}  // namespace hunt::ingest
