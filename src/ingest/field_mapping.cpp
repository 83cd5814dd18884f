#include "ingest/field_mapping.hpp"

#include "core/error.hpp"
#include "ingest/event_columns.hpp"
#include "ingest/fields.hpp"
#include "ingest/timestamp.hpp"

#include <algorithm>
#include <cctype>

namespace hunt::ingest {

namespace {

using std::string_view;

// Columns that are set by what they are. device_ip fills device_ip_text, too.
constexpr string_view kTypedColumns[] = {"event_time", "version_time", "success", "device_ip", "vendor_asn_number"};
constexpr string_view kUnmapped = "device_ip_text";

bool is_time(string_view column) noexcept { return column == "event_time" || column == "version_time"; }

bool is_long(string_view column) noexcept {
  return column == "command_line" || column == "parent_command_line" || column == "error_text";
}

std::string names_of(const std::vector<string_view> &names) {
  std::string list;
  for (const string_view name : names)
    list.append(list.empty() ? "" : ", ").append(name);
  return list;
}

std::string lower(string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

std::vector<std::string> lower_all(std::vector<std::string> texts) {
  for (std::string &text : texts)
    text = lower(text);
  return texts;
}

bool contains(const std::vector<std::string> &values, string_view text) {
  return std::find(values.begin(), values.end(), text) != values.end();
}

std::optional<std::int64_t> parse_time(TimeFormat format, string_view text) noexcept {
  switch (format) {
  case TimeFormat::kIso8601:
    return parse_timestamp(text);
  case TimeFormat::kUnixTime:
    return parse_epoch(text);
  case TimeFormat::kCalendarTime:
    return parse_calendar_time(text);
  case TimeFormat::kAuto:
    break;
  }
  if (const auto iso = parse_timestamp(text))
    return iso;
  const auto number = parse_epoch(text);
  return number ? number : parse_calendar_time(text);
}

[[noreturn]] void bad_path(string_view path, const char *why) {
  throw core::Error(core::kInvalidParameter, "cannot read the path \"" + std::string(path) + "\": " + why,
                    "Paths look like a.b, a[0].b, a[*].b, a[type=User].b or a[\"name.with.dots\"].");
}

}  // namespace

TimeFormat time_format(string_view name) {
  constexpr string_view names[] = {"auto", "iso8601", "unix", "calendar"};
  const auto found = std::find(std::begin(names), std::end(names), name);
  if (found == std::end(names))
    throw core::Error(core::kInvalidParameter, "unknown time format \"" + std::string(name) + "\"",
                      "Known are auto, iso8601, unix and calendar.");
  return static_cast<TimeFormat>(found - std::begin(names));
}

std::vector<string_view> mapped_columns() {
  std::vector<string_view> names(std::begin(kTypedColumns), std::end(kTypedColumns));
  for (const TextColumn &column : kTextColumns)
    if (column.name != kUnmapped)
      names.push_back(column.name);
  return names;
}

FieldMapping::FieldMapping(std::string source, const std::vector<ColumnRule> &rules) : source_(std::move(source)) {
  for (const ColumnRule &rule : rules) {
    try {
      Rule compiled = compile(rule);
      for (const Rule &other : rules_)
        if (other.column == compiled.column)
          throw core::Error(core::kInvalidParameter, "the event column \"" + rule.column + "\" has two rules",
                            "Give one rule all its paths.");
      has_versions_ |= rule.column == "version_time";
      rules_.push_back(std::move(compiled));
    } catch (const core::Error &error) {
      throw core::Error(error.sqlstate(), error.what(), error.hint(),
                        "This is the rule for the column \"" + rule.column + "\" in the mapping of the source \"" +
                            source_ + "\".");
    }
  }
  if (std::none_of(rules_.begin(), rules_.end(), [](const Rule &rule) { return rule.column == "event_time"; }))
    throw core::Error(core::kInvalidParameter, "the mapping of source \"" + source_ + "\" has no rule for event_time",
                      "An event needs a time: add its rule first, or in the same statement as the others.");
}

FieldMapping::Rule FieldMapping::compile(const ColumnRule &rule) {
  const std::vector<string_view> columns = mapped_columns();
  const auto column = std::find(columns.begin(), columns.end(), rule.column);
  if (column == columns.end())
    throw core::Error(core::kInvalidParameter, "unknown event column \"" + rule.column + "\" in a mapping",
                      "The columns are " + names_of(columns) + ".");
  if (rule.paths.empty() && rule.constant.empty())
    throw core::Error(core::kInvalidParameter,
                      "the rule for \"" + rule.column + "\" has neither a path nor a constant");
  if (rule.column != "success" && !(rule.true_values.empty() && rule.false_values.empty()))
    throw core::Error(core::kInvalidParameter, "only the column \"success\" can have true and false values");
  if (!is_time(rule.column) && rule.time_format != TimeFormat::kAuto)
    throw core::Error(core::kInvalidParameter, "only the columns event_time and version_time can have a time format");
  Rule compiled{*column,         nullptr, {}, rule.constant, lower_all(rule.true_values), lower_all(rule.false_values),
                rule.time_format};
  for (const std::string &value : compiled.true_values)
    if (contains(compiled.false_values, value))
      throw core::Error(core::kInvalidParameter, "\"" + value + "\" cannot mean both true and false");
  for (const TextColumn &text : kTextColumns)
    if (text.name == rule.column)
      compiled.text = text.text;
  for (const std::string &path : rule.paths)
    compiled.paths.push_back(parse_path(path));
  return compiled;
}

FieldMapping::Path FieldMapping::parse_path(string_view text) {
  Path path;
  string_view rest = text;
  while (!rest.empty()) {
    if (path.size() == kMaxSteps)
      bad_path(text.substr(0, 100), "it has more than 64 steps");
    if (rest.front() != '[') {
      const std::size_t end = std::min(rest.find_first_of(".["), rest.size());
      if (end == 0)
        bad_path(text, "a name is missing");
      path.push_back({Step::kName, lower(rest.substr(0, end)), {}});
      rest.remove_prefix(end);
    } else if (rest.starts_with("[\"")) {
      const std::size_t end = rest.find("\"]");
      if (end == rest.npos || end < 3)
        bad_path(text, "a quoted name does not end");
      path.push_back({Step::kName, lower(rest.substr(2, end - 2)), {}});
      rest.remove_prefix(end + 2);
    } else {
      const std::size_t end = rest.find(']');
      if (end == rest.npos)
        bad_path(text, "a bracket does not close");
      const string_view inside = rest.substr(1, end - 1);
      const std::size_t equals = inside.find('=');
      const auto index = integer(inside);
      if (inside == "*")
        path.push_back({Step::kEvery, {}, {}});
      else if (equals != inside.npos && equals > 0)
        path.push_back({Step::kWhere, lower(inside.substr(0, equals)), std::string(inside.substr(equals + 1))});
      else if (index && *index >= 0)
        path.push_back({Step::kIndex, {}, {}, static_cast<std::size_t>(*index)});
      else
        bad_path(text, "between brackets stands a number, * or name=value");
      rest.remove_prefix(end + 1);
    }
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      if (rest.empty())
        bad_path(text, "a name is missing");
    }
  }
  if (path.empty() || path.front().kind != Step::kName)
    bad_path(text, "it does not begin with a name");
  return path;
}

// Recursion is as deep as the path is long.
string_view FieldMapping::find(JsonElement element, const Path &path, std::size_t at, bool is_long_text,
                               Scratch &scratch) {
  if (at == path.size()) {
    if (element.is_array())
      return first_text(element, scratch);
    return is_long_text ? scratch.long_text(element) : scratch.text(element);
  }
  const Step &step = path[at];
  if (step.kind == Step::kName) {
    const auto found = member(scratch.object(element), step.name);
    return found ? find(*found, path, at + 1, is_long_text, scratch) : string_view{};
  }
  const auto list = scratch.array(element);
  if (!list)
    return {};
  std::size_t index = 0;
  for (const JsonElement item : *list) {
    const bool is_wanted =
        step.kind == Step::kEvery || (step.kind == Step::kIndex && index == step.index) ||
        (step.kind == Step::kWhere && scratch.text(member(scratch.object(item), step.name)) == step.value);
    ++index;
    if (!is_wanted)
      continue;
    const string_view text = find(item, path, at + 1, is_long_text, scratch);
    if (!text.empty() || step.kind != Step::kEvery)
      return text;
  }
  return {};
}

void FieldMapping::set(const Rule &rule, string_view text, Scratch &scratch, Event &event) {
  static const std::vector<std::string> yes = {"true", "1", "yes", "success", "succeeded", "ok", "allow", "allowed"};
  static const std::vector<std::string> no = {"false", "0",    "no",     "failure", "failed",
                                              "error", "deny", "denied", "fail",    "fraud"};
  if (rule.text) {
    event.*rule.text = text;
  } else if (rule.column == "event_time") {
    event.event_time = parse_time(rule.time_format, text);
  } else if (rule.column == "version_time") {
    event.version_time = parse_time(rule.time_format, text);
  } else if (rule.column == "device_ip") {
    set_address(event, text);
  } else if (rule.column == "vendor_asn_number") {
    event.vendor_asn_number = integer(text.starts_with("AS") ? text.substr(2) : text);
  } else {
    const bool is_usual = rule.true_values.empty() && rule.false_values.empty();
    const string_view word = lowered(text, scratch);
    if (contains(is_usual ? yes : rule.true_values, word))
      event.success = true;
    else if (contains(is_usual ? no : rule.false_values, word))
      event.success = false;
  }
}

string_view FieldMapping::map(JsonObject document, Scratch &scratch, Event &event) const {
  if (has_versions_)
    event.versions_share = "";
  bool is_found = false;
  for (const Rule &rule : rules_) {
    string_view text;
    for (const Path &path : rule.paths) {
      const auto first = member(document, path.front().name);
      if (first)
        text = find(*first, path, 1, is_long(rule.column), scratch);
      if (!text.empty())
        break;
    }
    is_found |= !text.empty();
    if (text.empty() && !rule.constant.empty())
      text = scratch.short_text(rule.constant);
    if (!text.empty())
      set(rule, text, scratch, event);
  }
  return is_found ? string_view{} : "no path of the mapping leads to a value in the document";
}

}  // namespace hunt::ingest
