#include "distinct/exaloglog.hpp"

#include "distinct/exaloglog_registers.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace hunt::distinct::exaloglog {

namespace {

// First-order bias of the likelihood estimate, in units of 1/m: fitted to 40,000 trials of 1,000 values at p = 4 and 5
// (0.099 +- 0.007, 0.113 +- 0.009); beyond p = 8 it is too small to see.
constexpr double kBias = 0.10;

// The probability of update value k is 2^-phi(k).
int phi(int k, int precision) noexcept { return std::min(kT + 1 + (k - 1) / (1 << kT), 64 - precision); }

// Calls seen(k) for every update value that the register remembers.
template <class Seen> void each_seen(std::uint32_t r, Seen seen) {
  const int u = static_cast<int>(r >> kD);
  if (u == 0)
    return;
  seen(u);
  for (std::uint32_t bits = r & kSeenMask; bits != 0; bits &= bits - 1)
    seen(u - (kD - std::countr_zero(bits)));
}

// Lowering the precision turns the upper bits of a register's index into leading bits of the hash. They matter only
// where all leading bits before them were zero: those update values rise by the zeros that follow.
void merge_lowered(std::span<std::uint8_t> state, int precision, std::uint32_t r, std::size_t from_index,
                   int from_precision) noexcept {
  const std::size_t i = from_index & ((std::size_t{1} << precision) - 1);
  const int spare = from_precision - precision;
  const auto upper = static_cast<std::uint64_t>(from_index >> precision);
  const int zeros = spare - std::bit_width(upper);
  const int first_open = largest_update_value(from_precision) - (1 << kT) + 1;
  std::uint32_t into = get(state.data(), i);
  each_seen(r, [&](int k) { into = updated(into, k < first_open ? k : k + (zeros << kT)); });
  set(state.data(), i, into);
}

// What the registers say of the likelihood of n: exp(-n A / m) times the product over u of (1 - exp(-n / (m
// 2^u)))^B[u]. A is kept as a whole number of 2^-(64 - p), so that it does not depend on the order of addition.
struct Likelihood {
  __extension__ unsigned __int128 a = 0;
  Occurrences b{};
};

Likelihood likelihood(std::span<const std::uint8_t> state, int precision) {
  const int largest = largest_update_value(precision);
  const auto unit = [&](int k) { return std::uint64_t{1} << (64 - precision - phi(k, precision)); };
  // Of each u the probability that none of the values above it was seen, per hash that falls into the register.
  std::array<std::uint64_t, 257> above{};
  for (int u = largest - 1; u >= 0; --u)
    above[static_cast<std::size_t>(u)] = above[static_cast<std::size_t>(u) + 1] + unit(u + 1);
  Likelihood result;
  for (std::size_t i = 0; i < std::size_t{1} << precision; ++i) {
    const std::uint32_t r = get(state.data(), i);
    const int u = static_cast<int>(r >> kD);
    result.a += above[static_cast<std::size_t>(u)];
    if (u == 0)
      continue;
    ++result.b[static_cast<std::size_t>(phi(u, precision))];
    for (int k = u - 1; k >= 1 && k >= u - kD; --k) {
      if (r >> (kD - (u - k)) & 1)
        ++result.b[static_cast<std::size_t>(phi(k, precision))];
      else
        result.a += unit(k);
    }
  }
  return result;
}

}  // namespace

Place place_of(std::uint64_t hash, int precision) noexcept {
  const std::uint64_t leading = hash | ((std::uint64_t{1} << (precision + kT)) - 1);
  return {hash >> kT & ((std::uint64_t{1} << precision) - 1),
          (std::countl_zero(leading) << kT) + static_cast<int>(hash & ((1 << kT) - 1)) + 1};
}

void insert(std::span<std::uint8_t> state, int precision, std::uint64_t hash) noexcept {
  const auto [i, k] = place_of(hash, precision);
  const std::uint32_t before = get(state.data(), i);
  const std::uint32_t after = updated(before, k);
  if (after != before)
    set(state.data(), i, after);
}

void merge(std::span<std::uint8_t> state, int precision, std::span<const std::uint8_t> from,
           int from_precision) noexcept {
  if (from_precision == precision)
    return unite_registers(state, from);
  for (std::size_t i = 0; i < std::size_t{1} << from_precision; ++i)
    merge_lowered(state, precision, get(from.data(), i), i, from_precision);
}

Estimate estimate(std::span<const std::uint8_t> state, int precision) {
  const Likelihood l = likelihood(state, precision);
  const double m = std::ldexp(1.0, precision);
  if (std::all_of(l.b.begin(), l.b.end(), [](std::uint32_t count) { return count == 0; }))
    return {0, 0};
  if (l.a == 0)  // every value was seen in every register: more than can be told
    return {std::ldexp(1.0, 64), std::ldexp(1.0, 64)};
  const Estimate n = most_likely(l.b, std::ldexp(static_cast<double>(l.a), -(64 - precision)), m);
  return {n.value / (1 + kBias / m), n.standard_error / (1 + kBias / m)};
}

bool is_valid(std::span<const std::uint8_t> state, int precision) noexcept {
  if (precision < kMinPrecision || precision > kMaxPrecision || state.size() != size(precision))
    return false;
  for (std::size_t i = 0; i < std::size_t{1} << precision; ++i) {
    const std::uint32_t r = get(state.data(), i);
    const int u = static_cast<int>(r >> kD);
    // Below update value 1 there is nothing to have seen.
    const std::uint32_t possible = u > kD ? kSeenMask : kSeenMask & ~((1U << (kD + 1 - std::max(u, 1))) - 1);
    if (u > largest_update_value(precision) || (r & kSeenMask & ~possible) != 0)
      return false;
  }
  return true;
}

}  // namespace hunt::distinct::exaloglog
