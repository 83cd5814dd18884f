// The one place where C++ exceptions and PostgreSQL's longjmp errors meet.
//
//   SQL_FUNCTION(name) { ... }   entry: PostgreSQL calls C++; every exception becomes one ereport
//   pg::guarded(f)               entry for what is not an SQL function: callbacks and hooks
//   pg::call(f)                  exit:  C++ calls PostgreSQL; an ereport(ERROR) becomes a C++ exception
//   pg::check_interrupts()       the only way to poll for cancellation while C++ objects are alive
//
// The rules that keep the server up: from the first object with a destructor to its end, call nothing of PostgreSQL
// that can ereport, except inside pg::call. So an adapter is a sandwich: take every argument, then run the core, then
// build the result. An entry costs about 2 ns, pg::call about 12 ns.
#pragma once

#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

extern "C" {
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/memutils.h"
}
// port.h redirects these to pg_* wrappers; C++ code wants the standard ones.
#undef printf
#undef fprintf
#undef sprintf
#undef snprintf
#undef vsnprintf
#undef vfprintf
#undef vprintf
#undef vsprintf
#undef strerror
#undef gettext
#undef dgettext
#undef ngettext
#undef dngettext

namespace pg {

// A PostgreSQL ERROR on its way through C++ frames. It stays on PostgreSQL's own error stack, untouched, and the entry
// re-throws it there. Never catch it and go on: the transaction is already in error.
struct PendingError final {};

// What an entry knows once the exception object is gone. No destructor, so a longjmp may skip it.
struct Failure {
  bool pending;
  int sqlstate;
  char message[512];
  char detail[512];
  char hint[512];
};
static_assert(std::is_trivially_destructible_v<Failure>);

// Reads the exception being handled. Call only from a handler.
void describe_current_exception(Failure &failure) noexcept;
[[noreturn]] void raise(const Failure &failure);

// Runs f; an exception that leaves it becomes a PostgreSQL error, raised after the handler is left so that the
// exception object is freed.
template <class F> std::invoke_result_t<F> guarded(F &&f) {
  Failure failure;
  sigjmp_buf *const stack = PG_exception_stack;
  ErrorContextCallback *const callbacks = error_context_stack;
  try {
    return f();
  } catch (...) {
    describe_current_exception(failure);
  }
  PG_exception_stack = stack;
  error_context_stack = callbacks;
  raise(failure);
}

// Restores PostgreSQL's error stacks on every way out of the scope: return, C++ exception, or landed longjmp.
class ErrorStackScope {
public:
  ErrorStackScope() noexcept : stack_(PG_exception_stack), callbacks_(error_context_stack) {}
  ~ErrorStackScope() {
    PG_exception_stack = stack_;
    error_context_stack = callbacks_;
  }
  ErrorStackScope(const ErrorStackScope &) = delete;
  ErrorStackScope &operator=(const ErrorStackScope &) = delete;

private:
  sigjmp_buf *stack_;
  ErrorContextCallback *callbacks_;
};

// Runs f, which may ereport. f must create no object with a destructor of its own and return something trivial.
template <class F> auto call(F &&f) -> std::invoke_result_t<F> {
  static_assert(std::is_void_v<std::invoke_result_t<F>> || std::is_trivially_destructible_v<std::invoke_result_t<F>>);
  ErrorStackScope scope;
  MemoryContext context = CurrentMemoryContext;
  sigjmp_buf jump;
  if (sigsetjmp(jump, 0) == 0) {
    PG_exception_stack = &jump;
    return f();
  }
  MemoryContextSwitchTo(context);
  throw PendingError{};
}

// One load until a signal is pending. A core loop takes it as its core::Poll.
inline void check_interrupts() {
  if (InterruptPending) [[unlikely]]
    call([] { ProcessInterrupts(); });
}

}  // namespace pg

// Defines the SQL-callable C function `name`. Visible even under -fvisibility=hidden on PostgreSQL 15, where
// PG_FUNCTION_INFO_V1 does not export what it declares.
#define SQL_FUNCTION(name)                                                                                             \
  static Datum name##_body(FunctionCallInfo fcinfo);                                                                   \
  _Pragma("GCC visibility push(default)") extern "C" {                                                                 \
    PG_FUNCTION_INFO_V1(name);                                                                                         \
    Datum name(PG_FUNCTION_ARGS) {                                                                                     \
      return pg::guarded([fcinfo] { return name##_body(fcinfo); });                                                    \
    }                                                                                                                  \
  }                                                                                                                    \
  _Pragma("GCC visibility pop") static Datum name##_body([[maybe_unused]] FunctionCallInfo fcinfo)
