// Any bytes that pass for a series can be opened, merged and compared, and what comes of it is a series again.
#include "core/error.hpp"
#include "timeline/series.hpp"

#include <cstdlib>
#include <deque>

using namespace hunt::timeline;

namespace {

std::deque<std::vector<std::uint64_t>> memory;
Series::OpenBytes allocate(std::size_t size) {
  auto &block = memory.emplace_back((size + 7) / 8);
  return {reinterpret_cast<std::uint8_t *>(block.data()), size};
}

std::vector<std::uint8_t> closed(Series::Bytes bytes) {
  const Series::Bytes result = Series::close(bytes, allocate);
  validate_series(result);
  return {result.begin(), result.end()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  memory.clear();
  try {
    const std::vector<std::uint8_t> bytes(data, data + size);
    validate_series(bytes);
    if (closed(Series::open(bytes, allocate)) != bytes)
      std::abort();
    const Series::OpenBytes twice = Series::merge(Series::open(bytes, allocate), bytes, allocate);
    Zone zone;
    const Comparison comparison{
        slice_of(0, 1, 0), {{1, 0, 0}, {0, 7, 3'600'000'000}}, kFirstInstant, kEndOfInstants, 0};
    if (Series::records(closed(twice)).size() != 2 * Series::records(bytes).size())
      std::abort();
    const auto check = [](void *, const ComparedSlice &row) {
      if (row.is_new && row.is_gone)
        std::abort();
    };
    compare(Series::records(bytes), comparison, zone, check, nullptr);
  } catch (const hunt::core::Error &) {
  }
  return 0;
}
