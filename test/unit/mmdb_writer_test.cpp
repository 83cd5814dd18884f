// The writer against libmaxminddb: what was inserted is what another reader finds.
#include "mmdb_writer.hpp"

#include "core/error.hpp"

#include <gtest/gtest.h>
#include <maxminddb.h>

#include <random>
#include <unistd.h>

namespace hunt::tools {
namespace {

using core::Ip;

MmdbOptions options(int record_size, int ip_version = 6) {
  return {.database_type = "test",
          .ip_version = ip_version,
          .record_size = record_size,
          .build_epoch = 1700000000,
          .description = "a database of a test",
          .languages = {"en", "de"}};
}

// A finished database, open in libmaxminddb. The file is gone once it is open: the reader has mapped it.
class Reader {
public:
  explicit Reader(const std::string &bytes) {
    char path[] = "/tmp/mmdb_writer_test_XXXXXX";
    const int file = mkstemp(path);
    EXPECT_EQ(write(file, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    close(file);
    const int status = MMDB_open(path, MMDB_MODE_MMAP, &db_);
    EXPECT_EQ(status, MMDB_SUCCESS) << MMDB_strerror(status);
    unlink(path);
  }
  ~Reader() { MMDB_close(&db_); }
  Reader(const Reader &) = delete;
  Reader &operator=(const Reader &) = delete;

  MMDB_s *db() { return &db_; }

  MMDB_lookup_result_s find(const std::string &address) {
    int gai = 0, status = 0;
    const auto result = MMDB_lookup_string(&db_, address.c_str(), &gai, &status);
    EXPECT_EQ(gai, 0) << address;
    EXPECT_EQ(status, MMDB_SUCCESS) << address;
    return result;
  }

  // The text at `name` and the length of the network, as "text/24"; "-" where there is nothing.
  std::string text(const std::string &address, const char *name = "name") {
    auto result = find(address);
    if (!result.found_entry)
      return "-";
    MMDB_entry_data_s data;
    EXPECT_EQ(MMDB_get_value(&result.entry, &data, name, nullptr), MMDB_SUCCESS) << address;
    return std::string(data.utf8_string, data.data_size) + "/" + std::to_string(result.netmask);
  }

private:
  MMDB_s db_;
};

Value named(const std::string &name) { return Value::Map{{"name", name}}; }
Ip v4(unsigned a, unsigned b, unsigned c, unsigned d) { return Ip::v4(a << 24 | b << 16 | c << 8 | d); }

class MmdbWriterSizes : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(RecordSizes, MmdbWriterSizes, testing::Values(24, 28, 32));

TEST_P(MmdbWriterSizes, SpecificNetworksSplitGeneralOnes) {
  MmdbWriter writer(options(GetParam()));
  writer.insert(v4(10, 0, 0, 0), 8, named("general"));
  writer.insert(v4(10, 1, 2, 0), 24, named("special"));
  writer.insert(v4(10, 1, 2, 3), 32, named("host"));
  writer.insert(Ip::v6(0x20010db800000000, 0), 32, named("six"));
  Reader reader(writer.finish());
  EXPECT_EQ(reader.text("10.0.0.1"), "general/112");
  EXPECT_EQ(reader.text("10.1.2.4"), "special/126");
  EXPECT_EQ(reader.text("10.1.2.3"), "host/128");
  EXPECT_EQ(reader.text("10.1.2.2"), "special/128");
  EXPECT_EQ(reader.text("10.1.3.0"), "general/120");
  EXPECT_EQ(reader.text("::10.1.2.3"), "host/128");
  EXPECT_EQ(reader.text("11.0.0.0"), "-");
  EXPECT_EQ(reader.text("2001:db8:ffff::1"), "six/32");
  EXPECT_EQ(reader.text("2001:db9::1"), "-");
}

TEST_P(MmdbWriterSizes, Ipv4File) {
  MmdbWriter writer(options(GetParam(), 4));
  writer.insert_range(v4(0, 0, 0, 0), v4(255, 255, 255, 255), named("all"));
  writer.insert_range(v4(192, 0, 2, 1), v4(192, 0, 2, 254), named("most"));
  Reader reader(writer.finish());
  EXPECT_EQ(reader.db()->metadata.ip_version, 4);
  EXPECT_EQ(reader.text("192.0.2.0"), "all/32");
  EXPECT_EQ(reader.text("192.0.2.1"), "most/32");
  EXPECT_EQ(reader.text("192.0.2.128"), "most/26");
  EXPECT_EQ(reader.text("192.0.2.255"), "all/32");
  EXPECT_EQ(reader.text("1.2.3.4"), "all/1");
}

TEST_P(MmdbWriterSizes, AliasesReachTheIpv4Tree) {
  MmdbWriter writer(options(GetParam()));
  writer.insert(v4(8, 8, 8, 0), 24, named("dns"));
  writer.insert(Ip::v6(0x2001000000000000, 0), 23, named("around"));
  writer.alias_ipv4();
  Reader reader(writer.finish());
  EXPECT_EQ(reader.text("8.8.8.8"), "dns/120");
  EXPECT_EQ(reader.text("::ffff:8.8.8.8"), "dns/120");
  EXPECT_EQ(reader.text("2002:808:808::1"), "dns/40");
  EXPECT_EQ(reader.text("2001:0:808:808::1"), "dns/56");
  EXPECT_EQ(reader.text("2001:1::"), "around/32");
  EXPECT_EQ(reader.text("2002:808:908::1"), "-");
}

TEST_P(MmdbWriterSizes, Metadata) {
  MmdbWriter writer(options(GetParam()));
  Reader reader(writer.finish());
  const auto &metadata = reader.db()->metadata;
  EXPECT_EQ(metadata.node_count, 1u);
  EXPECT_EQ(metadata.record_size, GetParam());
  EXPECT_EQ(metadata.ip_version, 6);
  EXPECT_STREQ(metadata.database_type, "test");
  EXPECT_EQ(metadata.build_epoch, 1700000000u);
  ASSERT_EQ(metadata.languages.count, 2u);
  EXPECT_STREQ(metadata.languages.names[1], "de");
  ASSERT_EQ(metadata.description.count, 1u);
  EXPECT_STREQ(metadata.description.descriptions[0]->description, "a database of a test");
  EXPECT_EQ(reader.text("1.1.1.1"), "-");
}

// 3,000 networks with values long enough that pointers of several sizes occur, compared one by one.
TEST_P(MmdbWriterSizes, ManyNetworks) {
  MmdbWriter writer(options(GetParam()));
  std::mt19937 random(7);
  std::vector<std::pair<std::uint32_t, std::string>> expected;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    const std::string name = "network " + std::to_string(i % 1500) + std::string(random() % 700, 'x');
    expected.emplace_back(0x01000000 + i * 0x10000 + random() % 256 * 256, name);
    writer.insert(Ip::v4(expected.back().first), 24,
                  Value(Value::Map{{"name", name}, {"again", Value::Array{named(name)}}}));
  }
  Reader reader(writer.finish());
  for (const auto &[address, name] : expected) {
    const std::string text = std::to_string(address >> 24) + "." + std::to_string(address >> 16 & 255) + "." +
                             std::to_string(address >> 8 & 255) + ".77";
    ASSERT_EQ(reader.text(text), name + "/120");
    auto result = reader.find(text);
    MMDB_entry_data_s data;
    ASSERT_EQ(MMDB_get_value(&result.entry, &data, "again", "0", "name", nullptr), MMDB_SUCCESS);
    ASSERT_EQ(std::string(data.utf8_string, data.data_size), name);
  }
}

TEST(MmdbWriter, EveryType) {
  MmdbWriter writer(options(24));
  const Value::Map all{{"string", std::string("\xC3\xA4")},
                       {"double", 42.5},
                       {"float", 1.5f},
                       {"true", true},
                       {"false", false},
                       {"uint16", std::uint16_t{65535}},
                       {"uint32", std::uint32_t{4294967295u}},
                       {"uint64", ~std::uint64_t{0}},
                       {"uint128", Uint128{1, 2}},
                       {"negative", std::int32_t{-7}},
                       {"positive", std::int32_t{7}},
                       {"bytes", Bytes{std::string("\0\1", 2)}},
                       {"long", std::string(70000, 'l')},
                       {"list", Value::Array{std::uint32_t{1}, std::string("two"), Value::Map{{"three", 3.0}}}}};
  writer.insert(v4(1, 1, 1, 1), 32, all);
  Reader reader(writer.finish());
  auto result = reader.find("1.1.1.1");
  ASSERT_TRUE(result.found_entry);
  const auto get = [&](const char *name) {
    MMDB_entry_data_s data{};
    EXPECT_EQ(MMDB_get_value(&result.entry, &data, name, nullptr), MMDB_SUCCESS) << name;
    return data;
  };
  EXPECT_EQ(get("string").data_size, 2u);
  EXPECT_EQ(get("double").double_value, 42.5);
  EXPECT_EQ(get("float").float_value, 1.5f);
  EXPECT_TRUE(get("true").boolean);
  EXPECT_FALSE(get("false").boolean);
  EXPECT_EQ(get("uint16").uint16, 65535);
  EXPECT_EQ(get("uint32").uint32, 4294967295u);
  EXPECT_EQ(get("uint64").uint64, ~std::uint64_t{0});
#if MMDB_UINT128_IS_BYTE_ARRAY == 0
  EXPECT_TRUE(get("uint128").uint128 == (static_cast<mmdb_uint128_t>(1) << 64) + 2);
#endif
  EXPECT_EQ(get("negative").int32, -7);
  EXPECT_EQ(get("positive").int32, 7);
  EXPECT_EQ(get("bytes").data_size, 2u);
  EXPECT_EQ(get("bytes").type, static_cast<unsigned>(MMDB_DATA_TYPE_BYTES));
  EXPECT_EQ(get("long").data_size, 70000u);
  EXPECT_EQ(get("list").data_size, 3u);
}

TEST(MmdbWriter, BareValues) {
  MmdbWriter writer(options(24));
  writer.insert(v4(1, 0, 0, 0), 8, std::string("bare"));
  writer.insert(v4(2, 0, 0, 0), 8, Value::Map{{"name", std::string("bare")}});
  Reader reader(writer.finish());
  auto result = reader.find("1.1.1.1");
  MMDB_entry_data_s data;
  ASSERT_EQ(MMDB_get_value(&result.entry, &data, nullptr), MMDB_SUCCESS);
  EXPECT_EQ(std::string(data.utf8_string, data.data_size), "bare");
  EXPECT_EQ(reader.text("2.1.1.1"), "bare/104");
}

TEST(MmdbWriter, NeighboursMergeAndValuesAreShared) {
  MmdbWriter halves(options(28)), whole(options(28));
  halves.insert(v4(10, 0, 0, 0), 9, named("a value that is long enough to be seen"));
  halves.insert(v4(10, 128, 0, 0), 9, named("a value that is long enough to be seen"));
  whole.insert(v4(10, 0, 0, 0), 8, named("a value that is long enough to be seen"));
  EXPECT_EQ(halves.finish(), whole.finish());
}

TEST(MmdbWriter, RangesCoverExactlyThemselves) {
  MmdbWriter writer(options(28));
  writer.insert_range(Ip::v6(0x2a00000000000000, 5), Ip::v6(0x2a00000000000001, 0), named("six"));
  writer.insert_range(v4(9, 255, 255, 255), v4(10, 0, 0, 2), named("four"));
  Reader reader(writer.finish());
  EXPECT_EQ(reader.text("2a00::4"), "-");
  EXPECT_EQ(reader.text("2a00::5"), "six/128");
  EXPECT_EQ(reader.text("2a00::8000:0:0:0"), "six/65");
  EXPECT_EQ(reader.text("2a00:0:0:1::"), "six/128");
  EXPECT_EQ(reader.text("2a00:0:0:1::1"), "-");
  EXPECT_EQ(reader.text("9.255.255.254"), "-");
  EXPECT_EQ(reader.text("10.0.0.1"), "four/127");
  EXPECT_EQ(reader.text("10.0.0.3"), "-");
}

TEST(MmdbWriter, WholeAddressSpace) {
  MmdbWriter writer(options(24));
  writer.insert_range(Ip::v6(0, 0), Ip::v6(~std::uint64_t{0}, ~std::uint64_t{0}), named("all"));
  Reader reader(writer.finish());
  EXPECT_EQ(reader.text("::1"), "all/1");
  EXPECT_EQ(reader.text("ffff::"), "all/1");
}

TEST(MmdbWriter, Refuses) {
  EXPECT_THROW(MmdbWriter(options(26)), core::Error);
  EXPECT_THROW(MmdbWriter(options(24, 5)), core::Error);
  MmdbWriter four(options(24, 4));
  EXPECT_THROW(four.insert(Ip::v6(1, 1), 64, named("x")), core::Error);
  EXPECT_THROW(four.insert(v4(1, 1, 1, 1), 33, named("x")), core::Error);
  EXPECT_THROW(four.insert_range(v4(1, 1, 1, 2), v4(1, 1, 1, 1), named("x")), core::Error);
  EXPECT_THROW(four.insert_range(v4(1, 1, 1, 2), Ip::v6(0, 1), named("x")), core::Error);
  for (unsigned i = 0; i < 3; ++i)
    four.insert(v4(i, 0, 0, 0), 8, named(std::string(10'000'000, static_cast<char>('a' + i))));
  EXPECT_THROW(four.finish(), core::Error);
}

}  // namespace
}  // namespace hunt::tools
