// Names of countries for databases that carry only their codes.
#pragma once

#include <string_view>

namespace hunt::enrich {

// The English short name of an ISO 3166-1 alpha-2 code (capital letters), empty if it is not assigned. Also "XK", the
// user-assigned code that IP databases use for Kosovo.
std::string_view country_name_of(std::string_view iso_code) noexcept;

}  // namespace hunt::enrich
