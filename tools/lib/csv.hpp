// Reads comma-separated values (RFC 4180): quoted fields, doubled quotes, line breaks in quotes, LF or CRLF. A line
// that begins with '#' is a comment.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hunt::tools {

class CsvReader {
public:
  // The text must outlive the reader.
  explicit CsvReader(std::string_view text) : text_(text) {}

  // Reads the next record that is no comment and not empty; false at the end. Throws core::Error when a quote stays
  // open.
  bool next(std::vector<std::string> &fields);

  // The line on which the record last read begins, from 1.
  int line() const { return record_line_; }

private:
  bool skip_comments();
  std::string field();

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  int record_line_ = 0;
};

// The field as it stands in such a file: quoted where it must be.
std::string csv_field(std::string_view text);

}  // namespace hunt::tools
