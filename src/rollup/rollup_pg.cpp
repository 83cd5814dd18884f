// SQL functions of the room `rollup`: what PL/pgSQL cannot know.
#include "pg/boundary.hpp"

extern "C" {
#include "catalog/pg_aggregate.h"
#include "nodes/nodeFuncs.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "utils/builtins.h"
}

// The parser is asked, since only it knows where an expression ends and which of several functions of a name is called.
// DISTINCT and ORDER BY make an aggregate that does not merge out of one that does.
SQL_FUNCTION(aggregate_of) {
  const char *const query = text_to_cstring(PG_GETARG_TEXT_PP(0));
  List *const statements = raw_parser(query, RAW_PARSE_DEFAULT);
  if (list_length(statements) != 1)
    PG_RETURN_NULL();
  const Query *const parsed = parse_analyze_fixedparams(linitial_node(RawStmt, statements), query, nullptr, 0, nullptr);
  if (parsed->commandType != CMD_SELECT || list_length(parsed->targetList) != 1)
    PG_RETURN_NULL();
  const Expr *const expression = linitial_node(TargetEntry, parsed->targetList)->expr;
  if (!IsA(expression, Aggref))
    PG_RETURN_NULL();
  const auto *const aggregate = reinterpret_cast<const Aggref *>(expression);
  if (aggregate->aggdistinct != NIL || aggregate->aggorder != NIL || aggregate->aggkind != AGGKIND_NORMAL)
    PG_RETURN_NULL();
  PG_RETURN_OID(aggregate->aggfnoid);
}
