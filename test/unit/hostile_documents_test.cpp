// What an attacker, a broken pipe or a bad exporter makes of a document, for every source: the document goes, or is an
// event that can be stored, and the one on the next line is untouched.
#include "events_of.hpp"
#include "ingest/sources.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace hunt::ingest {
namespace {

struct Good {
  std::string_view source;
  std::string_view document;
};
constexpr Good kGood[] = {
    {"entra_signin", R"({"category":"SignInLogs","time":"2024-03-01T10:00:00Z","id":"1","userAgent":"TEXT"})"},
    {"entra_audit",
     R"({"id":"1","activityDateTime":"2024-03-01T10:00:00Z","activityDisplayName":"TEXT","initiatedBy":{"user":{"id":"u"}}})"},
    {"o365_ual", R"({"Id":"1","CreationTime":"2024-03-01T10:00:00","Operation":"TEXT","UserId":"u@example.com"})"},
    {"okta",
     R"({"uuid":"1","published":"2024-03-01T10:00:00Z","eventType":"user.session.start","displayMessage":"TEXT","outcome":{"result":"SUCCESS"}})"},
    {"cloudtrail",
     R"({"eventID":"1","eventTime":"2024-03-01T10:00:00Z","eventName":"GetUser","eventSource":"iam.amazonaws.com","userAgent":"TEXT"})"},
    {"eks_audit",
     R"({"auditID":"1","stage":"ResponseComplete","requestReceivedTimestamp":"2024-03-01T10:00:00Z","verb":"get","user":{"username":"TEXT"}})"},
    {"kubernetes_audit",
     R"({"auditID":"1","stage":"ResponseComplete","requestReceivedTimestamp":"2024-03-01T10:00:00Z","verb":"get","user":{"username":"TEXT"}})"},
    {"windows_4688",
     R"({"EventID":4688,"TimeCreated":"2024-03-01T10:00:00Z","EventRecordID":"1","CommandLine":"TEXT"})"},
    {"sysmon_process", R"({"EventID":1,"UtcTime":"2024-03-01 10:00:00.000","ProcessGuid":"1","CommandLine":"TEXT"})"},
    {"auditd", R"({"ID":"1709287200.000:1","NODE":"TEXT","SYSCALL":{"syscall":59,"success":"yes"}})"},
    {"jamf",
     R"({"header":{"time_seconds_epoch":1709287200,"event_name":"AUE_EXECVE"},"exec_args":{"args_compiled":"TEXT"}})"},
    {"mde_process",
     R"({"Timestamp":"2024-03-01T10:00:00Z","ActionType":"ProcessCreated","ReportId":"1","DeviceId":"d","ProcessCommandLine":"TEXT"})"},
    {"crowdstrike_process",
     R"({"event_simpleName":"ProcessRollup2","timestamp":"1709287200000","id":"1","CommandLine":"TEXT"})"},
    {"osquery",
     R"({"name":"process_events","unixTime":1709287200,"hostIdentifier":"h","action":"added","columns":{"cmdline":"TEXT"}})"},
};

std::string with_text(const Good &good, std::string_view text) {
  std::string document(good.document);
  return document.replace(document.find("TEXT"), 4, text);
}
// The document with a first member of this content.
std::string with_member(const Good &good, std::string_view content) {
  return R"({"extra":)" + std::string(content) + "," + std::string(good.document.substr(1));
}
// What follows a bad line is an event.
void expect_next_is_good(const EventList &events) {
  ASSERT_GE(events.size(), 1u);
  EXPECT_EQ(events[events.size() - 1].reject_reason, "");
  EXPECT_EQ(events[events.size() - 1].position, 2u);
}
// The first line is refused for this reason, and the second is an event.
void expect_refused(const Good &good, const std::string &bad, std::string_view reason) {
  const EventList events(good.source, bad + "\n" + std::string(good.document) + "\n");
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].reject_reason, reason);
  expect_next_is_good(events);
}
std::string repeated(std::size_t times, std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i)
    all += text;
  return all;
}
bool has_text(const Event &event, std::string_view wanted) {
  for (const TextColumn &column : kTextColumns)
    if ((event.*column.text).find(wanted) != std::string_view::npos)
      return true;
  return false;
}

class HostileDocuments : public testing::TestWithParam<Good> {};
INSTANTIATE_TEST_SUITE_P(Sources, HostileDocuments, testing::ValuesIn(kGood),
                         [](const auto &info) { return std::string(info.param.source); });

TEST(HostileDocuments, OfEverySource) {
  ASSERT_EQ(std::size(kGood), sources().size());
  for (const Source &source : sources())
    EXPECT_EQ(std::count_if(std::begin(kGood), std::end(kGood), [&](const Good &g) { return g.source == source.name; }),
              1)
        << source.name;
}

TEST_P(HostileDocuments, GoodOneIsAnEvent) {
  const EventList events(GetParam().source, GetParam().document);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].reject_reason, "");
  EXPECT_TRUE(has_text(events[0], "TEXT"));
}

TEST_P(HostileDocuments, CutAnywhere) {
  for (std::size_t length = 1; length < GetParam().document.size(); ++length) {
    SCOPED_TRACE(length);
    const std::string cut(GetParam().document.substr(0, length));
    const EventList alone(GetParam().source, cut);
    ASSERT_EQ(alone.size(), 1u);
    EXPECT_EQ(alone[0].reject_reason, "not valid JSON");
    expect_next_is_good(EventList(GetParam().source, cut + "\n" + std::string(GetParam().document) + "\n"));
  }
}

TEST_P(HostileDocuments, NestedTenThousandDeep) {
  const std::string arrays = repeated(10'000, "[") + repeated(10'000, "]");
  const std::string objects = repeated(10'000, R"({"a":)") + "1" + repeated(10'000, "}");
  for (const std::string &deep : {arrays, objects})
    expect_refused(GetParam(), with_member(GetParam(), deep), "nested deeper than 256 levels");
  // As JSON in a text it is a text.
  std::string quoted = objects;
  for (std::size_t at = 0; (at = quoted.find('"', at)) != std::string::npos; at += 2)
    quoted.insert(at, 1, '\\');
  const EventList events(GetParam().source, with_text(GetParam(), quoted));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].reject_reason, "");
}

TEST_P(HostileDocuments, InvalidUtf8) {
  // A lone continuation, a cut sequence, an overlong slash, a surrogate, beyond the last code point.
  for (const std::string_view bad : {"\x80", "\xe2\x82", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"})
    expect_refused(GetParam(), with_text(GetParam(), "a" + std::string(bad) + "b"), "not valid UTF-8");
}

TEST_P(HostileDocuments, NulAndLoneSurrogates) {
  const EventList events(GetParam().source, with_text(GetParam(), R"(a\u0000b\ud800c\udc00)"));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].reject_reason, "");
  EXPECT_FALSE(has_text(events[0], std::string_view("\0", 1)));
  EXPECT_FALSE(has_text(events[0], "\xed\xa0\x80"));
  for (const TextColumn &column : kTextColumns)
    EXPECT_TRUE(simdjson::validate_utf8(events[0].*column.text)) << column.name;
}

TEST_P(HostileDocuments, HugeNumbers) {
  for (const std::string &number :
       std::vector<std::string>{"1e400", "-1e400", "18446744073709551616", "1" + repeated(400, "0"),
                                "0." + repeated(400, "0") + "1", "1e-99999"}) {
    SCOPED_TRACE(number.substr(0, 20));
    expect_next_is_good(
        EventList(GetParam().source, with_member(GetParam(), number) + "\n" + std::string(GetParam().document) + "\n"));
    // Where a text is expected, and where a time is.
    expect_next_is_good(EventList(GetParam().source, R"({"eventTime":)" + number + R"(,"time":)" + number +
                                                         R"(,"timestamp":)" + number + "}\n" +
                                                         std::string(GetParam().document) + "\n"));
  }
}

TEST_P(HostileDocuments, TextOfAMillionBytes) {
  const EventList events(GetParam().source, with_text(GetParam(), std::string(1'000'000, 'x')));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].reject_reason, "");
  EXPECT_TRUE(has_text(events[0], "xxx"));
}

TEST(HostileDocument, TextOfAHundredMegabytes) {
  const Good &cloudtrail =
      *std::find_if(std::begin(kGood), std::end(kGood), [](const Good &g) { return g.source == "cloudtrail"; });
  const EventList events("cloudtrail", with_text(cloudtrail, std::string(100'000'000, 'x')));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].reject_reason, "");
  EXPECT_LE(events[0].http_user_agent.size(), Scratch::kMaxText);
  EXPECT_NE(events[0].http_user_agent.find("[100000000 bytes"), std::string_view::npos);
  expect_refused(cloudtrail, with_text(cloudtrail, std::string(140'000'000, 'x')), "larger than 128 MB");
}

}  // namespace
}  // namespace hunt::ingest
