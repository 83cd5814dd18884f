// The row type of an SQL function that returns one.
#pragma once

#include "pg/boundary.hpp"

extern "C" {
#include "access/tupdesc.h"
#include "funcapi.h"
}

namespace pg {

// What the function returns, registered for its rows, for as long as the call site lives. A catalog look-up: keep it,
// or use cached_result_shape(). May ereport.
inline TupleDesc result_shape(FunctionCallInfo fcinfo) {
  TupleDesc shape = nullptr;
  if (get_call_result_type(fcinfo, nullptr, &shape) != TYPEFUNC_COMPOSITE)
    elog(ERROR, "function does not return a composite type");
  const MemoryContext before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
  shape = BlessTupleDesc(CreateTupleDescCopy(shape));
  MemoryContextSwitchTo(before);
  return shape;
}

// The same, found once per call site, in a function that keeps nothing else in fn_extra.
inline TupleDesc cached_result_shape(FunctionCallInfo fcinfo) {
  if (fcinfo->flinfo->fn_extra == nullptr)
    fcinfo->flinfo->fn_extra = result_shape(fcinfo);
  return static_cast<TupleDesc>(fcinfo->flinfo->fn_extra);
}

}  // namespace pg
