// SQL functions of the room `ingest`: payloads in, event rows out.
#include "core/error.hpp"
#include "ingest/json.hpp"
#include "ingest/normalize.hpp"
#include "ingest/source_mapping_pg.hpp"
#include "ingest/sources.hpp"
#include "pg/datum.hpp"

#include <chrono>
#include <iterator>
#include <set>
#include <string>
#include <vector>

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

using namespace hunt;

namespace {

// The result of a set-returning function, row by row, in its tuplestore.
class RowWriter {
public:
  explicit RowWriter(FunctionCallInfo fcinfo)
      : result_(reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo)), columns_(result_->setDesc->natts) {
    context_ =
        pg::call([] { return AllocSetContextCreate(CurrentMemoryContext, "event row", ALLOCSET_DEFAULT_SIZES); });
  }

  // `fill` puts the columns in order; it may ereport and must hold no object with a destructor.
  template <class Fill> void row(Fill fill) {
    pg::call([&] {
      MemoryContextReset(context_);
      MemoryContext caller = MemoryContextSwitchTo(context_);
      used_ = 0;
      fill(*this);
      Assert(used_ == columns_);
      tuplestore_putvalues(result_->setResult, result_->setDesc, values_, nulls_);
      MemoryContextSwitchTo(caller);
    });
  }

  void put(bool present, Datum value) {
    nulls_[used_] = !present;
    values_[used_++] = value;
  }
  void text(std::string_view text) {
    put(!text.empty(), text.empty() ? Datum{} : PointerGetDatum(cstring_to_text_with_len(text.data(), text.size())));
  }
  void number(std::optional<std::int64_t> value) { put(value.has_value(), Int64GetDatum(value.value_or(0))); }
  void boolean(std::optional<bool> value) { put(value.has_value(), BoolGetDatum(value.value_or(false))); }
  void time(std::optional<std::int64_t> unix_microseconds) {
    constexpr std::int64_t epoch = std::int64_t{POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE} * USECS_PER_DAY;
    put(unix_microseconds.has_value(), TimestampTzGetDatum(unix_microseconds.value_or(epoch) - epoch));
  }
  void uuid(bool present, const core::Hash128 &hash) {
    auto *value = static_cast<pg_uuid_t *>(palloc(sizeof(pg_uuid_t)));
    for (int i = 0; i < 8; ++i) {
      value->data[i] = static_cast<unsigned char>(hash.high >> (56 - 8 * i));
      value->data[8 + i] = static_cast<unsigned char>(hash.low >> (56 - 8 * i));
    }
    put(present, UUIDPGetDatum(value));
  }
  void ip(const std::optional<core::Ip> &ip) { put(ip.has_value(), ip ? pg::new_inet(*ip) : Datum{}); }

private:
  ReturnSetInfo *result_;
  int columns_;
  int used_ = 0;
  MemoryContext context_;
  Datum values_[64];
  bool nulls_[64];
};

void put_event(RowWriter &row, const ingest::Event &event, std::string_view source) {
  const bool accepted = event.reject_reason.empty();
  row.number(static_cast<std::int64_t>(event.position));
  row.text(event.reject_reason);
  row.text(source);
  row.uuid(accepted, event.event_key);
  row.time(event.event_time);
  row.time(event.version_time);
  row.text(event.event_id);
  row.text(event.tenant);
  row.text(event.metadata_device_event_id);
  row.text(event.action);
  row.text(event.application);
  row.text(event.target);
  row.text(event.region);
  row.text(event.user_username);
  row.text(event.user_userid);
  row.text(event.user_type);
  row.text(event.user_arn);
  row.text(event.user_email);
  row.text(event.effective_user);
  row.ip(event.device_ip);
  row.text(event.device_ip_text);
  row.text(event.http_user_agent);
  row.boolean(event.success);
  row.text(event.error_code);
  row.text(event.error_text);
  row.text(event.session_id);
  row.text(event.access_key_id);
  row.text(event.mfa_method);
  row.text(event.client_application);
  row.text(event.command_line);
  row.text(event.parent_process);
  row.text(event.parent_command_line);
  row.text(event.device_hostname);
  row.text(event.device_os);
  row.text(event.device_browser);
  row.number(event.vendor_asn_number);
  row.text(event.vendor_country_code);
  row.text(event.vendor_country_name);
  row.text(event.vendor_city);
  row.uuid(true, event.content_hash);
  row.text(event.payload);
}

class EventRows final : public ingest::EventSink {
public:
  EventRows(FunctionCallInfo fcinfo, std::string_view source) : rows_(fcinfo), source_(source) {}
  void event(const ingest::Event &event) override {
    rows_.row([&](RowWriter &row) { put_event(row, event, source_); });
  }

private:
  RowWriter rows_;
  std::string_view source_;
};

// What has to exist before the events of a load can be stored: their months, and the values that become ids.
class DictionaryValues final : public ingest::EventSink {
public:
  static constexpr const char *kKinds[] = {"month",        "tenant",      "user",       "agent",     "action",
                                           "device_event", "application", "mfa_method", "access_key"};

  void event(const ingest::Event &event) override {
    if (!event.reject_reason.empty())
      return;
    const std::int64_t day = *event.event_time / 86'400'000'000;
    if (day != last_day_)
      days_.insert(last_day_ = day);
    const std::string_view values[] = {
        event.tenant,      event.user_username, event.http_user_agent, event.action, event.metadata_device_event_id,
        event.application, event.mfa_method,    event.access_key_id};
    for (std::size_t i = 0; i < std::size(values); ++i)
      if (!values[i].empty() && values_[i].find(values[i]) == values_[i].end())
        values_[i].emplace(values[i]);
  }

  void write(RowWriter &rows) const {
    for (const std::int64_t day : days_) {
      const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
      char month[16];
      std::snprintf(month, sizeof month, "%04d-%02u-01", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()));
      put(rows, 0, month);
    }
    for (std::size_t i = 0; i < std::size(values_); ++i)
      for (const std::string &value : values_[i])
        put(rows, i + 1, value);
  }

private:
  static void put(RowWriter &rows, std::size_t kind, std::string_view value) {
    rows.row([=](RowWriter &row) {
      row.text(kKinds[kind]);
      row.text(value);
    });
  }

  std::int64_t last_day_ = -1;
  std::set<std::int64_t> days_;
  std::set<std::string, std::less<>> values_[8];
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

SQL_FUNCTION(dictionary_values) {
  InitMaterializedSRF(fcinfo, 0);
  const std::string_view name = pg::bytes_arg(fcinfo, 0);
  const Payloads payloads = payloads_arg(fcinfo, 1);
  require_utf8();
  RowWriter rows(fcinfo);
  DictionaryValues values;
  ingest::with_source(name, [&](const auto &source) { normalize_all(source, payloads, values); });
  values.write(rows);
  return Datum{};
}

SQL_FUNCTION(built_in_sources) {
  InitMaterializedSRF(fcinfo, 0);
  RowWriter rows(fcinfo);
  for (const ingest::Source &source : ingest::sources())
    rows.row([&source](RowWriter &row) {
      row.text(source.name);
      row.text(source.vendor);
      row.text(source.product);
      row.text(source.description);
    });
  return Datum{};
}

SQL_FUNCTION(payload_json) {
  const std::string_view payload = pg::bytes_arg(fcinfo, 0);
  const std::string json = ingest::repaired_json(payload);
  const char *text = json.c_str();
  return pg::call([text] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(text)); });
}
