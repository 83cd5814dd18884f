#include "distinct/likelihood.hpp"

#include <algorithm>
#include <cmath>

namespace hunt::distinct {

// With x = n / m: the root of the derivative of the logarithm, that is of sum seen[u] 2^-u / (exp(x 2^-u) - 1) = a. The
// left side falls from infinity to zero, is convex, and at the starting point is not below a: Newton's steps rise to
// the root and never pass it.
Estimate most_likely(const Occurrences &seen, double a, double m) {
  double all = 0, weighted = 0;
  for (std::size_t u = 0; u < seen.size(); ++u) {
    all += seen[u];
    weighted += std::ldexp(seen[u], -static_cast<int>(u));
  }
  // 1 / (e^y - 1) >= 1 / y - 1 / 2 bounds the sum from below.
  double x = all / (a + weighted / 2), slope = 0;
  for (int step = 0; step < 100; ++step) {
    double value = -a;
    slope = 0;
    for (std::size_t u = 0; u < seen.size(); ++u) {
      if (seen[u] == 0)
        continue;
      const double scale = std::ldexp(1.0, -static_cast<int>(u));
      const double e = std::expm1(x * scale);
      if (std::isinf(e))
        continue;
      value += seen[u] * scale / e;
      slope -= seen[u] * scale * scale * (1 + 1 / e) / e;
    }
    const double next = x - value / slope;
    if (!(next > x * (1 + 1e-12)))
      break;
    x = next;
  }
  // The likelihood takes n for the mean of a Poisson distribution, whose own variance n is no error of ours.
  const double n = m * x, variance = m * m / -slope;
  return {n, std::sqrt(std::max(0.0, variance - n))};
}

}  // namespace hunt::distinct
