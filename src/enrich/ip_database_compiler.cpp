// compile_ip_database: a MaxMind DB file becomes a table and its documents.
#include "core/bytes.hpp"
#include "core/hash.hpp"
#include "enrich/ip_database.hpp"
#include "enrich/ip_fields.hpp"
#include "enrich/ip_table_format.hpp"
#include "enrich/trie_compiler.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <unordered_map>
#include <vector>

namespace hunt::enrich {

namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 30;  // a bytea holds no more

// Each distinct text once. Texts that lie side by side in `data_size` bytes fit into four times as many; only a file
// made to exhaust memory has them overlap.
class TextPool {
public:
  explicit TextPool(std::size_t data_size) : most_bytes_(4 * data_size + 4) {}

  std::uint32_t add(std::string_view text) {
    if (text.empty())
      return 0;
    const auto [at, is_new] = offsets_.try_emplace(text, static_cast<std::uint32_t>(bytes_.size() / 4));
    if (is_new) {
      core::ByteWriter writer(bytes_);
      writer.put(static_cast<std::uint32_t>((text.size() + 4) << 2));
      writer.put_bytes(text);
      writer.align(4);
      if (bytes_.size() > most_bytes_)
        throw core::Error(core::kInvalidBinary, "malformed MaxMind DB: its texts are longer than its data section");
    }
    return at->second;
  }
  const std::string &bytes() const noexcept { return bytes_; }

private:
  std::size_t most_bytes_;
  std::string bytes_ = std::string(4, '\0');  // offset 0 means none
  std::unordered_map<std::string_view, std::uint32_t> offsets_;
};

// The columns of all records; a column in which nothing was found is left out of the table.
struct Columns {
  explicit Columns(std::size_t data_size) : pool(data_size) {}

  TextPool pool;
  std::vector<std::uint32_t> asn_numbers, asn_orgs, country_isos, country_names, regions, cities, time_zones,
      accuracies;
  std::vector<double> latitudes, longitudes;

  void append(const IpFields &fields) {
    asn_numbers.push_back(fields.asn_number);
    asn_orgs.push_back(pool.add(fields.asn_org));
    country_isos.push_back(pool.add(fields.country_iso));
    country_names.push_back(pool.add(fields.country_name));
    regions.push_back(pool.add(fields.region));
    cities.push_back(pool.add(fields.city));
    time_zones.push_back(pool.add(fields.time_zone));
    latitudes.push_back(fields.latitude);
    longitudes.push_back(fields.longitude);
    accuracies.push_back(fields.accuracy_km);
  }
};

template <class T> bool has_values(const std::vector<T> &column) {
  return std::any_of(column.begin(), column.end(), [](T value) {
    if constexpr (std::is_floating_point_v<T>)
      return !std::isnan(value);
    else
      return value != 0;
  });
}

// Of each AS number one record, in order of number: the first that has the number.
std::vector<std::uint32_t> index_by_asn(const std::vector<std::uint32_t> &numbers) {
  std::vector<std::uint32_t> records;
  for (std::uint32_t i = 0; i < numbers.size(); ++i)
    if (numbers[i] != 0)
      records.push_back(i + 1);
  std::stable_sort(records.begin(), records.end(), [&](auto a, auto b) { return numbers[a - 1] < numbers[b - 1]; });
  records.erase(
      std::unique(records.begin(), records.end(), [&](auto a, auto b) { return numbers[a - 1] == numbers[b - 1]; }),
      records.end());
  return records;
}

// Collects the sections and lays them out behind their directory.
class TableWriter {
public:
  template <class T> void add(Section id, const std::vector<T> &elements) {
    add_bytes(id, sizeof(T), {reinterpret_cast<const char *>(elements.data()), elements.size() * sizeof(T)});
  }
  template <class T> void add_column(Section id, const std::vector<T> &elements) {
    if (has_values(elements))
      add(id, elements);
  }
  void add_bytes(Section id, std::uint32_t width, std::string_view bytes) {
    if (!bytes.empty())
      sections_.push_back({id, width, bytes});
  }

  std::string finish(std::uint32_t records) const {
    std::string out;
    core::ByteWriter writer(out);
    writer.put_bytes(kTableMagic);
    writer.put(std::uint64_t{0});
    writer.put(static_cast<std::uint32_t>(sections_.size()));
    writer.put(records);
    std::uint64_t offset = kTableHeaderSize + kSectionHeaderSize * sections_.size();
    for (const Part &part : sections_) {
      offset = (offset + 7) / 8 * 8;
      writer.put(static_cast<std::uint32_t>(part.id));
      writer.put(part.width);
      writer.put(offset);
      writer.put(std::uint64_t{part.bytes.size() / part.width});
      offset += part.bytes.size();
    }
    out.reserve(offset);
    for (const Part &part : sections_) {
      writer.align(8);
      writer.put_bytes(part.bytes);
    }
    const std::uint64_t hash = core::hash64(std::string_view(out).substr(16));
    std::memcpy(out.data() + 8, &hash, sizeof hash);
    return out;
  }

private:
  struct Part {
    Section id;
    std::uint32_t width;
    std::string_view bytes;
  };
  std::vector<Part> sections_;
};

Columns read_columns(const MmdbData &data, const std::vector<std::uint32_t> &offsets, std::string_view language,
                     core::Poll poll) {
  // Records may share their parts by pointers; only a file made to exhaust time shares them this often.
  const std::uint64_t most_values = 16 * std::uint64_t{data.size()} + 1'000'000;
  Columns columns(data.size());
  std::uint64_t values = 0;
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    if (i % 1024 == 0)
      poll();
    columns.append(read_ip_fields(data, offsets[i], language, values));
    if (values > most_values)
      throw core::Error(core::kInvalidBinary, "malformed MaxMind DB: its records unfold to more than " +
                                                  std::to_string(most_values) + " values");
  }
  return columns;
}

std::string write_table(const CompiledTrie &trie, const Columns &columns) {
  const AddressTrieArrays &arrays = trie.arrays;
  const std::vector<std::uint32_t> by_asn = index_by_asn(columns.asn_numbers);
  TableWriter writer;
  writer.add(Section::kRootV4, arrays.root_v4);
  writer.add(Section::kRootLengthsV4, arrays.root_lengths_v4);
  writer.add(Section::kRootV6, arrays.root_v6);
  writer.add(Section::kRootLengthsV6, arrays.root_lengths_v6);
  writer.add(Section::kNodes, arrays.nodes);
  writer.add(Section::kEntries, arrays.entries);
  writer.add_bytes(Section::kPool, 1, columns.pool.bytes());
  writer.add_column(Section::kAsnNumbers, columns.asn_numbers);
  writer.add_column(Section::kAsnOrgs, columns.asn_orgs);
  writer.add(Section::kRecordsByAsn, by_asn);
  writer.add_column(Section::kCountryIsos, columns.country_isos);
  writer.add_column(Section::kCountryNames, columns.country_names);
  writer.add_column(Section::kRegions, columns.regions);
  writer.add_column(Section::kCities, columns.cities);
  writer.add_column(Section::kTimeZones, columns.time_zones);
  writer.add_column(Section::kLatitudes, columns.latitudes);
  writer.add_column(Section::kLongitudes, columns.longitudes);
  writer.add_column(Section::kAccuracies, columns.accuracies);
  return writer.finish(static_cast<std::uint32_t>(trie.record_offsets.size()));
}

}  // namespace

CompiledIpDatabase compile_ip_database(std::string_view file, std::string_view language, core::Poll poll) {
  if (file.size() > kLargestFile)
    throw core::Error(core::kLimitExceeded, "IP database is larger than 1 GiB");
  const MmdbReader reader(file);
  const CompiledTrie trie = compile_trie(reader, poll);
  const Columns columns = read_columns(reader.data(), trie.record_offsets, language, poll);
  CompiledIpDatabase out;
  out.summary.metadata = reader.metadata();
  out.summary.networks = trie.networks;
  out.summary.records = trie.record_offsets.size();
  out.summary.covers_v4 = !trie.arrays.root_v4.empty();
  out.summary.covers_v6 = trie.covers_v6;
  out.summary.has_asn = has_values(columns.asn_numbers) || has_values(columns.asn_orgs);
  out.summary.has_country = has_values(columns.country_isos) || has_values(columns.country_names);
  out.summary.has_city = has_values(columns.cities) || has_values(columns.latitudes);
  out.table = write_table(trie, columns);
  core::ByteWriter documents(out.documents);
  for (const std::uint32_t offset : trie.record_offsets)
    documents.put(offset);
  documents.put_bytes(reader.data().bytes());
  return out;
}

}  // namespace hunt::enrich
