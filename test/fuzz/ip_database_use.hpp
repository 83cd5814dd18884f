// What the fuzzers do with a database once it is open: read everything that a lookup can reach.
#pragma once

#include "enrich/ip_database.hpp"

#include <cstdint>
#include <cstdlib>

namespace hunt::fuzz {

inline std::size_t bytes_of(enrich::PooledText text) {
  std::size_t sum = 0;
  for (const char c : text ? text.view() : std::string_view{})
    sum += static_cast<unsigned char>(c);
  return sum;
}

// The record of the address; aborts where two ways of asking disagree.
inline enrich::RecordId look_up(const enrich::IpDatabase &database, const core::Ip &ip) {
  const enrich::TrieMatch match = database.match(ip);
  if (match.value != database.find(ip) || match.value > database.record_count())
    std::abort();
  if (match.value == 0)
    return 0;
  if (match.prefix < 0 || match.prefix > ip.bits())
    std::abort();
  volatile std::size_t sum = bytes_of(database.asn_org(match.value)) + bytes_of(database.country_iso(match.value)) +
                             bytes_of(database.country_name(match.value)) + bytes_of(database.region(match.value)) +
                             bytes_of(database.city(match.value)) + bytes_of(database.time_zone(match.value)) +
                             database.accuracy_km(match.value) +
                             database.record_of_asn(database.asn_number(match.value));
  volatile double place = database.latitude(match.value) + database.longitude(match.value);
  (void)sum, (void)place;
  return match.value;
}

// Addresses where networks tend to begin, and one that the input chooses.
template <class Take> void for_addresses(const std::uint8_t *data, std::size_t size, Take take) {
  std::uint64_t chosen[2] = {};
  for (std::size_t i = 0; i < size && i < 16; ++i)
    chosen[i / 8] = chosen[i / 8] << 8 | data[i];
  for (const std::uint32_t v4 : {0U, 0x01000000U, 0x08080808U, 0x09090909U, ~0U, static_cast<std::uint32_t>(chosen[0])})
    take(core::Ip::v4(v4));
  for (const std::uint64_t high : {std::uint64_t{0}, std::uint64_t{0x2001486000000000},
                                   std::uint64_t{0x2002080808080000}, ~std::uint64_t{0}, chosen[0]})
    take(core::Ip::v6(high, chosen[1]));
}

}  // namespace hunt::fuzz
