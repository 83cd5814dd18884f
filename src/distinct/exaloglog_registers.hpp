// The registers of an ExaLogLog (exaloglog.hpp): 28 bits each, two to seven bytes, and their union.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace hunt::distinct::exaloglog {

inline constexpr int kD = 20;  // update values below the largest that a register remembers
inline constexpr int kRegisterBits = 8 + kD;
inline constexpr std::uint32_t kSeenMask = (1U << kD) - 1;
inline constexpr std::uint32_t kRegisterMask = (1U << kRegisterBits) - 1;

inline std::uint32_t get(const std::uint8_t *state, std::size_t i) noexcept {
  std::uint32_t word;
  std::memcpy(&word, state + i / 2 * 7 + i % 2 * 3, sizeof word);
  return i % 2 == 0 ? word & kRegisterMask : word >> 4;
}

inline void set(std::uint8_t *state, std::size_t i, std::uint32_t value) noexcept {
  std::uint8_t *const at = state + i / 2 * 7 + i % 2 * 3;
  std::uint32_t word;
  std::memcpy(&word, at, sizeof word);
  word = i % 2 == 0 ? (word & ~kRegisterMask) | value : (word & 15) | value << 4;
  std::memcpy(at, &word, sizeof word);
}

// A register after update value k.
inline std::uint32_t updated(std::uint32_t r, int k) noexcept {
  const int u = static_cast<int>(r >> kD);
  const int above = k - u;
  if (above > 0) {
    const std::uint32_t seen = (r & kSeenMask) | (u > 0 ? 1U << kD : 0);
    return static_cast<std::uint32_t>(k) << kD | (above > kD ? 0 : seen >> above);
  }
  return above < 0 && kD + above >= 0 ? r | 1U << (kD + above) : r;
}

// Which instructions unite_registers() may use; what the processor lacks is not used.
enum class Instructions { plain, avx2, avx512 };
Instructions best_instructions() noexcept;

// Makes each register of `into` what it would be had it seen what that of `from` saw, too. Both have the same size, a
// multiple of 56 bytes (16 registers).
void unite_registers(std::span<std::uint8_t> into, std::span<const std::uint8_t> from,
                     Instructions instructions = best_instructions()) noexcept;

}  // namespace hunt::distinct::exaloglog
