// Any bytes that pass for a travel can be opened, merged and read, and what comes of it is a travel again.
#include "core/error.hpp"
#include "travel/travel.hpp"

#include <cmath>
#include <cstdlib>
#include <deque>

using namespace hunt::travel;

namespace {

std::deque<std::vector<std::uint64_t>> memory;
Travel::OpenBytes allocate(std::size_t size) {
  auto &block = memory.emplace_back((size + 7) / 8);
  return {reinterpret_cast<std::uint8_t *>(block.data()), size};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  memory.clear();
  try {
    const std::vector<std::uint8_t> bytes(data, data + size);
    validate_travel(bytes);
    const Travel::Bytes again = Travel::close(Travel::open(bytes, allocate), allocate);
    if (!std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()))
      std::abort();
    const Travel::Bytes twice = Travel::close(Travel::merge(Travel::open(bytes, allocate), bytes, allocate), allocate);
    validate_travel(twice);
    const auto hops = find_hops(Travel::records(bytes), {900, 0, 1});
    for (const Hop &hop : hops)
      if (std::isnan(hop.speed_kmh) || hop.speed_kmh < 0 || (hop.is_recurring && !hop.is_fast))
        std::abort();
    if (find_hops(Travel::records(twice), {900, 0, 1}).size() < hops.size())
      std::abort();
  } catch (const hunt::core::Error &) {
  }
  return 0;
}
