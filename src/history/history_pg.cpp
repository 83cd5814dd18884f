// SQL functions over histories. A history says of what kind its values are; which kind is added or asked for is told by
// the function's type of argument.
#include "address/blank.hpp"
#include "core/error.hpp"
#include "history/open_history.hpp"
#include "history/verdict.hpp"
#include "pg/datum.hpp"
#include "pg/result_shape.hpp"
#include "pg/state.hpp"

#include <limits>

extern "C" {
#include "access/htup_details.h"
#include "mb/pg_wchar.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
}

namespace {

namespace core = hunt::core;
using namespace hunt::history;
using hunt::distinct::ShortKey;

constexpr std::int32_t kDefaultMaxValues = 1000;
constexpr std::int32_t kDefaultRetentionDays = 90;
constexpr std::int64_t kDefaultLearning = 30 * kDay;

OpenBytes new_bytes(std::size_t size) {
  return pg::call([size] { return pg::state_bytes(pg::new_state(size)); });
}
Datum varlena_of(OpenBytes bytes) { return PointerGetDatum(bytes.data() - VARHDRSZ); }

Bytes stored(Bytes history) { return is_open(history) ? close(history, new_bytes, pg::check_interrupts) : history; }
Datum closed(Datum history) {
  const OpenBytes bytes = pg::state_bytes(history);
  return is_open(bytes) ? varlena_of(close(bytes, new_bytes, pg::check_interrupts)) : history;
}
Bytes history_arg(FunctionCallInfo fcinfo, int n) { return stored(pg::state_bytes(pg::state_arg(fcinfo, n))); }

// Argument n as a key, in `buffer` if it must be made; of no bytes if it is a text without a value. May detoast.
Key key_arg(FunctionCallInfo fcinfo, int n, ValueKind kind, ShortKey &buffer) {
  if (kind == ValueKind::bigint)
    return buffer = hunt::distinct::bigint_key(PG_GETARG_INT64(n));
  if (kind == ValueKind::inet)
    return buffer = hunt::distinct::inet_key(pg::ip_arg(fcinfo, n), ip_bits(PG_GETARG_INET_PP(n)));
  const std::string_view text = pg::bytes_arg(fcinfo, n);
  if (hunt::address::is_blank(text))
    return {};
  return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
}

[[noreturn]] void refuse(const std::string &what, const char *hint) {
  throw core::Error(core::kInvalidParameter, what, hint);
}

std::uint32_t days_arg(FunctionCallInfo fcinfo, int n, const char *name) {
  const Interval *const value = PG_ARGISNULL(n) ? nullptr : PG_GETARG_INTERVAL_P(n);
  if (value == nullptr || value->month != 0 || value->time != 0 || value->day < 1)
    refuse(std::string(name) + " is not a number of whole days, at least one", "Give it in days, as '90 days'.");
  return std::min(static_cast<std::uint32_t>(value->day), kMaxRetentionDays);
}

std::int64_t duration_arg(FunctionCallInfo fcinfo, int n, const char *name) {
  const Interval *const value = PG_ARGISNULL(n) ? nullptr : PG_GETARG_INTERVAL_P(n);
  if (value == nullptr || value->month != 0 || value->time < 0 || value->day < 0)
    refuse(std::string(name) + " is not a number of days, hours and minutes", "Give it without months, as '30 days'.");
  const std::int64_t days = std::min<std::int64_t>(value->day, kMaxRetentionDays / 2) * kDay;
  return days + std::min<std::int64_t>(value->time, std::numeric_limits<std::int64_t>::max() - days);
}

std::int32_t count_arg(FunctionCallInfo fcinfo, int n, const char *name, std::int32_t least) {
  if (PG_ARGISNULL(n) || PG_GETARG_INT32(n) < least)
    refuse(std::string(name) + " is " + (PG_ARGISNULL(n) ? "NULL" : std::to_string(PG_GETARG_INT32(n))),
           least == 0 ? "Give a number that is not negative." : "Give a number that is at least 1.");
  return PG_GETARG_INT32(n);
}

bool has_time(FunctionCallInfo fcinfo, int n) {
  return !PG_ARGISNULL(n) && !TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(n));
}

// Argument 0, open: as it is if it is the state of an aggregate, else a copy.
OpenBytes open_arg(FunctionCallInfo fcinfo) {
  const OpenBytes bytes = pg::state_bytes(pg::state_arg(fcinfo, 0));
  if (!is_open(bytes))
    return open(bytes, new_bytes, pg::check_interrupts);
  if (pg::is_aggregate(fcinfo))
    return bytes;
  return open(close(bytes, new_bytes, pg::check_interrupts), new_bytes, pg::check_interrupts);
}

// history_trans(state, value, time [, max_values [, retention]])
Datum add_event(FunctionCallInfo fcinfo, ValueKind kind) {
  const Terms terms{
      PG_NARGS() > 4 ? days_arg(fcinfo, 4, "retention") : kDefaultRetentionDays,
      static_cast<std::uint32_t>(PG_NARGS() > 3 ? count_arg(fcinfo, 3, "max_values", 1) : kDefaultMaxValues)};
  if (PG_ARGISNULL(0))
    PG_RETURN_NULL();
  if (PG_ARGISNULL(1) || !has_time(fcinfo, 2))
    return PG_GETARG_DATUM(0);
  ShortKey buffer;
  const Key key = key_arg(fcinfo, 1, kind, buffer);
  if (key.empty())
    return PG_GETARG_DATUM(0);
  const OpenBytes history =
      add(open_arg(fcinfo), kind, key, PG_GETARG_TIMESTAMPTZ(2), terms, new_bytes, pg::check_interrupts);
  return pg::is_aggregate(fcinfo) ? varlena_of(history) : closed(varlena_of(history));
}

void verify_text(void *, const Entry &entry) {
  const Key key = entry.key;
  pg::call([key] { pg_verifymbstr(reinterpret_cast<const char *>(key.data()), static_cast<int>(key.size()), false); });
}

// A history from outside.
Datum verified(Datum history) {
  const Bytes bytes = pg::state_bytes(history);
  validate(bytes, new_bytes, pg::check_interrupts);
  if (kind(bytes) == ValueKind::text)
    each_entry(bytes, verify_text, nullptr, pg::check_interrupts);
  return history;
}

// Whether the history can have such values at all: a history of nothing can have any.
void require_kind(Bytes history, ValueKind asked) {
  if (!is_empty(history) && kind(history) != asked)
    refuse(std::string("the history is one of ") + hunt::distinct::kind_name(kind(history)) + " values, not of " +
               hunt::distinct::kind_name(asked),
           "Ask for a value of the type that was added.");
}

struct FoundEntry {
  Bytes history;
  Key key;
  std::optional<Entry> entry;
};

// Arguments 0 and 1 of the readers.
FoundEntry find_arg(FunctionCallInfo fcinfo, ValueKind asked, ShortKey &buffer) {
  FoundEntry found{history_arg(fcinfo, 0), key_arg(fcinfo, 1, asked, buffer), {}};
  require_kind(found.history, asked);
  if (!found.key.empty() && PG_NARGS() == 2)
    found.entry = find(found.history, found.key);
  return found;
}

Answer answer_before(FunctionCallInfo fcinfo, const FoundEntry &found) {
  if (found.key.empty() || !has_time(fcinfo, 2))
    return {};
  return ask(found.history, found.key, PG_GETARG_TIMESTAMPTZ(2), terms(found.history).retention_days);
}

Datum text_of(ValueKind kind, Key key) {
  if (kind == ValueKind::bigint)
    return pg::bytes_datum(std::to_string(hunt::distinct::bigint_of(key)));
  if (kind == ValueKind::text)
    return pg::bytes_datum({reinterpret_cast<const char *>(key.data()), key.size()});
  const hunt::distinct::Inet address = hunt::distinct::inet_of(key);
  return pg::call([&address] {
    const Datum value = pg::new_inet(address.address, address.netmask_bits);
    return PointerGetDatum(cstring_to_text(DatumGetCString(DirectFunctionCall1(inet_out, value))));
  });
}

struct Rows {
  ReturnSetInfo *result;
  ValueKind kind;
};

void add_row(void *context, const Entry &entry) {
  const Rows &rows = *static_cast<const Rows *>(context);
  Datum values[] = {text_of(rows.kind, entry.key), TimestampTzGetDatum(entry.first_seen),
                    TimestampTzGetDatum(entry.last_seen), Int64GetDatum(static_cast<int64>(entry.times)),
                    Int32GetDatum(static_cast<int32>(entry.days))};
  bool nulls[std::size(values)] = {};
  pg::call([&] {
    tuplestore_putvalues(rows.result->setResult, rows.result->setDesc, values, nulls);
    pfree(DatumGetPointer(values[0]));
  });
}

// first_seen_verdict(entity, value, at, learning, retention, rare_days, peers, everyone)
Datum verdict_row(FunctionCallInfo fcinfo, ValueKind asked) {
  const std::int64_t learning = duration_arg(fcinfo, 3, "learning");
  const auto rare_days = static_cast<std::uint32_t>(count_arg(fcinfo, 5, "rare_days", 0));
  if (PG_ARGISNULL(1) || !has_time(fcinfo, 2))
    PG_RETURN_NULL();
  const TupleDesc shape = pg::cached_result_shape(fcinfo);
  ShortKey buffer;
  const Key key = key_arg(fcinfo, 1, asked, buffer);
  if (key.empty())
    PG_RETURN_NULL();
  const Time at = PG_GETARG_TIMESTAMPTZ(2);
  std::uint32_t retention = PG_ARGISNULL(4) ? 0 : days_arg(fcinfo, 4, "retention");
  const auto answer = [&](int n) -> std::optional<Answer> {
    if (PG_ARGISNULL(n))
      return std::nullopt;
    const Bytes history = history_arg(fcinfo, n);
    require_kind(history, asked);
    if (retention == 0)
      retention = terms(history).retention_days;
    return ask(history, key, at, std::max<std::uint32_t>(retention, 1));
  };
  const Answer entity = answer(0).value_or(Answer{});
  const std::optional<Answer> peers = answer(6), everyone = answer(7);
  const auto presence = [](const std::optional<Answer> &a) { return a ? std::optional(a->value) : std::nullopt; };
  const Verdict result = verdict({entity, presence(peers), presence(everyone), at, learning, rare_days});
  const auto since = [](const std::optional<Answer> &a) { return a ? a->value_since : std::nullopt; };
  const std::optional<Time> times[] = {entity.value_since, entity.entity_since, since(peers), since(everyone)};
  Datum values[] = {pg::bytes_datum(verdict_name(result)),          TimestampTzGetDatum(times[0].value_or(0)),
                    Int32GetDatum(static_cast<int32>(entity.days)), Int64GetDatum(static_cast<int64>(entity.times)),
                    TimestampTzGetDatum(times[1].value_or(0)),      Int32GetDatum(static_cast<int32>(entity.values)),
                    TimestampTzGetDatum(times[2].value_or(0)),      TimestampTzGetDatum(times[3].value_or(0))};
  bool nulls[] = {false, !times[0], false, false, !times[1], false, !times[2], !times[3]};
  return pg::call([&] { return HeapTupleGetDatum(heap_form_tuple(shape, values, nulls)); });
}

}  // namespace

SQL_FUNCTION(history_in) { return verified(pg::state_of_text(PG_GETARG_CSTRING(0), "a history")); }
SQL_FUNCTION(history_recv) { return verified(pg::state_of_message(fcinfo)); }
SQL_FUNCTION(history_out) { PG_RETURN_CSTRING(pg::state_text(pg::state_bytes(closed(pg::state_arg(fcinfo, 0))))); }
SQL_FUNCTION(history_send) { return closed(pg::state_arg(fcinfo, 0)); }
SQL_FUNCTION(history_close) { return closed(pg::state_arg(fcinfo, 0)); }

SQL_FUNCTION(history_combine) {
  if (!pg::is_aggregate(fcinfo)) {
    const Bytes a = history_arg(fcinfo, 0), b = history_arg(fcinfo, 1);
    return varlena_of(merge(a, b, new_bytes, pg::check_interrupts));
  }
  const Bytes from = pg::state_bytes(pg::state_arg(fcinfo, 1));
  return varlena_of(merge_into(open_arg(fcinfo), from, new_bytes, pg::check_interrupts));
}

SQL_FUNCTION(history_prune) {
  const Bytes history = history_arg(fcinfo, 0);
  const TimestampTz before = PG_GETARG_TIMESTAMPTZ(1);
  return varlena_of(prune(history, before, new_bytes, pg::check_interrupts));
}

#define HISTORY_FUNCTIONS(name, kind)                                                                                  \
  SQL_FUNCTION(history_trans_##name) { return add_event(fcinfo, kind); }                                               \
  SQL_FUNCTION(first_seen_verdict_##name) { return verdict_row(fcinfo, kind); }                                        \
  SQL_FUNCTION(first_seen_##name) {                                                                                    \
    ShortKey buffer;                                                                                                   \
    const FoundEntry found = find_arg(fcinfo, kind, buffer);                                                           \
    const std::optional<Time> since = PG_NARGS() > 2 ? answer_before(fcinfo, found).value_since                        \
                                      : found.entry  ? std::optional(found.entry->first_seen)                          \
                                                     : std::nullopt;                                                    \
    if (!since)                                                                                                        \
      PG_RETURN_NULL();                                                                                                \
    PG_RETURN_TIMESTAMPTZ(*since);                                                                                     \
  }                                                                                                                    \
  SQL_FUNCTION(last_seen_##name) {                                                                                     \
    ShortKey buffer;                                                                                                   \
    const FoundEntry found = find_arg(fcinfo, kind, buffer);                                                           \
    if (!found.entry)                                                                                                  \
      PG_RETURN_NULL();                                                                                                \
    PG_RETURN_TIMESTAMPTZ(found.entry->last_seen);                                                                     \
  }                                                                                                                    \
  SQL_FUNCTION(times_seen_##name) {                                                                                    \
    ShortKey buffer;                                                                                                   \
    const FoundEntry found = find_arg(fcinfo, kind, buffer);                                                           \
    PG_RETURN_INT64(found.entry ? static_cast<int64>(found.entry->times) : 0);                                         \
  }                                                                                                                    \
  SQL_FUNCTION(days_seen_##name) {                                                                                     \
    ShortKey buffer;                                                                                                   \
    const FoundEntry found = find_arg(fcinfo, kind, buffer);                                                           \
    PG_RETURN_INT32(static_cast<int32>(PG_NARGS() > 2 ? answer_before(fcinfo, found).days                              \
                                       : found.entry  ? found.entry->days                                              \
                                                      : 0));                                                            \
  }

HISTORY_FUNCTIONS(text, ValueKind::text)
HISTORY_FUNCTIONS(bigint, ValueKind::bigint)
HISTORY_FUNCTIONS(inet, ValueKind::inet)

SQL_FUNCTION(entries) {
  InitMaterializedSRF(fcinfo, 0);
  const Bytes history = history_arg(fcinfo, 0);
  Rows rows{reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo), kind(history)};
  each_entry(history, add_row, &rows, pg::check_interrupts);
  PG_RETURN_NULL();
}

SQL_FUNCTION(history_info) {
  const TupleDesc shape = pg::cached_result_shape(fcinfo);
  const Bytes history = history_arg(fcinfo, 0);
  const Terms its = terms(history);
  const Summary summary = summarize(history);
  Datum values[] = {Int32GetDatum(static_cast<int32>(summary.values)),
                    BoolGetDatum(is_complete(history)),
                    TimestampTzGetDatum(summary.whole ? summary.whole->first : 0),
                    TimestampTzGetDatum(summary.whole ? summary.whole->last : 0),
                    Int32GetDatum(static_cast<int32>(its.retention_days)),
                    Int32GetDatum(static_cast<int32>(its.max_values)),
                    Int32GetDatum(static_cast<int32>(history.size()))};
  bool nulls[] = {false, false, !summary.whole, !summary.whole, is_empty(history), its.max_values == kUnlimited, false};
  return HeapTupleGetDatum(heap_form_tuple(shape, values, nulls));
}
