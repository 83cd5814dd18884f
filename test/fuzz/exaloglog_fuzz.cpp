// Any bytes that pass for a state can be counted, merged and lowered, and what comes of it is a state again.
#include "distinct/exaloglog.hpp"

#include <cmath>
#include <cstdlib>
#include <vector>

using namespace hunt::distinct;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  if (size == 0)
    return 0;
  const int precision = exaloglog::kMinPrecision + data[0] % 4;
  std::vector<std::uint8_t> state(data + 1, data + size);
  state.resize(exaloglog::size(precision));
  if (!exaloglog::is_valid(state, precision))
    return 0;
  if (!(exaloglog::estimate(state, precision).value >= 0))
    std::abort();
  for (int lower = exaloglog::kMinPrecision; lower <= precision; ++lower) {
    std::vector<std::uint8_t> into(exaloglog::size(lower));
    exaloglog::insert(into, lower, size);
    exaloglog::merge(into, lower, state, precision);
    if (!exaloglog::is_valid(into, lower) || !std::isfinite(exaloglog::estimate(into, lower).value))
      std::abort();
    const std::vector<std::uint8_t> once = into;
    exaloglog::merge(into, lower, state, precision);
    if (into != once)
      std::abort();
  }
  return 0;
}
