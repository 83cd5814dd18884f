// The encodings in which lines can be masked byte by byte.
#pragma once

#include "pg/boundary.hpp"

extern "C" {
#include "mb/pg_wchar.h"
}

namespace hunt::signature {

// Refuses a database in whose encoding a byte below 0x80 may be a part of a character. May ereport.
inline void check_encoding() {
  if (pg_database_encoding_max_length() > 1 && GetDatabaseEncoding() != PG_UTF8)
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("signatures need a database with encoding UTF8 or one with a byte a character"),
                    errdetail("This one has encoding %s.", GetDatabaseEncodingName())));
}

}  // namespace hunt::signature
