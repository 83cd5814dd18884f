// What log sources write when they know nothing.
#pragma once

#include <string_view>

namespace hunt::address {

// True for text that carries no value: empty, white space only, "-".
bool is_blank(std::string_view text) noexcept;

}  // namespace hunt::address
