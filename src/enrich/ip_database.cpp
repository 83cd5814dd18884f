#include "enrich/ip_database.hpp"

#include "core/bytes.hpp"
#include "core/hash.hpp"
#include "enrich/ip_table_format.hpp"

#include <algorithm>
#include <limits>

namespace hunt::enrich {

namespace {

[[noreturn]] void corrupt(const char *what) {
  throw core::Error(core::kCorruptData, std::string("stored IP database is corrupt: ") + what,
                    "Load the database again with load_ip_database().");
}

// The section directory of a table whose header was checked.
class Sections {
public:
  explicit Sections(std::string_view table)
      : table_(table), count_(core::read_little_endian<std::uint32_t>(table.data() + 16)) {
    if (count_ > (table.size() - kTableHeaderSize) / kSectionHeaderSize)
      corrupt("its directory reaches past its end");
  }

  // The elements of a section; empty if the table has no such section.
  template <class T> std::span<const T> get(Section id) const {
    for (std::uint32_t i = 0; i < count_; ++i) {
      const char *at = table_.data() + kTableHeaderSize + kSectionHeaderSize * i;
      if (core::read_little_endian<std::uint32_t>(at) != static_cast<std::uint32_t>(id))
        continue;
      const auto width = core::read_little_endian<std::uint32_t>(at + 4);
      const auto offset = core::read_little_endian<std::uint64_t>(at + 8);
      const auto count = core::read_little_endian<std::uint64_t>(at + 16);
      if (width != sizeof(T) || offset % 8 != 0 || offset > table_.size() || count > (table_.size() - offset) / width)
        corrupt("a section reaches past its end");
      return {reinterpret_cast<const T *>(table_.data() + offset), static_cast<std::size_t>(count)};
    }
    return {};
  }

private:
  std::string_view table_;
  std::uint32_t count_;
};

std::uint32_t text_size(const char *header) noexcept { return core::read_little_endian<std::uint32_t>(header) >> 2; }

// The two lowest bits of a varlena's length word say whether it is one at all.
bool has_plain_tag(const char *header) noexcept { return (header[0] & 3) == 0; }

}  // namespace

void visit_document(std::string_view documents, std::uint32_t record_count, RecordId record, MmdbValueSink &sink) {
  const std::size_t directory = std::size_t{4} * record_count;
  if (record == 0 || record > record_count || directory > documents.size())
    corrupt("its documents are those of another table");
  const auto offset = core::read_little_endian<std::uint32_t>(documents.data() + std::size_t{4} * (record - 1));
  try {
    MmdbData(documents.substr(directory)).visit(offset, sink);
  } catch (const core::Error &error) {
    corrupt(error.what());
  }
}

std::string_view PooledText::view() const noexcept { return {header + 4, text_size(header) - 4}; }

IpDatabase IpDatabase::open(std::string_view table) {
  if (table.size() < kTableHeaderSize || table.substr(0, 7) != kTableMagic.substr(0, 7))
    corrupt("it does not begin as one");
  if (table[7] != kTableMagic[7])
    throw core::Error(core::kUnsupported, "stored IP database has format version " + std::to_string(table[7]),
                      "A newer session_hunt made it: update the extension, or load the database again.");
  if (core::read_little_endian<std::uint64_t>(table.data() + 8) != core::hash64(table.substr(16)))
    corrupt("its checksum does not match");
  const Sections sections(table);
  IpDatabase db;
  db.record_count_ = core::read_little_endian<std::uint32_t>(table.data() + 20);
  db.trie_ = {sections.get<std::uint32_t>(Section::kRootV4),
              sections.get<std::uint32_t>(Section::kRootV6),
              sections.get<std::uint8_t>(Section::kRootLengthsV4),
              sections.get<std::uint8_t>(Section::kRootLengthsV6),
              sections.get<TrieNode>(Section::kNodes),
              sections.get<std::uint32_t>(Section::kEntries)};
  db.pool_ = sections.get<char>(Section::kPool);
  db.asn_numbers_ = sections.get<std::uint32_t>(Section::kAsnNumbers);
  db.asn_orgs_ = sections.get<std::uint32_t>(Section::kAsnOrgs);
  db.records_by_asn_ = sections.get<std::uint32_t>(Section::kRecordsByAsn);
  db.country_isos_ = sections.get<std::uint32_t>(Section::kCountryIsos);
  db.country_names_ = sections.get<std::uint32_t>(Section::kCountryNames);
  db.regions_ = sections.get<std::uint32_t>(Section::kRegions);
  db.cities_ = sections.get<std::uint32_t>(Section::kCities);
  db.time_zones_ = sections.get<std::uint32_t>(Section::kTimeZones);
  db.latitudes_ = sections.get<double>(Section::kLatitudes);
  db.longitudes_ = sections.get<double>(Section::kLongitudes);
  db.accuracies_ = sections.get<std::uint32_t>(Section::kAccuracies);
  if (!db.is_sound())
    corrupt("its parts contradict each other");
  return db;
}

bool IpDatabase::is_sound_text_column(std::span<const std::uint32_t> column) const noexcept {
  if (column.empty())
    return true;
  return column.size() == record_count_ && std::all_of(column.begin(), column.end(), [this](std::uint32_t at) {
           const std::size_t offset = std::size_t{4} * at;
           if (at == 0)
             return true;
           if (pool_.size() < 4 || offset > pool_.size() - 4)
             return false;
           const std::uint32_t size = text_size(pool_.data() + offset);
           return has_plain_tag(pool_.data() + offset) && size >= 4 && size <= pool_.size() - offset;
         });
}

bool IpDatabase::is_sound() const noexcept {
  const auto is_column = [this](std::size_t size) { return size == 0 || size == record_count_; };
  for (const auto &column : {asn_orgs_, country_isos_, country_names_, regions_, cities_, time_zones_})
    if (!is_sound_text_column(column))
      return false;
  return is_column(asn_numbers_.size()) && is_column(accuracies_.size()) && is_column(latitudes_.size()) &&
         is_column(longitudes_.size()) && (records_by_asn_.empty() || !asn_numbers_.empty()) &&
         std::all_of(records_by_asn_.begin(), records_by_asn_.end(),
                     [this](RecordId record) { return record >= 1 && record <= record_count_; }) &&
         trie_.is_sound(record_count_);
}

double IpDatabase::coordinate(std::span<const double> column, RecordId record) noexcept {
  return column.empty() ? std::numeric_limits<double>::quiet_NaN() : column[record - 1];
}

RecordId IpDatabase::record_of_asn(std::uint32_t number) const noexcept {
  const auto at =
      std::lower_bound(records_by_asn_.begin(), records_by_asn_.end(), number,
                       [this](RecordId record, std::uint32_t wanted) { return asn_number(record) < wanted; });
  return at != records_by_asn_.end() && asn_number(*at) == number ? *at : 0;
}

}  // namespace hunt::enrich
