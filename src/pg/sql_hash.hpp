// Hashing by SQL equality: values that a type calls equal hash alike (numeric 1.0 and 1.00, -0.0 and 0.0, citext, text
// under a non-deterministic collation), whatever their bytes. It uses the type's own extended hash function.
//
// PostgreSQL does not promise these hashes across major versions: never store one without the major that made it.
#pragma once

#include "pg/boundary.hpp"

namespace pg {

// Finds the hash function of a type once and applies it many times. Trivial, so it may live in fn_extra.
class SqlHasher {
public:
  // Looks `type` up in the type cache. Raises undefined_function (42883) if it has no hash equality. The collation is
  // that of the call; InvalidOid for types without collation.
  SqlHasher(Oid type, Oid collation);

  std::uint64_t operator()(Datum value, std::uint64_t seed = 0) const;

private:
  FmgrInfo *function_;
  Oid collation_;
};
static_assert(std::is_trivially_destructible_v<SqlHasher>);

}  // namespace pg
