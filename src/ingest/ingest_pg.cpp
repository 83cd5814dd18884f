// SQL functions of the room `ingest`: payloads in, event rows out.
#include "core/error.hpp"
#include "ingest/event_row_pg.hpp"
#include "ingest/json.hpp"
#include "ingest/normalize.hpp"
#include "ingest/source_mapping_pg.hpp"
#include "ingest/sources.hpp"
#include "pg/datum.hpp"

#include <string>

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"
}

using namespace hunt;

namespace {

// The result of a set-returning function, row by row, in its tuplestore.
class RowWriter {
public:
  explicit RowWriter(FunctionCallInfo fcinfo) : result_(reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo)) {
    context_ =
        pg::call([] { return AllocSetContextCreate(CurrentMemoryContext, "event row", ALLOCSET_DEFAULT_SIZES); });
  }

  // `fill` puts the columns in order; it may ereport and must hold no object with a destructor.
  template <class Fill> void row(Fill fill) {
    pg::call([&] {
      MemoryContextReset(context_);
      MemoryContext caller = MemoryContextSwitchTo(context_);
      row_.count = 0;
      fill(row_);
      Assert(row_.count == result_->setDesc->natts);
      tuplestore_putvalues(result_->setResult, result_->setDesc, row_.values, row_.nulls);
      MemoryContextSwitchTo(caller);
    });
  }

private:
  ReturnSetInfo *result_;
  MemoryContext context_;
  ingest::RowValues row_;
};

class EventRows final : public ingest::EventSink {
public:
  EventRows(FunctionCallInfo fcinfo, std::string_view source) : rows_(fcinfo), source_(source) {}
  void event(const ingest::Event &event) override {
    rows_.row([&](ingest::RowValues &row) { put_event(row, event, source_); });
  }

private:
  RowWriter rows_;
  std::string_view source_;
};

// One per backend, so that the parser keeps its buffers. Never freed: its destructor would run as the process exits.
ingest::Scratch &scratch() {
  static auto *const scratch = new ingest::Scratch;
  return *scratch;
}

// Either one payload or a list of them.
struct Payloads {
  bool list;
  std::string_view single;
  Datum *items;
  bool *nulls;
  int count;
};

Payloads payloads_arg(FunctionCallInfo fcinfo, int n) {
  Payloads payloads{};
  payloads.list = get_fn_expr_argtype(fcinfo->flinfo, n) == TEXTARRAYOID;
  if (payloads.list)
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(n), TEXTOID, -1, false, TYPALIGN_INT, &payloads.items, &payloads.nulls,
                      &payloads.count);
  else
    payloads.single = pg::bytes_arg(fcinfo, n);
  return payloads;
}

void require_utf8() {
  if (GetDatabaseEncoding() != PG_UTF8)
    throw core::Error(core::kUnsupported, "log payloads need a database with the encoding UTF8");
}

// `source` is a Source or a FieldMapping.
template <class Source> void normalize_all(const Source &source, const Payloads &payloads, ingest::EventSink &sink) {
  if (!payloads.list)
    return ingest::normalize(source, payloads.single, scratch(), sink, pg::check_interrupts);
  for (int i = 0; i < payloads.count; ++i) {
    if (payloads.nulls[i])
      continue;
    const Datum item = payloads.items[i];
    const auto *value = pg::call([item] { return PG_DETOAST_DATUM_PACKED(item); });
    ingest::normalize(source, {VARDATA_ANY(value), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(value))}, scratch(), sink,
                      pg::check_interrupts, static_cast<std::size_t>(payloads.count == 1 ? 0 : i + 1));
  }
}

}  // namespace

SQL_FUNCTION(normalize) {
  InitMaterializedSRF(fcinfo, 0);
  const std::string_view name = pg::bytes_arg(fcinfo, 0);
  const Payloads payloads = payloads_arg(fcinfo, 1);
  require_utf8();
  EventRows rows(fcinfo, name);
  ingest::with_source(name, [&](const auto &source) { normalize_all(source, payloads, rows); });
  return Datum{};
}

SQL_FUNCTION(built_in_sources) {
  InitMaterializedSRF(fcinfo, 0);
  RowWriter rows(fcinfo);
  for (const ingest::Source &source : ingest::sources())
    rows.row([&source](ingest::RowValues &row) {
      row.text(source.name);
      row.text(source.vendor);
      row.text(source.product);
      row.text(source.description);
    });
  return Datum{};
}

SQL_FUNCTION(present_payload) {
  if (!PG_ARGISNULL(1))
    PG_RETURN_DATUM(PG_GETARG_DATUM(1));
  if (!PG_ARGISNULL(0))
    throw core::Error("XX001", "the payload of an event is missing from block " + std::to_string(PG_GETARG_INT64(0)) +
                                   " of hunt.event_payload");
  PG_RETURN_NULL();
}

SQL_FUNCTION(payload_json) {
  const std::string_view payload = pg::bytes_arg(fcinfo, 0);
  const std::string json = ingest::repaired_json(payload);
  const char *text = json.c_str();
  return pg::call([text] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(text)); });
}
