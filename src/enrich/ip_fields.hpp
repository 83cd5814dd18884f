// What an IP database says of a network, under one set of names whatever the vendor calls it.
#pragma once

#include "enrich/mmdb_reader.hpp"

#include <limits>
#include <string_view>

namespace hunt::enrich {

// Strings point into the database's data section. A missing field is empty, zero or NaN.
struct IpFields {
  std::uint32_t asn_number = 0;
  std::string_view asn_org;
  std::string_view country_iso;  // ISO 3166-1 alpha-2, two capital letters
  std::string_view country_name;
  std::string_view region;
  std::string_view city;
  std::string_view time_zone;                                   // IANA name
  double latitude = std::numeric_limits<double>::quiet_NaN();   // degrees, north positive
  double longitude = std::numeric_limits<double>::quiet_NaN();  // degrees, east positive
  std::uint32_t accuracy_km = 0;
};

// Reads the record at `offset`. Understands the layouts of MaxMind (GeoLite2, GeoIP2, Enterprise), DB-IP (the same
// nesting), IPinfo (flat, numbers as text, "AS15169") and ip-location-db (flat). `language` chooses among localised
// names; a place without a name in it keeps its first. Adds the number of values read to `values`.
IpFields read_ip_fields(const MmdbData &data, std::uint32_t offset, std::string_view language, std::uint64_t &values);

}  // namespace hunt::enrich
