// Time zones of PostgreSQL's own copy of the IANA database.
#pragma once

#include "timeline/zone.hpp"

#include <string_view>

namespace hunt::timeline {

// The zone that a name or an offset means; *canonical becomes its spelling in the database, valid as long as the
// process lives (an offset: as long as `name`). Raises refuse_zone() for anything else. Safe below live objects.
Zone resolve_zone(std::string_view name, std::string_view *canonical = nullptr);

}  // namespace hunt::timeline
