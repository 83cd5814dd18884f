// Any bytes that pass for a baseline can be read, added to, merged, pruned and asked, and what comes of it is a
// baseline again; text and binary input are nothing but this check.
#include "baseline/judge.hpp"
#include "core/error.hpp"

#include <cmath>
#include <cstdlib>
#include <deque>

using namespace hunt::baseline;

namespace {

std::deque<std::vector<std::uint32_t>> memory;
OpenBytes allocate(std::size_t size) {
  auto &block = memory.emplace_back((size + 3) / 4);
  return {reinterpret_cast<std::uint8_t *>(block.data()), size};
}

std::vector<std::uint8_t> closed(Bytes model) {
  const Bytes bytes = close(model, allocate);
  validate(bytes);
  return {bytes.begin(), bytes.end()};
}

void require(bool is_so) {
  if (!is_so)
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  // Two models, cut where the first byte says.
  if (size < 2 || data[0] >= size)
    return 0;
  memory.clear();
  const std::vector<std::uint8_t> a(data + 1, data + 1 + data[0]), b(data + 1 + data[0], data + size);
  try {
    validate(a);
    require(closed(open(a, allocate)) == a);
    const Model model = read(a);
    const std::int32_t at = model.points.empty() ? model.first : model.points.back().slice;
    for (const bool silent : {false, true}) {
      const Verdict v = judge(model, {.value = a.size(),
                                      .slice = at,
                                      .as_of = at,
                                      .sigma = 3,
                                      .floor = 1,
                                      .direction = Direction::kBoth,
                                      .learning = 0,
                                      .silent = silent,
                                      .rhythm = true});
      require(!v.known || (v.spread > 0 && v.p >= 0 && v.p <= 1 && std::isfinite(v.z)));
    }
    validate(write(without_before(model, at), allocate));
    closed(add(open(a, allocate), {at, 7}, allocate));
    validate(b);
    require(closed(concat(a, b, allocate)) == closed(merge(open(a, allocate), b, allocate)));
    require(closed(merge(open(a, allocate), b, allocate)) == closed(merge(open(b, allocate), a, allocate)));
  } catch (const hunt::core::Error &) {
  }
  return 0;
}
