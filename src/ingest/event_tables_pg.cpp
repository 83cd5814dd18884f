#include "ingest/event_tables_pg.hpp"

#include "ingest/event_row_pg.hpp"
#include "pg/compat.hpp"

#include <algorithm>
#include <chrono>

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/toast_internals.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/execPartition.h"
#include "executor/executor.h"
#include "executor/nodeModifyTable.h"
#include "nodes/makefuncs.h"
#include "parser/parse_func.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"
}

namespace hunt::ingest {

namespace {

constexpr int kBlock = 256;  // rows that are stored at a time

// An SQL function of one inet, called as one call site of one statement.
struct Lookup {
  explicit Lookup(const char *name) {
    const Oid argument = INETOID;
    fmgr_info(LookupFuncName(list_make2(makeString(pstrdup("hunt")), makeString(pstrdup(name))), 1, &argument, false),
              &function);
  }
  Datum operator()(Datum ip, bool &null) {
    LOCAL_FCINFO(call, 1);
    InitFunctionCallInfoData(*call, &function, 1, InvalidOid, nullptr, nullptr);
    call->args[0] = {ip, false};
    const Datum result = FunctionCallInvoke(call);
    null = call->isnull;
    return result;
  }
  FmgrInfo function;
};

// Payloads of events that follow each other, which are stored as one array.
struct PayloadBlock {
  TimestampTz time;  // of its first event
  std::int64_t id;
  Datum payloads;
};

// What the values of a row are made of.
struct RowSource {
  const LoadedEvent *row;
  const PayloadBlock *block;  // that holds the payload, or nullptr: the row itself does
  std::int16_t place;         // in the block, from 1
  const LoadConstants *constants;
  FullTransactionId transaction;
  Lookup *asn_number;
  Lookup *country_iso;
  char payload_compression;
};

struct Value {
  bool present;
  Datum datum;
};
constexpr Value kNull{false, 0};

struct Column {
  const char *name;
  Value (*value)(const RowSource &);
};

template <auto Member> Value text(const RowSource &source) {
  const std::string_view text = source.row->event.*Member;
  return text.empty() ? kNull : Value{true, PointerGetDatum(text.data() - VARHDRSZ)};
}
template <auto Member> Value time(const RowSource &source) {
  return {true, TimestampTzGetDatum(timestamp_of(*(source.row->event.*Member)))};
}
template <auto Member> Value uuid(const RowSource &source) {
  auto *const value = static_cast<pg_uuid_t *>(palloc(sizeof(pg_uuid_t)));
  uuid_bytes(source.row->event.*Member, *value);
  return {true, UUIDPGetDatum(value)};
}
template <std::size_t Index> Value id(const RowSource &source) {
  const std::int32_t *const id = source.row->ids[Index];
  return id == nullptr ? kNull : Value{true, Int32GetDatum(*id)};
}
Value ip(const RowSource &source) {
  const auto &ip = source.row->event.device_ip;
  return ip ? Value{true, pg::new_inet(*ip)} : kNull;
}
template <auto Function> Value looked_up(const RowSource &source) {
  const Value address = ip(source);
  bool null = true;
  const Datum result = address.present ? (*(source.*Function))(address.datum, null) : Datum{};
  return {!null, result};
}
Value payload_time(const RowSource &source) {
  return source.block == nullptr ? kNull : Value{true, TimestampTzGetDatum(source.block->time)};
}
Value payload_block(const RowSource &source) {
  return source.block == nullptr ? kNull : Value{true, Int64GetDatum(source.block->id)};
}
Value payload_place(const RowSource &source) {
  return source.block == nullptr ? kNull : Value{true, Int16GetDatum(source.place)};
}
Value payloads(const RowSource &source) { return {true, source.block->payloads}; }
// Compressed here, since PostgreSQL compresses no row below 2 kB.
Value payload(const RowSource &source) {
  constexpr std::size_t smallest = 256;
  if (source.block != nullptr)
    return kNull;
  const Value plain = text<&Event::payload>(source);
  const Datum packed = source.row->event.payload.size() < smallest
                           ? Datum{}
                           : toast_compress_datum(plain.datum, source.payload_compression);
  return packed == 0 ? plain : Value{true, packed};
}
Value success(const RowSource &source) {
  const auto &success = source.row->event.success;
  return success ? Value{true, BoolGetDatum(*success)} : kNull;
}
Value vendor_asn_number(const RowSource &source) {
  const auto &number = source.row->event.vendor_asn_number;
  return number ? Value{true, Int64GetDatum(*number)} : kNull;
}

constexpr Column kFactColumns[] = {
    {"event_time", time<&Event::event_time>},
    {"event_key", uuid<&Event::event_key>},
    {"source_id",
     [](const RowSource &source) {
       return Value{true, Int32GetDatum(source.constants->source_id)};
     }},
    {"tenant_id", id<0>},
    {"user_id", id<1>},
    {"agent_id", id<2>},
    {"action_id", id<3>},
    {"device_event_id", id<4>},
    {"application_id", id<5>},
    {"mfa_method_id", id<6>},
    {"access_key_id", id<7>},
    {"success", success},
    {"device_ip", ip},
    {"device_ip_asn_number", looked_up<&RowSource::asn_number>},
    {"device_ip_country_code", looked_up<&RowSource::country_iso>},
    {"error_code", text<&Event::error_code>},
    {"session_id", text<&Event::session_id>},
    {"ingest_xid",
     [](const RowSource &source) {
       return Value{true, FullTransactionIdGetDatum(source.transaction)};
     }},
    {"ingest_epoch",
     [](const RowSource &source) {
       return Value{true, Int32GetDatum(source.constants->epoch)};
     }},
};

constexpr Column kDetailColumns[] = {
    {"event_time", time<&Event::event_time>},
    {"event_key", uuid<&Event::event_key>},
    {"version_time", time<&Event::version_time>},
    {"content_hash", uuid<&Event::content_hash>},
    {"vendor_asn_number", vendor_asn_number},
    {"payload_time", payload_time},
    {"payload_block", payload_block},
    {"payload_place", payload_place},
    {"event_id", text<&Event::event_id>},
    {"user_userid", text<&Event::user_userid>},
    {"device_ip_text", text<&Event::device_ip_text>},
    {"target", text<&Event::target>},
    {"command_line", text<&Event::command_line>},
    {"device_hostname", text<&Event::device_hostname>},
    {"device_os", text<&Event::device_os>},
    {"device_browser", text<&Event::device_browser>},
    {"error_text", text<&Event::error_text>},
    {"vendor_country_code", text<&Event::vendor_country_code>},
    {"vendor_city", text<&Event::vendor_city>},
    {"region", text<&Event::region>},
    {"user_type", text<&Event::user_type>},
    {"user_arn", text<&Event::user_arn>},
    {"user_email", text<&Event::user_email>},
    {"effective_user", text<&Event::effective_user>},
    {"client_application", text<&Event::client_application>},
    {"parent_process", text<&Event::parent_process>},
    {"parent_command_line", text<&Event::parent_command_line>},
    {"vendor_country_name", text<&Event::vendor_country_name>},
    {"payload", payload},
};

constexpr Column kPayloadColumns[] = {
    {"event_time", payload_time},
    {"block", payload_block},
    {"payloads", payloads},
};
constexpr std::size_t kMaxColumns = std::max(std::size(kFactColumns), std::size(kDetailColumns));

// Payloads that stand together look alike, so that a block of them takes a fifth of the space of single ones. It is to
// fill a page, which holds no part of a row.
class BlockSize {
public:
  bool holds(std::size_t bytes) const noexcept { return bytes <= bytes_; }
  void next(std::size_t bytes, std::size_t stored) noexcept {
    bytes_ = std::clamp(kStored * bytes / stored, kStored, kMostBytes);
  }

private:
  static constexpr std::size_t kStored = 7000;       // since some blocks become larger than those before
  static constexpr std::size_t kMostBytes = 64'000;  // to be read for a single event
  std::size_t bytes_ = 4 * kStored;
};

std::chrono::year_month month_of(const Event &event) noexcept {
  using namespace std::chrono;
  const year_month_day date{floor<days>(sys_time<microseconds>{microseconds{*event.event_time}})};
  return date.year() / date.month();
}

// How many of the events, which are sorted by time, share a block, which lives and ends with a month.
std::size_t events_of_block(std::span<const LoadedEvent *const> events, const BlockSize &size) {
  std::size_t count = 0;
  for (std::size_t bytes = 0; count < events.size(); ++count) {
    bytes += events[count]->event.payload.size();
    if (count > 0 && (!size.holds(bytes) || month_of(events[count]->event) != month_of(events[0]->event)))
      break;
  }
  return count;
}

PayloadBlock make_block(std::span<const LoadedEvent *const> events, char compression, BlockSize &size) {
  PayloadBlock block{};
  block.time = timestamp_of(*events[0]->event.event_time);
  if (!pg_strong_random(&block.id, sizeof block.id))
    ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate a random number")));
  auto *const texts = static_cast<Datum *>(palloc(events.size() * sizeof(Datum)));
  std::transform(events.begin(), events.end(), texts,
                 [](const LoadedEvent *loaded) { return PointerGetDatum(loaded->event.payload.data() - VARHDRSZ); });
  ArrayType *const array = construct_array(texts, static_cast<int>(events.size()), TEXTOID, -1, false, TYPALIGN_INT);
  const Datum packed = toast_compress_datum(PointerGetDatum(array), compression);
  block.payloads = packed == 0 ? PointerGetDatum(array) : packed;
  size.next(VARSIZE(array), VARSIZE(DatumGetPointer(block.payloads)));
  if (packed != 0)
    pfree(array);
  return block;
}

void require_rights(Relation table) {
  const Oid oid = RelationGetRelid(table);
  const AclResult result =
      pg_class_aclmask(oid, GetUserId(), ACL_SELECT | ACL_INSERT, ACLMASK_ALL) == (ACL_SELECT | ACL_INSERT)
          ? ACLCHECK_OK
          : ACLCHECK_NO_PRIV;
  if (result != ACLCHECK_OK)
    aclcheck_error(result, OBJECT_TABLE, RelationGetRelationName(table));
  if (check_enable_rls(oid, InvalidOid, false) == RLS_ENABLED)
    ereport(ERROR,
            (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
             errmsg("events cannot be loaded into \"%s\" under row-level security", RelationGetRelationName(table)),
             errhint("Load as the owner of the table or as a role with BYPASSRLS.")));
}

int attribute_of(TupleDesc shape, const char *name, const char *table) {
  for (int i = 0; i < shape->natts; ++i)
    if (const Form_pg_attribute attribute = TupleDescAttr(shape, i);
        !attribute->attisdropped && std::strcmp(NameStr(attribute->attname), name) == 0)
      return i;
  ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN), errmsg("the table hunt.%s has no column \"%s\"", table, name),
                  errhint("Bring the tables up to date: select hunt.setup().")));
}

// Rows on their way into a partition.
struct Block {
  ResultRelInfo *partition;
  IndexScanDesc key_scan;  // by event_time and event_key, or nullptr
  TupleTableSlot *found;
  TimestampTz newest;  // event in the partition as the scan starts
  TupleTableSlot *slots[kBlock];
  int count;
  Block *next;
};

bool is_key(Relation index, Relation table) {
  const auto name = [&](int i) {
    const AttrNumber attribute = index->rd_index->indkey.values[i];
    return attribute > 0 ? NameStr(TupleDescAttr(RelationGetDescr(table), attribute - 1)->attname) : "";
  };
  return index->rd_index->indisunique && index->rd_index->indisvalid && index->rd_index->indnkeyatts == 2 &&
         RelationGetIndexPredicate(index) == NIL && std::strcmp(name(0), "event_time") == 0 &&
         std::strcmp(name(1), "event_key") == 0;
}

}  // namespace

struct EventTables::Table {
  Relation relation;
  EState *estate;
  ModifyTableState *state;
  ResultRelInfo *root;
  PartitionTupleRouting *routing;
  TupleTableSlot *slot;
  std::span<const Column> columns;
  int attributes[kMaxColumns];
  Block *blocks;
  RowSource source;
  BulkInsertState pages;    // or nullptr
  ResultRelInfo *pages_of;  // the partition that it stands in

  Block *block_of_slot() {
    ResultRelInfo *const partition = ExecFindPartition(state, root, routing, slot, estate);
    if (blocks != nullptr && blocks->partition == partition)
      return blocks;
    for (Block **link = &blocks; *link != nullptr; link = &(*link)->next)
      if ((*link)->partition == partition) {
        Block *const block = *link;
        *link = block->next;
        block->next = blocks;
        return blocks = block;
      }
    if (partition->ri_FdwRoutine != nullptr)
      ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("events cannot be loaded into foreign tables")));
    auto *const block = static_cast<Block *>(palloc0(sizeof(Block)));
    block->partition = partition;
    block->next = blocks;
    return blocks = block;
  }

  void add() {
    ExecClearTuple(slot);
    std::fill_n(slot->tts_isnull, slot->tts_tupleDescriptor->natts, true);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Value value = columns[i].value(source);
      slot->tts_values[attributes[i]] = value.datum;
      slot->tts_isnull[attributes[i]] = !value.present;
    }
    ExecStoreVirtualTuple(slot);
    put(block_of_slot());
  }

  void put(Block *block) {
    ResultRelInfo *const partition = block->partition;
    TupleTableSlot *&to = block->slots[block->count];
    if (to == nullptr)
      to = table_slot_create(partition->ri_RelationDesc, &estate->es_tupleTable);
    if (const TupleConversionMap *map = pg::root_to_partition_map(partition, estate)) {
      execute_attr_map_slot(map->attrMap, slot, to);
    } else {
      ExecClearTuple(to);
      std::copy_n(slot->tts_values, slot->tts_tupleDescriptor->natts, to->tts_values);
      std::copy_n(slot->tts_isnull, slot->tts_tupleDescriptor->natts, to->tts_isnull);
      ExecStoreVirtualTuple(to);
    }
    const TriggerDesc *const triggers = partition->ri_TrigDesc;
    if (triggers != nullptr && triggers->trig_insert_before_row) {
      if (!ExecBRInsertTriggers(estate, partition, to))
        return;
      ExecPartitionCheck(partition, to, estate, true);
    }
    if (const TupleConstr *const constraints = RelationGetDescr(partition->ri_RelationDesc)->constr) {
      if (constraints->has_generated_stored)
        ExecComputeStoredGenerated(partition, estate, to, CMD_INSERT);
      ExecConstraints(partition, to, estate);
    }
    if (++block->count == kBlock)
      store(block);
  }

  void store(Block *block) {
    ResultRelInfo *const partition = block->partition;
    if (block->count == 0)
      return;
    if (pages != nullptr && pages_of != partition)
      ReleaseBulkInsertStatePin(pages);
    pages_of = partition;
    table_multi_insert(partition->ri_RelationDesc, block->slots, block->count, estate->es_output_cid, 0, pages);
    for (int i = 0; i < block->count; ++i) {
      List *recheck = NIL;
      if (partition->ri_NumIndices > 0)
        recheck = pg::insert_index_tuples(partition, block->slots[i], estate);
      ExecARInsertTriggers(estate, partition, block->slots[i], recheck, nullptr);
      ExecClearTuple(block->slots[i]);
    }
    ResetPerTupleExprContext(estate);
    block->count = 0;
  }

  void start_scan(Block *block) {
    ResultRelInfo *const partition = block->partition;
    const Relation table = partition->ri_RelationDesc;
    Relation key = nullptr;
    for (int i = 0; i < partition->ri_NumIndices && key == nullptr; ++i)
      if (is_key(partition->ri_IndexRelationDescs[i], table))
        key = partition->ri_IndexRelationDescs[i];
    if (key == nullptr)
      ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
                      errmsg("the table \"%s\" has no unique index on (event_time, event_key)",
                             RelationGetRelationName(table)),
                      errhint("Without it duplicates cannot be told.")));
    block->found = table_slot_create(table, &estate->es_tupleTable);
    const IndexScanDesc whole = pg::begin_index_scan(table, key, GetActiveSnapshot(), 0);
    index_rescan(whole, nullptr, 0, nullptr, 0);
    block->newest = index_getnext_slot(whole, BackwardScanDirection, block->found)
                        ? DatumGetTimestampTz(stored(block->found, "event_time"))
                        : DT_NOBEGIN;
    ExecClearTuple(block->found);
    index_endscan(whole);
    block->key_scan = pg::begin_index_scan(table, key, GetActiveSnapshot(), 2);
  }

  static Datum stored(TupleTableSlot *row, const char *column) {
    bool null;
    return slot_getattr(row, attribute_of(row->tts_tupleDescriptor, column, "event_detail") + 1, &null);
  }

  StoredVersion find(const Event &event) {
    pg_uuid_t key;
    uuid_bytes(event.event_key, key);
    const Datum time = TimestampTzGetDatum(timestamp_of(*event.event_time));
    ExecClearTuple(slot);
    std::fill_n(slot->tts_isnull, slot->tts_tupleDescriptor->natts, true);
    slot->tts_values[attributes[0]] = time;
    slot->tts_isnull[attributes[0]] = false;
    ExecStoreVirtualTuple(slot);
    Block *const block = block_of_slot();
    if (block->key_scan == nullptr)
      start_scan(block);
    StoredVersion version{};
    if (DatumGetTimestampTz(time) > block->newest)
      return version;
    ScanKeyData keys[2];
    ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_TIMESTAMPTZ_EQ, time);
    ScanKeyInit(&keys[1], 2, BTEqualStrategyNumber, F_UUID_EQ, UUIDPGetDatum(&key));
    index_rescan(block->key_scan, keys, 2, nullptr, 0);
    if (index_getnext_slot(block->key_scan, ForwardScanDirection, block->found)) {
      version.found = true;
      version.version_time = DatumGetTimestampTz(stored(block->found, "version_time"));
      version.content_hash = *DatumGetUUIDP(stored(block->found, "content_hash"));
      ExecClearTuple(block->found);
    }
    return version;
  }

  void end_scans() {
    for (Block *block = blocks; block != nullptr; block = block->next) {
      if (block->key_scan != nullptr)
        index_endscan(block->key_scan);
      block->key_scan = nullptr;
    }
  }

  void close() {
    for (Block *block = blocks; block != nullptr; block = block->next)
      store(block);
    if (pages != nullptr)
      ReleaseBulkInsertStatePin(pages);
    AfterTriggerEndQuery(estate);
    ExecCleanupTupleRouting(state, routing);
    ExecResetTupleTable(estate->es_tupleTable, false);
    ExecDropSingleTupleTableSlot(slot);
    FreeExecutorState(estate);
    table_close(relation, NoLock);
  }

  static Table *open(const char *name, std::span<const Column> columns, const RowSource &source,
                     BulkInsertState pages) {
    auto *const table = static_cast<Table *>(palloc0(sizeof(Table)));
    RangeVar *const range = makeRangeVar(pstrdup("hunt"), pstrdup(name), -1);
    table->relation = table_openrv(range, RowExclusiveLock);
    if (table->relation->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
      ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("hunt.%s is not a partitioned table", name)));
    require_rights(table->relation);
    EState *const estate = table->estate = CreateExecutorState();
    pg::init_range_table(estate, table->relation, RowExclusiveLock);
    table->root = makeNode(ResultRelInfo);
    InitResultRelInfo(table->root, table->relation, 1, nullptr, 0);
    estate->es_output_cid = GetCurrentCommandId(true);
    AfterTriggerBeginQuery();
    table->state = makeNode(ModifyTableState);
    table->state->ps.state = estate;
    table->state->operation = CMD_INSERT;
    table->state->resultRelInfo = table->root;
    table->routing = ExecSetupPartitionTupleRouting(estate, table->relation);
    const TupleDesc shape = RelationGetDescr(table->relation);
    table->slot = MakeSingleTupleTableSlot(shape, &TTSOpsVirtual);
    table->columns = columns;
    for (std::size_t i = 0; i < columns.size(); ++i)
      table->attributes[i] = attribute_of(shape, columns[i].name, name);
    table->source = source;
    table->source.payload_compression =
        TupleDescAttr(shape, table->attributes[columns.size() - 1])->attcompression;  // the last column of its table
    table->pages = pages;
    return table;
  }
};

EventTables *EventTables::open(const LoadConstants &constants, BulkInsertState pages) {
  PreventCommandIfReadOnly("hunt.ingest()");
  PushActiveSnapshot(GetTransactionSnapshot());
  auto *const tables = static_cast<EventTables *>(palloc0(sizeof(EventTables)));
  const auto lookup = [](const char *name) { return new (palloc(sizeof(Lookup))) Lookup(name); };
  RowSource source{};
  source.constants = &constants;
  source.transaction = GetTopFullTransactionId();
  source.asn_number = lookup("asn_number");
  source.country_iso = lookup("country_iso");
  tables->fact_ = Table::open("event_fact", kFactColumns, source, nullptr);
  tables->detail_ = Table::open("event_detail", kDetailColumns, source, nullptr);
  tables->payload_ = Table::open("event_payload", kPayloadColumns, source, pages);
  return tables;
}

StoredVersion EventTables::find(const Event &event) { return detail_->find(event); }

void EventTables::insert(std::span<const LoadedEvent *const> events) {
  detail_->end_scans();
  for (const LoadedEvent *const event : events) {
    fact_->source.row = event;
    fact_->add();
  }
  BlockSize size;
  while (!events.empty()) {
    const auto together = events.first(events_of_block(events, size));
    // Of several: rows of the detail table refer to it.
    PayloadBlock *block = nullptr;
    if (together.size() > 1) {
      block = static_cast<PayloadBlock *>(palloc(sizeof(PayloadBlock)));
      *block = make_block(together, payload_->source.payload_compression, size);
      payload_->source.block = block;
      payload_->add();
    }
    detail_->source.block = block;
    detail_->source.place = 0;
    for (const LoadedEvent *const event : together) {
      detail_->source.row = event;
      ++detail_->source.place;
      detail_->add();
    }
    events = events.subspan(together.size());
  }
}

void EventTables::close() {
  detail_->end_scans();
  for (Table *const table : {fact_, detail_, payload_})
    table->close();
  PopActiveSnapshot();
  CommandCounterIncrement();
}

}  // namespace hunt::ingest
