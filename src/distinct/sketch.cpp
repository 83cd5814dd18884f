#include "distinct/sketch.hpp"

#include "core/error.hpp"
#include "distinct/exaloglog.hpp"
#include "distinct/hll.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <string>

namespace hunt::distinct::sketch {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kRegisters = 1, kOrigin = 2, kOpen = 4, kHll = 8;

// An open sketch, with the four bytes of length that PostgreSQL puts before it, fills an allocation of a power of two.
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kSmallestAllocation = 16;
constexpr std::size_t kTokenBytes = sizeof(HashToken);
constexpr std::size_t kLeastTokenLimit = 128;

// Of a union: a sketch that never moves stays where PostgreSQL has put the rest of its group, two cache lines further.
constexpr std::size_t kUnionAllocation = 128;

std::size_t header_size(std::uint8_t flags) noexcept {
  if ((flags & kOpen) != 0)
    return (flags & kOrigin) != 0 ? 16 : 4;
  return (flags & kOrigin) != 0 ? 12 : 2;
}
std::size_t header_size(Bytes sketch) noexcept { return header_size(sketch[0]); }

template <class T> T load(const std::uint8_t *from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
template <class T> void store(std::uint8_t *to, T value) noexcept { std::memcpy(to, &value, sizeof value); }

// Writes byte 0, byte 1 and the origin; returns where the content begins.
std::uint8_t *put_header(OpenBytes into, std::uint8_t flags, int precision, const Origin &origin) noexcept {
  std::memset(into.data(), 0, header_size(flags));
  into[0] = static_cast<std::uint8_t>(kVersion << 4 | flags);
  into[1] = static_cast<std::uint8_t>(precision);
  if ((flags & kOrigin) != 0) {
    std::uint8_t *const at = into.data() + ((flags & kOpen) != 0 ? 4 : 2);
    store(at, origin.seed);
    store(at + 8, origin.server_major);
  }
  return into.data() + header_size(flags);
}

std::uint8_t origin_flag(const Origin &origin) noexcept { return origin == Origin{} ? 0 : kOrigin; }

void set_token_count(OpenBytes sketch, std::size_t count) noexcept {
  store(sketch.data() + 2, static_cast<std::uint16_t>(count));
}

std::size_t capacity(Bytes sketch) noexcept { return (sketch.size() - header_size(sketch)) / kTokenBytes; }

// Bytes of an open sketch with room for at least so many tokens.
std::size_t size_for_tokens(std::size_t tokens, std::uint8_t origin_flag) noexcept {
  const std::size_t needed = kLengthBytes + header_size(kOpen | origin_flag) + tokens * kTokenBytes;
  return std::max(std::bit_ceil(needed), kSmallestAllocation) - kLengthBytes;
}
std::size_t size_for_registers(int precision, std::uint8_t origin_flag) noexcept {
  return header_size(kOpen | origin_flag) + exaloglog::size(precision);
}

std::span<std::uint8_t> registers(OpenBytes sketch) noexcept { return sketch.subspan(header_size(sketch)); }

bool has_registers(Bytes sketch) noexcept { return (sketch[0] & kRegisters) != 0; }

void count_tokens(OpenBytes state, int precision, Bytes from) noexcept {
  for (std::size_t i = 0, n = token_count(from); i < n; ++i)
    exaloglog::insert(state, precision, hash_of(token(from, i)));
}

// Adds what `from` holds, in either form, to registers.
void add_to_registers(OpenBytes state, int to_precision, Bytes from) noexcept {
  if (has_registers(from))
    exaloglog::merge(state, to_precision, register_bytes(from), precision(from));
  else
    count_tokens(state, to_precision, from);
}

// Calls visit(token) for each token that a or b has, ascending, once.
template <class Visit> void each_of_either(Bytes a, Bytes b, Visit visit) {
  const std::size_t na = token_count(a), nb = token_count(b);
  for (std::size_t i = 0, j = 0; i < na || j < nb;) {
    const bool from_a = j == nb || (i < na && token(a, i) <= token(b, j));
    const HashToken next = from_a ? token(a, i) : token(b, j);
    j += j < nb && token(b, j) == next;
    i += from_a;
    visit(next);
  }
}

std::size_t count_of_either(Bytes a, Bytes b) noexcept {
  std::size_t count = 0;
  each_of_either(a, b, [&](HashToken) { ++count; });
  return count;
}

// Where among `count` ascending tokens the first that is not below `token` is. Nearly always there are few, and which
// way to go at each is a coin's toss: so nothing here branches on it.
inline std::size_t place_of(const std::uint8_t *tokens, std::size_t count, HashToken token) noexcept {
  std::size_t first = 0;
  for (; count > 1; count -= count / 2)
    first += load<HashToken>(tokens + (first + count / 2 - 1) * kTokenBytes) < token ? count / 2 : 0;
  return first + (count == 1 && load<HashToken>(tokens + first * kTokenBytes) < token);
}

bool has_at(const std::uint8_t *tokens, std::size_t count, std::size_t i, HashToken token) noexcept {
  return i < count && load<HashToken>(tokens + i * kTokenBytes) == token;
}

void put_at(std::uint8_t *tokens, std::size_t count, std::size_t i, HashToken token) noexcept {
  std::uint8_t *const at = tokens + i * kTokenBytes;
  std::memmove(at + kTokenBytes, at, (count - i) * kTokenBytes);
  store(at, token);
}

// insert() into a sketch that keeps tokens.
bool insert_token(OpenBytes sketch, HashToken token) noexcept {
  std::uint8_t *const tokens = sketch.data() + header_size(sketch);
  const std::size_t count = token_count(sketch), i = place_of(tokens, count, token);
  if (has_at(tokens, count, i, token))
    return true;
  if (count == capacity(sketch) || count == token_limit(precision(sketch)))
    return false;
  put_at(tokens, count, i, token);
  set_token_count(sketch, count + 1);
  return true;
}

// The tokens of a sketch that keeps tokens.
struct Tokens {
  const std::uint8_t *at;
  std::size_t count;
};
inline Tokens tokens_of(Bytes sketch) noexcept {
  return {sketch.data() + header_size(sketch),
          is_open(sketch) ? load<std::uint16_t>(sketch.data() + 2) : capacity(sketch)};
}

// Adds tokens to a sketch that keeps tokens. False, with nothing changed, if there might be no room.
bool insert_tokens(OpenBytes sketch, Tokens from) noexcept {
  std::uint8_t *const tokens = sketch.data() + header_size(sketch);
  std::size_t count = tokens_of(sketch).count;
  const std::size_t most = count + from.count;
  if (most > capacity(sketch) || (most > kLeastTokenLimit && most > token_limit(precision(sketch))))
    return false;
  for (const std::uint8_t *at = from.at, *const end = at + from.count * kTokenBytes; at < end; at += kTokenBytes) {
    const auto token = load<HashToken>(at);
    if (const std::size_t i = place_of(tokens, count, token); !has_at(tokens, count, i, token))
      put_at(tokens, count++, i, token);
  }
  set_token_count(sketch, count);
  return true;
}

[[noreturn]] void refuse_merge(const Origin &a, const Origin &b) {
  if (a.server_major != b.server_major)
    throw core::Error(
        core::kInvalidParameter,
        a.server_major != 0 && b.server_major != 0
            ? "cannot merge sketches of distinct_key() from PostgreSQL " + std::to_string(a.server_major) + " and " +
                  std::to_string(b.server_major)
            : "cannot merge a sketch of distinct_key() with one of other values",
        "Hashes of distinct_key() are not the same in different major versions. Make both sketches from the "
        "values again, or use types that distinct_sketch() takes directly.");
  throw core::Error(core::kInvalidParameter,
                    "cannot merge sketches with the seeds " + std::to_string(static_cast<std::int64_t>(a.seed)) +
                        " and " + std::to_string(static_cast<std::int64_t>(b.seed)),
                    "The same value hashes differently under another seed. Make both sketches with the same seed.");
}

[[noreturn]] void refuse_hll() {
  throw core::Error(core::kInvalidParameter, "cannot merge an imported hll with a sketch of other values",
                    "An hll holds hashes of postgresql-hll. It merges with other imported hlls only.");
}

inline void require_mergeable(Bytes a, Bytes b) {
  if (((a[0] | b[0]) & kHll) != 0)
    refuse_hll();
  if (((a[0] | b[0]) & kOrigin) != 0 && origin(a) != origin(b))
    refuse_merge(origin(a), origin(b));
}

[[noreturn]] void refuse(const char *why) {
  throw core::Error(core::kInvalidBinary, std::string("not a sketch: ") + why,
                    "Sketches are made by distinct_sketch() and sketch_union(), and read back as they were written.");
}

}  // namespace

std::size_t token_limit(int precision) noexcept {
  return std::clamp<std::size_t>(exaloglog::size(precision) / kTokenBytes, kLeastTokenLimit, 4096);
}

Form form(Bytes sketch) noexcept {
  if ((sketch[0] & kHll) != 0)
    return Form::hll;
  return has_registers(sketch) ? Form::registers : Form::tokens;
}
bool is_open(Bytes sketch) noexcept { return (sketch[0] & kOpen) != 0; }
int precision(Bytes sketch) noexcept { return sketch[1]; }

Origin origin(Bytes sketch) noexcept {
  if ((sketch[0] & kOrigin) == 0)
    return {};
  const std::uint8_t *const at = sketch.data() + (is_open(sketch) ? 4 : 2);
  return {load<std::uint64_t>(at), load<std::uint16_t>(at + 8)};
}

std::size_t token_count(Bytes sketch) noexcept {
  if ((sketch[0] & (kRegisters | kHll)) != 0)
    return 0;
  return tokens_of(sketch).count;
}

HashToken token(Bytes sketch, std::size_t i) noexcept {
  return load<HashToken>(sketch.data() + header_size(sketch) + i * kTokenBytes);
}

Bytes register_bytes(Bytes sketch) noexcept { return sketch.subspan(header_size(sketch)); }

std::string_view hll_bytes(Bytes sketch) noexcept {
  const Bytes content = sketch.subspan(header_size(sketch));
  return {reinterpret_cast<const char *>(content.data()), content.size()};
}

void validate(Bytes sketch) {
  if (sketch.size() < 2)
    refuse("it is cut off");
  if (sketch[0] >> 4 != kVersion)
    throw core::Error(core::kInvalidBinary, "unknown version " + std::to_string(sketch[0] >> 4) + " of a sketch",
                      "It was written by a newer session_hunt, or is not a sketch.");
  if (is_open(sketch))
    refuse("it is not closed");
  if (sketch.size() < header_size(sketch))
    refuse("it is cut off");
  if ((sketch[0] & kOrigin) != 0 && origin(sketch) == Origin{})
    refuse("it has an empty origin");
  if ((sketch[0] & kHll) != 0) {
    if ((sketch[0] & (kRegisters | kOrigin)) != 0 || precision(sketch) != 0)
      refuse("an imported hll has neither precision nor seed");
    if (hll::Hll::parse(hll_bytes(sketch)).serialize() != hll_bytes(sketch))
      refuse("its hll is not in the form in which it is written");
    return;
  }
  const int p = precision(sketch);
  if (p < exaloglog::kMinPrecision || p > exaloglog::kMaxPrecision)
    refuse("its precision is not in 4 .. 16");
  if (has_registers(sketch)) {
    if (!exaloglog::is_valid(register_bytes(sketch), p))
      refuse("no set of values has these registers");
    return;
  }
  if ((sketch.size() - header_size(sketch)) % kTokenBytes != 0)
    refuse("it is cut off");
  if (token_count(sketch) > token_limit(p))
    refuse("it has too many tokens");
  for (std::size_t i = 0; i < token_count(sketch); ++i) {
    if (!is_valid_token(token(sketch, i)))
      refuse("no value has this token");
    if (i > 0 && token(sketch, i - 1) >= token(sketch, i))
      refuse("its tokens do not ascend");
  }
}

std::size_t initial_size(const Origin &origin) noexcept { return size_for_tokens(0, origin_flag(origin)); }

void create(OpenBytes into, int precision, const Origin &origin) {
  if (precision < exaloglog::kMinPrecision || precision > exaloglog::kMaxPrecision)
    throw core::Error(core::kInvalidParameter,
                      "precision " + std::to_string(precision) + " of a sketch is out of range",
                      "It is 4 to 16: 9 errs by 1.6 %, 11 by 0.8 %; each step doubles the bytes.");
  put_header(into, kOpen | origin_flag(origin), precision, origin);
}

bool insert(OpenBytes sketch, std::uint64_t hash) noexcept {
  if (!has_registers(sketch))
    return insert_token(sketch, token_of(hash));
  exaloglog::insert(registers(sketch), precision(sketch), hash);
  return true;
}

std::size_t grown_size(Bytes sketch) noexcept {
  const std::uint8_t flag = sketch[0] & kOrigin;
  const std::size_t count = token_count(sketch);
  return count < token_limit(precision(sketch)) ? size_for_tokens(count + 1, flag)
                                                : size_for_registers(precision(sketch), flag);
}

void grow(Bytes sketch, OpenBytes into) noexcept {
  if (token_count(sketch) < token_limit(precision(sketch))) {
    open(sketch, into);
    return;
  }
  put_header(into, kOpen | kRegisters | (sketch[0] & kOrigin), precision(sketch), origin(sketch));
  std::ranges::fill(registers(into), std::uint8_t{0});
  count_tokens(registers(into), precision(sketch), sketch);
}

std::size_t opened_size(Bytes sketch) noexcept {
  const std::uint8_t flag = sketch[0] & kOrigin;
  return has_registers(sketch) ? size_for_registers(precision(sketch), flag)
                               : size_for_tokens(token_count(sketch), flag);
}

std::size_t union_size(Bytes sketch) noexcept { return std::max(opened_size(sketch), kUnionAllocation - kLengthBytes); }

void open(Bytes sketch, OpenBytes into) noexcept {
  std::uint8_t *const content =
      put_header(into, kOpen | (sketch[0] & (kRegisters | kOrigin)), precision(sketch), origin(sketch));
  const std::size_t size =
      has_registers(sketch) ? exaloglog::size(precision(sketch)) : token_count(sketch) * kTokenBytes;
  std::memcpy(content, sketch.data() + header_size(sketch), size);
  if (!has_registers(sketch))
    set_token_count(into, token_count(sketch));
}

std::size_t closed_size(Bytes sketch) noexcept {
  if (!is_open(sketch))
    return sketch.size();
  const std::size_t content =
      has_registers(sketch) ? exaloglog::size(precision(sketch)) : token_count(sketch) * kTokenBytes;
  return header_size(sketch[0] & ~kOpen) + content;
}

void close(Bytes sketch, OpenBytes into) noexcept {
  if (!is_open(sketch)) {
    std::memcpy(into.data(), sketch.data(), sketch.size());
    return;
  }
  const auto flags = static_cast<std::uint8_t>(sketch[0] & (kRegisters | kOrigin));
  std::uint8_t *const content = put_header(into, flags, precision(sketch), origin(sketch));
  std::memcpy(content, sketch.data() + header_size(sketch), into.size() - header_size(flags));
}

bool merge_in_place(OpenBytes sketch, Bytes from) {
  require_mergeable(sketch, from);
  if (precision(from) < precision(sketch))
    return false;
  if (has_registers(sketch)) {
    add_to_registers(registers(sketch), precision(sketch), from);
    return true;
  }
  return !has_registers(from) && insert_tokens(sketch, tokens_of(from));
}

std::size_t merged_size(Bytes a, Bytes b) {
  require_mergeable(a, b);
  const int p = std::min(precision(a), precision(b));
  const std::uint8_t flag = a[0] & kOrigin;
  if (!has_registers(a) && !has_registers(b))
    if (const std::size_t count = count_of_either(a, b); count <= token_limit(p))
      return size_for_tokens(2 * count + 4, flag);  // what is united once is mostly united again
  return size_for_registers(p, flag);
}

void merge(Bytes a, Bytes b, OpenBytes into) {
  require_mergeable(a, b);
  const int p = std::min(precision(a), precision(b));
  const auto flags = static_cast<std::uint8_t>(kOpen | (a[0] & kOrigin));
  if (!has_registers(a) && !has_registers(b) && count_of_either(a, b) <= token_limit(p)) {
    std::uint8_t *at = put_header(into, flags, p, origin(a));
    std::size_t count = 0;
    each_of_either(a, b, [&](HashToken token) {
      store(at, token);
      at += kTokenBytes;
      ++count;
    });
    set_token_count(into, count);
    return;
  }
  put_header(into, flags | kRegisters, p, origin(a));
  std::ranges::fill(registers(into), std::uint8_t{0});
  add_to_registers(registers(into), p, a);
  add_to_registers(registers(into), p, b);
}

Estimate cardinality(Bytes sketch) {
  if (form(sketch) == Form::hll) {
    constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
    return hll::Hll::parse(hll_bytes(sketch)).cardinality().value_or(Estimate{kUndefined, kUndefined});
  }
  if (!has_registers(sketch))
    return {static_cast<double>(token_count(sketch)), 0};
  return exaloglog::estimate(register_bytes(sketch), precision(sketch));
}

}  // namespace hunt::distinct::sketch
