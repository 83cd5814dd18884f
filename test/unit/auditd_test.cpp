#include "ingest/auditd.hpp"

#include "events_of.hpp"

#include <gtest/gtest.h>

namespace hunt::ingest {
namespace {

constexpr std::string_view kExec =
    "type=SYSCALL msg=audit(1709284500.250:100): arch=c000003e syscall=59 success=yes exit=0 a0=1 items=2 ppid=1 "
    "pid=2 auid=1000 uid=0 gid=0 euid=0 tty=pts0 ses=7 comm=\"kubectl\" exe=\"/usr/bin/kubectl\" key=(null)\n"
    "type=EXECVE msg=audit(1709284500.250:100): argc=3 a0=\"kubectl\" a1=\"get\" a2=7365637265742061\n"
    "type=CWD msg=audit(1709284500.250:100): cwd=\"/root\"\n"
    "type=PATH msg=audit(1709284500.250:100): item=0 name=\"/usr/bin/kubectl\" inode=27\n"
    "type=PROCTITLE msg=audit(1709284500.250:100): proctitle=6B756265\n";

constexpr std::string_view kLogin =
    "type=USER_LOGIN msg=audit(1709284500.371:101): pid=15745 uid=0 auid=4294967295 ses=4294967295 subj==unconfined "
    "msg='op=login acct=\"bob\" exe=\"/usr/sbin/sshd\" hostname=? addr=192.0.2.17 terminal=sshd res=failed'\n";

const Columns kExecColumns{{"event_time", "2024-03-01 09:15:00.250000"},
                           {"event_id", "1709284500.250:100"},
                           {"metadata_device_event_id", "EXECVE"},
                           {"action", "process start"},
                           {"application", "kubectl"},
                           {"target", "/usr/bin/kubectl"},
                           {"user_username", "1000"},
                           {"user_userid", "1000"},
                           {"effective_user", "0"},
                           {"session_id", "7"},
                           {"command_line", "kubectl get 'secret a'"},
                           {"device_os", "Linux"},
                           {"success", "true"}};

const Columns kLoginColumns{{"event_time", "2024-03-01 09:15:00.371000"},
                            {"event_id", "1709284500.371:101"},
                            {"metadata_device_event_id", "USER_LOGIN"},
                            {"action", "USER_LOGIN"},
                            {"application", "sshd"},
                            {"target", "/usr/sbin/sshd"},
                            {"user_username", "bob"},
                            {"user_userid", "0"},
                            {"device_ip", "192.0.2.17"},
                            {"device_os", "Linux"},
                            {"success", "false"},
                            {"error_code", "failed"}};

TEST(Auditd, RecordsAreGroupedByEvent) {
  const EventList events("auditd", std::string(kExec) + std::string(kLogin));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(columns(events[0]), kExecColumns);
  EXPECT_EQ(columns(events[1]), kLoginColumns);
  EXPECT_EQ(events[0].position, 1u);
  EXPECT_EQ(events[1].position, 6u);
}

// The kernel writes the records of two processors' events in turns.
TEST(Auditd, InterleavedRecords) {
  std::string lines;
  const std::string exec(kExec), login(kLogin);
  const std::size_t first = exec.find('\n') + 1;
  const EventList events("auditd", exec.substr(0, first) + login + exec.substr(first));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(columns(events[0]), kExecColumns);
  EXPECT_EQ(columns(events[1]), kLoginColumns);
}

TEST(Auditd, AnEventEndsWithEoeOrTwoSecondsLater) {
  const std::string late = "type=CWD msg=audit(1709284500.250:100): cwd=\"/\"\n";
  EXPECT_EQ(EventList("auditd", std::string(kExec) + "type=EOE msg=audit(1709284500.250:100): \n" + late).size(), 2u);
  EXPECT_EQ(EventList("auditd", std::string(kExec) + "type=CWD msg=audit(1709284502.250:101): x=1\n" + late).size(),
            2u);
  EXPECT_EQ(EventList("auditd", std::string(kExec) + "type=CWD msg=audit(1709284502.251:101): x=1\n" + late).size(),
            3u);
}

TEST(Auditd, HostsAndSudo) {
  EXPECT_EQ(
      event_of("auditd",
               "node=web1 type=USER_CMD msg=audit(1709284500.701:557): pid=1 uid=1000 auid=1000 ses=237 msg='cwd=\"/\" "
               "cmd=6964202D61 exe=\"/usr/bin/sudo\" terminal=pts/0 res=success'\x1dUID=\"alice\" AUID=\"alice\"\n"),
      (Columns{{"event_time", "2024-03-01 09:15:00.701000"},
               {"event_id", "web1/1709284500.701:557"},
               {"metadata_device_event_id", "USER_CMD"},
               {"action", "USER_CMD"},
               {"application", "sudo"},
               {"target", "/usr/bin/sudo"},
               {"user_username", "alice"},
               {"user_userid", "1000"},
               {"session_id", "237"},
               {"command_line", "id -a"},
               {"device_hostname", "web1"},
               {"device_os", "Linux"},
               {"success", "true"}}));
}

TEST(Auditd, LongArgumentsComeInPieces) {
  EXPECT_EQ(event_of("auditd", "type=SYSCALL msg=audit(1709284500.250:1): arch=c000003e syscall=59 success=yes\n"
                               "type=EXECVE msg=audit(1709284500.250:1): argc=2 a0=\"x\" a1_len=6 a1[0]=\"abc\"\n"
                               "type=EXECVE msg=audit(1709284500.250:1): a1[1]=\"def\"\n")
                .at("command_line"),
            "x abcdef");
}

TEST(Auditd, Laurel) {
  EXPECT_EQ(
      event_of(
          "auditd",
          R"({"ID":"1709284500.250:15558","NODE":"work","SYSCALL":{"arch":"0xc000003e","syscall":59,"success":"no","exit":-13,"ppid":1,"pid":2,"auid":1000,"uid":0,"euid":0,"ses":1,"comm":"id","exe":"/usr/bin/id","ARCH":"x86_64","SYSCALL":"execve","AUID":"alice","UID":"root","EUID":"root"},"EXECVE":{"argc":2,"ARGV":["id","-a"]},"PARENT_INFO":{"ARGV":["bash","-l"],"comm":"bash","exe":"/bin/bash","pid":1}})"),
      (Columns{{"event_time", "2024-03-01 09:15:00.250000"},
               {"event_id", "work/1709284500.250:15558"},
               {"metadata_device_event_id", "EXECVE"},
               {"action", "process start"},
               {"application", "id"},
               {"target", "/usr/bin/id"},
               {"user_username", "alice"},
               {"user_userid", "1000"},
               {"effective_user", "root"},
               {"session_id", "1"},
               {"command_line", "id -a"},
               {"parent_process", "/bin/bash"},
               {"parent_command_line", "bash -l"},
               {"device_hostname", "work"},
               {"device_os", "Linux"},
               {"success", "false"},
               {"error_code", "-13"}}));
}

TEST(Auditd, OneRecordInAMessage) {
  EXPECT_EQ(
      event_of(
          "auditd",
          R"({"@timestamp":"2024-03-01T09:15:00Z","message":"type=LOGIN msg=audit(1709284500.250:1): auid=0 res=1"})")
          .at("event_id"),
      "1709284500.250:1");
}

TEST(Auditd, BrokenGoesAlone) {
  const EventList events("auditd", std::string(kLogin) + "garbage\n" + std::string(kExec));
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].reject_reason, "not a record of the Linux audit log");
  EXPECT_EQ(events[0].position, 2u);
}

TEST(Auditd, Refusals) {
  EXPECT_EQ(event_of("auditd", "type=CWD msg=audit(1709284500.250:1): cwd=\"/\"\n").at("reject_reason"),
            "part of an audit event without its SYSCALL record");
  EXPECT_EQ(event_of("auditd", R"({"a":1})").at("reject_reason"),
            "not an audit event: no record with a type and audit(time:serial)");
}

}  // namespace
}  // namespace hunt::ingest
