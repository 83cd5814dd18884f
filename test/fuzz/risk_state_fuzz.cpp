// Any bytes that pass for a state can be added to, merged, closed and scored, and what comes of it is a state again.
#include "core/error.hpp"
#include "profile/session_risk.hpp"

#include <cmath>
#include <cstdlib>
#include <deque>
#include <vector>

using namespace hunt;
using namespace hunt::profile;
using Stored = std::vector<std::uint8_t>;

namespace {

std::deque<Stored> memory;
risk_state::OpenBytes new_bytes(std::size_t size) { return memory.emplace_back(size); }

Stored closed(risk_state::Bytes state) {
  const risk_state::Bytes bytes = risk_state::close(state, new_bytes);
  risk_state::check(bytes);
  return {bytes.begin(), bytes.end()};
}

Stored merged(const Stored &a, const Stored &b) {
  return closed(risk_state::merge(risk_state::open(a, new_bytes), b, new_bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  // Two states, cut where the first byte says.
  if (size < 1 || data[0] >= size)
    return 0;
  memory.clear();
  const Stored a(data + 1, data + 1 + data[0]), b(data + 1 + data[0], data + size);
  try {
    risk_state::check(a);
    const Observation event = observe("network", {reinterpret_cast<const char *>(data), size}, "client");
    if (closed(risk_state::open(a, new_bytes)) != a ||
        merged(a, Stored(risk_state::kEmpty.begin(), risk_state::kEmpty.end())) != a)
      std::abort();
    closed(risk_state::add(risk_state::open(a, new_bytes), event, new_bytes));
    if (!std::isfinite(session_risk(a, a, a, event).bits))
      std::abort();
    risk_state::check(b);
    if (merged(a, b) != merged(b, a) || !std::isfinite(session_risk(a, b, merged(a, b), event).bits))
      std::abort();
  } catch (const core::Error &) {
  }
  return 0;
}
