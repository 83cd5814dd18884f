// Any bytes that pass for a sketch can be counted into, merged and closed, and what comes of it is a sketch again.
#include "core/error.hpp"
#include "distinct/sketch.hpp"

#include <cstdlib>
#include <vector>

using namespace hunt::distinct;
using Sketch = std::vector<std::uint8_t>;

namespace {

Sketch merged(const Sketch &a, const Sketch &b) {
  Sketch open(sketch::merged_size(a, b));
  sketch::merge(a, b, open);
  Sketch result(sketch::closed_size(open));
  sketch::close(open, result);
  sketch::validate(result);
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  // Two sketches, cut where the first byte says.
  if (size == 0 || data[0] >= size)
    return 0;
  const Sketch a(data + 1, data + 1 + data[0]), b(data + 1 + data[0], data + size);
  try {
    sketch::validate(a);
    if (sketch::form(a) != sketch::Form::hll) {
      if (!(sketch::cardinality(a).value >= 0))
        std::abort();
      Sketch open(sketch::opened_size(a));
      sketch::open(a, open);
      if (!sketch::insert(open, size)) {
        Sketch larger(sketch::grown_size(open));
        sketch::grow(open, larger);
        if (!sketch::insert(larger, size))
          std::abort();
        open = larger;
      }
      Sketch closed(sketch::closed_size(open));
      sketch::close(open, closed);
      sketch::validate(closed);
      if (merged(closed, a) != closed)
        std::abort();
    }
    sketch::validate(b);
    if (merged(a, b) != merged(b, a))
      std::abort();
  } catch (const hunt::core::Error &) {
  }
  return 0;
}
