// An IP database as it is stored and used: what compiling a MaxMind DB yields.
//
// Two byte strings. The `table` answers the typed questions (AS number and organisation, country, city, ...): the
// compressed trie, one column per field, and a pool of texts. It is used in place. The `documents` are for questions
// about any other field, and needed only then: of each record its offset (uint32), then the data section of the
// original file.
//
// Format of the table, version 1, little-endian: the 8 bytes "SHIPDB" 0 1; hash64 of all bytes that follow; the number
// of sections (uint32) and of records (uint32); per section its id (uint32), the size of an element (uint32), offset
// from the start (uint64) and number of elements (uint64); then the sections, each aligned to 8 bytes. The section ids
// are in ip_database.cpp. A text of the pool is a uint32 holding (4 + length) * 4, then its UTF-8 bytes, padded to 4
// bytes; columns refer to it by offset / 4, 0 meaning none. (The uint32 is the length word of PostgreSQL's uncompressed
// varlena on little-endian machines, so a text can be handed out where it lies.)
#pragma once

#include "core/ip.hpp"
#include "core/poll.hpp"
#include "enrich/address_trie.hpp"
#include "enrich/mmdb_reader.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace hunt::enrich {

struct IpDatabaseSummary {
  MmdbMetadata metadata;
  std::uint64_t networks = 0;
  std::uint64_t records = 0;
  bool covers_v4 = false;  // has networks of the family; IPv4 networks seen through IPv6 do not count as IPv6
  bool covers_v6 = false;
  bool has_asn = false;
  bool has_country = false;
  bool has_city = false;  // a city or a position
};

struct CompiledIpDatabase {
  IpDatabaseSummary summary;
  std::string table;
  std::string documents;
};

// Compiles a MaxMind DB after checking every byte that a lookup can reach; raises 22P03 on a file that is malformed or
// made to exhaust memory, 54000 on one too large. `language` chooses among localised names ("en"). 515,158 ranges take
// about 0.1 s and six times the file's size in memory for the moment.
CompiledIpDatabase compile_ip_database(std::string_view file, std::string_view language, core::Poll poll);

// Tells `sink` the whole record as the file had it. `documents` are those of the database that the record belongs to.
// Raises XX001 if they cannot be.
void visit_document(std::string_view documents, std::uint32_t record_count, TrieValue record, MmdbValueSink &sink);

// A text of the pool, in place: `header` points at its length word.
struct PooledText {
  const char *header = nullptr;

  explicit operator bool() const noexcept { return header != nullptr; }
  std::string_view view() const noexcept;
};

// A record of a database: 1 .. record_count(); 0 is no record.
using RecordId = TrieValue;

// A table in use. Trivially copyable: it points into the table's bytes, which must outlive it and be aligned to 8
// bytes.
class IpDatabase {
public:
  // Checks hash, structure and every reference once (about 3 ms for 515,158 ranges), so that no lookup can leave the
  // bytes. Raises XX001 if the bytes are not a table of a version that this code knows.
  static IpDatabase open(std::string_view table);

  RecordId find(const core::Ip &ip) const noexcept { return trie_.find(ip); }
  TrieMatch match(const core::Ip &ip) const noexcept { return trie_.match(ip); }
  bool covers_v4() const noexcept { return !trie_.root_v4.empty(); }
  bool covers_v6() const noexcept { return !trie_.root_v6.empty(); }
  std::uint32_t record_count() const noexcept { return record_count_; }

  // Columns. 0, no text and NaN mean that the record lacks the field; a database without the field has no such column.
  std::uint32_t asn_number(RecordId record) const noexcept { return element(asn_numbers_, record); }
  PooledText asn_org(RecordId record) const noexcept { return text(asn_orgs_, record); }
  PooledText country_iso(RecordId record) const noexcept { return text(country_isos_, record); }
  PooledText country_name(RecordId record) const noexcept { return text(country_names_, record); }
  PooledText region(RecordId record) const noexcept { return text(regions_, record); }
  PooledText city(RecordId record) const noexcept { return text(cities_, record); }
  PooledText time_zone(RecordId record) const noexcept { return text(time_zones_, record); }
  double latitude(RecordId record) const noexcept { return coordinate(latitudes_, record); }
  double longitude(RecordId record) const noexcept { return coordinate(longitudes_, record); }
  std::uint32_t accuracy_km(RecordId record) const noexcept { return element(accuracies_, record); }

  // A record that carries this AS number, 0 if none does. Logarithmic.
  RecordId record_of_asn(std::uint32_t number) const noexcept;

private:
  template <class T> static T element(std::span<const T> column, RecordId record) noexcept {
    return column.empty() ? T{} : column[record - 1];
  }
  PooledText text(std::span<const std::uint32_t> column, RecordId record) const noexcept {
    const std::uint32_t at = element(column, record);
    return {at == 0 ? nullptr : pool_.data() + std::size_t{4} * at};
  }
  static double coordinate(std::span<const double> column, RecordId record) noexcept;
  bool is_sound() const noexcept;
  bool is_sound_text_column(std::span<const std::uint32_t> column) const noexcept;

  AddressTrie trie_;
  std::uint32_t record_count_ = 0;
  std::span<const std::uint32_t> asn_numbers_, asn_orgs_, records_by_asn_;
  std::span<const std::uint32_t> country_isos_, country_names_, regions_, cities_, time_zones_, accuracies_;
  std::span<const double> latitudes_, longitudes_;
  std::span<const char> pool_;
};

}  // namespace hunt::enrich
