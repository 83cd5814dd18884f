#include "ingest/audit_record.hpp"

namespace hunt::ingest {

namespace {

using std::string_view;

constexpr string_view kBlanks = " \t\r\x1d";

// Reads key=value pairs; msg='...' holds pairs of its own.
void read_fields(string_view text, std::vector<AuditRecord::Field> &fields, bool nested) {
  while (true) {
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == text.npos)
      return;
    text.remove_prefix(begin);
    const std::size_t equals = text.find_first_of("= \t\r\x1d");
    if (equals == text.npos)
      return;
    if (text[equals] != '=') {
      text.remove_prefix(equals);
      continue;
    }
    const string_view key = text.substr(0, equals);
    text.remove_prefix(equals + 1);
    const char quote = text.empty() ? '\0' : text.front();
    const bool quoted = quote == '"' || (quote == '\'' && !nested);
    const std::size_t end = quoted ? text.find(quote, 1) : text.find_first_of(kBlanks);
    const std::size_t from = quoted ? 1 : 0;
    const string_view value = text.substr(from, end == text.npos ? text.npos : end - from);
    text.remove_prefix(end == text.npos ? text.size() : end + from);
    if (key == "msg" && quote == '\'' && !nested)
      read_fields(value, fields, true);
    else
      fields.push_back({key, value, quoted});
  }
}

string_view word_behind(string_view text, string_view mark) noexcept {
  const std::size_t at = text.find(mark);
  if (at == text.npos || (at > 0 && text[at - 1] != ' '))
    return {};
  text.remove_prefix(at + mark.size());
  return text.substr(0, text.find(' '));
}

int hex_digit(char c) noexcept {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                : -1;
}

}  // namespace

const AuditRecord::Field *AuditRecord::find(string_view key) const noexcept {
  for (const Field &field : fields)
    if (field.key == key)
      return &field;
  return nullptr;
}

std::optional<AuditRecord> parse_audit_head(string_view line) {
  constexpr string_view mark = "audit(";
  const std::size_t open = line.find(mark);
  const std::size_t close = open == line.npos ? open : line.find(')', open);
  if (close == line.npos)
    return std::nullopt;
  AuditRecord record;
  record.id = line.substr(open + mark.size(), close - open - mark.size());
  const string_view head = line.substr(0, open);
  record.type = word_behind(head, "type=");
  record.node = word_behind(head, "node=");
  const std::size_t point = record.id.find('.'), colon = record.id.find(':');
  if (record.type.empty() || point == record.id.npos || colon == record.id.npos || colon < point)
    return std::nullopt;
  return record;
}

std::optional<AuditRecord> parse_audit_record(string_view line) {
  auto record = parse_audit_head(line);
  if (!record)
    return std::nullopt;
  line.remove_prefix(static_cast<std::size_t>(record->id.data() - line.data()) + record->id.size() + 1);
  if (line.starts_with(':'))
    line.remove_prefix(1);
  read_fields(line, record->fields, false);
  return record;
}

std::string decoded(const AuditRecord::Field &field) {
  const string_view value = field.value;
  if (field.quoted || value.size() % 2 != 0)
    return std::string(value);
  std::string bytes;
  for (std::size_t i = 0; i < value.size(); i += 2) {
    const int high = hex_digit(value[i]), low = hex_digit(value[i + 1]);
    if (high < 0 || low < 0)
      return std::string(value);
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

}  // namespace hunt::ingest
