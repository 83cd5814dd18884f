#include "enrich/mmdb_reader.hpp"

#include "enrich/json_sink.hpp"
#include "ip_samples.hpp"

#include <gtest/gtest.h>

namespace hunt::enrich {
namespace {

using namespace samples;

std::string json_of(const std::string &data, std::uint32_t offset = 0) {
  JsonSink sink;
  MmdbData(data).visit(offset, sink);
  return sink.text();
}

// What reading the value says, "" if it can be read.
std::string complaint(const std::string &data, std::uint32_t offset = 0) {
  try {
    json_of(data, offset);
    return "";
  } catch (const core::Error &error) {
    EXPECT_STREQ(error.sqlstate(), core::kInvalidBinary);
    return error.what();
  }
}

bool has(const std::string &text, const char *part) { return text.find(part) != text.npos; }

std::string file_complaint(const std::string &file) {
  try {
    MmdbReader reader(file);
    return "";
  } catch (const core::Error &error) {
    EXPECT_STREQ(error.sqlstate(), core::kInvalidBinary);
    return error.what();
  }
}

TEST(MmdbData, ReadsPointersOfEachSize) {
  const std::string far(526336 + 10, '\x41');
  std::string data = "\x20\x04" + std::string(2, '\0') + "\x41x";
  EXPECT_EQ(json_of(data), "\"x\"");
  data = std::string("\x28\0\0", 3) + std::string(2045, ' ') + "\x41y";
  EXPECT_EQ(json_of(data), "\"y\"");
  data = std::string("\x30\0\0\0", 4) + std::string(526332, ' ') + "\x41z";
  EXPECT_EQ(json_of(data), "\"z\"");
  EXPECT_EQ(json_of(std::string("\x38\0\0\0\5\x41w", 7)), "\"w\"");
}

TEST(MmdbData, ReadsShortIntegersAndPointersAsKeys) {
  EXPECT_EQ(json_of("\xA0"), "0");                                       // uint16 of no bytes
  EXPECT_EQ(json_of(std::string("\x04\x01\xFF\xFF\xFF\xFF", 6)), "-1");  // int32
  EXPECT_EQ(json_of(std::string("\x01\x01\xFF", 3)), "255");             // int32 of one byte is not negative
  EXPECT_EQ(json_of(std::string("\xE1\x20\x05\xA1\x07\x41k", 7)), "{\"k\":7}");
}

TEST(MmdbData, RefusesMalformedValues) {
  EXPECT_TRUE(has(complaint(""), "past the end"));
  EXPECT_TRUE(has(complaint("\x42x"), "past the end"));
  EXPECT_TRUE(has(complaint("\x41x", 7), "past the end"));
  EXPECT_TRUE(has(complaint("\x5F\xFF"), "past the end"));
  EXPECT_TRUE(has(complaint("\x38\xFF\xFF\xFF\xFF"), "past the end"));
  EXPECT_TRUE(has(complaint(std::string("\x20\x02\x20\x04\x41x", 6)), "points at a pointer"));
  EXPECT_TRUE(has(complaint(std::string("\x20\x00", 2)), "points at a pointer"));
  EXPECT_TRUE(has(complaint("\xE1\xA0\xA0"), "key"));
  EXPECT_TRUE(has(complaint("\x41\xFF"), "UTF-8"));
  EXPECT_TRUE(has(complaint(std::string("\x41\0", 2)), "UTF-8"));
  EXPECT_TRUE(has(complaint("\x62xx"), "wrong size"));
  EXPECT_TRUE(has(complaint("\x03\x08xxx"), "wrong size"));
  EXPECT_TRUE(has(complaint("\xA3xxx"), "too long"));
  EXPECT_TRUE(has(complaint("\x02\x07"), "boolean"));
  for (const int type : {5, 6, 9, 50, 255})  // container, end marker and what nobody defined
    EXPECT_TRUE(has(complaint(std::string(1, '\0') + static_cast<char>(type)), "unknown type")) << type;
}

TEST(MmdbData, RefusesWhatWouldExhaustStackOrTime) {
  std::string nested;
  for (int i = 0; i < MmdbData::kMaxDepth - 1; ++i)
    nested += "\x01\x04";
  EXPECT_EQ(complaint(nested + "\xA0"), "");
  EXPECT_TRUE(has(complaint("\x01\x04" + nested + "\xA0"), "levels deep"));
  EXPECT_TRUE(has(complaint(std::string("\x01\x04\x20\x00", 4)), "levels deep"));  // an array that holds itself
  // Each array holds the one before twice: 2^20 values in 80 bytes.
  std::string doubling = "\xA0";
  unsigned before = 0;
  for (int i = 0; i < 20; ++i) {
    const unsigned at = static_cast<unsigned>(doubling.size());
    const std::string pointer{'\x20', static_cast<char>(before)};
    doubling += "\x02\x04" + pointer + pointer;
    before = at;
  }
  EXPECT_TRUE(has(complaint(doubling, before), "values"));
}

// A long text costs time each time it is read, so a record that points at it again and again is refused too.
TEST(MmdbData, RefusesTextRepeatedWithoutEnd) {
  std::string data = std::string("\x5F\x0E\xFE\xE3", 4) + std::string(65821 + 0x0EFEE3, 'x');  // 1 MiB and a bit
  const auto at = static_cast<std::uint32_t>(data.size());
  data += std::string("\x1E\x04\x03\xE8", 4);  // an array of 285 + 1000
  for (int i = 0; i < 1285; ++i)
    data += std::string("\x20\x00", 2);
  EXPECT_TRUE(has(complaint(data, at), "values"));
  EXPECT_EQ(complaint(data), "");
}

TEST(MmdbReader, ReadsMetadata) {
  for (const int size : {24, 28, 32}) {
    const std::string file = asn_file(size);
    const MmdbReader reader(file);
    EXPECT_EQ(reader.metadata().record_size, static_cast<std::uint32_t>(size));
    EXPECT_EQ(reader.metadata().ip_version, 6u);
    EXPECT_EQ(reader.metadata().format_major, 2u);
    EXPECT_EQ(reader.metadata().build_epoch, 1700000000u);
    EXPECT_EQ(reader.metadata().database_type, "Sample");
    EXPECT_EQ(reader.metadata().description, "a database of a test");
  }
}

TEST(MmdbReader, RefusesWhatIsNoDatabase) {
  EXPECT_TRUE(has(file_complaint(""), "not a MaxMind DB"));
  EXPECT_TRUE(has(file_complaint("network,asn\n1.0.0.0/24,13335\n"), "not a MaxMind DB"));
  EXPECT_TRUE(has(file_complaint("\xAB\xCD\xEFMaxMind.com"), "past the end"));
  EXPECT_TRUE(has(file_complaint(asn_file() + std::string(200000, '\0')), "not a MaxMind DB"));
}

// The file with the value of a metadata key of one byte replaced.
std::string with_metadata(const std::string &key, char value) {
  std::string file = asn_file();
  const std::size_t at = file.rfind(key) + key.size();
  const int size = file[at] & 31;
  file[at + static_cast<std::size_t>(size)] = value;
  return file;
}

TEST(MmdbReader, RefusesMetadataItDoesNotKnow) {
  EXPECT_TRUE(has(file_complaint(with_metadata("record_size", 26)), "record size 26"));
  EXPECT_TRUE(has(file_complaint(with_metadata("ip_version", 5)), "IP version 5"));
  EXPECT_TRUE(has(file_complaint(with_metadata("binary_format_major_version", 3)), "format version 3"));
}

TEST(MmdbReader, TakesNoLargeNumberForASmallOne) {
  std::string file = asn_file();
  const std::size_t at = file.rfind("ip_version") + 10;
  file.replace(at, 2, std::string("\x05\x02\x01\0\0\0\x06", 7));  // 2^32 + 6
  EXPECT_TRUE(has(file_complaint(file), "IP version 4294967295"));
}

TEST(MmdbReader, ChecksTheExtentOfItsSections) {
  const std::string file = asn_file();
  const std::size_t metadata = file.rfind("\xAB\xCD\xEFMaxMind.com");
  for (const std::size_t kept : {std::size_t{0}, std::size_t{100}})
    EXPECT_TRUE(has(file_complaint(file.substr(0, kept) + file.substr(metadata)), "search tree"));
}

}  // namespace
}  // namespace hunt::enrich
