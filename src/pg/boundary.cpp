#include "pg/boundary.hpp"

#include "core/error.hpp"

extern "C" {
#include "mb/pg_wchar.h"
}

namespace pg {

namespace {

int sqlstate_from_text(const char *code) { return MAKE_SQLSTATE(code[0], code[1], code[2], code[3], code[4]); }

// Cuts what is too long between two characters of the server's encoding, never within one.
template <std::size_t N> void copy(char (&to)[N], const char *from) noexcept {
  const std::size_t size = strnlen(from, N + MAX_MULTIBYTE_CHAR_LEN);
  const int kept = pg_mbcliplen(from, static_cast<int>(size), N - 1);
  std::memcpy(to, from, static_cast<std::size_t>(kept));
  to[kept] = '\0';
}

}  // namespace

void describe_current_exception(Failure &failure) noexcept {
  failure.pending = false;
  failure.sqlstate = ERRCODE_INTERNAL_ERROR;
  failure.detail[0] = failure.hint[0] = '\0';
  try {
    throw;
  } catch (const PendingError &) {
    failure.pending = true;
  } catch (const hunt::core::Error &e) {
    failure.sqlstate = sqlstate_from_text(e.sqlstate());
    copy(failure.message, e.what());
    copy(failure.detail, e.detail().c_str());
    copy(failure.hint, e.hint().c_str());
  } catch (const std::bad_alloc &) {
    failure.sqlstate = ERRCODE_OUT_OF_MEMORY;
    copy(failure.message, "out of memory");
  } catch (const std::exception &e) {
    copy(failure.message, e.what());
  } catch (...) {
    copy(failure.message, "unknown C++ exception");
  }
}

void raise(const Failure &failure) {
  if (failure.pending)
    PG_RE_THROW();
  ereport(ERROR, (errcode(failure.sqlstate), errmsg_internal("%s", failure.message),
                  failure.detail[0] ? errdetail_internal("%s", failure.detail) : 0,
                  failure.hint[0] ? errhint("%s", failure.hint) : 0));
  pg_unreachable();
}

}  // namespace pg
