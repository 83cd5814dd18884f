#include "csv.hpp"

#include "core/error.hpp"

#include <gtest/gtest.h>

namespace hunt::tools {
namespace {

using Row = std::vector<std::string>;

std::vector<Row> rows(std::string_view text) {
  CsvReader reader(text);
  std::vector<Row> all;
  for (Row row; reader.next(row);)
    all.push_back(row);
  return all;
}

TEST(Csv, Quotes) {
  EXPECT_EQ(rows("1,\"a, \"\"b\"\"\",\r\n\"two\nlines\",\"\"\n"),
            (std::vector<Row>{{"1", "a, \"b\"", ""}, {"two\nlines", ""}}));
}

TEST(Csv, CommentsAndEmptyLines) { EXPECT_EQ(rows("# c,\n\na,b\n# end"), (std::vector<Row>{{"a", "b"}})); }

TEST(Csv, LineNumbers) {
  CsvReader reader("# c\n\"x\ny\",1\nz,2");
  Row row;
  ASSERT_TRUE(reader.next(row));
  EXPECT_EQ(reader.line(), 2);
  ASSERT_TRUE(reader.next(row));
  EXPECT_EQ(reader.line(), 4);
}

TEST(Csv, Errors) {
  EXPECT_THROW(rows("a,\"b"), core::Error);
  EXPECT_THROW(rows("\"a\"b"), core::Error);
}

TEST(Csv, FieldsComeBack) {
  const std::string odd = "a \"b\", c\n#";
  EXPECT_EQ(rows(csv_field(odd) + "," + csv_field("plain")), (std::vector<Row>{{odd, "plain"}}));
  EXPECT_EQ(csv_field("plain"), "plain");
}

}  // namespace
}  // namespace hunt::tools
