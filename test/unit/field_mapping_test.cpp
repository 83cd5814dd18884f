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
    const Columns found = event_of(FieldMapping("x", {{"event_time", {"t"}, "", {}, {}, format}}),
                                   "{\"t\":\"" + std::string(value) + "\"}");
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

// What a user reads when his mapping is wrong.
std::string error_of(const std::vector<ColumnRule> &rules) {
  try {
    FieldMapping("crm", rules);
  } catch (const core::Error &error) {
    EXPECT_STREQ(error.sqlstate(), core::kInvalidParameter);
    return error.what() + (error.detail().empty() ? "" : " / " + error.detail());
  }
  return "no error";
}

std::string in_column(const std::string &message, const std::string &column) {
  return message + " / This is the rule for the column \"" + column + "\" in the mapping of the source \"crm\".";
}

TEST(FieldMapping, Errors) {
  const ColumnRule time{"event_time", {"t"}, ""};
  EXPECT_EQ(error_of({time}), "no error");
  EXPECT_EQ(error_of({}), "the mapping of source \"crm\" has no rule for event_time");
  EXPECT_EQ(error_of({time, {"no_such_column", {"a"}, ""}}),
            in_column("unknown event column \"no_such_column\" in a mapping", "no_such_column"));
  EXPECT_EQ(error_of({time, {"device_ip_text", {"a"}, ""}}),
            in_column("unknown event column \"device_ip_text\" in a mapping", "device_ip_text"));
  EXPECT_EQ(error_of({time, time}), in_column("the event column \"event_time\" has two rules", "event_time"));
  EXPECT_EQ(error_of({time, {"action", {}, ""}}),
            in_column("the rule for \"action\" has neither a path nor a constant", "action"));
  EXPECT_EQ(error_of({time, {"action", {"a"}, "", {"s"}}}),
            in_column("only the column \"success\" can have true and false values", "action"));
  EXPECT_EQ(error_of({time, {"success", {"a"}, "", {"S", "x"}, {"s"}}}),
            in_column("\"s\" cannot mean both true and false", "success"));
  EXPECT_EQ(error_of({time, {"action", {"a"}, "", {}, {}, TimeFormat::kUnixTime}}),
            in_column("only the columns event_time and version_time can have a time format", "action"));
  for (const char *path : {"", ".", "a.", "a..b", "a[", "a[x]", "a[-1]", "[0]", "[\"a", "[\"\"]"})
    EXPECT_NE(error_of({{"event_time", {path}, ""}}).find("cannot read the path"), std::string::npos) << path;
  EXPECT_EQ(mapped_columns().size(), 34u);
}

TEST(FieldMapping, PathsAreOfBoundedLength) {
  std::string path = "a";
  for (std::size_t i = 1; i < FieldMapping::kMaxSteps; ++i)
    path += "[0]";
  EXPECT_EQ(error_of({{"event_time", {path}, ""}}), "no error");
  EXPECT_NE(error_of({{"event_time", {path + ".b"}, ""}}).find("more than 64 steps"), std::string::npos);
}

}  // namespace
}  // namespace hunt::ingest
