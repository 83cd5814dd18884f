#include "csv.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <utility>

namespace hunt::tools {

// Goes to the beginning of the next record.
bool CsvReader::skip_comments() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '#')
      at_ = std::min(text_.find('\n', at_), text_.size());
    else if (c == '\n' || c == '\r')
      line_ += text_[at_++] == '\n';
    else
      return true;
  }
  return false;
}

// One field; afterwards at_ stands on the comma or line break behind it, or at the end.
std::string CsvReader::field() {
  if (at_ == text_.size() || text_[at_] != '"') {
    const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    const std::size_t begin = std::exchange(at_, end);
    return std::string(text_.substr(begin, end - begin));
  }
  std::string value;
  for (++at_;; ++at_) {
    const std::size_t quote = text_.find('"', at_);
    if (quote == std::string_view::npos)
      throw core::Error(core::kInvalidText, "unterminated quote in line " + std::to_string(record_line_));
    value += text_.substr(at_, quote - at_);
    at_ = quote + 1;
    if (at_ == text_.size() || text_[at_] != '"')
      break;
    value += '"';
  }
  line_ += static_cast<int>(std::count(value.begin(), value.end(), '\n'));
  if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\r' && text_[at_] != '\n')
    throw core::Error(core::kInvalidText, "text after a closing quote in line " + std::to_string(record_line_));
  return value;
}

bool CsvReader::next(std::vector<std::string> &fields) {
  fields.clear();
  if (!skip_comments())
    return false;
  record_line_ = line_;
  fields.push_back(field());
  while (at_ < text_.size() && text_[at_] == ',') {
    ++at_;
    fields.push_back(field());
  }
  return true;
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of("\",\r\n#") == std::string_view::npos)
    return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"')
      quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace hunt::tools
