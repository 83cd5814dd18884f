// States of session risk in memory of the tests, and events by short names.
#pragma once

#include "profile/session_risk.hpp"

#include <deque>
#include <string>
#include <vector>

namespace hunt::profile {

using StoredState = std::vector<std::uint8_t>;

inline risk_state::OpenBytes new_bytes(std::size_t size) {
  static std::deque<StoredState> memory;
  if (memory.size() > 1000)
    memory.erase(memory.begin(), memory.end() - 100);  // what the tests still use is younger
  return memory.emplace_back(size);
}

struct SessionEvent {
  std::string network, country, client;
  Observation observed() const { return observe(network, country, client); }
};

inline StoredState stored(risk_state::Bytes state) {
  const risk_state::Bytes bytes = risk_state::close(state, new_bytes);
  risk_state::check(bytes);
  return {bytes.begin(), bytes.end()};
}

inline StoredState state_of(const std::vector<SessionEvent> &events) {
  risk_state::OpenBytes state = risk_state::open(risk_state::kEmpty, new_bytes);
  for (const SessionEvent &event : events)
    state = risk_state::add(state, event.observed(), new_bytes);
  return stored(state);
}

inline StoredState merged(const StoredState &a, const StoredState &b) {
  return stored(risk_state::merge(risk_state::open(a, new_bytes), b, new_bytes));
}

}  // namespace hunt::profile
