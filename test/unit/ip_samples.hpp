// What the tests of IP databases share: small databases of our own making, and where outside data lies.
#pragma once

#include "core/ip.hpp"
#include "mmdb_writer.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace hunt::samples {

using core::Ip;
using tools::MmdbWriter;
using tools::Value;

inline Ip v4(unsigned a, unsigned b, unsigned c, unsigned d) { return Ip::v4(a << 24 | b << 16 | c << 8 | d); }

inline MmdbWriter writer(int ip_version = 6, int record_size = 24) {
  return MmdbWriter({.database_type = "Sample",
                     .ip_version = ip_version,
                     .record_size = record_size,
                     .build_epoch = 1700000000,
                     .description = "a database of a test",
                     .languages = {"en"}});
}

inline Value asn(std::uint32_t number, const std::string &org) {
  return Value::Map{{"autonomous_system_number", number}, {"autonomous_system_organization", org}};
}

// A file that has `value` for 1.0.0.0/8.
inline std::string file_of(const Value &value) {
  MmdbWriter out = writer();
  out.insert(v4(1, 0, 0, 0), 8, value);
  return out.finish();
}

// A few networks of both families, long ones among them, with the aliases of IPv4 that GeoLite2 has.
inline std::string asn_file(int record_size = 24) {
  MmdbWriter out = writer(6, record_size);
  out.insert(v4(8, 8, 0, 0), 16, asn(3356, "Level 3"));
  out.insert(v4(8, 8, 8, 0), 24, asn(15169, "Google LLC"));
  out.insert(v4(9, 9, 9, 9), 32, asn(19281, "Quad9"));
  out.insert(v4(64, 0, 0, 0), 3, asn(1, "Large"));
  out.insert(Ip::v6(0x2001486000000000, 0), 32, asn(15169, "Google LLC"));
  out.insert(Ip::v6(0x2a00000000000000, 1), 128, asn(65551, "One address"));
  out.alias_ipv4();
  return out.finish();
}

// The folder of IP data that is not part of the project; empty if there is none.
inline std::filesystem::path data_folder() {
  const char *set = std::getenv("SESSION_HUNT_DATA");
  const auto root = std::filesystem::path(__FILE__).parent_path() / "../..";
  const auto folder = (set != nullptr ? std::filesystem::path(set) : root / "../shared/data") / "ip";
  return std::filesystem::exists(folder) ? folder : std::filesystem::path{};
}

inline std::string read_file(const std::filesystem::path &path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace hunt::samples
