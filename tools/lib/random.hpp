// Random numbers that are the same on every machine and compiler for a seed, as the standard's distributions are not.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace hunt::tools {

class Random {
public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  // SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
    z = (z ^ z >> 27) * 0x94D049BB133111EB;
    return z ^ z >> 31;
  }
  double fraction() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  bool chance(double p) { return fraction() < p; }
  // From 0 to n - 1; n > 0.
  std::uint64_t below(std::uint64_t n) { return static_cast<std::uint64_t>(fraction() * static_cast<double>(n)); }
  // Both ends included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low + 1)));
  }
  double normal() {  // Box and Muller; one draw after the other, as the order of evaluation in one expression is open
    const double radius = std::sqrt(-2 * std::log(1 - fraction()));
    return radius * std::cos(2 * std::numbers::pi * fraction());
  }
  // Knuth's product method, for small means.
  int poisson(double mean) {
    int count = 0;
    for (double product = fraction(), limit = std::exp(-mean); product > limit; product *= fraction())
      ++count;
    return count;
  }
  template <class T> const T &pick(const std::vector<T> &from) { return from[below(from.size())]; }
  // An index below n, where index i comes with a probability in proportion to 1 / (i + 1).
  std::size_t zipf(std::size_t n) {
    double sum = 0;
    for (std::size_t i = 1; i <= n; ++i)
      sum += 1 / static_cast<double>(i);
    double at = fraction() * sum;
    std::size_t i = 0;
    while (i + 1 < n && (at -= 1 / static_cast<double>(i + 1)) > 0)
      ++i;
    return i;
  }

private:
  std::uint64_t state_;
};

}  // namespace hunt::tools
