// SQL functions over sets of distinct values. A set says what kind its values are, so one function serves the six set
// types; only what reads a set from outside is told by its type.
#include "distinct/value_set.hpp"
#include "pg/datum.hpp"
#include "pg/result_shape.hpp"
#include "pg/state.hpp"

#include "core/error.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

namespace {

namespace core = hunt::core;
using namespace hunt::distinct;
using value_set::Bytes;
using value_set::OpenBytes;

// Bytes that are a varlena's, and the varlena again.
OpenBytes new_bytes(std::size_t size) {
  return pg::call([size] { return pg::state_bytes(pg::new_state(size)); });
}
Datum varlena_of(OpenBytes bytes) { return PointerGetDatum(bytes.data() - VARHDRSZ); }

Datum closed(Bytes set) { return varlena_of(value_set::close(set, new_bytes, pg::check_interrupts)); }

// Argument 1 as a key, in `buffer` if it must be made. May detoast.
Key key_arg(FunctionCallInfo fcinfo, ValueKind kind, ShortKey &buffer) {
  switch (kind) {
  case ValueKind::text: {
    const std::string_view text = pg::bytes_arg(fcinfo, 1);
    return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()};
  }
  case ValueKind::bigint:
  case ValueKind::timestamptz:
    return buffer = bigint_key(PG_GETARG_INT64(1));
  case ValueKind::integer:
    return buffer = integer_key(PG_GETARG_INT32(1));
  case ValueKind::inet:
    return buffer = inet_key(pg::ip_arg(fcinfo, 1), ip_bits(PG_GETARG_INET_PP(1)));
  case ValueKind::uuid:
    return {PG_GETARG_UUID_P(1)->data, UUID_LEN};
  }
  pg_unreachable();
}

// Argument 0, open: as it is if it is the state of an aggregate, else a copy.
OpenBytes open_arg(FunctionCallInfo fcinfo, Datum set) {
  const OpenBytes bytes = pg::state_bytes(set);
  return pg::is_aggregate(fcinfo) && value_set::is_open(bytes)
             ? bytes
             : value_set::open(bytes, new_bytes, pg::check_interrupts);
}

// What has become of it: still open for an aggregate, closed for anybody else.
Datum changed(FunctionCallInfo fcinfo, OpenBytes set) {
  return pg::is_aggregate(fcinfo) ? varlena_of(set) : closed(set);
}

Datum add_value(FunctionCallInfo fcinfo, std::uint32_t max_values) {
  const Datum set = pg::state_arg(fcinfo, 0);
  ShortKey buffer;
  const Key key = key_arg(fcinfo, value_set::kind(pg::state_bytes(set)), buffer);
  return changed(fcinfo, value_set::insert(open_arg(fcinfo, set), key, max_values, new_bytes, pg::check_interrupts));
}

// An array of a kind of values, as PostgreSQL lays it out: each element aligned, those of variable length behind their
// length.
struct ElementType {
  Oid oid;
  std::size_t alignment;
};

ElementType element_type(ValueKind kind) {
  switch (kind) {
  case ValueKind::text:
    return {TEXTOID, 4};
  case ValueKind::bigint:
    return {INT8OID, 8};
  case ValueKind::integer:
    return {INT4OID, 4};
  case ValueKind::inet:
    return {INETOID, 4};
  case ValueKind::uuid:
    return {UUIDOID, 1};
  case ValueKind::timestamptz:
    return {TIMESTAMPTZOID, 8};
  }
  pg_unreachable();
}

constexpr std::size_t kInetHeader = offsetof(inet_struct, ipaddr);

std::size_t element_size(ValueKind kind, Key key) {
  if (kind == ValueKind::text)
    return VARHDRSZ + key.size();
  if (kind == ValueKind::inet)
    return VARHDRSZ + kInetHeader + (inet_of(key).address.is_v6() ? 16 : 4);
  return key.size();
}

void put_element(char *to, ValueKind kind, Key key) {
  switch (kind) {
  case ValueKind::text:
    SET_VARSIZE(to, VARHDRSZ + key.size());
    if (!key.empty())
      std::memcpy(to + VARHDRSZ, key.data(), key.size());
    return;
  case ValueKind::bigint:
  case ValueKind::timestamptz:
    *reinterpret_cast<int64 *>(to) = bigint_of(key);
    return;
  case ValueKind::integer:
    *reinterpret_cast<int32 *>(to) = integer_of(key);
    return;
  case ValueKind::inet: {
    const Inet value = inet_of(key);
    auto *const element = reinterpret_cast<inet *>(to);
    ip_family(element) = value.address.is_v6() ? PGSQL_AF_INET6 : PGSQL_AF_INET;
    ip_bits(element) = static_cast<unsigned char>(value.netmask_bits);
    value.address.to_bytes(reinterpret_cast<std::uint8_t *>(ip_addr(element)));
    SET_INET_VARSIZE(element);
    return;
  }
  case ValueKind::uuid:
    std::memcpy(to, key.data(), key.size());
    return;
  }
}

std::size_t aligned(std::size_t size, std::size_t alignment) { return (size + alignment - 1) & ~(alignment - 1); }

// A zeroed varlena, so that the bytes between elements are always the same.
char *new_zeroed(std::size_t size) {
  if (size > MaxAllocSize)
    throw core::Error(core::kLimitExceeded, "the array of distinct values would exceed 1 GB",
                      "Count them with count_distinct(), or keep the least of them by giving max_values.");
  return pg::call([size] { return static_cast<char *>(palloc0(size)); });
}

// The values of a set; behind them a NULL if `mark_more` and there were more.
Datum array_of(Bytes set, bool mark_more) {
  const ValueKind kind = value_set::kind(set);
  const ElementType type = element_type(kind);
  const value_set::Sorted values(set, pg::check_interrupts);
  const bool has_null = mark_more && !value_set::is_complete(set);
  const std::size_t count = values.size() + has_null;
  std::size_t size = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    size = aligned(size, type.alignment) + element_size(kind, values[i]);
  const std::size_t overhead = has_null     ? ARR_OVERHEAD_WITHNULLS(1, count)
                               : count == 0 ? ARR_OVERHEAD_NONULLS(0)
                                            : ARR_OVERHEAD_NONULLS(1);
  char *const memory = new_zeroed(overhead + size);
  auto *const array = reinterpret_cast<ArrayType *>(memory);
  SET_VARSIZE(array, overhead + size);
  array->ndim = count == 0 ? 0 : 1;
  array->dataoffset = has_null ? static_cast<int32>(overhead) : 0;
  array->elemtype = type.oid;
  if (count != 0) {
    ARR_DIMS(array)[0] = static_cast<int>(count);
    ARR_LBOUND(array)[0] = 1;
  }
  if (has_null)
    for (std::size_t i = 0; i < values.size(); ++i)
      ARR_NULLBITMAP(array)[i / 8] |= static_cast<bits8>(1 << i % 8);
  std::size_t at = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    at = aligned(at, type.alignment);
    put_element(memory + overhead + at, kind, values[i]);
    at += element_size(kind, values[i]);
  }
  return PointerGetDatum(array);
}

// Only the server knows what a well encoded text is.
void verify_encoding(Bytes set) {
  const value_set::Sorted values(set, pg::check_interrupts);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Key key = values[i];
    pg::call(
        [key] { pg_verifymbstr(reinterpret_cast<const char *>(key.data()), static_cast<int>(key.size()), false); });
  }
}

void verify(Bytes set, ValueKind kind) {
  if (value_set::is_initial(set, kind))
    return;
  value_set::validate(set, kind, pg::check_interrupts);
  if (kind == ValueKind::text)
    verify_encoding(set);
}

// A set from outside.
Datum verified(Datum set, ValueKind kind) {
  verify(pg::state_bytes(set), kind);
  return set;
}

}  // namespace

#define VALUE_SET_TYPE(name, kind)                                                                                     \
  SQL_FUNCTION(name##_in) {                                                                                            \
    return verified(pg::state_of_text(PG_GETARG_CSTRING(0), "a set of distinct values"), kind);                        \
  }                                                                                                                    \
  SQL_FUNCTION(name##_recv) { return verified(pg::state_of_message(fcinfo), kind); }

VALUE_SET_TYPE(text_set, ValueKind::text)
VALUE_SET_TYPE(bigint_set, ValueKind::bigint)
VALUE_SET_TYPE(integer_set, ValueKind::integer)
VALUE_SET_TYPE(inet_set, ValueKind::inet)
VALUE_SET_TYPE(uuid_set, ValueKind::uuid)
VALUE_SET_TYPE(timestamptz_set, ValueKind::timestamptz)

SQL_FUNCTION(value_set_out) {
  PG_RETURN_CSTRING(pg::state_text(pg::state_bytes(closed(pg::state_bytes(pg::state_arg(fcinfo, 0))))));
}

SQL_FUNCTION(value_set_send) { return closed(pg::state_bytes(pg::state_arg(fcinfo, 0))); }

SQL_FUNCTION(distinct_values_trans) { return add_value(fcinfo, value_set::kUnlimited); }

// Not strict: a NULL for max_values would make PostgreSQL pass by the row.
SQL_FUNCTION(distinct_values_max_trans) {
  if (PG_ARGISNULL(2) || PG_GETARG_INT32(2) < 1)
    throw core::Error(core::kInvalidParameter,
                      PG_ARGISNULL(2) ? "max_values is NULL"
                                      : "max_values is " + std::to_string(PG_GETARG_INT32(2)) + ", less than 1",
                      "Give the number of values to keep, or leave the argument out to keep all.");
  if (PG_ARGISNULL(0))
    PG_RETURN_NULL();
  if (PG_ARGISNULL(1))
    return PG_GETARG_DATUM(0);
  return add_value(fcinfo, static_cast<std::uint32_t>(PG_GETARG_INT32(2)));
}

SQL_FUNCTION(distinct_values_combine) {
  const Datum set = pg::state_arg(fcinfo, 0);
  const Bytes from = pg::state_bytes(pg::state_arg(fcinfo, 1));
  return changed(fcinfo, value_set::merge(open_arg(fcinfo, set), from, new_bytes, pg::check_interrupts));
}

SQL_FUNCTION(distinct_values_close) { return closed(pg::state_bytes(pg::state_arg(fcinfo, 0))); }

SQL_FUNCTION(distinct_values_of) { return array_of(pg::state_bytes(pg::state_arg(fcinfo, 0)), true); }

SQL_FUNCTION(distinct_summary_of) {
  const TupleDesc shape = pg::cached_result_shape(fcinfo);
  const Bytes set = pg::state_bytes(pg::state_arg(fcinfo, 0));
  Datum values[] = {Int64GetDatum(static_cast<int64>(value_set::distinct_count(set))), array_of(set, false),
                    BoolGetDatum(value_set::is_complete(set))};
  bool nulls[] = {false, false, false};
  return HeapTupleGetDatum(heap_form_tuple(shape, values, nulls));
}
