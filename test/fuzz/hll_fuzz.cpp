// Any bytes that pass for an hll are written back as something that reads the same, and unite with themselves to
// themselves.
#include "core/error.hpp"
#include "distinct/hll.hpp"

#include <cmath>
#include <cstdlib>

using hunt::distinct::hll::Hll;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  try {
    const Hll value = Hll::parse({reinterpret_cast<const char *>(data), size});
    if (Hll::parse(value.serialize()) != value)
      std::abort();
    Hll united = value;
    united.unite(value);
    if (united.serialize() != value.serialize())
      std::abort();
    if (const auto cardinality = value.cardinality(); cardinality && std::isnan(cardinality->value))
      std::abort();
    united.add(static_cast<std::int64_t>(size));
    if (Hll::parse(united.serialize()).kind() != united.kind())
      std::abort();
  } catch (const hunt::core::Error &) {
  }
  return 0;
}
