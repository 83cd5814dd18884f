// 64-bit and 128-bit hashes of bytes: XXH3 (https://xxhash.com) with seed 0 unless told. The values are part of stored
// data, so neither algorithm nor default seed may ever change; test/unit/hash_test.cpp holds them fixed. Not meant to
// resist an adversary who chooses the bytes.
#pragma once

#include <cstdint>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace hunt::core {

struct Hash128 {
  std::uint64_t low;
  std::uint64_t high;
  bool operator==(const Hash128 &) const = default;
};

inline std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0) noexcept {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

inline Hash128 hash128(std::string_view bytes, std::uint64_t seed = 0) noexcept {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
  return {hash.low64, hash.high64};
}

}  // namespace hunt::core
