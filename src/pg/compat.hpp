// Differences between PostgreSQL 15 and 18, as functions under the newest name. Nothing else tests PG_VERSION_NUM.
#pragma once

#include "pg/boundary.hpp"

extern "C" {
#include "access/genam.h"
#include "common/base64.h"
#include "executor/executor.h"
#include "parser/parse_relation.h"
#include "utils/guc.h"
#include "utils/rel.h"
}

#if PG_VERSION_NUM < 150000
#error "session_hunt needs PostgreSQL 15 or later"
#endif

// Length words of varlenas: their own header from 16 on.
#if PG_VERSION_NUM >= 160000
extern "C" {
#include "varatt.h"
}
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

// The executor, where rows are stored without a plan. All of these may ereport.

inline TupleConversionMap *root_to_partition_map(ResultRelInfo *partition, [[maybe_unused]] EState *estate) {
#if PG_VERSION_NUM >= 160000
  return ExecGetRootToChildMap(partition, estate);
#else
  return partition->ri_RootToPartitionMap;
#endif
}

inline List *insert_index_tuples(ResultRelInfo *table, TupleTableSlot *slot, EState *estate) {
#if PG_VERSION_NUM >= 160000
  return ExecInsertIndexTuples(table, slot, estate, false, false, nullptr, NIL, false);
#else
  return ExecInsertIndexTuples(table, slot, estate, false, false, nullptr, NIL);
#endif
}

inline IndexScanDesc begin_index_scan(Relation table, Relation index, Snapshot snapshot, int keys) {
#if PG_VERSION_NUM >= 180000
  return index_beginscan(table, index, snapshot, nullptr, keys, 0);
#else
  return index_beginscan(table, index, snapshot, keys, 0);
#endif
}

// Makes a table, which is to be inserted into, the only one that the state knows.
inline void init_range_table(EState *estate, Relation table, LOCKMODE lock) {
  RangeTblEntry *const entry = makeNode(RangeTblEntry);
  entry->rtekind = RTE_RELATION;
  entry->relid = RelationGetRelid(table);
  entry->relkind = table->rd_rel->relkind;
  entry->rellockmode = lock;
#if PG_VERSION_NUM >= 160000
  List *permissions = NIL;
  addRTEPermissionInfo(&permissions, entry)->requiredPerms = ACL_INSERT;
#if PG_VERSION_NUM >= 180000
  ExecInitRangeTable(estate, list_make1(entry), permissions, bms_make_singleton(1));
#else
  ExecInitRangeTable(estate, list_make1(entry), permissions);
#endif
#else
  entry->requiredPerms = ACL_INSERT;
  ExecInitRangeTable(estate, list_make1(entry));
#endif
}

}  // namespace pg
