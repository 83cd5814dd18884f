// States of aggregates: flat varlenas that are changed in place while they have room and replaced when they have not.
#pragma once

#include "pg/boundary.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace pg {

// The bytes of a varlena behind its length word.
inline std::span<std::uint8_t> state_bytes(Datum state) {
  auto *value = reinterpret_cast<varlena *>(DatumGetPointer(state));
  return {reinterpret_cast<std::uint8_t *>(VARDATA_ANY(value)), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(value))};
}

// Argument n, detoasted. May ereport.
inline Datum state_arg(FunctionCallInfo fcinfo, int n) { return PointerGetDatum(PG_GETARG_VARLENA_PP(n)); }

// True below an aggregate or a window: then argument 0 is its running state, nobody else's, and may be changed in place
// where its bytes say that it was made for that. A value from a table or a variable never may.
inline bool is_aggregate(FunctionCallInfo fcinfo) { return AggCheckCallContext(fcinfo, nullptr) != 0; }

// A state of so many bytes, their content undefined, in the current context: the executor copies it to where the
// aggregate keeps its state and frees the one before, so nothing is left behind. May ereport.
inline Datum new_state(std::size_t bytes) {
  if (bytes > MaxAllocSize - VARHDRSZ)
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("the state of an aggregate would exceed 1 GB")));
  auto *value = static_cast<varlena *>(palloc(VARHDRSZ + bytes));
  SET_VARSIZE(value, VARHDRSZ + bytes);
  return PointerGetDatum(value);
}

}  // namespace pg
