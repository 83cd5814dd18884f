#include "address/blank.hpp"

#include <gtest/gtest.h>

#include <cctype>

using hunt::address::is_blank;
using hunt::address::is_space;

TEST(Blank, IsEmptyWhiteSpaceOrALoneHyphen) {
  for (const char *text : {"", " ", "\t\n\v\f\r ", "-", " -", "- ", "\t-\n"})
    EXPECT_TRUE(is_blank(text)) << '"' << text << '"';
  for (const char *text : {"a", "--", "- -", "0", ".", "unknown", "null", "\xc2\xa0", "\xe2\x80\x93"})
    EXPECT_FALSE(is_blank(text)) << '"' << text << '"';
  EXPECT_FALSE(is_blank(std::string_view("\0", 1)));
}

TEST(Blank, WhiteSpaceIsThatOfTheCLocale) {
  for (int c = 0; c < 256; ++c)
    EXPECT_EQ(is_space(static_cast<char>(c)), std::isspace(c) != 0) << c;
}
