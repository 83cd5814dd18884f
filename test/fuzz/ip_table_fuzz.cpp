// Any bytes as a stored table, under a checksum that fits them: refused with an Error, or safe to use.
//
// The 64 Ki slots of a root are appended, so that the inputs can be small: the input's last 256 bytes over and over,
// then as many lengths, all of them the byte before those. The input's directory may point there or not.
#include "core/error.hpp"
#include "core/hash.hpp"
#include "ip_database_use.hpp"

#include <cstring>
#include <string>

using namespace hunt;

namespace {

constexpr std::size_t kSlots = enrich::AddressTrie::kRootSlots;
constexpr std::size_t kPattern = 256;

std::string table_of(std::string_view input) {
  std::string table(input);
  table.resize((input.size() + 7) / 8 * 8);
  if (input.size() <= kPattern)
    return table;
  for (std::size_t filled = 0; filled < 4 * kSlots; filled += kPattern)
    table += input.substr(input.size() - kPattern);
  table.append(kSlots, input[input.size() - kPattern - 1]);
  const std::uint64_t hash = core::hash64(std::string_view(table).substr(16));
  std::memcpy(table.data() + 8, &hash, sizeof hash);
  return table;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::string table = table_of({reinterpret_cast<const char *>(data), size});
  try {
    const auto database = enrich::IpDatabase::open(table);
    fuzz::for_addresses(data, size, [&](const core::Ip &ip) { fuzz::look_up(database, ip); });
  } catch (const core::Error &) {
  }
  return 0;
}
