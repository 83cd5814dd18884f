#include "ingest/windows_process.hpp"

#include "events_of.hpp"

#include <gtest/gtest.h>

namespace hunt::ingest {
namespace {

const Columns k4688{{"event_time", "2024-03-01 09:15:00.250000"},
                    {"event_id", "pc1.example.com/4711"},
                    {"metadata_device_event_id", "4688"},
                    {"action", "process start"},
                    {"application", "kubectl.exe"},
                    {"target", R"(C:\Tools\kubectl.exe)"},
                    {"user_username", R"(example\alice)"},
                    {"user_userid", "S-1-5-21-1"},
                    {"effective_user", R"(example\svc)"},
                    {"session_id", "0x627b7"},
                    {"command_line", "kubectl.exe get secrets"},
                    {"parent_process", R"(C:\Windows\System32\cmd.exe)"},
                    {"device_hostname", "pc1.example.com"},
                    {"device_os", "Windows"}};

constexpr std::string_view k4688Data =
    R"("SubjectUserSid":"S-1-5-21-1","SubjectUserName":"Alice","SubjectDomainName":"EXAMPLE","SubjectLogonId":"0x627b7","NewProcessName":"C:\\Tools\\kubectl.exe","CommandLine":"kubectl.exe get secrets","ParentProcessName":"C:\\Windows\\System32\\cmd.exe","TargetUserName":"svc","TargetDomainName":"EXAMPLE")";

TEST(Windows4688, InEveryShape) {
  const std::string data(k4688Data);
  // NXLog and the like: local time in EventTime, which must not be taken.
  EXPECT_EQ(event_of("windows_4688", R"({"EventID":4688,"Hostname":"pc1.example.com","RecordNumber":4711,)"
                                     R"("EventTime":"2024-03-01 01:15:00","@timestamp":"2024-03-01T09:15:00.250Z",)" +
                                         data + "}"),
            k4688);
  EXPECT_EQ(
      event_of("windows_4688",
               R"({"@timestamp":"2024-03-01T09:15:00.250Z","message":"A new process has been created.",)"
               R"("winlog":{"event_id":"4688","computer_name":"pc1.example.com","record_id":4711,"event_data":{)" +
                   data + "}}}"),
      k4688);
  EXPECT_EQ(event_of("windows_4688",
                     R"({"Event":{"System":{"EventID":{"#text":"4688"},"EventRecordID":"4711","Computer":)"
                     R"("pc1.example.com","TimeCreated":{"#attributes":{"SystemTime":"2024-03-01T09:15:00.250Z"}}},)"
                     R"("EventData":{)" +
                         data + "}}}"),
            k4688);
  EXPECT_EQ(
      event_of(
          "windows_4688",
          R"({"Event":{"System":{"EventID":4688,"EventRecordID":4711,"Computer":"pc1.example.com","TimeCreated":{"@SystemTime":"2024-03-01T09:15:00.25Z"}},"EventData":{"Data":[{"@Name":"SubjectUserSid","#text":"S-1-5-21-1"},{"@Name":"SubjectUserName","#text":"Alice"},{"@Name":"SubjectDomainName","#text":"EXAMPLE"},{"@Name":"SubjectLogonId","#text":"0x627b7"},{"@Name":"NewProcessName","#text":"C:\\Tools\\kubectl.exe"},{"@Name":"CommandLine","#text":"kubectl.exe get secrets"},{"@Name":"ParentProcessName","#text":"C:\\Windows\\System32\\cmd.exe"},{"@Name":"TargetUserName","#text":"svc"},{"@Name":"TargetDomainName","#text":"EXAMPLE"}]}}})"),
      k4688);
}

TEST(Windows4688, AzureMonitor) {
  Columns expected = k4688;
  expected["tenant"] = "workspace";
  expected.erase("effective_user");
  Columns found = event_of(
      "windows_4688",
      R"({"TenantId":"workspace","EventID":4688,"TimeGenerated":"2024-03-01T09:15:00.250","Computer":"pc1.example.com","SubjectUserSid":"S-1-5-21-1","SubjectUserName":"Alice","SubjectDomainName":"EXAMPLE","SubjectLogonId":"0x627b7","NewProcessName":"C:\\Tools\\kubectl.exe","CommandLine":"kubectl.exe get secrets","ParentProcessName":"C:\\Windows\\System32\\cmd.exe","TargetUserName":"-","TargetDomainName":"-"})");
  EXPECT_EQ(found["event_id"].substr(0, 5), "xxh3:");
  found["event_id"] = expected["event_id"];
  EXPECT_EQ(found, expected);
}

TEST(Windows4688, Splunk) {
  const Columns found = event_of(
      "windows_4688",
      R"({"preview":false,"result":{"EventCode":"4688","ComputerName":"pc1","RecordNumber":"1","TimeCreated":"2024-03-01T09:15:00Z","Account_Name":["Alice","-"],"Account_Domain":["EXAMPLE","-"],"Logon_ID":["0x1","0x0"],"New_Process_Name":"C:\\a.exe","Process_Command_Line":"a.exe /x","Creator_Process_Name":"C:\\b.exe"},"x":1})");
  EXPECT_EQ(found.at("user_username"), R"(example\alice)");
  EXPECT_EQ(found.at("command_line"), "a.exe /x");
  EXPECT_EQ(found.at("parent_process"), R"(C:\b.exe)");
}

TEST(Windows4688, Refusals) {
  EXPECT_EQ(event_of("windows_4688", R"({"EventID":4624})").at("reject_reason"),
            "not a process start (4688): Windows event 4624");
  EXPECT_EQ(event_of("windows_4688", R"({"a":1})").at("reject_reason"), "not a process start (4688): no event id");
}

const Columns kSysmon{{"event_time", "2024-03-01 09:15:00.248000"},
                      {"event_id", "0197231e-9be6-6934-5301-000000000b00"},
                      {"metadata_device_event_id", "1"},
                      {"action", "process start"},
                      {"application", "kubectl.exe"},
                      {"target", R"(C:\Tools\kubectl.exe)"},
                      {"user_username", R"(example\alice)"},
                      {"session_id", "0x627b7"},
                      {"command_line", "kubectl.exe get secrets"},
                      {"parent_process", R"(C:\Windows\System32\cmd.exe)"},
                      {"parent_command_line", "cmd.exe /c x"},
                      {"device_hostname", "pc1.example.com"},
                      {"device_os", "Windows"}};

constexpr std::string_view kSysmonData =
    R"("UtcTime":"2024-03-01 09:15:00.248","ProcessGuid":"{0197231E-9BE6-6934-5301-000000000B00}","Image":"C:\\Tools\\kubectl.exe","CommandLine":"kubectl.exe get secrets","User":"EXAMPLE\\Alice","LogonId":"0x627b7","ParentImage":"C:\\Windows\\System32\\cmd.exe","ParentCommandLine":"cmd.exe /c x")";

TEST(Sysmon, InEveryShape) {
  const std::string data(kSysmonData);
  EXPECT_EQ(event_of("sysmon_process", R"({"EventID":1,"Hostname":"pc1.example.com","EventTime":"2024-03-01 01:15:00",)"
                                       R"("TimeCreated":"2024-03-01T01:15:00Z",)" +
                                           data + "}"),
            kSysmon);
  EXPECT_EQ(event_of("sysmon_process", R"({"@timestamp":"2024-03-01T09:15:00.250Z","winlog":{"event_id":1,)"
                                       R"("computer_name":"pc1.example.com","event_data":{)" +
                                           data + "}}}"),
            kSysmon);
  EXPECT_EQ(event_of("sysmon_process",
                     R"({"Event":{"System":{"EventID":1,"Computer":"pc1.example.com"},"EventData":{)" + data + "}}}"),
            kSysmon);
}

TEST(Sysmon, OneProcessIsOneEventHoweverItIsForwarded) {
  const auto key = [](std::string_view more) {
    return EventList("sysmon_process", R"({"EventID":1,"Hostname":"pc1.example.com",)" + std::string(more) +
                                           std::string(kSysmonData) + "}")[0]
        .event_key;
  };
  EXPECT_EQ(key(""), key(R"("EventReceivedTime":"2024-03-01 01:15:01",)"));
}

TEST(Sysmon, Refusals) {
  EXPECT_EQ(event_of("sysmon_process", R"({"EventID":3,"Image":"x"})").at("reject_reason"),
            "not a process start (Sysmon event 1): Windows event 3");
}

}  // namespace
}  // namespace hunt::ingest
