// What can go wrong at the boundary, one SQL function each; sql/boundary.sql says what must come of it.
#include "core/error.hpp"
#include "pg/boundary.hpp"
#include "pg/datum.hpp"
#include "pg/memory.hpp"
#include "pg/sql_hash.hpp"

#include <vector>

extern "C" {
#include "executor/spi.h"
#pragma GCC visibility push(default)
PG_MODULE_MAGIC;
#pragma GCC visibility pop
}

namespace {

// Counts itself, so that SQL sees whether destructors ran.
class Tracked {
public:
  Tracked() { ++live; }
  ~Tracked() { --live; }
  Tracked(const Tracked &) = delete;
  Tracked &operator=(const Tracked &) = delete;
  static inline std::int64_t live = 0;

private:
  std::string payload_ = std::string(1000, 'x');
};

void throw_as_told(std::string_view how) {
  if (how == "core")
    throw hunt::core::Error(hunt::core::kInvalidParameter, "bad \"parameter\" 100%s", "Give a good one.",
                            "It was bad.");
  if (how == "core_plain")
    throw hunt::core::Error(hunt::core::kLimitExceeded, "too much");
  if (how == "runtime")
    throw std::runtime_error("a runtime_error with %s and %n in it");
  if (how == "bad_alloc")
    throw std::bad_alloc();
  if (how == "int")
    throw 42;
  if (how == "long")
    throw std::runtime_error(std::string(100'000, 'y'));
  if (how == "long_utf8") {
    std::string message;
    for (int i = 0; i < 1000; ++i)
      message += "\xc3\xbc";
    throw std::runtime_error(message);
  }
}

}  // namespace

SQL_FUNCTION(boundary_live) { PG_RETURN_INT64(Tracked::live); }

SQL_FUNCTION(boundary_throw) {
  const std::string_view how = pg::bytes_arg(fcinfo, 0);
  const Tracked object;
  throw_as_told(how);
  return pg::bytes_datum("no throw");
}

SQL_FUNCTION(boundary_ereport) {
  const Tracked object;
  const std::vector<std::string> more(100, std::string(100, 'z'));
  pg::call([] {
    ereport(ERROR, (errcode(ERRCODE_DIVISION_BY_ZERO), errmsg("from postgres"), errdetail("kept detail"),
                    errhint("kept hint")));
  });
  PG_RETURN_VOID();
}

SQL_FUNCTION(boundary_palloc) {
  const Tracked object;
  const auto size = static_cast<Size>(PG_GETARG_INT64(0));
  PG_RETURN_BOOL(pg::call([size] { return palloc(size); }) != nullptr);
}

SQL_FUNCTION(boundary_resource) {
  const Tracked object;
  pg::ContextResource memory(CurrentMemoryContext);
  const std::pmr::vector<char> bytes(static_cast<std::size_t>(PG_GETARG_INT64(0)), &memory);
  PG_RETURN_INT64(static_cast<int64>(bytes.size()));
}

SQL_FUNCTION(boundary_spin) {
  const Tracked object;
  for (std::uint64_t turn = 0;; ++turn)
    if (turn % 4096 == 0)
      pg::check_interrupts();
}

SQL_FUNCTION(boundary_spi) {
  const std::string_view bytes = pg::bytes_arg(fcinfo, 0);
  const Tracked object;
  const std::string query(bytes);
  PG_RETURN_INT64(pg::call([&query] {
    SPI_connect();
    SPI_execute(query.c_str(), true, 0);
    const auto rows = static_cast<int64>(SPI_processed);
    SPI_finish();
    return rows;
  }));
}

SQL_FUNCTION(boundary_hash) {
  const Datum value = PG_GETARG_DATUM(0);
  const Tracked object;
  const Oid type = get_fn_expr_argtype(fcinfo->flinfo, 0);
  const pg::SqlHasher hash(type, PG_GET_COLLATION());
  PG_RETURN_INT64(static_cast<int64>(hash(value, 1)));
}

SQL_FUNCTION(boundary_text) { return pg::bytes_datum(pg::bytes_arg(fcinfo, 0)); }

SQL_FUNCTION(boundary_inet) { return pg::inet_datum(pg::ip_arg(fcinfo, 0), PG_GETARG_INT32(1)); }
