// A sketch: how many distinct values there are, exactly while they are few. It keeps sorted 32-bit hash tokens until
// they are more than token_limit(), then the registers of an ExaLogLog. Which of the two, and every byte of it, follows
// from the set of hashes and the lowest precision alone: order, repetition and merges leave no trace.
//
// A sketch is one run of bytes in one of two forms. Stored, it has no slack and is what docs/formats.md describes:
//
//   byte 0      version 1 in the high nibble; low nibble: kRegisters, kOrigin, kOpen, kHll
//   byte 1      precision (0 for an imported hll)
//   10 bytes    if kOrigin: seed (8 bytes), server major (2 bytes)
//   the rest    tokens, ascending and distinct; or registers (exaloglog.hpp); or an hll (hll.hpp)
//
// Open, it is being counted into: two bytes with the number of tokens follow byte 1, the origin is padded to 12 bytes,
// and behind the tokens there is room for more. Everything here reads both forms; no open sketch may leave the server.
//
// Nothing here allocates: when an open sketch has no room the caller gives it larger bytes, and owns all of them.
#pragma once

#include "distinct/hash_token.hpp"
#include "distinct/likelihood.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace hunt::distinct::sketch {

using Bytes = std::span<const std::uint8_t>;
using OpenBytes = std::span<std::uint8_t>;

inline constexpr int kDefaultPrecision = 9;

// What must be equal for two sketches to be merged: values are the same only if they were hashed in the same way.
struct Origin {
  std::uint64_t seed = 0;
  std::uint16_t server_major = 0;  // of the PostgreSQL that hashed the values; 0 when the hash is ours
  bool operator==(const Origin &) const = default;
};

enum class Form { tokens, registers, hll };

// Tokens up to this number are kept as they are: as many as fit into the registers, but at least 128, which
// count_distinct promises to count exactly, and at most 4,096, up to which keeping them sorted costs little.
std::size_t token_limit(int precision) noexcept;

// Throws core::Error unless the bytes are a stored sketch that some set of values has. All other functions trust
// theirs.
void validate(Bytes sketch);

Form form(Bytes sketch) noexcept;
bool is_open(Bytes sketch) noexcept;
int precision(Bytes sketch) noexcept;
Origin origin(Bytes sketch) noexcept;
std::size_t token_count(Bytes sketch) noexcept;  // 0 for other forms
HashToken token(Bytes sketch, std::size_t i) noexcept;
Bytes register_bytes(Bytes sketch) noexcept;        // of Form::registers
std::string_view hll_bytes(Bytes sketch) noexcept;  // what an imported hll was

// An empty open sketch in bytes of initial_size(). Throws for a precision outside 4 .. 16.
std::size_t initial_size(const Origin &origin) noexcept;
void create(OpenBytes into, int precision, const Origin &origin);

// Counts a value by its hash. False, with nothing changed, if there is no room: then grow() into grown_size() bytes and
// insert again.
bool insert(OpenBytes sketch, std::uint64_t hash) noexcept;
std::size_t grown_size(Bytes sketch) noexcept;
void grow(Bytes sketch, OpenBytes into) noexcept;

// An open copy of any sketch but an imported hll, in bytes of opened_size() or more. With those of union_size() it has
// room for what most groups unite.
std::size_t opened_size(Bytes sketch) noexcept;
std::size_t union_size(Bytes sketch) noexcept;
void open(Bytes sketch, OpenBytes into) noexcept;

// The stored form.
std::size_t closed_size(Bytes sketch) noexcept;
void close(Bytes sketch, OpenBytes into) noexcept;

// The union, at the lower of two precisions. merge_in_place returns false, with nothing changed, if `sketch` has no
// room or must lower its precision: then merge() both into an open sketch of merged_size() bytes. All three throw
// core::Error when the origins differ or one of them is an imported hll.
bool merge_in_place(OpenBytes sketch, Bytes from);
std::size_t merged_size(Bytes a, Bytes b);
void merge(Bytes a, Bytes b, OpenBytes into);

// How many distinct values, and the standard error of that number; for tokens the number itself and 0. NaN for an
// hll that is undefined.
Estimate cardinality(Bytes sketch);

}  // namespace hunt::distinct::sketch
