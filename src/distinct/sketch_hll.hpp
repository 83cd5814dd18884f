// Sketches that were values of postgresql-hll, and sketches that become some.
#pragma once

#include "distinct/sketch.hpp"

#include <string>

namespace hunt::distinct::sketch {

// The stored sketch that holds an hll in postgresql-hll's storage format. Throws as hll::Hll::parse().
std::string from_hll(std::string_view hll);

// The hll of a sketch: of an imported one what it was. Else one of log2m = precision, regwidth 5 and everything else as
// postgresql-hll has it by default, of hashes that are those of the sketch with their bits in another order: index
// first, then the rest from the highest bit on, since an hll counts trailing zeros where an ExaLogLog counts leading
// ones. It unites with others that were made so, not with values that postgresql-hll hashed.
std::string to_hll(Bytes sketch);

// The union of two imported hlls, stored. Throws core::Error if only one of them is, or their parameters differ.
std::string united_hlls(Bytes a, Bytes b);

}  // namespace hunt::distinct::sketch
