// How a long loop of the core lets its caller interrupt it: call it every few thousand turns. It may throw.
#pragma once

namespace hunt::core {

using Poll = void (*)();

inline void never_interrupted() {}

}  // namespace hunt::core
