// The SQL functions over travels.
#include "core/error.hpp"
#include "pg/datum.hpp"
#include "pg/result_shape.hpp"
#include "pg/state.hpp"
#include "travel/travel.hpp"

extern "C" {
#include "access/htup_details.h"
#include "utils/timestamp.h"
}

namespace {

using namespace hunt::travel;
using Bytes = Travel::Bytes;
using OpenBytes = Travel::OpenBytes;

OpenBytes new_bytes(std::size_t size) {
  return pg::call([size] { return pg::state_bytes(pg::new_state(size)); });
}
Datum varlena_of(Bytes bytes) { return PointerGetDatum(bytes.data() - VARHDRSZ); }
Bytes travel_arg(FunctionCallInfo fcinfo, int n) { return pg::state_bytes(pg::state_arg(fcinfo, n)); }

Datum verified(Datum state) {
  validate_travel(pg::state_bytes(state));
  return state;
}

OpenBytes open_arg(FunctionCallInfo fcinfo, Datum state) {
  const OpenBytes bytes = pg::state_bytes(state);
  return pg::is_aggregate(fcinfo) && Travel::is_open(bytes) ? bytes : Travel::open(bytes, new_bytes);
}
Datum changed(FunctionCallInfo fcinfo, OpenBytes bytes) {
  return varlena_of(pg::is_aggregate(fcinfo) ? Bytes(bytes) : Travel::close(bytes, new_bytes));
}

// Arguments 1 to 3.
TravelRule rule_args(FunctionCallInfo fcinfo) {
  const TravelRule rule{PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), PG_GETARG_INT32(3)};
  rule.check();
  return rule;
}

constexpr int kHopColumns = 11;
// The columns of a hop.
void put_hop(const Hop &hop, Datum *values) {
  const auto put_visit = [&values](const Visit &v) {
    *values++ = TimestampTzGetDatum(v.time);
    *values++ = Float8GetDatum(v.latitude / 1e6);
    *values++ = Float8GetDatum(v.longitude / 1e6);
  };
  put_visit(hop.from);
  put_visit(hop.to);
  *values++ = Float8GetDatum(hop.distance_km);
  *values++ = Float8GetDatum(hop.speed_kmh);
  *values++ = BoolGetDatum(hop.is_fast);
  *values++ = BoolGetDatum(hop.is_recurring);
  *values++ = BoolGetDatum(hop.to.is_unreliable == 0);
}

}  // namespace

SQL_FUNCTION(travel_in) { return verified(pg::state_of_text(PG_GETARG_CSTRING(0), "a travel")); }
SQL_FUNCTION(travel_recv) { return verified(pg::state_of_message(fcinfo)); }
SQL_FUNCTION(travel_out) {
  const Bytes stored = Travel::close(travel_arg(fcinfo, 0), new_bytes);
  PG_RETURN_CSTRING(pg::state_text({const_cast<std::uint8_t *>(stored.data()), stored.size()}));
}
SQL_FUNCTION(travel_close) {
  const Datum state = pg::state_arg(fcinfo, 0);
  return pg::state_of_bytes(Travel::close(pg::state_bytes(state), new_bytes), state);
}

// Not strict: without a state it makes one, and a row without time or place changes nothing.
SQL_FUNCTION(travel_trans) {
  std::optional<Visit> visit;
  if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2) && !PG_ARGISNULL(3))
    visit = make_visit(PG_GETARG_TIMESTAMPTZ(1), PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3),
                       PG_ARGISNULL(4) ? 0 : PG_GETARG_FLOAT8(4),
                       PG_NARGS() > 5 && !PG_ARGISNULL(5) && is_unreliable_class(pg::bytes_arg(fcinfo, 5)));
  if (!visit) {
    if (PG_ARGISNULL(0))
      PG_RETURN_NULL();
    return PG_GETARG_DATUM(0);
  }
  const OpenBytes bytes = PG_ARGISNULL(0) ? Travel::create(4, new_bytes) : open_arg(fcinfo, pg::state_arg(fcinfo, 0));
  return changed(fcinfo, Travel::add(bytes, *visit, new_bytes));
}

SQL_FUNCTION(travel_concat) {
  const Datum state = pg::state_arg(fcinfo, 0);
  const Bytes other = travel_arg(fcinfo, 1);
  return changed(fcinfo, Travel::merge(open_arg(fcinfo, state), other, new_bytes));
}

SQL_FUNCTION(travel_hops) {
  InitMaterializedSRF(fcinfo, 0);
  auto *const result = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
  const Bytes bytes = travel_arg(fcinfo, 0);
  const TravelRule rule = rule_args(fcinfo);
  for (const Hop &hop : find_hops(Travel::records(bytes), rule)) {
    Datum values[kHopColumns];
    bool nulls[kHopColumns] = {};
    put_hop(hop, values);
    pg::call([&] { tuplestore_putvalues(result->setResult, result->setDesc, values, nulls); });
    pg::check_interrupts();
  }
  PG_RETURN_NULL();
}

SQL_FUNCTION(fastest_travel) {
  const TupleDesc shape = pg::cached_result_shape(fcinfo);
  const Bytes bytes = travel_arg(fcinfo, 0);
  const TravelRule rule = rule_args(fcinfo);
  const std::vector<Hop> hops = find_hops(Travel::records(bytes), rule);
  const Hop *fastest = nullptr;
  std::int32_t fast = 0, recurring = 0, unreliable = 0;
  for (const Hop &hop : hops) {
    if (hop.to.is_unreliable != 0) {
      unreliable += hop.is_fast;
    } else if (hop.is_recurring) {
      ++recurring;
    } else {
      fast += hop.is_fast;
      if (fastest == nullptr || hop.speed_kmh > fastest->speed_kmh)
        fastest = &hop;
    }
  }
  Datum values[kHopColumns] = {};
  bool nulls[kHopColumns] = {};
  if (fastest != nullptr)
    put_hop(*fastest, values);
  else
    std::fill(nulls, nulls + 8, true);
  values[8] = Int32GetDatum(fast);
  values[9] = Int32GetDatum(recurring);
  values[10] = Int32GetDatum(unreliable);
  return pg::call([&] { return HeapTupleGetDatum(heap_form_tuple(shape, values, nulls)); });
}
