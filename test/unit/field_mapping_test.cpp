#include "ingest/field_mapping.hpp"

#include "core/error.hpp"
#include "events_of.hpp"

#include <gtest/gtest.h>

namespace hunt::ingest {
namespace {

std::string value_at(const std::string &path, std::string_view document) {
  Columns found = event_of(FieldMapping("x", {{"event_time", {"t"}, ""}, {"action", {path}, "none"}}), document);
  return found["action"];
}

TEST(FieldMapping, Paths) {
  constexpr std::string_view document =
      R"({"t":1709284500,"a":{"B":"deep"},"l":[{"x":""},{"x":"second","type":"User"}],"m":["one","two"],"k.d/e":{"f":1},"text":"{\"inner\":[{\"v\":\"parsed\"}]}"})";
  EXPECT_EQ(value_at("a.b", document), "deep");
  EXPECT_EQ(value_at("A.B", document), "deep");
  EXPECT_EQ(value_at("l[1].x", document), "second");
  EXPECT_EQ(value_at("l[0].x", document), "none");
  EXPECT_EQ(value_at("l[*].x", document), "second");
  EXPECT_EQ(value_at("l[type=User].x", document), "second");
  EXPECT_EQ(value_at("l[type=Group].x", document), "none");
  EXPECT_EQ(value_at("l[9].x", document), "none");
  EXPECT_EQ(value_at("m", document), "one");
  EXPECT_EQ(value_at("m[1]", document), "two");
  EXPECT_EQ(value_at("[\"k.d/e\"].f", document), "1");
  EXPECT_EQ(value_at("text.inner[0].v", document), "parsed");
  EXPECT_EQ(value_at("a", document), "none");
}

TEST(FieldMapping, TimeFormats) {
  const auto time = [](TimeFormat format, std::string_view value) {
    const Columns found =
        event_of(FieldMapping("x", {{"event_time", {"t"}, "", {}, {}, format}}), "{\"t\":\"" + std::string(value) + "\"}");
    return found.count("event_time") ? found.at("event_time") : found.at("reject_reason");
  };
  for (const char *text : {"2024-03-01T09:15:00Z", "1709284500", "1709284500000", "1709284500000000",
                           "1709284500000000000", "1709284500.0", "Fri Mar  1 09:15:00 2024", "2024-03-01 10:15:00+01"})
    EXPECT_EQ(time(TimeFormat::kAuto, text), "2024-03-01 09:15:00.000000") << text;
  EXPECT_EQ(time(TimeFormat::kIso8601, "1709284500"), "no readable event time");
  EXPECT_EQ(time(TimeFormat::kUnixTime, "2024-03-01T09:15:00Z"), "no readable event time");
  EXPECT_EQ(time(TimeFormat::kCalendarTime, "1709284500"), "no readable event time");
  EXPECT_EQ(time_format("unix"), TimeFormat::kUnixTime);
  EXPECT_THROW(time_format("local"), core::Error);
}

TEST(FieldMapping, VersionsNeedATimeOfTheVersion) {
  const auto key = [](bool versions, std::string_view more) {
    std::vector<ColumnRule> rules{{"event_time", {"t"}, ""}, {"event_id", {"id"}, ""}};
    if (versions)
      rules.push_back({"version_time", {"v"}, ""});
    return EventList(FieldMapping("x", rules), R"({"t":"2024-03-01T09:15:00Z","id":"1",)" + std::string(more) + "}")[0]
        .event_key;
  };
  EXPECT_EQ(key(true, R"("a":1)"), key(true, R"("a":2)"));
  EXPECT_FALSE(key(false, R"("a":1)") == key(false, R"("a":2)"));
}

TEST(FieldMapping, DocumentsThatAreNotOfTheSource) {
  EXPECT_EQ(
      event_of(FieldMapping("x", {{"event_time", {"t"}, "2024-03-01T00:00:00Z"}}), R"({"a":1})").at("reject_reason"),
      "no path of the mapping leads to a value in the document");
}

TEST(FieldMapping, Errors) {
  const auto compile = [](std::vector<ColumnRule> rules) { FieldMapping("x", rules); };
  EXPECT_THROW(compile({}), core::Error);
  EXPECT_THROW(compile({{"event_time", {"t"}, ""}, {"no_such_column", {"a"}, ""}}), core::Error);
  EXPECT_THROW(compile({{"event_time", {"t"}, ""}, {"event_time", {"u"}, ""}}), core::Error);
  for (const char *path : {"", ".", "a.", "a..b", "a[", "a[x]", "a[-1]", "[0]", "[\"a", "[\"\"]"})
    EXPECT_THROW(compile({{"event_time", {path}, ""}}), core::Error) << path;
  EXPECT_EQ(mapped_columns().size(), 34u);
}

}  // namespace
}  // namespace hunt::ingest
