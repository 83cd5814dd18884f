// Any bytes that pass for a set can be added to, merged and closed, and what comes of it is a set again.
#include "core/error.hpp"
#include "distinct/value_set.hpp"

#include <cstdlib>
#include <deque>

using namespace hunt::distinct;
using hunt::core::never_interrupted;
using Bytes = std::vector<std::uint8_t>;

namespace {

std::deque<Bytes> memory;
value_set::OpenBytes allocate(std::size_t size) { return memory.emplace_back(size); }

Bytes closed(value_set::Bytes set) {
  const value_set::Bytes bytes = value_set::close(set, allocate, never_interrupted);
  value_set::validate(bytes, value_set::kind(set), never_interrupted);
  return {bytes.begin(), bytes.end()};
}

Bytes merged(const Bytes &a, const Bytes &b) {
  return closed(value_set::merge(value_set::open(a, allocate, never_interrupted), b, allocate, never_interrupted));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  // Two sets, cut where the first byte says.
  if (size < 4 || data[0] >= size || data[0] < 3)
    return 0;
  memory.clear();
  const Bytes a(data + 1, data + 1 + data[0]), b(data + 1 + data[0], data + size);
  const auto kind = static_cast<ValueKind>(1 + a[1] % 6);
  try {
    value_set::validate(a, kind, never_interrupted);
    if (value_set::distinct_count(a) < value_set::Sorted(a, never_interrupted).size())
      std::abort();
    if (closed(value_set::open(a, allocate, never_interrupted)) != a || merged(a, a) != a)
      std::abort();
    value_set::validate(b, kind, never_interrupted);
    if (merged(a, b) != merged(b, a))
      std::abort();
  } catch (const hunt::core::Error &) {
  }
  return 0;
}
