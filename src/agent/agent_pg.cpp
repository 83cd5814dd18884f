// SQL functions of the room `agent`. A field that is blank gives NULL.
#include "address/blank.hpp"
#include "agent/agent_cache_pg.hpp"
#include "pg/datum.hpp"
#include "pg/memory.hpp"
#include "pg/result_shape.hpp"

extern "C" {
#include "access/htup_details.h"
}

namespace {

namespace agent = hunt::agent;
using agent::CachedAgent;

Datum record_datum(TupleDesc shape, const CachedAgent &found) {
  const std::string_view columns[] = {
      found.family, found.version, found.os, found.os_version, agent::name(found.device), agent::name(found.tool)};
  return pg::call([&] {
    Datum values[6];
    bool is_null[6];
    for (int i = 0; i < 6; ++i) {
      is_null[i] = columns[i].empty();
      values[i] =
          is_null[i]
              ? Datum{0}
              : PointerGetDatum(cstring_to_text_with_len(columns[i].data(), static_cast<int>(columns[i].size())));
    }
    return HeapTupleGetDatum(heap_form_tuple(shape, values, is_null));
  });
}

}  // namespace

namespace hunt::agent {

AgentCache &backend_cache() {
  static AgentCache *one;
  if (one == nullptr) {
    // Small blocks, so that a dropped generation returns its memory.
    MemoryContext context = pg::call(
        [] { return AllocSetContextCreate(TopMemoryContext, "session_hunt user agents", 0, 8 * 1024, 64 * 1024); });
    static pg::ContextResource resource(context);
    one = new AgentCache(&resource);
  }
  return *one;
}

}  // namespace hunt::agent

SQL_FUNCTION(user_agent) {
  const std::string_view field = pg::bytes_arg(fcinfo, 0);
  TupleDesc shape = pg::cached_result_shape(fcinfo);
  if (hunt::address::is_blank(field))
    PG_RETURN_NULL();
  return record_datum(shape, agent::backend_cache().find(field));
}

SQL_FUNCTION(agent_key) {
  const std::string_view field = pg::bytes_arg(fcinfo, 0);
  if (hunt::address::is_blank(field))
    PG_RETURN_NULL();
  return pg::bytes_datum(agent::backend_cache().find(field).key);
}

SQL_FUNCTION(agent_change) {
  const std::string_view before = pg::bytes_arg(fcinfo, 0), after = pg::bytes_arg(fcinfo, 1);
  if (hunt::address::is_blank(before) || hunt::address::is_blank(after))
    PG_RETURN_NULL();
  const agent::UserAgent first = agent::backend_cache().find(before).agent();
  return pg::bytes_datum(agent::name(agent::agent_change(first, agent::backend_cache().find(after).agent())));
}
