// Coarser and coarser masks for inputs with more distinct masked forms than a dictionary may hold.
//
// Level L of a line is g_L(... g_1(mask(line))): each level is a function of the one below and never longer. So the
// number of distinct forms falls from level to level, a part of an input never needs a higher level than the whole, and
// the least level at which all of it fits is the same for every order and split of the input.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hunt::signature {

// 0: typed masks as mask() makes them
// 1: words that hold a digit, and what stands in quotes or brackets, are placeholders
// 2: the first 8 words only
// 3: the first 3 words only
// 4: the first word only
// 5: nothing is left but the count
inline constexpr std::uint8_t kTopLevel = 5;

// A masked form of level from_level at to_level, which is not lower.
std::string raise(std::string_view masked, std::uint8_t from_level, std::uint8_t to_level);

}  // namespace hunt::signature
