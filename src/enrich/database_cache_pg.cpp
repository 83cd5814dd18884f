#include "enrich/database_cache_pg.hpp"

#include "core/huge_pages.hpp"

#include <utility>

extern "C" {
#include "access/genam.h"
#include "access/heapam.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "pg/result_shape.hpp"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
}

namespace hunt::enrich {

std::uint64_t generation = 1;

namespace {

// Columns of hunt.ip_database, hunt.ip_database_page and hunt.ip_database_document by position.
enum DatabaseColumn {
  kName = 1,
  kVersion,
  kHasAsn,
  kHasCountry,
  kHasCity,
  kCoversV4,
  kCoversV6,
  kTableBytes,
  kDocumentBytes,
  kDatabaseType,
  kDescription,
  kBuiltAt,
};
constexpr int kPageVersion = 1, kPageNo = 2, kPageContent = 3, kDocumentVersion = 1, kDocumentContent = 2;

LoadedDatabase *loaded;  // all that this backend has read
bool callback_is_registered;

// A row of hunt.ip_database, as far as it matters here.
struct Candidate {
  Oid table;
  char *name;
  std::int64_t version, table_bytes, document_bytes;
  TimestampTz built_at;
  bool has_asn, has_country, has_city, covers_v4, covers_v6;

  bool is_in(const LoadedDatabase &database) const { return database.table == table && database.version == version; }
  bool can(Capability capability) const {
    return capability == Capability::kAsn       ? has_asn
           : capability == Capability::kCountry ? has_country
                                                : has_city || has_country;
  }
  // Cities matter where places are asked for: country and city then come from one database.
  bool is_better_than(const Candidate &other, Capability asked) const {
    if (asked != Capability::kAsn && has_city != other.has_city)
      return has_city;
    if (built_at != other.built_at)
      return built_at > other.built_at;
    return std::strcmp(name, other.name) < 0;
  }
};

Oid own_relation(const char *name) {
  const Oid relation = get_relname_relid(name, get_namespace_oid("hunt", false));
  if (!OidIsValid(relation))
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation \"hunt.%s\" does not exist", name),
                    errhint("CREATE EXTENSION session_hunt makes it.")));
  return relation;
}

// Rows of hunt.ip_database that the statement sees.
int read_candidates(Candidate *&candidates) {
  Relation relation = table_open(own_relation("ip_database"), AccessShareLock);
  TableScanDesc scan = table_beginscan(relation, GetActiveSnapshot(), 0, nullptr);
  TupleDesc shape = RelationGetDescr(relation);
  int count = 0, room = 8;
  candidates = static_cast<Candidate *>(palloc(room * sizeof(Candidate)));
  while (HeapTuple row = heap_getnext(scan, ForwardScanDirection)) {
    if (count == room)
      candidates = static_cast<Candidate *>(repalloc(candidates, (room *= 2) * sizeof(Candidate)));
    bool is_null;
    const auto get = [&](int column) { return heap_getattr(row, column, shape, &is_null); };
    candidates[count++] = {
        RelationGetRelid(relation),      TextDatumGetCString(get(kName)),    DatumGetInt64(get(kVersion)),
        DatumGetInt64(get(kTableBytes)), DatumGetInt64(get(kDocumentBytes)), DatumGetTimestampTz(get(kBuiltAt)),
        DatumGetBool(get(kHasAsn)),      DatumGetBool(get(kHasCountry)),     DatumGetBool(get(kHasCity)),
        DatumGetBool(get(kCoversV4)),    DatumGetBool(get(kCoversV6))};
  }
  table_endscan(scan);
  table_close(relation, AccessShareLock);
  return count;
}

[[noreturn]] void report_incomplete(std::int64_t version) {
  ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
                  errmsg("IP database version %lld is incomplete", static_cast<long long>(version)),
                  errhint("Load it again with load_ip_database().")));
}

// Calls take(row, descriptor) for the rows of one version in the order of the relation's primary key.
template <class Take>
void scan_version(const char *table, const char *key, int version_column, std::int64_t version, Take take) {
  Relation relation = table_open(own_relation(table), AccessShareLock);
  Relation index = index_open(own_relation(key), AccessShareLock);
  ScanKeyData condition;
  ScanKeyInit(&condition, static_cast<AttrNumber>(version_column), BTEqualStrategyNumber, F_INT8EQ,
              Int64GetDatum(version));
  SysScanDesc scan = systable_beginscan_ordered(relation, index, GetActiveSnapshot(), 1, &condition);
  while (HeapTuple row = systable_getnext_ordered(scan, ForwardScanDirection))
    take(row, RelationGetDescr(relation));
  systable_endscan_ordered(scan);
  index_close(index, AccessShareLock);
  table_close(relation, AccessShareLock);
}

// Fills `to` with the pages of a version.
void read_pages(std::int64_t version, char *to, std::size_t size) {
  std::size_t at = 0;
  int page = 0;
  scan_version("ip_database_page", "ip_database_page_pkey", kPageVersion, version, [&](HeapTuple row, TupleDesc shape) {
    bool is_null;
    const int page_no = DatumGetInt32(heap_getattr(row, kPageNo, shape, &is_null));
    const auto *content = DatumGetByteaPP(heap_getattr(row, kPageContent, shape, &is_null));
    const std::size_t length = VARSIZE_ANY_EXHDR(content);
    if (page_no != page++ || length > size - at)
      report_incomplete(version);
    std::memcpy(to + at, VARDATA_ANY(content), length);
    at += length;
  });
  if (at != size)
    report_incomplete(version);
}

// The context is the caller's until all is read, so that an error on the way frees it.
LoadedDatabase *read_database(const Candidate &candidate) {
  if (candidate.table_bytes < 0)
    report_incomplete(candidate.version);
  MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "session_hunt IP database", ALLOCSET_SMALL_SIZES);
  const auto size = static_cast<std::size_t>(candidate.table_bytes);
  char *bytes =
      core::in_huge_pages(static_cast<char *>(MemoryContextAllocHuge(context, core::size_for_huge_pages(size))), size);
  read_pages(candidate.version, bytes, size);
  auto *database = static_cast<LoadedDatabase *>(MemoryContextAllocZero(context, sizeof(LoadedDatabase)));
  database->table = candidate.table;
  database->version = candidate.version;
  database->context = context;
  database->document_bytes = static_cast<std::size_t>(candidate.document_bytes);
  database->lookup = IpDatabase::open({bytes, size});
  MemoryContextSetParent(context, TopMemoryContext);
  database->next = loaded;
  return loaded = database;
}

void free_replaced(XactEvent event, void *) {
  if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PARALLEL_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE)
    return;
  for (LoadedDatabase **at = &loaded; *at != nullptr;) {
    LoadedDatabase *database = *at;
    if (database->is_current) {
      at = &database->next;
      continue;
    }
    *at = database->next;
    MemoryContextDelete(database->context);
    ++generation;
  }
}

// The loaded database of a candidate, read now if this backend has not done so.
const LoadedDatabase *obtain(const Candidate *candidate) {
  if (candidate == nullptr)
    return nullptr;
  LoadedDatabase *database = loaded;
  while (database != nullptr && !candidate->is_in(*database))
    database = database->next;
  if (database == nullptr)
    database = read_database(*candidate);
  database->is_current = true;
  return database;
}

void mark_replaced(const Candidate *candidates, int count) {
  for (LoadedDatabase *database = loaded; database != nullptr; database = database->next) {
    database->is_current = false;
    for (int i = 0; i < count; ++i)
      database->is_current |= candidates[i].is_in(*database);
  }
}

// The databases that the statement sees; those that this backend has read and that are no longer among them are marked.
int current_candidates(Candidate *&candidates) {
  const int count = read_candidates(candidates);
  mark_replaced(candidates, count);
  return count;
}

// The call site's place for its choice, where nothing is valid yet.
Choice *renewed_choice(FunctionCallInfo fcinfo) {
  if (!callback_is_registered) {
    RegisterXactCallback(free_replaced, nullptr);
    callback_is_registered = true;
  }
  void *&extra = fcinfo->flinfo->fn_extra;
  if (extra == nullptr)
    extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Choice));
  auto *choice = static_cast<Choice *>(extra);
  choice->generation = 0;
  return choice;
}

// The last step: what it holds answers until the snapshot changes.
const Choice &validated(Choice *choice) {
  choice->snapshot = mark_of_active_snapshot();
  choice->generation = generation;
  return *choice;
}

bool is_same_text(const text *a, const text *b) {
  return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
         std::memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

void remember_name(FunctionCallInfo fcinfo, Choice *choice, const text *name) {
  if (choice->name != nullptr)
    pfree(std::exchange(choice->name, nullptr));
  choice->name = static_cast<text *>(MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, VARSIZE_ANY(name)));
  std::memcpy(choice->name, name, VARSIZE_ANY(name));
}

}  // namespace

const Choice &choose_anew(FunctionCallInfo fcinfo, Capability capability, bool result) {
  Candidate *candidates;
  const int count = current_candidates(candidates);
  const Candidate *v4 = nullptr, *v6 = nullptr;
  for (const Candidate *c = candidates; c < candidates + count; ++c) {
    if (!c->can(capability))
      continue;
    if (c->covers_v4 && (v4 == nullptr || c->is_better_than(*v4, capability)))
      v4 = c;
    if (c->covers_v6 && (v6 == nullptr || c->is_better_than(*v6, capability)))
      v6 = c;
  }
  Choice *choice = renewed_choice(fcinfo);
  choice->v4 = obtain(v4);
  choice->v6 = obtain(v6);
  if (result && choice->result == nullptr)
    choice->result = pg::result_shape(fcinfo);
  return validated(choice);
}

const Choice &choose_by_name(FunctionCallInfo fcinfo, const text *name) {
  if (const Choice *choice = chosen_before(fcinfo); choice != nullptr && is_same_text(choice->name, name))
    return *choice;
  const char *wanted = text_to_cstring(name);
  Candidate *candidates;
  const int count = current_candidates(candidates);
  for (const Candidate *c = candidates; c < candidates + count; ++c) {
    if (std::strcmp(c->name, wanted) != 0)
      continue;
    Choice *choice = renewed_choice(fcinfo);
    choice->v4 = choice->v6 = obtain(c);
    remember_name(fcinfo, choice, name);
    return validated(choice);
  }
  ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("IP database \"%s\" is not loaded", wanted),
                  errhint("The view hunt.ip_databases lists what is; load_ip_database() loads one.")));
}

std::string_view documents_of(const LoadedDatabase &database) {
  if (database.documents == nullptr) {
    auto &unread = const_cast<LoadedDatabase &>(database);
    scan_version("ip_database_document", "ip_database_document_pkey", kDocumentVersion, database.version,
                 [&](HeapTuple row, TupleDesc shape) {
                   bool is_null;
                   const auto *content = DatumGetByteaPP(heap_getattr(row, kDocumentContent, shape, &is_null));
                   if (VARSIZE_ANY_EXHDR(content) != database.document_bytes)
                     report_incomplete(database.version);
                   auto *copy = static_cast<char *>(MemoryContextAllocHuge(database.context, database.document_bytes));
                   std::memcpy(copy, VARDATA_ANY(content), database.document_bytes);
                   unread.documents = copy;
                 });
  }
  if (database.documents == nullptr)
    report_incomplete(database.version);
  return {database.documents, database.document_bytes};
}

}  // namespace hunt::enrich
