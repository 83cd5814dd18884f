#include "distinct/exaloglog_registers.hpp"

#include <algorithm>
#include <array>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace hunt::distinct::exaloglog {

namespace {

constexpr std::size_t kBytesOfTwo = 7;

// The register that has seen what either has.
std::uint32_t united(std::uint32_t a, std::uint32_t b) noexcept {
  if (a < b)
    std::swap(a, b);
  const std::uint32_t below = (a >> kD) - (b >> kD);
  if (b == 0 || below > kD)
    return a;
  return below == 0 ? a | b : a | ((b & kSeenMask) | 1U << kD) >> below;
}

void unite_plainly(std::uint8_t *into, const std::uint8_t *from, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i)
    set(into, i, united(get(into, i), get(from, i)));
}

#if defined(__x86_64__)
// With vectors of 32-bit lanes. A register stands in the upper 28 bits of its lane; the four bits below hold what is
// left over from its neighbour, decide no comparison that matters, and are dropped at the end.

// Eight registers (28 bytes) at a time.
__attribute__((target("avx2"))) void unite_with_avx2(std::uint8_t *into, const std::uint8_t *from,
                                                     std::size_t count) noexcept {
  // The second half of a vector is loaded from two bytes before its own, so that nothing behind the registers is read.
  const __m256i spread = _mm256_setr_epi8(0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 10, 11, 12, 13,  //
                                          2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 11, 12, 12, 13, 14, 15);
  const __m256i pack =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, -1, -1));
  const __m256i even_left = _mm256_set1_epi64x(4), lowest_update = _mm256_set1_epi32(1 << (kD + 4));
  const __m256i seen_mask = _mm256_set1_epi32(kSeenMask << 4);
  const __m256i even_mask = _mm256_set1_epi64x(kRegisterMask);
  const __m256i odd_mask = _mm256_set1_epi64x(static_cast<long long>(std::uint64_t{kRegisterMask} << kRegisterBits));
  const auto load = [&](const std::uint8_t *at) __attribute__((target("avx2"))) {
    const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at));
    const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at + 12));
    const __m256i bytes = _mm256_inserti128_si256(_mm256_castsi128_si256(first), second, 1);
    return _mm256_sllv_epi32(_mm256_shuffle_epi8(bytes, spread), even_left);
  };
  for (std::size_t i = 0; i < count; i += 8, into += 28, from += 28) {
    const __m256i a = load(into), b = load(from);
    const __m256i high = _mm256_max_epu32(a, b), low = _mm256_min_epu32(a, b);
    const __m256i below = _mm256_sub_epi32(_mm256_srli_epi32(high, kD + 4), _mm256_srli_epi32(low, kD + 4));
    // The largest update value of `low`, if it has one, is one that `high` has seen below its own. For equal ones its
    // bit falls outside of the mask.
    const __m256i seen = _mm256_or_si256(_mm256_and_si256(low, seen_mask), _mm256_min_epu32(low, lowest_update));
    const __m256i united = _mm256_or_si256(high, _mm256_and_si256(_mm256_srlv_epi32(seen, below), seen_mask));
    const __m256i pairs = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi64(united, 4), even_mask),
                                          _mm256_and_si256(_mm256_srli_epi64(united, 8), odd_mask));
    const __m256i bytes = _mm256_shuffle_epi8(pairs, pack);
    const __m128i second = _mm256_extracti128_si256(bytes, 1);
    _mm_storeu_si128(reinterpret_cast<__m128i *>(into), _mm256_castsi256_si128(bytes));
    _mm_storel_epi64(reinterpret_cast<__m128i *>(into + 14), second);
    _mm_storel_epi64(reinterpret_cast<__m128i *>(into + 20), _mm_srli_si128(second, 6));
  }
}

// Sixteen registers (56 bytes) at a time. GCC 12 finds uninitialised variables in its own header.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
constexpr auto kSpread = [] {
  std::array<std::uint8_t, 64> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(i / 8 * kBytesOfTwo + i / 4 % 2 * 3 + i % 4);
  return bytes;
}();
constexpr auto kPack = [] {
  std::array<std::uint8_t, 64> bytes{};
  for (std::size_t i = 0; i < 56; ++i)
    bytes[i] = static_cast<std::uint8_t>(i / kBytesOfTwo * 8 + i % kBytesOfTwo);
  return bytes;
}();

__attribute__((target("avx512f,avx512bw,avx512vbmi"))) void
unite_with_avx512(std::uint8_t *into, const std::uint8_t *from, std::size_t count) noexcept {
  const __m512i spread = _mm512_loadu_si512(kSpread.data()), pack = _mm512_loadu_si512(kPack.data());
  const __m512i even_left = _mm512_set1_epi64(4), lowest_update = _mm512_set1_epi32(1 << (kD + 4));
  const __m512i seen_mask = _mm512_set1_epi32(kSeenMask << 4);
  const __m512i even_mask = _mm512_set1_epi64(kRegisterMask);
  const __m512i odd_mask = _mm512_set1_epi64(static_cast<long long>(std::uint64_t{kRegisterMask} << kRegisterBits));
  constexpr __mmask64 kBytes = (__mmask64{1} << 56) - 1;
  const auto load = [&](const std::uint8_t *at) __attribute__((target("avx512f,avx512bw,avx512vbmi"))) {
    return _mm512_sllv_epi32(_mm512_permutexvar_epi8(spread, _mm512_maskz_loadu_epi8(kBytes, at)), even_left);
  };
  __m512i next = load(into);
  for (std::size_t i = 0; i < count; i += 16, into += 56, from += 56) {
    const __m512i a = next, b = load(from);
    if (i + 16 < count)
      next = load(into + 56);  // before the store: a load right behind a masked store would wait for it
    const __m512i high = _mm512_max_epu32(a, b), low = _mm512_min_epu32(a, b);
    const __m512i below = _mm512_sub_epi32(_mm512_srli_epi32(high, kD + 4), _mm512_srli_epi32(low, kD + 4));
    const __m512i seen = _mm512_or_si512(_mm512_and_si512(low, seen_mask), _mm512_min_epu32(low, lowest_update));
    const __m512i united = _mm512_or_si512(high, _mm512_and_si512(_mm512_srlv_epi32(seen, below), seen_mask));
    const __m512i pairs = _mm512_or_si512(_mm512_and_si512(_mm512_srli_epi64(united, 4), even_mask),
                                          _mm512_and_si512(_mm512_srli_epi64(united, 8), odd_mask));
    _mm512_mask_storeu_epi8(into, kBytes, _mm512_permutexvar_epi8(pack, pairs));
  }
}
#pragma GCC diagnostic pop
#endif

Instructions find_best_instructions() noexcept {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw"))
    return Instructions::avx512;
  if (__builtin_cpu_supports("avx2"))
    return Instructions::avx2;
#endif
  return Instructions::plain;
}

}  // namespace

Instructions best_instructions() noexcept {
  static const Instructions best = find_best_instructions();
  return best;
}

void unite_registers(std::span<std::uint8_t> into, std::span<const std::uint8_t> from,
                     Instructions instructions) noexcept {
  const std::size_t count = into.size() / kBytesOfTwo * 2;
#if defined(__x86_64__)
  switch (std::min(instructions, best_instructions())) {
  case Instructions::avx512:
    return unite_with_avx512(into.data(), from.data(), count);
  case Instructions::avx2:
    return unite_with_avx2(into.data(), from.data(), count);
  case Instructions::plain:
    break;
  }
#endif
  unite_plainly(into.data(), from.data(), count);
}

}  // namespace hunt::distinct::exaloglog
