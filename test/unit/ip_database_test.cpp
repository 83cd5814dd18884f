#include "enrich/ip_database.hpp"

#include "core/error.hpp"
#include "core/hash.hpp"
#include "enrich/json_sink.hpp"
#include "ip_samples.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

namespace hunt::enrich {
namespace {

using namespace samples;

// A compiled database, opened.
struct Database {
  explicit Database(const std::string &file, const char *language = "en")
      : compiled(compile_ip_database(file, language, core::never_interrupted)),
        lookup(IpDatabase::open(compiled.table)) {}
  std::string document(const Ip &ip) const {
    JsonSink json;
    visit_document(compiled.documents, lookup.record_count(), lookup.find(ip), json);
    return json.text();
  }
  CompiledIpDatabase compiled;
  IpDatabase lookup;
};

std::string sqlstate_of(std::string_view table) {
  try {
    IpDatabase::open(table);
    return "";
  } catch (const core::Error &error) {
    return error.sqlstate();
  }
}

// Damaged bytes under a checksum that fits them.
std::string with_checksum(std::string table) {
  const std::uint64_t hash = core::hash64(std::string_view(table).substr(16));
  std::memcpy(table.data() + 8, &hash, sizeof hash);
  return table;
}

// Everything a lookup can read, for the sanitizers.
void use(const IpDatabase &lookup, const Ip &ip) {
  const TrieMatch match = lookup.match(ip);
  EXPECT_EQ(match.value, lookup.find(ip));
  if (match.value == 0)
    return;
  EXPECT_LE(match.prefix, ip.bits());
  std::size_t length = 0;
  for (const PooledText text :
       {lookup.asn_org(match.value), lookup.country_iso(match.value), lookup.city(match.value),
        lookup.country_name(match.value), lookup.region(match.value), lookup.time_zone(match.value)})
    for (const char c : text ? text.view() : std::string_view{})
      length += static_cast<unsigned char>(c);
  EXPECT_GE(length + lookup.record_of_asn(lookup.asn_number(match.value)), 0u);
  EXPECT_FALSE(lookup.latitude(match.value) > 90 && lookup.longitude(match.value) > 180);
}

void use(const IpDatabase &lookup) {
  for (const Ip &ip : {v4(8, 8, 8, 8), v4(8, 8, 0, 0), v4(9, 9, 9, 9), v4(0, 0, 0, 0), Ip::v4(~0U), Ip::v6(0, 0),
                       Ip::v6(0x2001486000000000, 0), Ip::v6(0x2a00000000000000, 1), Ip::v6(0x2002080808080000, 0)})
    use(lookup, ip);
}

TEST(IpDatabase, RoundTrip) {
  const Database db(asn_file());
  const IpDatabaseSummary &summary = db.compiled.summary;
  EXPECT_TRUE(summary.has_asn);
  EXPECT_FALSE(summary.has_country || summary.has_city);
  EXPECT_EQ(summary.records, 5u);
  EXPECT_EQ(db.lookup.record_count(), 5u);
  const RecordId google = db.lookup.find(v4(8, 8, 8, 8));
  EXPECT_EQ(db.lookup.asn_number(google), 15169u);
  EXPECT_EQ(db.lookup.asn_org(google).view(), "Google LLC");
  EXPECT_EQ(db.lookup.record_of_asn(15169), google);
  EXPECT_EQ(db.lookup.record_of_asn(2), 0u);
  EXPECT_FALSE(db.lookup.city(google));
  EXPECT_TRUE(std::isnan(db.lookup.latitude(google)));
  EXPECT_EQ(db.document(v4(9, 9, 9, 9)),
            R"({"autonomous_system_number":19281,"autonomous_system_organization":"Quad9"})");
  EXPECT_EQ(Database(asn_file(28)).compiled.summary.networks, summary.networks);
  use(db.lookup);
}

TEST(IpDatabase, KeepsEachDistinctTextOnce) {
  MmdbWriter out = writer();
  for (unsigned i = 1; i <= 200; ++i)
    out.insert(v4(i, 0, 0, 0), 8, asn(i, "One name for all of them"));
  const std::string table = Database(out.finish()).compiled.table;
  const std::size_t first = table.find("One name");
  EXPECT_NE(first, table.npos);
  EXPECT_EQ(table.find("One name", first + 1), table.npos);
}

TEST(IpDatabase, KnowsWhichFamiliesItCovers) {
  MmdbWriter four = writer(4), six = writer(6), four_in_six = writer(6), none = writer(6);
  four.insert(v4(1, 0, 0, 0), 8, asn(4, "four"));
  six.insert(Ip::v6(0x2a00000000000000, 0), 16, asn(6, "six"));
  four_in_six.insert(v4(1, 0, 0, 0), 8, asn(4, "four"));
  four_in_six.alias_ipv4();
  const auto families = [](const IpDatabaseSummary &s) {
    return (s.covers_v4 ? "4" : "") + std::string(s.covers_v6 ? "6" : "");
  };
  EXPECT_EQ(families(Database(four.finish()).compiled.summary), "4");
  EXPECT_EQ(families(Database(six.finish()).compiled.summary), "6");
  EXPECT_EQ(families(Database(asn_file()).compiled.summary), "46");
  const Database mapped(four_in_six.finish());
  EXPECT_EQ(families(mapped.compiled.summary), "4");
  EXPECT_NE(mapped.lookup.find(Ip::v6(0x2002010203040000, 0)), 0u);
}

TEST(IpDatabase, RecordsNeedNotBeMaps) {
  MmdbWriter out = writer(4);
  out.insert(v4(1, 0, 0, 0), 8, std::string("a bare string"));
  const Database db(out.finish());
  EXPECT_FALSE(db.compiled.summary.has_asn || db.compiled.summary.has_country || db.compiled.summary.has_city);
  EXPECT_EQ(db.document(v4(1, 2, 3, 4)), "\"a bare string\"");
  EXPECT_EQ(db.lookup.asn_number(db.lookup.find(v4(1, 2, 3, 4))), 0u);
}

TEST(IpDatabase, OneRecordMayCoverIpv4AndMore) {
  MmdbWriter out = writer(6);
  out.insert(Ip::v6(0, 0), 64, asn(1, "all of ::/64"));
  const Database db(out.finish());
  EXPECT_TRUE(db.compiled.summary.covers_v4 && db.compiled.summary.covers_v6);
  EXPECT_EQ(db.lookup.match(v4(200, 1, 2, 3)).prefix, 0);
  EXPECT_EQ(db.lookup.match(Ip::v6(0, 5)).prefix, 64);
}

// Records whose texts are all tails of one run of bytes: kept each for itself they would be its square.
TEST(IpDatabase, RefusesTextsThatOverlapWithoutEnd) {
  MmdbWriter out = writer(4);
  for (unsigned i = 0; i < 2000; ++i)
    out.insert(v4(1, 1, i / 256, i % 256), 32, Value::Map{{"as_name", "n" + std::to_string(10000 + i)}});
  std::string file = out.finish();
  const auto data = static_cast<std::uint32_t>(MmdbReader(file).data().size());
  // At each '^' begins a text of 285 + 0x5E5E bytes, each another one.
  file.insert(file.rfind("\xAB\xCD\xEFMaxMind.com"), std::string(2003, '^') + std::string(25000, 'x'));
  std::uint32_t texts = 0;
  for (std::size_t at = 0; (at = file.find("Fn1", at)) != file.npos; at += 7, ++texts) {
    file[at] = '\x38';  // the text becomes a pointer; the two bytes left over are never read
    for (unsigned i = 0; i < 4; ++i)
      file[at + 1 + i] = static_cast<char>((data + texts) >> (24 - 8 * i));
  }
  ASSERT_EQ(texts, 2000u);
  EXPECT_THROW(compile_ip_database(file, "en", core::never_interrupted), core::Error);
}

TEST(IpDatabase, RefusesEveryTruncatedFile) {
  const std::string file = asn_file();
  for (std::size_t size = 0; size < file.size(); ++size)
    try {
      use(Database(file.substr(0, size)).lookup);
    } catch (const core::Error &error) {
      EXPECT_STREQ(error.sqlstate(), core::kInvalidBinary);
    }
}

TEST(IpDatabase, FlippedBytesOfAFileAreRefusedOrHarmless) {
  const std::string file = asn_file();
  std::mt19937 random(1);
  for (std::size_t at = 0; at < file.size(); ++at) {
    std::string damaged = file;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 + random() % 255));
    try {
      use(Database(damaged).lookup);
    } catch (const core::Error &error) {
      EXPECT_STREQ(error.sqlstate(), core::kInvalidBinary);
    }
  }
}

TEST(IpDatabase, OpensNoDamagedTable) {
  const std::string table = Database(asn_file()).compiled.table;
  EXPECT_EQ(sqlstate_of(table), "");
  for (std::size_t size = 0; size < table.size(); size = size < 700 ? size + 1 : size * 5 / 4)
    EXPECT_EQ(sqlstate_of(std::string(table, 0, size)), core::kCorruptData) << size;
  std::mt19937 random(2);
  for (int i = 0; i < 200; ++i) {
    std::string damaged = table;
    char &byte = damaged[i < 100 ? static_cast<std::size_t>(i) : random() % table.size()];
    byte = static_cast<char>(byte ^ (1 + random() % 255));
    EXPECT_NE(sqlstate_of(damaged), "") << i;
  }
}

TEST(IpDatabase, SaysWhenTheFormatIsNewer) {
  std::string table = Database(asn_file()).compiled.table;
  table[7] = 2;
  EXPECT_EQ(sqlstate_of(table), core::kUnsupported);
}

TEST(IpDatabase, ChangedBytesUnderARightChecksumAreRefusedOrHarmless) {
  const std::string table = Database(asn_file()).compiled.table;
  const std::size_t tail = table.size() > 4000 ? table.size() - 1500 : 0;  // nodes, entries, texts, columns
  std::mt19937 random(3);
  for (int i = 0; i < 1500; ++i) {
    std::string damaged = table;
    const std::size_t at = i % 3 == 0 ? 16 + random() % 500 : tail + random() % (table.size() - tail);
    damaged[at] = static_cast<char>(random());
    try {
      use(IpDatabase::open(with_checksum(damaged)));
    } catch (const core::Error &error) {
      EXPECT_STREQ(error.sqlstate(), core::kCorruptData);
    }
  }
}

// The server takes a text's length word as it is: one with another tag would be a compressed or external value.
TEST(IpDatabase, RefusesATextWithAForeignLengthWord) {
  std::string table = Database(asn_file()).compiled.table;
  const std::size_t at = table.find("Google LLC") - 4;
  for (const int tag : {1, 2, 3}) {
    std::string damaged = table;
    damaged[at] = static_cast<char>(damaged[at] | tag);
    EXPECT_EQ(sqlstate_of(with_checksum(damaged)), core::kCorruptData) << tag;
  }
}

TEST(IpDatabase, DamagedDocumentsAreCalledSo) {
  Database db(asn_file());
  const auto sqlstate = [&](RecordId record) -> std::string {
    try {
      JsonSink json;
      visit_document(db.compiled.documents, db.lookup.record_count(), record, json);
      return "";
    } catch (const core::Error &error) {
      return error.sqlstate();
    }
  };
  EXPECT_EQ(sqlstate(1), "");
  EXPECT_EQ(sqlstate(0), core::kCorruptData);
  EXPECT_EQ(sqlstate(6), core::kCorruptData);
  db.compiled.documents.replace(0, 4, 4, '\xFF');
  EXPECT_EQ(sqlstate(1), core::kCorruptData);
  db.compiled.documents.resize(10);
  EXPECT_EQ(sqlstate(1), core::kCorruptData);
}

}  // namespace
}  // namespace hunt::enrich
