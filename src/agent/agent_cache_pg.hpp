// The cache of parsed user agents that a backend has.
#pragma once

#include "agent/agent_cache.hpp"

namespace hunt::agent {

// One for each backend, for as long as that lives: the entries lie in a context of their own, the automaton and the
// compiled expressions in the C++ heap.
AgentCache &backend_cache();

}  // namespace hunt::agent
