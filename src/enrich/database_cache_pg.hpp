// The IP databases that this backend has read, and which of them answers a question.
//
// A database is read from its pages once per backend and version. Which versions are current is looked up once per call
// site and snapshot and kept in fn_extra: a load that commits meanwhile changes nothing for a statement, as MVCC
// promises for any table, and the next turn of a PL/pgSQL loop, whose call sites outlive a statement, sees it. A
// version that was replaced stays in memory until the transaction ends, so texts handed out in place live as long as
// any query that holds them.
#pragma once

#include "enrich/ip_database.hpp"
#include "pg/boundary.hpp"

extern "C" {
#include "access/tupdesc.h"
#include "utils/snapmgr.h"
}

namespace hunt::enrich {

struct LoadedDatabase {
  Oid table;  // hunt.ip_database: where the extension is made anew, versions begin anew
  std::int64_t version;
  MemoryContext context;
  IpDatabase lookup;
  std::size_t document_bytes;
  const char *documents;  // nullptr until they are asked for
  bool is_current;
  LoadedDatabase *next;
};

enum class Capability { kAsn, kCountry, kCity };

// What tells a snapshot from the ones before it.
struct SnapshotMark {
  TransactionId xmin, xmax;
  CommandId command;
  std::uint64_t completed;  // transactions that had ended

  bool operator==(const SnapshotMark &) const = default;
};

// The databases that answer a question for either family; nullptr if none can.
struct Choice {
  std::uint64_t generation;
  SnapshotMark snapshot;
  const LoadedDatabase *v4;
  const LoadedDatabase *v6;
  TupleDesc result;  // of a function that returns a composite, else nullptr
  text *name;        // that was asked for, else nullptr

  const LoadedDatabase *of(const core::Ip &ip) const noexcept { return ip.is_v6() ? v6 : v4; }
};

// Changes whenever a database that was read is freed.
extern std::uint64_t generation;

inline SnapshotMark mark_of_active_snapshot() noexcept {
  const Snapshot snapshot = GetActiveSnapshot();
  return {snapshot->xmin, snapshot->xmax, snapshot->curcid, snapshot->snapXactCompletionCount};
}

// What this call site chose under this snapshot; nullptr if nothing, or if it may be gone.
inline const Choice *chosen_before(FunctionCallInfo fcinfo) noexcept {
  const auto *choice = static_cast<const Choice *>(fcinfo->flinfo->fn_extra);
  return choice != nullptr && choice->generation == generation && choice->snapshot == mark_of_active_snapshot()
             ? choice
             : nullptr;
}

const Choice &choose_anew(FunctionCallInfo fcinfo, Capability capability, bool result);

// Among several databases that can, one with cities wins where a place is asked for, then the one built last, then the
// first by name. `result`
// asks for the result's row type to be resolved too. May ereport; call it before any object with a destructor lives.
inline const Choice &choose(FunctionCallInfo fcinfo, Capability capability, bool result = false) {
  if (const Choice *choice = chosen_before(fcinfo)) [[likely]]
    return *choice;
  return choose_anew(fcinfo, capability, result);
}

// The database of this name for both families; raises undefined_object (42704) if it is not loaded.
const Choice &choose_by_name(FunctionCallInfo fcinfo, const text *name);

// The documents of a database, read on first use.
std::string_view documents_of(const LoadedDatabase &database);

}  // namespace hunt::enrich
