// The sections of a compiled IP database, shared by its writer and its reader. An id is never given another meaning.
#pragma once

#include <cstdint>
#include <string_view>

namespace hunt::enrich {

inline constexpr std::string_view kTableMagic{"SHIPDB\0\1", 8};

enum class Section : std::uint32_t {
  kRootV4 = 1,
  kRootLengthsV4,
  kRootV6,
  kRootLengthsV6,
  kNodes,
  kEntries,
  kPool,
  kAsnNumbers,
  kAsnOrgs,
  kRecordsByAsn,
  kCountryIsos,
  kCountryNames,
  kRegions,
  kCities,
  kTimeZones,
  kLatitudes,
  kLongitudes,
  kAccuracies,
};

inline constexpr std::size_t kTableHeaderSize = 24;  // magic, hash, number of sections, number of records
inline constexpr std::size_t kSectionHeaderSize = 24;

}  // namespace hunt::enrich
