// A 64-bit hash in 32 bits, without losing what a sketch makes of it: the hash tokens of O. Ertl, arXiv:2402.13726. A
// token keeps the low 26 bits of the hash and how many of the 38 bits above them are leading zeros. Any ExaLogLog state
// whose index and refinement bits lie within those 26, of precision 24 or less, comes out the same from tokens as from
// the hashes they were made of.
//
// Two different hashes share a token with probability about 2^-27.6, so n distinct hashes have n distinct tokens but
// with probability n^2 / 2^28.6: 2.5e-5 for 100.
#pragma once

#include <bit>
#include <cstdint>

namespace hunt::distinct {

using HashToken = std::uint32_t;

inline constexpr int kTokenHashBits = 26;
inline constexpr std::uint64_t kTokenHashMask = (std::uint64_t{1} << kTokenHashBits) - 1;

// The token of a hash: its low bits above the number of leading zeros (0 .. 38), which takes 6 bits.
constexpr HashToken token_of(std::uint64_t hash) noexcept {
  const auto zeros = static_cast<HashToken>(std::countl_zero(hash | kTokenHashMask));
  return static_cast<HashToken>(hash & kTokenHashMask) << 6 | zeros;
}

// A hash that has this token. token must be valid.
constexpr std::uint64_t hash_of(HashToken token) noexcept {
  const int zeros = static_cast<int>(token & 63);
  const std::uint64_t leading = zeros < 64 - kTokenHashBits ? std::uint64_t{1} << (63 - zeros) : 0;
  return leading | token >> 6;
}

// True if some hash has this token.
constexpr bool is_valid_token(HashToken token) noexcept { return (token & 63) <= 64 - kTokenHashBits; }

}  // namespace hunt::distinct
