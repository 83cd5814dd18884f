// Our lookup against libmaxminddb: every network and random addresses of files that neither of them made.
#include "core/error.hpp"
#include "enrich/ip_database.hpp"
#include "enrich/json_sink.hpp"
#include "ip_samples.hpp"

#include <gtest/gtest.h>
#include <maxminddb.h>

#include <arpa/inet.h>
#include <chrono>
#include <cstring>
#include <functional>
#include <random>
#include <unordered_map>

namespace hunt::enrich {
namespace {

using core::Ip;
namespace fs = std::filesystem;

// Another reader's answer.
struct Answer {
  bool found;
  int prefix;  // in bits of the address's family
  MMDB_entry_s entry;
};

class Oracle {
public:
  explicit Oracle(const fs::path &path) : status_(MMDB_open(path.c_str(), MMDB_MODE_MMAP, &db_)) {}
  ~Oracle() {
    if (is_open())
      MMDB_close(&db_);
  }
  Oracle(const Oracle &) = delete;
  Oracle &operator=(const Oracle &) = delete;
  bool is_open() const { return status_ == MMDB_SUCCESS; }

  Answer find(const Ip &ip) {
    sockaddr_storage storage{};
    auto *address = reinterpret_cast<sockaddr *>(&storage);
    address->sa_family = ip.is_v6() ? AF_INET6 : AF_INET;
    std::uint8_t bytes[16];
    ip.to_bytes(bytes);
    if (ip.is_v6())
      std::memcpy(&reinterpret_cast<sockaddr_in6 *>(address)->sin6_addr, bytes, 16);
    else
      std::memcpy(&reinterpret_cast<sockaddr_in *>(address)->sin_addr, bytes, 4);
    int error = 0;
    const MMDB_lookup_result_s result = MMDB_lookup_sockaddr(&db_, address, &error);
    EXPECT_EQ(error, MMDB_SUCCESS);
    int prefix = result.netmask;
    if (!ip.is_v6() && db_.metadata.ip_version == 6)
      prefix = std::max(0, prefix - 96);
    return {result.found_entry, prefix, result.entry};
  }

private:
  MMDB_s db_{};
  int status_;
};

std::string_view bytes_of(const MMDB_entry_data_s &data) {
  return {reinterpret_cast<const char *>(data.bytes), data.data_size};
}

void tell_scalar(const MMDB_entry_data_s &data, MmdbValueSink &sink) {
  const auto is = [&data](std::uint32_t type) { return data.type == type; };
  if (is(MMDB_DATA_TYPE_UTF8_STRING))
    return sink.string(bytes_of(data));
  if (is(MMDB_DATA_TYPE_BYTES))
    return sink.bytes(bytes_of(data));
  if (is(MMDB_DATA_TYPE_DOUBLE) || is(MMDB_DATA_TYPE_FLOAT))
    return sink.number(is(MMDB_DATA_TYPE_DOUBLE) ? data.double_value : double{data.float_value});
  if (is(MMDB_DATA_TYPE_UINT16))
    return sink.unsigned_integer(data.uint16);
  if (is(MMDB_DATA_TYPE_UINT32))
    return sink.unsigned_integer(data.uint32);
  if (is(MMDB_DATA_TYPE_UINT64))
    return sink.unsigned_integer(data.uint64);
  if (is(MMDB_DATA_TYPE_UINT128))
    return sink.uint128(static_cast<std::uint64_t>(data.uint128 >> 64), static_cast<std::uint64_t>(data.uint128));
  if (is(MMDB_DATA_TYPE_INT32))
    return sink.integer(data.int32);
  EXPECT_TRUE(is(MMDB_DATA_TYPE_BOOLEAN)) << data.type;
  sink.boolean(data.boolean);
}

// Tells the sink what libmaxminddb's list of an entry holds, and returns what follows it.
const MMDB_entry_data_list_s *tell(const MMDB_entry_data_list_s *at, MmdbValueSink &sink) {
  const MMDB_entry_data_s &data = at->entry_data;
  at = at->next;
  const bool is_map = data.type == MMDB_DATA_TYPE_MAP;
  if (!is_map && data.type != MMDB_DATA_TYPE_ARRAY) {
    tell_scalar(data, sink);
    return at;
  }
  is_map ? sink.map(data.data_size) : sink.array(data.data_size);
  for (std::uint32_t i = 0; i < data.data_size; ++i) {
    if (is_map) {
      sink.key(bytes_of(at->entry_data));
      at = at->next;
    }
    at = tell(at, sink);
  }
  sink.end();
  return at;
}

std::string json_of(MMDB_entry_s entry) {
  MMDB_entry_data_list_s *list = nullptr;
  EXPECT_EQ(MMDB_get_entry_data_list(&entry, &list), MMDB_SUCCESS);
  JsonSink sink;
  EXPECT_TRUE(list != nullptr && tell(list, sink) == nullptr);
  MMDB_free_entry_data_list(list);
  return sink.text();
}

Ip last_of(const Ip &network, int prefix) {
  const Ip host = network.is_v6() ? Ip::v6(~std::uint64_t{0}, ~std::uint64_t{0}) : Ip::v4(~0U);
  const Ip keep = host.masked(prefix);
  return network.is_v6() ? Ip::v6(network.high() | ~keep.high(), network.low() | ~keep.low())
                         : Ip::v4(network.v4() | ~keep.v4());
}

class Comparison {
public:
  explicit Comparison(const fs::path &path)
      : file_(samples::read_file(path)), oracle_(path), reader_(file_),
        compiled_(compile_ip_database(file_, "en", core::never_interrupted)),
        lookup_(IpDatabase::open(compiled_.table)) {
    EXPECT_TRUE(oracle_.is_open());
  }

  // Every end of the search tree, those without a record too, as IPv6 network and, below ::/96, as IPv4 network.
  void compare_networks() { walk({MmdbReader::Branch::kNode, 0}, 0, 0, 0); }

  void compare_random(int count, std::mt19937_64 &random) {
    for (int i = 0; i < count; ++i) {
      compare(Ip::v4(static_cast<std::uint32_t>(random())));
      if (reader_.metadata().ip_version == 6)  // half of them where networks are
        compare(Ip::v6(i % 2 == 0 ? random() : random() >> 19 | 0x2000000000000000, random()));
    }
  }

  std::uint64_t addresses = 0, networks = 0, wider = 0, mismatches = 0;

private:
  void walk(MmdbReader::Branch at, int depth, std::uint64_t high, std::uint64_t low) {
    if (at.kind == MmdbReader::Branch::kNode) {
      for (const int bit : {0, 1}) {
        const int shift = 63 - depth % 64;
        const std::uint64_t set = std::uint64_t(bit) << shift;
        walk(reader_.branch(at.value, bit), depth + 1, depth < 64 ? high | set : high, depth < 64 ? low : low | set);
      }
      return;
    }
    ++networks;
    if (reader_.metadata().ip_version == 4)
      return compare_network(Ip::v4(static_cast<std::uint32_t>(high >> 32)), depth);
    compare_network(Ip::v6(high, low), depth);
    if (high == 0 && low >> 32 == 0)
      compare_network(Ip::v4(static_cast<std::uint32_t>(low)), std::max(0, depth - 96));
  }

  void compare_network(const Ip &network, int prefix) {
    compare(network);
    compare(last_of(network, prefix));
  }

  void compare(const Ip &ip) {
    ++addresses;
    const Answer expected = oracle_.find(ip);
    const TrieMatch match = lookup_.match(ip);
    if (expected.found != (match.value != 0) || lookup_.find(ip) != match.value) {
      ++mismatches;
      return;
    }
    if (expected.found && !is_same_record(expected.entry, match.value))
      ++mismatches;
    if (match.value == 0)
      return;
    if (match.prefix > expected.prefix || !is_uniform(ip, match))
      ++mismatches;
    wider += match.prefix < expected.prefix;
  }

  // Documents are compared once for each record; after that its place in the file names it.
  bool is_same_record(const MMDB_entry_s &entry, RecordId record) {
    const auto [at, is_new] = records_.try_emplace(entry.offset, record);
    if (!is_new)
      return at->second == record;
    JsonSink ours;
    visit_document(compiled_.documents, lookup_.record_count(), record, ours);
    return ours.text() == json_of(entry);
  }

  bool is_uniform(const Ip &ip, const TrieMatch &match) {
    const Ip network = ip.masked(match.prefix);
    for (const Ip &inside : {network, last_of(network, match.prefix)})
      if (const TrieMatch other = lookup_.match(inside); other.value != match.value || other.prefix != match.prefix)
        return false;
    return true;
  }

  std::string file_;
  Oracle oracle_;
  MmdbReader reader_;
  CompiledIpDatabase compiled_;
  IpDatabase lookup_;
  std::unordered_map<std::uint32_t, RecordId> records_;
};

std::vector<fs::path> databases_below(const fs::path &folder) {
  std::vector<fs::path> files;
  for (const auto &entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

bool is_broken_on_purpose(const fs::path &path) {
  const std::string name = path.filename().string();
  return path.extension() != ".mmdb" || name.find("roken") != name.npos || name.find("Invalid") != name.npos;
}

#define NEED_DATA(folder)                                                                                              \
  if (samples::data_folder().empty() || !fs::exists(samples::data_folder() / (folder)))                                \
  GTEST_SKIP() << "skipped: no IP data; SESSION_HUNT_DATA names the folder that has it"

TEST(MmdbOracle, AgreesOnTheTestDatabases) {
  NEED_DATA("maxmind/test-data");
  std::mt19937_64 random(1);
  std::uint64_t files = 0, networks = 0, addresses = 0, wider = 0;
  for (const fs::path &path : databases_below(samples::data_folder() / "maxmind/test-data")) {
    if (is_broken_on_purpose(path))
      continue;
    SCOPED_TRACE(path.filename());
    try {
      Comparison comparison(path);
      comparison.compare_networks();
      comparison.compare_random(2000, random);
      EXPECT_EQ(comparison.mismatches, 0u);
      ++files, networks += comparison.networks, addresses += comparison.addresses, wider += comparison.wider;
    } catch (const core::Error &error) {
      ADD_FAILURE() << path << ": " << error.what();
    }
  }
  EXPECT_GT(files, 30u);
  std::printf("%lu files, %lu networks, %lu addresses; %lu times our network was wider\n", files, networks, addresses,
              wider);
}

TEST(MmdbOracle, AgreesOnALargeDatabase) {
  NEED_DATA("asn.mmdb");
  std::mt19937_64 random(2);
  Comparison comparison(samples::data_folder() / "asn.mmdb");
  comparison.compare_networks();
  comparison.compare_random(500'000, random);
  EXPECT_EQ(comparison.mismatches, 0u);
  std::printf("%lu networks, %lu addresses; %lu times our network was wider\n", comparison.networks,
              comparison.addresses, comparison.wider);
}

// Whatever a file holds, compiling it takes bounded time and yields a refusal or a table that can be used.
TEST(MmdbOracle, RefusesOrReadsEveryBadFile) {
  NEED_DATA("maxmind/bad-data");
  int read = 0, refused = 0;
  for (const char *folder : {"maxmind/bad-data", "maxmind/test-data"})
    for (const fs::path &path : databases_below(samples::data_folder() / folder)) {
      const auto start = std::chrono::steady_clock::now();
      try {
        const auto compiled = compile_ip_database(samples::read_file(path), "en", core::never_interrupted);
        const IpDatabase lookup = IpDatabase::open(compiled.table);
        for (RecordId record = 1; record <= lookup.record_count(); ++record) {
          JsonSink json;
          visit_document(compiled.documents, lookup.record_count(), record, json);
        }
        ++read;
      } catch (const core::Error &error) {
        EXPECT_STREQ(error.sqlstate(), core::kInvalidBinary) << path << ": " << error.what();
        ++refused;
      }
      EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5)) << path;
    }
  std::printf("%d files read, %d refused\n", read, refused);
}

}  // namespace
}  // namespace hunt::enrich
