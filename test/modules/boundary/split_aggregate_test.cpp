// How Citus runs an aggregate over shards, so that sql/distributed.sql can run each of ours in this way where there is
// no Citus. It differs from the server's own executor in what our functions might rely on: the transition function is
// looked up anew for every row, so nothing survives in fn_extra; there is no expression to ask for argument types; the
// Aggref is another aggregate's; several arguments arrive as the fields of one row; states travel as text.
//
//   worker_partial_agg(aggregate oid, argument or row(arguments)) -> text     on a shard: the state
//   coord_combine_agg(aggregate oid, state text, null::result type) -> result on the coordinator: the answer
#include "pg/boundary.hpp"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_aggregate.h"
#include "catalog/pg_proc.h"
#include "executor/executor.h"
#include "funcapi.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/expandeddatum.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
}

namespace {

// The running state of the outer aggregate: the state of the inner one, and what kind of value that is. Nothing here
// has a destructor, as all of it is a play of PostgreSQL's own functions.
struct InnerState {
  Oid aggregate;
  Oid type;
  int16 length;
  bool by_value;
  bool is_null;
  Datum value;
};

FormData_pg_aggregate aggregate_of(Oid aggregate) {
  const HeapTuple tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggregate));
  if (!HeapTupleIsValid(tuple))
    elog(ERROR, "no aggregate with oid %u", aggregate);
  const FormData_pg_aggregate form = *reinterpret_cast<Form_pg_aggregate>(GETSTRUCT(tuple));
  ReleaseSysCache(tuple);
  return form;
}

Datum of_text(Oid type, const char *text, bool &is_null) {
  Oid input;
  Oid element;
  getTypeInputInfo(type, &input, &element);
  is_null = text == nullptr;
  return OidInputFunctionCall(input, const_cast<char *>(text), element, -1);
}

InnerState *new_inner_state(Oid aggregate, MemoryContext context) {
  const MemoryContext caller = MemoryContextSwitchTo(context);
  auto *const state = static_cast<InnerState *>(palloc0(sizeof(InnerState)));
  state->aggregate = aggregate;
  state->type = aggregate_of(aggregate).aggtranstype;
  state->is_null = true;
  get_typlenbyval(state->type, &state->length, &state->by_value);
  const HeapTuple tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(aggregate));
  bool no_initial;
  const Datum initial = SysCacheGetAttr(AGGFNOID, tuple, Anum_pg_aggregate_agginitval, &no_initial);
  if (!no_initial)
    state->value = of_text(state->type, TextDatumGetCString(initial), state->is_null);
  ReleaseSysCache(tuple);
  MemoryContextSwitchTo(caller);
  return state;
}

void keep(InnerState &state, Datum value, bool is_null, MemoryContext context) {
  if (!state.by_value && DatumGetPointer(value) != DatumGetPointer(state.value)) {
    const Datum old = state.value;
    if (!is_null && !(DatumIsReadWriteExpandedObject(value, false, state.length) &&
                      MemoryContextGetParent(DatumGetEOHP(value)->eoh_context) == context)) {
      const MemoryContext caller = MemoryContextSwitchTo(context);
      value = datumCopy(value, state.by_value, state.length);
      MemoryContextSwitchTo(caller);
    }
    if (!state.is_null) {
      if (DatumIsReadWriteExpandedObject(old, false, state.length))
        DeleteExpandedObject(old);
      else
        pfree(DatumGetPointer(old));
    }
  }
  state.value = value;
  state.is_null = is_null;
}

// One call of the transition or combine function, with the executor's rules for strict ones.
void advance(InnerState &state, Oid function, FunctionCallInfo outer, const NullableDatum *arguments, int count,
             MemoryContext context) {
  FmgrInfo info;
  fmgr_info(function, &info);
  if (info.fn_strict) {
    for (int i = 0; i < count; ++i)
      if (arguments[i].isnull)
        return;
    if (state.is_null) {
      keep(state, arguments[0].value, false, context);
      return;
    }
  }
  LOCAL_FCINFO(inner, FUNC_MAX_ARGS);
  InitFunctionCallInfoData(*inner, &info, static_cast<short>(count + 1), outer->fncollation, outer->context,
                           outer->resultinfo);
  inner->args[0] = {state.value, state.is_null};
  for (int i = 0; i < count; ++i)
    inner->args[i + 1] = arguments[i];
  const Datum value = FunctionCallInvoke(inner);
  keep(state, value, inner->isnull, context);
}

MemoryContext aggregate_context(FunctionCallInfo fcinfo) {
  MemoryContext context;
  if (AggCheckCallContext(fcinfo, &context) == 0)
    elog(ERROR, "called outside an aggregate");
  return context;
}

InnerState *inner_state(FunctionCallInfo fcinfo, MemoryContext context) {
  return PG_ARGISNULL(0) ? new_inner_state(PG_GETARG_OID(1), context)
                         : reinterpret_cast<InnerState *>(PG_GETARG_POINTER(0));
}

// The arguments of the inner aggregate: the one given, or the fields of the row that holds them.
int unpack(FunctionCallInfo fcinfo, int expected, NullableDatum *arguments) {
  if (expected == 1) {
    arguments[0] = fcinfo->args[2];
    return 1;
  }
  const HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(2);
  const TupleDesc shape = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
  if (shape->natts != expected)
    elog(ERROR, "%d arguments for an aggregate of %d", shape->natts, expected);
  for (int i = 0; i < expected; ++i)
    arguments[i].value = GetAttributeByNum(row, static_cast<AttrNumber>(i + 1), &arguments[i].isnull);
  ReleaseTupleDesc(shape);
  return expected;
}

}  // namespace

SQL_FUNCTION(worker_partial_agg_sfunc) {
  const MemoryContext context = aggregate_context(fcinfo);
  InnerState *const state = inner_state(fcinfo, context);
  NullableDatum arguments[FUNC_MAX_ARGS];
  const int count = unpack(fcinfo, get_func_nargs(state->aggregate), arguments);
  advance(*state, aggregate_of(state->aggregate).aggtransfn, fcinfo, arguments, count, context);
  PG_RETURN_POINTER(state);
}

SQL_FUNCTION(worker_partial_agg_ffunc) {
  if (PG_ARGISNULL(0))
    PG_RETURN_NULL();
  const auto *const state = reinterpret_cast<const InnerState *>(PG_GETARG_POINTER(0));
  if (state->is_null)
    PG_RETURN_NULL();
  Oid output;
  bool is_varlena;
  getTypeOutputInfo(state->type, &output, &is_varlena);
  PG_RETURN_TEXT_P(cstring_to_text(OidOutputFunctionCall(output, state->value)));
}

SQL_FUNCTION(coord_combine_agg_sfunc) {
  const MemoryContext context = aggregate_context(fcinfo);
  InnerState *const state = inner_state(fcinfo, context);
  NullableDatum shard;
  shard.value = of_text(state->type, PG_ARGISNULL(2) ? nullptr : TextDatumGetCString(PG_GETARG_DATUM(2)), shard.isnull);
  advance(*state, aggregate_of(state->aggregate).aggcombinefn, fcinfo, &shard, 1, context);
  PG_RETURN_POINTER(state);
}

SQL_FUNCTION(coord_combine_agg_ffunc) {
  if (PG_ARGISNULL(0))
    PG_RETURN_NULL();
  const auto *const state = reinterpret_cast<const InnerState *>(PG_GETARG_POINTER(0));
  const FormData_pg_aggregate form = aggregate_of(state->aggregate);
  FmgrInfo info;
  if (OidIsValid(form.aggfinalfn))
    fmgr_info(form.aggfinalfn, &info);
  if (state->is_null && (!OidIsValid(form.aggfinalfn) || info.fn_strict))
    PG_RETURN_NULL();
  if (!OidIsValid(form.aggfinalfn))
    return state->value;
  LOCAL_FCINFO(inner, FUNC_MAX_ARGS);
  const int count = form.aggfinalextra ? get_func_nargs(state->aggregate) + 1 : 1;
  InitFunctionCallInfoData(*inner, &info, static_cast<short>(count), fcinfo->fncollation, fcinfo->context, nullptr);
  inner->args[0] = {state->value, state->is_null};
  for (int i = 1; i < count; ++i)
    inner->args[i] = {0, true};
  const Datum result = FunctionCallInvoke(inner);
  if (inner->isnull)
    PG_RETURN_NULL();
  return result;
}
