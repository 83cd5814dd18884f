// Differences between PostgreSQL 15 and 18, as functions under the newest name. Nothing else tests PG_VERSION_NUM.
#pragma once

#include "pg/boundary.hpp"

extern "C" {
#include "common/base64.h"
#include "utils/guc.h"
}

#if PG_VERSION_NUM < 150000
#error "session_hunt needs PostgreSQL 15 or later"
#endif

// The magic block: 18 adds name and version, shown by pg_get_loaded_modules().
#if PG_VERSION_NUM >= 180000
#define SESSION_HUNT_MODULE_MAGIC(module_name, module_version)                                                         \
  PG_MODULE_MAGIC_EXT(.name = module_name, .version = module_version)
#else
#define SESSION_HUNT_MODULE_MAGIC(module_name, module_version) PG_MODULE_MAGIC
#endif

namespace pg {

// Base64 works on bytes from 18 on, on characters before. Both return how many they wrote, or -1.
#if PG_VERSION_NUM >= 180000
using Base64Byte = uint8;
#else
using Base64Byte = char;
#endif
inline int base64_encode(const uint8 *from, int size, char *to, int room) {
  return pg_b64_encode(reinterpret_cast<const Base64Byte *>(from), size, to, room);
}
inline int base64_decode(const char *from, int size, uint8 *to, int room) {
  return pg_b64_decode(from, size, reinterpret_cast<Base64Byte *>(to), room);
}

}  // namespace pg
