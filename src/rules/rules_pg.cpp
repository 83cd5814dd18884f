// SQL functions of the room `rules`: what PL/pgSQL cannot know or do.
#include "core/hash.hpp"
#include "pg/datum.hpp"

extern "C" {
#include "access/xlog.h"
#include "storage/latch.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timeout.h"
}

namespace {

volatile sig_atomic_t deadline_passed = false;

// In a signal handler: what StatementCancelHandler does when pg_cancel_backend() asks.
void cancel_statement() {
  deadline_passed = true;
  InterruptPending = true;
  QueryCancelPending = true;
  SetLatch(MyLatch);
}

TimeoutId deadline() {
  static bool registered = false;
  static TimeoutId id;
  if (!registered) {
    id = RegisterTimeout(USER_TIMEOUT, cancel_statement);
    registered = true;
  }
  return id;
}

}  // namespace

// Transaction ids of two clusters must not be compared, and their system identifiers tell them apart: 64 bits, of which
// 32 hashed ones are kept with each row. Two clusters that one set of rows passed through agree by chance once in 4e9.
SQL_FUNCTION(current_epoch) {
  const std::uint64_t id = GetSystemIdentifier();
  const std::uint64_t hash = hunt::core::hash64({reinterpret_cast<const char *>(&id), sizeof id});
  return Int32GetDatum(static_cast<std::int32_t>(static_cast<std::uint32_t>(hash)));
}

SQL_FUNCTION(start_deadline) {
  const int milliseconds = PG_GETARG_INT32(0);
  deadline_passed = false;
  if (milliseconds > 0)
    enable_timeout_after(deadline(), milliseconds);
  PG_RETURN_VOID();
}

SQL_FUNCTION(stop_deadline) {
  disable_timeout(deadline(), false);
  const bool passed = deadline_passed;
  deadline_passed = false;
  return BoolGetDatum(passed);
}

// Rules ask for the text of every row's values: a function in SQL would start an executor for each.
SQL_FUNCTION(key_text) {
  return pg::call([fcinfo] {
    auto *output = static_cast<FmgrInfo *>(fcinfo->flinfo->fn_extra);
    if (output == nullptr) {
      Oid function;
      bool is_varlena;
      getTypeOutputInfo(get_fn_expr_argtype(fcinfo->flinfo, 0), &function, &is_varlena);
      output = static_cast<FmgrInfo *>(MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, sizeof(FmgrInfo)));
      fmgr_info_cxt(function, output, fcinfo->flinfo->fn_mcxt);
      fcinfo->flinfo->fn_extra = output;
    }
    return PointerGetDatum(cstring_to_text(OutputFunctionCall(output, PG_GETARG_DATUM(0))));
  });
}
