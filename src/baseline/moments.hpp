// Number, mean and spread of values, numerically stable.
#pragma once

#include <cstdint>

namespace hunt::baseline {

struct Moments {
  std::int64_t n = 0;
  double mean = 0;
  double m2 = 0;  // sum of squared deviations from the mean

  static Moments of(double value) noexcept { return {1, value, 0}; }
  // The variance of the values as a sample of others, with n - 1; 0 for a single one.
  double sample_variance() const noexcept { return n > 1 ? m2 / static_cast<double>(n - 1) : 0; }

  // The moments of both sets together (Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for
  // Computing Sample Variances", 1979). Exact for equal values: their spread stays 0.
  friend Moments operator+(const Moments &a, const Moments &b) noexcept {
    if (a.n == 0 || b.n == 0)
      return a.n == 0 ? b : a;
    const double n = static_cast<double>(a.n + b.n), delta = b.mean - a.mean;
    const double share = static_cast<double>(b.n) / n;
    return {a.n + b.n, a.mean + delta * share, a.m2 + b.m2 + delta * delta * static_cast<double>(a.n) * share};
  }
};

}  // namespace hunt::baseline
