#include "baseline/count_tail.hpp"

#include <algorithm>
#include <cmath>

namespace hunt::baseline {

namespace {

constexpr double kPriorCount = 0.5;
constexpr double kMostUnits = 1e6;

// The continued fraction of I_x(a, b) by Lentz's method, without the factor before it. Converges fast for
// x < (a + 1) / (a + b + 2), in about sqrt(max(a, b)) steps at worst.
double beta_fraction(double x, double a, double b) noexcept {
  constexpr double kTiny = 1e-300;
  constexpr int kMostSteps = 100'000;
  const auto away_from_zero = [](double v) { return std::fabs(v) < kTiny ? kTiny : v; };
  double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), result = d;
  for (int m = 1; m < kMostSteps; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    result *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    result *= d * c;
    if (std::fabs(d * c - 1) < 1e-12)
      break;
  }
  return result;
}

}  // namespace

double incomplete_beta(double x, double a, double b) noexcept {
  if (x <= 0 || x >= 1)
    return x <= 0 ? 0 : 1;
  const double factor =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  const double result =
      x < (a + 1) / (a + b + 2) ? factor * beta_fraction(x, a, b) / a : 1 - factor * beta_fraction(1 - x, b, a) / b;
  return std::clamp(result, 0.0, 1.0);
}

CountTail::CountTail(const Moments &counts, double smallest) noexcept {
  const auto n = static_cast<double>(counts.n);
  const double variance = counts.n > 1 ? counts.sample_variance() : counts.mean;
  const bool is_steady = counts.n > 9 && variance < counts.mean * (1 - 2 * std::sqrt(2 / (n - 1)));
  constant_ = is_steady ? std::min(smallest, std::round(counts.mean - variance)) : 0;
  unit_ = std::max(1.0, (counts.mean - constant_) / kMostUnits);
  const auto predictive = [&](double mean, double unit) {
    const double prior = kPriorCount / n, m = mean / unit + prior;
    const double wide = std::max(variance / (unit * unit) + prior, m);
    // m^2 / (variance - m): m n if the counts are Poisson's.
    return Binomial{m, m * m / (wide * (1 + 1 / n) - m)};
  };
  above_ = predictive(counts.mean - constant_, unit_);
  all_unit_ = std::max(1.0, counts.mean / kMostUnits);
  all_ = predictive(counts.mean, all_unit_);
}

double CountTail::Binomial::at_least(double count) const noexcept {
  return count <= 0 ? 1 : incomplete_beta(mean / (mean + size), count, size);
}
double CountTail::Binomial::at_most(double count) const noexcept {
  return count < 0 ? 0 : incomplete_beta(size / (mean + size), size, count + 1);
}

double CountTail::mean() const noexcept { return constant_ + above_.mean * unit_; }
double CountTail::spread() const noexcept {
  return unit_ * std::sqrt(above_.mean + above_.mean * above_.mean / above_.size);
}
double CountTail::at_least(double count) const noexcept {
  return above_.at_least(std::ceil((count - constant_) / unit_));
}
double CountTail::at_most(double count) const noexcept { return all_.at_most(std::floor(count / all_unit_)); }

double CountTail::upper_threshold(double probability) const noexcept {
  // In units above the constant part: `low` is too probable, `high` is not.
  double low = 0, high = std::max(1.0, std::floor(above_.mean));
  for (double step = std::ceil(spread() / unit_); above_.at_least(high) >= probability; step *= 2) {
    low = high;
    high += step;
  }
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    (above_.at_least(middle) >= probability ? low : high) = middle;
  }
  return constant_ + std::floor((high - 1) * unit_) + 1;
}

double CountTail::lower_threshold(double probability) const noexcept {
  // `low` is improbable enough, `high` is not.
  double low = -1, high = std::floor(all_.mean);
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    (all_.at_most(middle) >= probability ? high : low) = middle;
  }
  return std::ceil((low + 1) * all_unit_) - 1;
}

}  // namespace hunt::baseline
