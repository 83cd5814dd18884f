// Any bytes as a mapping, and as the payload that it is applied to. A mapping line is a column and its paths, separated
// by blanks, with =constant, +true and !false values; the payload follows the first empty line. A mapping either is
// refused with an error that a user can read, or it maps: nothing crashes, and the same bytes give the same events.
#include "core/error.hpp"
#include "ingest/event_columns.hpp"
#include "ingest/normalize.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

namespace {

using namespace hunt::ingest;

void require(bool holds) {
  if (!holds)
    std::abort();
}

struct Check final : EventSink {
  void event(const Event &event) override {
    sum = sum * 31 + event.event_key.low + event.content_hash.low + event.reject_reason.size();
    if (!event.reject_reason.empty())
      return;
    require(event.event_time && event.version_time && !event.event_id.empty());
    for (const TextColumn &column : kTextColumns) {
      const std::string_view text = event.*column.text;
      const bool is_long =
          column.name == "command_line" || column.name == "parent_command_line" || column.name == "error_text";
      require(is_long || text.size() <= Scratch::kMaxText);
    }
  }
  std::uint64_t sum = 0;
};

ColumnRule read_rule(std::string_view line) {
  ColumnRule rule;
  rule.column = line.substr(0, line.find(' '));
  while (line.find(' ') != line.npos) {
    line.remove_prefix(line.find(' ') + 1);
    const std::string word(line.substr(0, line.find(' ')));
    if (word.starts_with('='))
      rule.constant = word.substr(1);
    else if (word.starts_with('+'))
      rule.true_values.push_back(word.substr(1));
    else if (word.starts_with('!'))
      rule.false_values.push_back(word.substr(1));
    else
      rule.paths.push_back(word);
  }
  return rule;
}

std::optional<FieldMapping> read_mapping(std::string_view text) {
  std::vector<ColumnRule> rules;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    rules.push_back(read_rule(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  try {
    return FieldMapping("fuzz", rules);
  } catch (const hunt::core::Error &error) {
    require(std::strlen(error.what()) > 0 && std::strcmp(error.sqlstate(), hunt::core::kInvalidParameter) == 0);
    return {};
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char *>(data), size);
  const std::size_t split = std::min(input.find("\n\n"), size);
  const auto mapping = read_mapping(input.substr(0, split));
  if (!mapping)
    return 0;
  const std::string_view payload = input.substr(std::min(split + 2, size));
  static Scratch scratch;
  Check first, second;
  normalize(*mapping, payload, scratch, first);
  normalize(*mapping, payload, scratch, second);
  require(first.sum == second.sum);
  return 0;
}
