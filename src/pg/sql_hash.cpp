#include "pg/sql_hash.hpp"

extern "C" {
#include "utils/builtins.h"
#include "utils/typcache.h"
}

namespace pg {

SqlHasher::SqlHasher(Oid type, Oid collation) : collation_(collation) {
  TypeCacheEntry *entry = call([type] { return lookup_type_cache(type, TYPECACHE_HASH_EXTENDED_PROC_FINFO); });
  if (!OidIsValid(entry->hash_extended_proc_finfo.fn_oid))
    call([type] {
      ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FUNCTION),
                      errmsg("could not identify a hash function for type %s", format_type_be(type)),
                      errhint("Cast the value to text, or to another type with a hash operator class.")));
    });
  function_ = &entry->hash_extended_proc_finfo;
}

std::uint64_t SqlHasher::operator()(Datum value, std::uint64_t seed) const {
  return call([&] {
    return DatumGetUInt64(FunctionCall2Coll(function_, collation_, value, Int64GetDatum(static_cast<int64>(seed))));
  });
}

}  // namespace pg
