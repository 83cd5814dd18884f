// ExaLogLog: how many distinct values, from a fixed number of bytes. Written from the definitions in O. Ertl,
// "ExaLogLog: Space-Efficient and Practical Approximate Distinct Counting up to the Exa-Scale", 2024
// (arXiv:2402.13726), with t = 2 and d = 20: 28 bits a register, the least memory for an error among the parameters
// that pack well (MVP 3.67).
//
// With precision p the state is 2^p registers, 3.5 bytes each, whatever the values. The relative standard error of the
// estimate is sqrt(3.67 / (28 * 2^p)): 1.60 % for p = 9 (1,792 bytes), 0.80 % for p = 11 (7,168 bytes).
//
// State and estimate are functions of the set of hashes alone: order, repetition and the way in which parts were merged
// leave no trace. States of different precision merge at the lower one, with the result of having counted at it.
//
// Format: register i in bits 28 i .. 28 i + 27 of the bytes read as one little-endian number. A register keeps the
// largest update value u seen in its upper 8 bits and, in the lower 20, which of u - 1 .. u - 20 were seen (bit 19 is u
// - 1).
#pragma once

#include "distinct/likelihood.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace hunt::distinct::exaloglog {

inline constexpr int kMinPrecision = 4;
inline constexpr int kMaxPrecision = 16;

// Bytes of a state of precision p. A new state is all zeros.
constexpr std::size_t size(int precision) noexcept { return (std::size_t{7} << precision) / 2; }

inline constexpr int kT = 2;  // bits of the hash that refine the number of leading zeros
constexpr int largest_update_value(int precision) noexcept { return (65 - precision - kT) << kT; }

// Where a hash is counted: in register i, by update value k (1 .. largest_update_value()).
struct Place {
  std::size_t i;
  int k;
};
Place place_of(std::uint64_t hash, int precision) noexcept;

// Counts a value by its 64-bit hash, whose bits must be uniform. About 3 ns.
void insert(std::span<std::uint8_t> state, int precision, std::uint64_t hash) noexcept;

// Adds what `from` has counted; from_precision >= precision.
void merge(std::span<std::uint8_t> state, int precision, std::span<const std::uint8_t> from,
           int from_precision) noexcept;

// The maximum-likelihood estimate of the number of distinct hashes, corrected for its first-order bias: 0 for a new
// state, at most about 2^64. Its standard error is that of the likelihood's curvature, so it is smaller while n is
// small.
Estimate estimate(std::span<const std::uint8_t> state, int precision);

// True if some set of hashes has this state: what is read from elsewhere must be asked before it is used.
bool is_valid(std::span<const std::uint8_t> state, int precision) noexcept;

}  // namespace hunt::distinct::exaloglog
