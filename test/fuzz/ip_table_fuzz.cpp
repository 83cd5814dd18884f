// Any bytes as a stored table, under a checksum that fits them: refused with an Error, or safe to use.
#include "core/error.hpp"
#include "core/hash.hpp"
#include "ip_database_use.hpp"

#include <cstring>
#include <string>

using namespace hunt;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  std::string table(reinterpret_cast<const char *>(data), size);
  if (size >= 16) {
    const std::uint64_t hash = core::hash64(std::string_view(table).substr(16));
    std::memcpy(table.data() + 8, &hash, sizeof hash);
  }
  try {
    const auto database = enrich::IpDatabase::open(table);
    fuzz::for_addresses(data, size, [&](const core::Ip &ip) { fuzz::look_up(database, ip); });
  } catch (const core::Error &) {
  }
  return 0;
}
