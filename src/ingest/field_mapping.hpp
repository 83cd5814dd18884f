// A source that its users describe: which column is read from which paths of a document.
#pragma once

#include "ingest/event.hpp"
#include "ingest/json.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hunt::ingest {

enum class TimeFormat : std::uint8_t {
  kAuto,      // ISO 8601, the number of seconds to nanoseconds since 1970 by its size, or the time as asctime has it
  kIso8601,   // of the three only this
  kUnixTime,  // only the number
  kCalendarTime,  // only "Tue Sep 11 16:14:21 2018 UTC"
};

// How one column is filled: with what stands at the first of the paths that has a value, else with the constant.
struct ColumnRule {
  std::string column;  // as in hunt.event: "event_time", "user_username", ...; listed by mapped_columns()
  // "a.b", "a[0].b", "a[*].b" (the first element with a value), "a[type=User].b" (the first element whose member `type`
  // is User), "a["name.with.dots"]". Names match whatever their case. JSON in a string is read as what it says.
  std::vector<std::string> paths;
  std::string constant;
  // Of the column success: the values that mean true and those that mean false, whatever their case; others mean
  // nothing. Without any: true, 1, success, succeeded, ok, allow, allowed, and the like.
  std::vector<std::string> true_values = {};
  std::vector<std::string> false_values = {};
  TimeFormat time_format = TimeFormat::kAuto;  // of the columns event_time and version_time
};

// Throws core::Error for a name that is none.
TimeFormat time_format(std::string_view name);

// The columns that a rule can fill.
std::vector<std::string_view> mapped_columns();

// A compiled mapping. Mapping costs a walk along each path, each step a search among the members of one object.
class FieldMapping {
public:
  // Throws core::Error, which names the source and the column, for a column that does not exist or has two rules, a
  // rule without path and constant, a path that cannot be read or has more than kMaxSteps, values of success in another
  // column, a time format in a column that is no time, and a mapping without event_time.
  FieldMapping(std::string source, const std::vector<ColumnRule> &rules);

  static constexpr std::size_t kMaxSteps = 64;  // of a path: walking it recurses

  std::string_view source() const noexcept { return source_; }

  // With a rule for version_time, documents that share an id are versions of one event (Event::versions_share).
  // As a Mapping (sources.hpp): fills the event, or says why the document is none. Only a document in which no rule
  // finds anything is refused.
  std::string_view map(JsonObject document, Scratch &scratch, Event &event) const;

private:
  struct Step {
    enum Kind : std::uint8_t { kName, kIndex, kEvery, kWhere } kind;
    std::string name;   // of a member; of the member that is compared
    std::string value;  // that it is compared with
    std::size_t index = 0;
  };
  using Path = std::vector<Step>;
  struct Rule {
    std::string_view column;        // in static storage
    std::string_view Event::*text;  // nullptr of the columns that are no plain text
    std::vector<Path> paths;
    std::string constant;
    std::vector<std::string> true_values, false_values;
    TimeFormat time_format;
  };

  static Rule compile(const ColumnRule &rule);
  static Path parse_path(std::string_view text);
  static std::string_view find(JsonElement element, const Path &path, std::size_t step, bool is_long, Scratch &scratch);
  static void set(const Rule &rule, std::string_view text, Scratch &scratch, Event &event);

  std::string source_;
  bool has_versions_ = false;
  std::vector<Rule> rules_;
};

}  // namespace hunt::ingest
