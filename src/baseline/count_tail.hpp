// How probable a count is, given what counts have been.
//
// The predictive distribution is negative binomial, as the conjugate analysis of Poisson counts with a gamma prior
// gives it (Gelman et al., Bayesian Data Analysis, 3rd edition 2013, section 2.6; used for the surveillance of counts
// by Riebler, "Empirischer Vergleich von statistischen Methoden zur Ausbruchserkennung", 2004): with Jeffreys' prior
// Gamma(1/2, 0), n counts of sum S predict mean m = (S + 1/2) / n and variance m (1 + 1/n). So a history of nothing but
// zeros, or of one value, has a spread above 0 that shrinks with its length. Two departures from Poisson:
//   - counts that vary more than Poisson's: the variance is that of the sample, s^2 (1 + 1/n) (method of moments);
//   - counts that vary less, by two standard errors of the index of dispersion (needs 10 of them): only what exceeds a
//     constant part is Poisson. The constant part is mean - s^2, rounded, and at most the smallest count. One who
//     always had 1 network has a constant part of 1, and zeros above it.
// Beyond a million, counts are taken in units, so that a mean is never trusted to better than one in a thousand.
#pragma once

#include "baseline/moments.hpp"

namespace hunt::baseline {

class CountTail {
public:
  // Of n >= 1 counts with these moments and this smallest one.
  CountTail(const Moments &counts, double smallest) noexcept;

  double mean() const noexcept;
  double spread() const noexcept;  // standard deviation, above 0
  // The probability of a count of at least, or at most, so much.
  double at_least(double count) const noexcept;
  double at_most(double count) const noexcept;
  // The smallest count that is at least as improbable as that on the upper side; the largest on the lower side, or -1.
  double upper_threshold(double probability) const noexcept;
  double lower_threshold(double probability) const noexcept;

private:
  // Mean and size of a negative binomial distribution: its variance is mean + mean^2 / size.
  struct Binomial {
    double mean, size;
    double at_least(double count) const noexcept;
    double at_most(double count) const noexcept;
  };
  // In units; `above_` is of what exceeds the constant part.
  Binomial above_, all_;
  double constant_, unit_, all_unit_;
};

// The regularised incomplete beta function I_x(a, b), for a, b > 0 and 0 <= x <= 1, by the continued fraction of
// DLMF 8.17.22; relative error below 1e-4 up to a, b of 1e9, 1e-10 up to 1e4.
double incomplete_beta(double x, double a, double b) noexcept;

}  // namespace hunt::baseline
