#include "ingest/source_mapping_pg.hpp"

#include "core/error.hpp"
#include "pg/datum.hpp"

#include <string>
#include <vector>

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
}

namespace hunt::ingest {

namespace {

struct Texts {
  std::string_view *items;
  int count;

  std::vector<std::string> copy() const { return {items, items + count}; }
};

// A row of hunt.source_mapping in the memory of the caller of SPI.
struct StoredRule {
  std::string_view column, constant, time_format;
  Texts paths, true_values, false_values;
};

struct StoredRules {
  StoredRule *rules;
  std::uint64_t count;
};

std::string_view kept_text(Datum value) {
  const text *bytes = DatumGetTextPP(value);
  const std::size_t size = VARSIZE_ANY_EXHDR(bytes);
  auto *copy = static_cast<char *>(SPI_palloc(size + 1));
  std::memcpy(copy, VARDATA_ANY(bytes), size);
  return {copy, size};
}

std::string_view text_column(HeapTuple row, TupleDesc shape, int column) {
  bool is_null;
  const Datum value = SPI_getbinval(row, shape, column, &is_null);
  return is_null ? std::string_view{} : kept_text(value);
}

// NULL elements are left out.
Texts list_column(HeapTuple row, TupleDesc shape, int column) {
  bool is_null;
  const Datum value = SPI_getbinval(row, shape, column, &is_null);
  if (is_null)
    return {};
  Datum *items;
  bool *nulls;
  int count;
  deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &count);
  Texts texts{static_cast<std::string_view *>(SPI_palloc((count + 1) * sizeof(std::string_view))), 0};
  for (int i = 0; i < count; ++i)
    if (!nulls[i])
      texts.items[texts.count++] = kept_text(items[i]);
  return texts;
}

// May ereport.
StoredRules read_rules(std::string_view source) {
  if (!OidIsValid(get_relname_relid("source_mapping", get_namespace_oid("hunt", false))))
    return {};  // hunt.setup() has not made it
  Oid types[] = {TEXTOID};
  Datum values[] = {PointerGetDatum(cstring_to_text_with_len(source.data(), static_cast<int>(source.size())))};
  SPI_connect();
  SPI_execute_with_args("select m.event_column, m.constant, m.time_format, m.paths, m.true_values, m.false_values "
                        "from hunt.source_mapping m "
                        "where m.source operator(pg_catalog.=) $1 "
                        "and m.event_column operator(pg_catalog.<>) all ('{metadata_vendor,metadata_product}') "
                        "order by m.event_column collate pg_catalog.\"C\"",
                        1, types, values, nullptr, true, 0);
  StoredRules stored{static_cast<StoredRule *>(SPI_palloc((SPI_processed + 1) * sizeof(StoredRule))), SPI_processed};
  for (std::uint64_t i = 0; i < stored.count; ++i) {
    HeapTuple row = SPI_tuptable->vals[i];
    TupleDesc shape = SPI_tuptable->tupdesc;
    stored.rules[i] = {text_column(row, shape, 1), text_column(row, shape, 2), text_column(row, shape, 3),
                       list_column(row, shape, 4), list_column(row, shape, 5), list_column(row, shape, 6)};
  }
  SPI_finish();
  return stored;
}

}  // namespace

FieldMapping stored_mapping(std::string_view source) {
  const StoredRules stored = pg::call([source] { return read_rules(source); });
  if (stored.count == 0)
    throw core::Error(core::kInvalidParameter, "unknown log source \"" + std::string(source) + "\"",
                      "The function hunt.sources() lists the known ones; hunt.source_mapping describes others.");
  std::vector<ColumnRule> rules;
  for (std::uint64_t i = 0; i < stored.count; ++i) {
    const StoredRule &rule = stored.rules[i];
    rules.push_back({std::string(rule.column), rule.paths.copy(), std::string(rule.constant), rule.true_values.copy(),
                     rule.false_values.copy(), time_format(rule.time_format)});
  }
  return {std::string(source), rules};
}

}  // namespace hunt::ingest

SQL_FUNCTION(check_mapping) {
  const std::string_view source = pg::bytes_arg(fcinfo, 0);
  hunt::ingest::stored_mapping(source);
  PG_RETURN_VOID();
}
