// What registers that keep the largest of geometrically distributed values say of the number of hashes they have seen:
// the likelihood of O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (arXiv:1702.01284), and
// "ExaLogLog" (arXiv:2402.13726), under Poissonisation.
#pragma once

#include <array>
#include <cstdint>

namespace hunt::distinct {

// How often an event of probability 1 - exp(-x / 2^u) has occurred, for each u.
using Occurrences = std::array<std::uint32_t, 65>;

struct Estimate {
  double value;
  double standard_error;
};

// The n that maximises exp(-a n / m) times the product over u of (1 - exp(-n / (m 2^u)))^seen[u], for m registers; with
// the standard error that the curvature of the likelihood gives. Something was seen, and a > 0. A few Newton steps.
Estimate most_likely(const Occurrences &seen, double a, double m);

}  // namespace hunt::distinct
