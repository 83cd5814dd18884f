// SQL functions of the room `ingest` that store: a payload, a file of the server, the rows of an inbox.
#include "core/error.hpp"
#include "ingest/load_pg.hpp"
#include "ingest/payload_file.hpp"
#include "pg/datum.hpp"
#include "pg/result_shape.hpp"

#include <algorithm>
#include <chrono>
#include <string>

extern "C" {
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/rel.h"
}

using namespace hunt;

namespace {

// Reads on, and moves what is not done with to the front, where the rest of its document follows.
void read_piece(ingest::Load &load, std::string &piece, bool last) { piece.erase(0, load.read(piece, last)); }

// How much to read at a time: more than what is waiting for the end of its document, so that long ones take linear
// time.
std::size_t piece_size(const std::string &waiting) { return std::max(ingest::DocumentReader::kPiece, waiting.size()); }

// Tells the client every ten seconds how far a load is.
class Progress {
public:
  void report(std::string_view source, std::uint64_t done, std::uint64_t size) {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::seconds(10))
      return;
    last_ = now;
    constexpr std::uint64_t megabyte = 1'000'000;
    pg::call([&] {
      ereport(NOTICE, (errmsg("%.*s: %llu of %llu MB", static_cast<int>(source.size()), source.data(),
                              static_cast<unsigned long long>(done / megabyte),
                              static_cast<unsigned long long>(size / megabyte))));
    });
  }

private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

Datum counts_row(TupleDesc shape, const ingest::LoadCounts &counts) {
  const Datum values[] = {Int64GetDatum(counts.received), Int64GetDatum(counts.inserted), Int64GetDatum(counts.updated),
                          Int64GetDatum(counts.duplicates), Int64GetDatum(counts.rejected)};
  const bool nulls[std::size(values)] = {};
  return HeapTupleGetDatum(heap_form_tuple(shape, const_cast<Datum *>(values), const_cast<bool *>(nulls)));
}

ingest::LoadCounts load_payload(std::string_view source, std::string_view payload) {
  ingest::Load load(source, ingest::LoadKind::kIngest);
  load.read(payload, true);
  return load.finish();
}

ingest::LoadCounts load_file(std::string_view source, const std::string &path) {
  ingest::PayloadFile file(path);
  ingest::Load load(source, ingest::LoadKind::kIngest);
  Progress progress;
  std::string piece;
  while (file.read(piece_size(piece), piece)) {
    read_piece(load, piece, false);
    progress.report(source, file.position(), file.size());
  }
  read_piece(load, piece, true);
  return load.finish();
}

ingest::LoadCounts load_list(std::string_view source, const Datum *payloads, int count) {
  ingest::Load load(source, ingest::LoadKind::kRetry);
  for (int i = 0; i < count; ++i) {
    const Datum payload = payloads[i];
    const auto *value = pg::call([payload] { return PG_DETOAST_DATUM_PACKED(payload); });
    load.read_whole({VARDATA_ANY(value), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(value))});
  }
  return load.finish();
}

// PostgreSQL's own function says whether the role may read the file. May ereport.
void require_readable(Datum path) {
  SPI_connect();
  Oid types[] = {TEXTOID};
  Datum values[] = {path};
  SPI_execute_with_args("select pg_catalog.pg_read_binary_file($1, 0, 1)", 1, types, values, nullptr, false, 0);
  SPI_finish();
}

// The load of a statement that inserts into an inbox, from its first trigger to its last. Statements nest.
struct InboxLoad {
  InboxLoad(Oid inbox, std::string_view source) : inbox(inbox), load(source, ingest::LoadKind::kInbox) {}

  void add(std::string_view line) {
    lines += line;
    lines += '\n';
    if (lines.size() < enough)
      return;
    read_piece(load, lines, false);
    enough = lines.size() + piece_size(lines);
  }

  Oid inbox;
  ingest::Load load;
  std::string lines;
  std::size_t enough = ingest::DocumentReader::kPiece;
  MemoryContext context = nullptr;  // whose end is the load's
  InboxLoad *outer = nullptr;
};
InboxLoad *innermost = nullptr;

// When its memory context goes: at the end of the statement, or with the transaction that failed.
void forget_inbox_load(void *load) {
  auto *const gone = static_cast<InboxLoad *>(load);
  for (InboxLoad **link = &innermost; *link != nullptr; link = &(*link)->outer)
    if (*link == gone) {
      *link = gone->outer;
      break;
    }
  delete gone;
}

void begin_inbox(Oid inbox, std::string_view source) {
  MemoryContext caller = nullptr;
  auto *const callback = pg::call([&caller] {
    caller = MemoryContextSwitchTo(
        AllocSetContextCreate(CurTransactionContext, "session_hunt inbox", ALLOCSET_DEFAULT_SIZES));
    return static_cast<MemoryContextCallback *>(palloc0(sizeof(MemoryContextCallback)));
  });
  auto *const load = new InboxLoad(inbox, source);
  load->context = MemoryContextSwitchTo(caller);
  load->outer = innermost;
  innermost = load;
  *callback = {forget_inbox_load, load, nullptr};
  MemoryContextRegisterResetCallback(load->context, callback);
}

InboxLoad &inbox_load(Oid inbox) {
  for (InboxLoad *load = innermost; load != nullptr; load = load->outer)
    if (load->inbox == inbox)
      return *load;
  throw core::Error("55000", "the inbox has lost its triggers", "Bring it up to date: select hunt.setup().");
}

void end_inbox(InboxLoad &inbox) {
  read_piece(inbox.load, inbox.lines, true);
  const ingest::LoadCounts &counts = inbox.load.finish();
  const std::string_view source = inbox.load.source();
  pg::call([&] {
    ereport(NOTICE, (errmsg("%.*s: %lld received, %lld inserted, %lld updated, %lld duplicates, %lld rejected",
                            static_cast<int>(source.size()), source.data(), static_cast<long long>(counts.received),
                            static_cast<long long>(counts.inserted), static_cast<long long>(counts.updated),
                            static_cast<long long>(counts.duplicates), static_cast<long long>(counts.rejected))));
    MemoryContextDelete(inbox.context);
  });
}

}  // namespace

SQL_FUNCTION(ingest) {
  const std::string_view source = pg::bytes_arg(fcinfo, 0), payload = pg::bytes_arg(fcinfo, 1);
  const TupleDesc shape = pg::cached_result_shape(fcinfo);
  const ingest::LoadCounts counts = load_payload(source, payload);
  return counts_row(shape, counts);
}

SQL_FUNCTION(ingest_file) {
  const std::string_view source = pg::bytes_arg(fcinfo, 0);
  const TupleDesc shape = pg::cached_result_shape(fcinfo);
  require_readable(PG_GETARG_DATUM(1));
  const ingest::LoadCounts counts = load_file(source, std::string(pg::bytes_arg(fcinfo, 1)));
  return counts_row(shape, counts);
}

SQL_FUNCTION(store_payloads) {
  const std::string_view source = pg::bytes_arg(fcinfo, 0);
  const TupleDesc shape = pg::cached_result_shape(fcinfo);
  Datum *payloads;
  bool *nulls;
  int count;
  deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &payloads, &nulls, &count);
  for (int i = 0; i < count; ++i)
    if (nulls[i])
      ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("a payload to store is NULL")));
  const ingest::LoadCounts counts = load_list(source, payloads, count);
  return counts_row(shape, counts);
}

// The three triggers of an inbox: one begins the load, one takes each row, which is not stored, one ends it.
SQL_FUNCTION(ingest_inbox) {
  if (!CALLED_AS_TRIGGER(fcinfo))
    ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                    errmsg("hunt.ingest_inbox() is the trigger function of the inbox tables")));
  const auto *const trigger = reinterpret_cast<TriggerData *>(fcinfo->context);
  const Oid inbox = RelationGetRelid(trigger->tg_relation);
  if (TRIGGER_FIRED_FOR_ROW(trigger->tg_event)) {
    bool null;
    const Datum line = heap_getattr(trigger->tg_trigtuple, 1, RelationGetDescr(trigger->tg_relation), &null);
    const varlena *const value = null ? nullptr : PG_DETOAST_DATUM_PACKED(line);
    inbox_load(inbox).add(value == nullptr ? std::string_view{}
                                           : std::string_view(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)));
  } else if (TRIGGER_FIRED_BEFORE(trigger->tg_event)) {
    begin_inbox(inbox, trigger->tg_trigger->tgargs[0]);
  } else {
    end_inbox(inbox_load(inbox));
  }
  return PointerGetDatum(nullptr);
}
