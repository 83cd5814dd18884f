#include "ingest/text_formats.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace hunt::ingest {

namespace {

using std::string_view;

// Records of RFC 4180. A quote that stays open, or text behind a closing quote, makes the record end with its line and
// be broken.
class CsvRecords {
public:
  explicit CsvRecords(string_view text, bool last = true, std::size_t first_line = 1)
      : text_(text), last_(last), next_line_(first_line) {}

  std::vector<std::string> fields;
  bool broken = false;
  string_view raw;
  std::size_t line = 1;

  // Where the next record starts, and in which line.
  std::size_t at() const noexcept { return at_; }
  std::size_t next_line() const noexcept { return next_line_; }

  // Reads the next record that is not blank; false at the end, and before a record that may have more to come.
  bool next() {
    while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r'))
      next_line_ += text_[at_++] == '\n';
    if (at_ == text_.size())
      return false;
    fields.clear();
    line = next_line_;
    const std::size_t begin = at_;
    cut_ = false;
    broken = !read_fields();
    if (!last_ && (cut_ || at_ == text_.size())) {
      at_ = begin;
      return false;
    }
    if (broken)
      at_ = std::min(text_.find('\n', begin), text_.size());
    raw = text_.substr(begin, at_ - begin);
    if (raw.ends_with('\r'))
      raw.remove_suffix(1);
    next_line_ += static_cast<std::size_t>(std::count(raw.begin(), raw.end(), '\n'));
    return true;
  }

private:
  bool read_fields() {
    do {
      if (!read_field())
        return false;
    } while (at_ < text_.size() && text_[at_++] == ',');
    if (at_ < text_.size() || text_.back() == '\n' || text_.back() == '\r')
      --at_;
    return true;
  }

  // Stops on the comma or line break behind the field, or at the end.
  bool read_field() {
    if (at_ == text_.size() || text_[at_] != '"') {
      const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
      fields.emplace_back(text_.substr(at_, end - at_));
      at_ = end;
      return true;
    }
    std::string value;
    for (++at_;; ++at_) {
      const std::size_t quote = text_.find('"', at_);
      if (quote == text_.npos) {
        cut_ = true;
        return false;
      }
      value += text_.substr(at_, quote - at_);
      at_ = quote + 1;
      if (at_ == text_.size() || text_[at_] != '"')
        break;
      value += '"';
    }
    fields.push_back(std::move(value));
    return at_ == text_.size() || text_[at_] == ',' || text_[at_] == '\r' || text_[at_] == '\n';
  }

  string_view text_;
  bool last_;
  bool cut_ = false;
  std::size_t at_ = 0;
  std::size_t next_line_;
};

bool is_name(string_view text) noexcept {
  constexpr string_view marks = "_ .@#$-/:()%*";
  return text.size() <= 128 && std::all_of(text.begin(), text.end(), [marks](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  marks.find(c) != marks.npos;
         });
}

bool is_header(const CsvRecords &records) {
  std::set<string_view> names;
  for (const std::string &name : records.fields)
    if (!is_name(name) || (!name.empty() && !names.insert(name).second))
      return false;
  return !records.broken && records.fields.size() >= 2 && names.size() + 1 >= records.fields.size();
}

std::string json_of(const std::vector<std::string> &names, const std::vector<std::string> &fields) {
  std::string json = "{";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].empty())
      continue;
    json += json.size() > 1 ? ",\"" : "\"";
    append_json_text(names[i], json);
    json += "\":\"";
    append_json_text(fields[i], json);
    json += '"';
  }
  return json + '}';
}

class CsvReader final : public PayloadReader {
public:
  CsvReader(Scratch &scratch, DocumentSink &sink, core::Poll poll) : scratch_(scratch), sink_(sink), poll_(poll) {}

  std::size_t read(string_view text, bool last) override {
    CsvRecords records(text, last, line_);
    while (records.next())
      if (names_.empty())
        read_header(records);
      else
        read_row(records);
    line_ = records.next_line();
    return records.at();
  }

private:
  void read_header(const CsvRecords &records) {
    names_ = records.fields;
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (names_[i].empty())
        names_[i] = "column" + std::to_string(i + 1);
  }

  void read_row(const CsvRecords &records) {
    poll_();
    scratch_.reset();
    if (records.broken)
      return sink_.broken(records.raw, "not valid CSV: a quote that stays open, or text behind a closing quote",
                          records.line);
    if (records.fields.size() != names_.size())
      return sink_.broken(records.raw,
                          scratch_.keep("a CSV row of " + std::to_string(records.fields.size()) +
                                        " fields under a header of " + std::to_string(names_.size())),
                          records.line);
    const std::string json = json_of(names_, records.fields);
    const Scratch::Parsed parsed = scratch_.parse(json);
    if (parsed.error.empty())
      sink_.document(json, parsed.root, records.line);
    else
      sink_.broken(records.raw, parsed.error, records.line);
  }

  Scratch &scratch_;
  DocumentSink &sink_;
  core::Poll poll_;
  std::size_t line_ = 1;
  std::vector<std::string> names_;
};

}  // namespace

bool is_csv(string_view payload) {
  const std::size_t first = payload.find_first_not_of(" \t\r\n");
  if (first == payload.npos || payload[first] == '{' || payload[first] == '[')
    return false;
  // Most payloads that are no CSV have no comma in their first line, and none has a header of this length.
  const string_view head = payload.substr(first, std::min(payload.find('\n', first) - first, std::size_t{65536}));
  if (head.find(',') == head.npos)
    return false;
  CsvRecords header(head);
  if (!header.next() || !is_header(header))
    return false;
  CsvRecords records(payload);
  return records.next() && records.next() && records.fields.size() == header.fields.size();
}

std::unique_ptr<PayloadReader> csv_reader(Scratch &scratch, DocumentSink &sink, core::Poll poll) {
  return std::make_unique<CsvReader>(scratch, sink, poll);
}

}  // namespace hunt::ingest
