// SQL of the type `sketch`: aggregates that make and unite sketches, what can be asked of one, and its input and
// output.
#include "distinct/exaloglog.hpp"
#include "distinct/sketch.hpp"
#include "distinct/sketch_hll.hpp"
#include "distinct/sliding_count.hpp"

#include "core/error.hpp"
#include "core/hash.hpp"
#include "pg/datum.hpp"
#include "pg/result_shape.hpp"
#include "pg/sql_hash.hpp"
#include "pg/state.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

extern "C" {
#include "utils/uuid.h"
}

namespace {

namespace sketch = hunt::distinct::sketch;
using hunt::core::Error;

// A key of distinct_key(): the major version of the server that hashed the value above 56 bits of the hash. It carries
// the major so that keys stored before an upgrade are known as such after it.
constexpr int kKeyHashBits = 56;
constexpr std::uint64_t kKeyHashMask = (std::uint64_t{1} << kKeyHashBits) - 1;

std::uint16_t key_major(std::int64_t key) {
  return static_cast<std::uint16_t>(static_cast<std::uint64_t>(key) >> kKeyHashBits);
}

// How a value of each type is taken from argument 1, and hashed: equal values alike, integers of all widths alike.
struct Value {
  char buffer[18];
  std::string_view bytes;  // may point into buffer
  std::uint16_t server_major;
};
using TakeValue = void (*)(FunctionCallInfo fcinfo, Value &value);

void set_integer(Value &value, std::int64_t integer) {
  std::memcpy(value.buffer, &integer, sizeof integer);
  value.bytes = {value.buffer, sizeof integer};
}

void take_text(FunctionCallInfo fcinfo, Value &value) { value.bytes = pg::bytes_arg(fcinfo, 1); }
void take_int4(FunctionCallInfo fcinfo, Value &value) { set_integer(value, PG_GETARG_INT32(1)); }
void take_int8(FunctionCallInfo fcinfo, Value &value) { set_integer(value, PG_GETARG_INT64(1)); }
void take_key(FunctionCallInfo fcinfo, Value &value) {
  set_integer(value, PG_GETARG_INT64(1));
  value.server_major = key_major(PG_GETARG_INT64(1));
}
void take_uuid(FunctionCallInfo fcinfo, Value &value) {
  value.bytes = {reinterpret_cast<const char *>(PG_GETARG_UUID_P(1)->data), UUID_LEN};
}
void take_inet(FunctionCallInfo fcinfo, Value &value) {
  const inet *ip = PG_GETARG_INET_PP(1);
  const std::size_t size = ip_family(ip) == PGSQL_AF_INET ? 4 : 16;
  value.buffer[0] = static_cast<char>(size);
  value.buffer[1] = static_cast<char>(ip_bits(ip));
  std::memcpy(value.buffer + 2, ip_addr(ip), size);
  value.bytes = {value.buffer, size + 2};
}

Datum closed(Datum state) {
  const sketch::Bytes bytes = pg::state_bytes(state);
  const Datum result = pg::new_state(sketch::closed_size(bytes));
  sketch::close(bytes, pg::state_bytes(result));
  return result;
}

Datum opened(Datum state, std::size_t size) {
  const sketch::Bytes bytes = pg::state_bytes(state);
  const Datum result = pg::new_state(size);
  sketch::open(bytes, pg::state_bytes(result));
  return result;
}

void require_countable(sketch::Bytes bytes) {
  if (sketch::form(bytes) == sketch::Form::hll)
    throw Error(hunt::core::kInvalidParameter, "an imported hll can only be united with others and counted",
                "Its hashes are those of postgresql-hll. Count values into a sketch of their own.");
}

// The state with which a group begins.
Datum first_state(FunctionCallInfo fcinfo, std::uint16_t server_major) {
  int precision = sketch::kDefaultPrecision;
  sketch::Origin origin{0, server_major};
  if (PG_NARGS() > 2) {
    if (PG_ARGISNULL(2) || (PG_NARGS() > 3 && PG_ARGISNULL(3)))
      throw Error("22004", "precision and seed of a sketch must not be NULL");
    precision = PG_GETARG_INT32(2);
    if (PG_NARGS() > 3)
      origin.seed = static_cast<std::uint64_t>(PG_GETARG_INT64(3));
  }
  const Datum state = pg::new_state(sketch::initial_size(origin));
  sketch::create(pg::state_bytes(state), precision, origin);
  return state;
}

void require_one_major(std::uint16_t server_major, std::uint16_t first) {
  if (server_major != first)
    throw Error(hunt::core::kInvalidParameter,
                "cannot count values of distinct_key() from different PostgreSQL versions, or with other values, "
                "in one sketch",
                "Make the keys again with this server.");
}

// The row must agree with what the group began with.
void require_constant(FunctionCallInfo fcinfo, sketch::Bytes state, std::uint16_t server_major) {
  const sketch::Origin origin = sketch::origin(state);
  if (PG_NARGS() > 2 && (PG_ARGISNULL(2) || PG_GETARG_INT32(2) != sketch::precision(state)))
    throw Error(hunt::core::kInvalidParameter, "the precision of a sketch must be the same for all its values");
  if (PG_NARGS() > 3 && (PG_ARGISNULL(3) || static_cast<std::uint64_t>(PG_GETARG_INT64(3)) != origin.seed))
    throw Error(hunt::core::kInvalidParameter, "the seed of a sketch must be the same for all its values");
  require_one_major(server_major, origin.server_major);
}

// sketch_add(state, value [, precision [, seed]]): the transition of distinct_sketch and count_distinct, and a function
// of its own. A NULL value changes nothing.
template <TakeValue take> Datum add(FunctionCallInfo fcinfo) {
  if (PG_ARGISNULL(1)) {
    if (PG_ARGISNULL(0))
      PG_RETURN_NULL();
    return PG_GETARG_DATUM(0);
  }
  Value value;
  value.server_major = 0;
  take(fcinfo, value);
  const bool is_aggregate = pg::is_aggregate(fcinfo);
  Datum state;
  if (PG_ARGISNULL(0)) {
    state = first_state(fcinfo, value.server_major);
  } else {
    state = pg::state_arg(fcinfo, 0);
    require_countable(pg::state_bytes(state));
    require_constant(fcinfo, pg::state_bytes(state), value.server_major);
    if (!is_aggregate || !sketch::is_open(pg::state_bytes(state)))
      state = opened(state, sketch::opened_size(pg::state_bytes(state)));
  }
  const std::uint64_t hash = hunt::core::hash64(value.bytes, sketch::origin(pg::state_bytes(state)).seed);
  if (!sketch::insert(pg::state_bytes(state), hash)) {
    const Datum larger = pg::new_state(sketch::grown_size(pg::state_bytes(state)));
    sketch::grow(pg::state_bytes(state), pg::state_bytes(larger));
    sketch::insert(pg::state_bytes(larger), hash);
    state = larger;
  }
  return is_aggregate ? state : closed(state);
}

// The state of count_distinct over a sliding window, which no value of a type can be: it lives as long as the frame.
struct Sliding {
  hunt::distinct::SlidingCount values;
  bool has_major;
  std::uint16_t server_major;
};

Sliding *sliding_state(FunctionCallInfo fcinfo) {
  if (!PG_ARGISNULL(0))
    return reinterpret_cast<Sliding *>(PG_GETARG_POINTER(0));
  MemoryContext context;
  if (AggCheckCallContext(fcinfo, &context) != AGG_CONTEXT_WINDOW)
    throw Error("55000", "this function works below a window only");
  void *const at = pg::call([context] { return MemoryContextAlloc(context, sizeof(Sliding)); });
  const hunt::distinct::SlidingCount::Memory memory{
      [](void *where, std::size_t bytes) {
        return pg::call([=] { return MemoryContextAllocHuge(static_cast<MemoryContext>(where), bytes); });
      },
      [](void *block) { pfree(block); }, context};
  return new (at) Sliding{hunt::distinct::SlidingCount(memory), false, 0};
}

// The transition of count_distinct over a sliding window, and its inverse. A NULL changes nothing.
template <TakeValue take, bool enters> Datum slide(FunctionCallInfo fcinfo) {
  Sliding *const state = sliding_state(fcinfo);
  if (PG_ARGISNULL(1))
    PG_RETURN_POINTER(state);
  Value value;
  value.server_major = 0;
  take(fcinfo, value);
  if (!std::exchange(state->has_major, true))
    state->server_major = value.server_major;
  require_one_major(value.server_major, state->server_major);
  const std::uint64_t hash = hunt::core::hash64(value.bytes);
  if constexpr (enters)
    state->values.add(hash);
  else
    state->values.remove(hash);
  PG_RETURN_POINTER(state);
}

bool is_hll(Datum state) { return sketch::form(pg::state_bytes(state)) == sketch::Form::hll; }

// The union of both. Below an aggregate the first is its running state.
Datum merged(FunctionCallInfo fcinfo, Datum state, Datum other) {
  const sketch::OpenBytes into = pg::state_bytes(state);
  const sketch::Bytes from = pg::state_bytes(other);
  const bool is_aggregate = pg::is_aggregate(fcinfo);
  if (is_aggregate && sketch::is_open(into) && sketch::merge_in_place(into, from))
    return state;
  if (is_hll(state) || is_hll(other)) {
    const std::string united = sketch::united_hlls(into, from);
    return pg::bytes_datum(united);
  }
  const Datum result = pg::new_state(sketch::merged_size(into, from));
  sketch::merge(into, from, pg::state_bytes(result));
  return is_aggregate ? result : closed(result);
}

double cardinality_of(sketch::Bytes bytes, double *standard_error = nullptr) {
  const hunt::distinct::Estimate cardinality = sketch::cardinality(bytes);
  if (standard_error != nullptr)
    *standard_error = cardinality.standard_error;
  return cardinality.value;
}

// Number of standard errors, argument n of the bounds.
double standard_errors_arg(FunctionCallInfo fcinfo, int n) {
  const double value = PG_GETARG_FLOAT8(n);
  if (!(value >= 0) || std::isinf(value))
    throw Error(hunt::core::kInvalidParameter, "the number of standard errors must be finite and not negative",
                "Of all true values 68 % lie within 1, 95 % within 2 and 99.7 % within 3.");
  return value;
}

Datum bounds(FunctionCallInfo fcinfo, double lower, double upper) {
  Datum values[2] = {Float8GetDatum(lower), Float8GetDatum(upper)};
  bool nulls[2] = {false, false};
  return HeapTupleGetDatum(heap_form_tuple(pg::cached_result_shape(fcinfo), values, nulls));
}

// A sketch from outside.
Datum validated(Datum state) {
  sketch::validate(pg::state_bytes(state));
  return state;
}

}  // namespace

SQL_FUNCTION(sketch_add_text) { return add<take_text>(fcinfo); }
SQL_FUNCTION(sketch_add_int8) { return add<take_int8>(fcinfo); }
SQL_FUNCTION(sketch_add_int4) { return add<take_int4>(fcinfo); }
SQL_FUNCTION(sketch_add_inet) { return add<take_inet>(fcinfo); }
SQL_FUNCTION(sketch_add_uuid) { return add<take_uuid>(fcinfo); }
SQL_FUNCTION(sketch_add_key) { return add<take_key>(fcinfo); }

#define SLIDING_FUNCTIONS(name)                                                                                        \
  SQL_FUNCTION(sliding_add_##name) { return slide<take_##name, true>(fcinfo); }                                        \
  SQL_FUNCTION(sliding_remove_##name) { return slide<take_##name, false>(fcinfo); }

SLIDING_FUNCTIONS(text)
SLIDING_FUNCTIONS(int8)
SLIDING_FUNCTIONS(int4)
SLIDING_FUNCTIONS(inet)
SLIDING_FUNCTIONS(uuid)
SLIDING_FUNCTIONS(key)

SQL_FUNCTION(sliding_count) { PG_RETURN_INT64(PG_ARGISNULL(0) ? 0 : sliding_state(fcinfo)->values.count()); }

// The combine function of all aggregates that count, and the operator ||.
SQL_FUNCTION(sketch_merge) { return merged(fcinfo, pg::state_arg(fcinfo, 0), pg::state_arg(fcinfo, 1)); }

// sketch_union_add(state, sketch): the transition of sketch_union. Not strict, for then PostgreSQL would begin with a
// copy of the first sketch, which has no room.
SQL_FUNCTION(sketch_union_add) {
  if (!PG_ARGISNULL(0) && !PG_ARGISNULL(1))
    return merged(fcinfo, pg::state_arg(fcinfo, 0), pg::state_arg(fcinfo, 1));
  if (PG_ARGISNULL(1)) {
    if (PG_ARGISNULL(0))
      PG_RETURN_NULL();
    return PG_GETARG_DATUM(0);
  }
  const Datum first = pg::state_arg(fcinfo, 1);
  return pg::is_aggregate(fcinfo) && !is_hll(first) ? opened(first, sketch::union_size(pg::state_bytes(first))) : first;
}

SQL_FUNCTION(sketch_final) { return closed(pg::state_arg(fcinfo, 0)); }

SQL_FUNCTION(count_distinct_final) {
  if (PG_ARGISNULL(0))
    PG_RETURN_INT64(0);
  const double value = cardinality_of(pg::state_bytes(pg::state_arg(fcinfo, 0)));
  PG_RETURN_INT64(value < 9.2e18 ? std::llround(value) : std::numeric_limits<std::int64_t>::max());
}

SQL_FUNCTION(sketch_cardinality) {
  const double value = cardinality_of(pg::state_bytes(pg::state_arg(fcinfo, 0)));
  if (std::isnan(value))
    PG_RETURN_NULL();
  PG_RETURN_FLOAT8(value);
}

SQL_FUNCTION(sketch_cardinality_bounds) {
  const double standard_errors = standard_errors_arg(fcinfo, 1);
  double error;
  const double value = cardinality_of(pg::state_bytes(pg::state_arg(fcinfo, 0)), &error);
  if (std::isnan(value))
    PG_RETURN_NULL();
  return bounds(fcinfo, std::max(0.0, value - standard_errors * error), value + standard_errors * error);
}

SQL_FUNCTION(sketch_intersection_bounds) {
  const sketch::Bytes a = pg::state_bytes(pg::state_arg(fcinfo, 0)), b = pg::state_bytes(pg::state_arg(fcinfo, 1));
  require_countable(a);
  require_countable(b);
  const Datum merged = pg::new_state(sketch::merged_size(a, b));
  sketch::merge(a, b, pg::state_bytes(merged));
  double error_a, error_b, error_union;
  const double n_a = cardinality_of(a, &error_a), n_b = cardinality_of(b, &error_b);
  const double n_union = cardinality_of(pg::state_bytes(merged), &error_union);
  // The errors of the three are positively correlated, so that of the sum is at most this.
  const double distance =
      standard_errors_arg(fcinfo, 2) * std::sqrt(error_a * error_a + error_b * error_b + error_union * error_union);
  const double common = n_a + n_b - n_union, largest = std::min(n_a, n_b);
  return bounds(fcinfo, std::clamp(common - distance, 0.0, largest), std::clamp(common + distance, 0.0, largest));
}

SQL_FUNCTION(sketch_info) {
  const sketch::Bytes bytes = pg::state_bytes(pg::state_arg(fcinfo, 0));
  const sketch::Origin origin = sketch::origin(bytes);
  double error;
  const double value = cardinality_of(bytes, &error);
  const sketch::Form form = sketch::form(bytes);
  const char *const name = form == sketch::Form::tokens ? "tokens" : form == sketch::Form::hll ? "hll" : "registers";
  const int precision = form == sketch::Form::hll ? sketch::hll_bytes(bytes)[1] & 31 : sketch::precision(bytes);
  Datum values[] = {CStringGetTextDatum(name),
                    Int32GetDatum(precision),
                    Int64GetDatum(static_cast<std::int64_t>(origin.seed)),
                    Int32GetDatum(origin.server_major),
                    Float8GetDatum(value),
                    Float8GetDatum(error),
                    Int32GetDatum(static_cast<std::int32_t>(bytes.size()))};
  bool nulls[std::size(values)] = {};
  nulls[2] = form == sketch::Form::hll;
  nulls[3] = origin.server_major == 0;
  nulls[4] = nulls[5] = std::isnan(value);
  return HeapTupleGetDatum(heap_form_tuple(pg::cached_result_shape(fcinfo), values, nulls));
}

SQL_FUNCTION(sketch_in) { return validated(pg::state_of_text(PG_GETARG_CSTRING(0), "a sketch")); }
SQL_FUNCTION(sketch_recv) { return validated(pg::state_of_message(fcinfo)); }
SQL_FUNCTION(sketch_out) { PG_RETURN_CSTRING(pg::state_text(pg::state_bytes(closed(pg::state_arg(fcinfo, 0))))); }
SQL_FUNCTION(sketch_send) { return closed(pg::state_arg(fcinfo, 0)); }

SQL_FUNCTION(sketch_from_hll) {
  const std::string_view hll = pg::bytes_arg(fcinfo, 0);
  const std::string imported = sketch::from_hll(hll);
  return pg::bytes_datum(imported);
}

SQL_FUNCTION(sketch_to_hll) {
  const Datum state = pg::state_arg(fcinfo, 0);
  const std::string exported = sketch::to_hll(pg::state_bytes(state));
  return pg::bytes_datum(exported);
}

SQL_FUNCTION(distinct_key) {
  auto *hasher = static_cast<pg::SqlHasher *>(fcinfo->flinfo->fn_extra);
  if (hasher == nullptr) {
    const Oid type = get_fn_expr_argtype(fcinfo->flinfo, 0);
    if (!OidIsValid(type))
      throw Error("42804", "distinct_key() could not determine the type of its argument");
    hasher = new (MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(pg::SqlHasher)))
        pg::SqlHasher(type, PG_GET_COLLATION());
    fcinfo->flinfo->fn_extra = hasher;
  }
  const std::uint64_t hash = (*hasher)(PG_GETARG_DATUM(0));
  PG_RETURN_INT64(
      static_cast<std::int64_t>(std::uint64_t{PG_VERSION_NUM / 10000} << kKeyHashBits | (hash & kKeyHashMask)));
}

// A key in text: the server major, a colon, 14 hexadecimal digits.
SQL_FUNCTION(value_key_in) {
  const std::string_view text = PG_GETARG_CSTRING(0);
  const std::size_t colon = text.find(':');
  std::uint64_t major = 0, hash = 0;
  const auto read = [](std::string_view digits, int base, std::uint64_t &number) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
    return error == std::errc{} && end == digits.data() + digits.size();
  };
  if (colon == text.npos || text.size() - colon != 15 || !read(text.substr(0, colon), 10, major) ||
      !read(text.substr(colon + 1), 16, hash) || major == 0 || major > 255)
    throw Error(hunt::core::kInvalidText, "not a key of distinct_key()",
                "It looks like 15:0123456789abcd: server version, colon, 14 digits.");
  PG_RETURN_INT64(static_cast<std::int64_t>(major << kKeyHashBits | hash));
}

SQL_FUNCTION(value_key_recv) {
  const std::int64_t key = pq_getmsgint64(reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0)));
  if (key_major(key) == 0)
    throw Error(hunt::core::kInvalidBinary, "not a key of distinct_key(): it names no server version");
  PG_RETURN_INT64(key);
}

SQL_FUNCTION(value_key_out) {
  const std::int64_t key = PG_GETARG_INT64(0);
  auto *const text = static_cast<char *>(palloc(24));
  std::snprintf(text, 24, "%u:%014llx", static_cast<unsigned>(key_major(key)),
                static_cast<unsigned long long>(static_cast<std::uint64_t>(key) & kKeyHashMask));
  PG_RETURN_CSTRING(text);
}
