// HyperLogLog as postgresql-hll stores it (storage format version 1): read, written, added to, united and counted, so
// that its columns can be imported and ours exported.
//
// Format:
//   byte 0     1 in the upper four bits; in the lower four 0 undefined, 1 empty, 2 explicit, 3 sparse, 4 full
//   byte 1     (regwidth - 1) << 5 | log2m
//   byte 2     bit 7 zero; bit 6 whether sparse is allowed; bits 0-5 the explicit threshold: 63 for -1, 0 for 0, k for
//              2^(k - 1)
//   explicit   the 64-bit hashes as signed big-endian integers, ascending
//   sparse     a word of log2m + regwidth bits, index above value, for each register that is not zero, ascending
//   full       2^log2m words of regwidth bits
// Words follow one another from the most significant bit of each byte; zeros fill the last byte. Undefined and empty
// have three bytes.
//
// Register i, the low log2m bits of a hash, keeps the largest of: trailing zeros of the other bits, plus 1, cut to
// 2^regwidth - 1. Hashes are kept while there are at most `expthresh` of them, registers from then on; of sparse and
// full the one with fewer bits is stored, full if they are equal. postgresql-hll does the same unless
// hll_set_max_sparse() was called, which leaves no trace in the value: what was stored under it is read and written
// back in the usual form.
//
// Two things differ from postgresql-hll on purpose:
//   - A hash whose other bits are all zero (MurmurHash3 of '' is 0) has 64 - log2m trailing zeros. postgresql-hll drops
//     it once it keeps registers, and counts one too few.
//   - The cardinality of the same registers (see there).
//
// A register above what 64 bits can give is read, as there, and counts as the largest that they can give.
//
// Refused, though postgresql-hll reads it, since it never writes it: words out of order or repeated, a zero value in a
// sparse word, more explicit hashes than the threshold, sparse where it is not
// allowed, padding or bit 7 not zero, a threshold above 2^13, fewer than 16 registers in an undefined, empty or
// explicit value.
#pragma once

#include "distinct/likelihood.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hunt::distinct::hll {

struct Parameters {
  int log2m = 11;      // 4 .. 17: there are 2^log2m registers
  int regwidth = 5;    // 1 .. 7 bits a register
  int expthresh = -1;  // hashes kept before registers: a power of two up to 2^13, 0 for none, -1 for as many as take
                       // an eighth of the bits of the full form
  bool sparse = true;  // whether the sparse form may be stored
  bool operator==(const Parameters &) const = default;
};

enum class Kind : std::uint8_t { kUndefined, kEmpty, kExplicit, kRegisters };

class Hll {
public:
  // An empty one. Throws Error 22023 if a parameter is out of range.
  explicit Hll(const Parameters &parameters);

  // Throws Error 22P03 for bytes that postgresql-hll does not write, 0A000 for another version of the format.
  static Hll parse(std::string_view bytes);

  // What another sketch knows: 2^log2m values, none above what the parameters allow (Error 22023).
  static Hll from_registers(const Parameters &parameters, std::span<const std::uint8_t> registers);

  std::string serialize() const;

  Kind kind() const noexcept { return kind_; }
  const Parameters &parameters() const noexcept { return parameters_; }

  // An undefined one stays undefined, as in postgresql-hll.
  void add(std::int64_t hash);

  // Adds what `other` has counted; undefined if either is. Throws Error 22023 if any parameter differs.
  void unite(const Hll &other);

  // The number of distinct hashes: none if undefined, exact while they are explicit, otherwise the maximum-likelihood
  // estimate, corrected for its first-order bias. Infinity if every register has its largest value, which tells no
  // upper bound; never NaN.
  //
  // Of O. Ertl's two estimators (arXiv:1702.01284) it is the one with the smaller error, 1.0367 / sqrt(m) instead of
  // 1.0389 / sqrt(m); it shares its solver with ExaLogLog, so that it is also the shorter.
  std::optional<Estimate> cardinality() const;

  bool operator==(const Hll &) const = default;

private:
  void keep_registers();
  void record(std::int64_t hash) noexcept;

  Parameters parameters_;
  Kind kind_ = Kind::kEmpty;
  std::vector<std::int64_t> hashes_;     // kExplicit: ascending
  std::vector<std::uint8_t> registers_;  // kRegisters: all of them, one a byte
};

}  // namespace hunt::distinct::hll
