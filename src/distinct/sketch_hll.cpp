#include "distinct/sketch_hll.hpp"

#include "core/error.hpp"
#include "distinct/exaloglog_registers.hpp"
#include "distinct/hll.hpp"

#include <algorithm>
#include <vector>

namespace hunt::distinct::sketch {

namespace {

using hll::Hll;

constexpr std::uint64_t reversed(std::uint64_t bits) noexcept {
  std::uint64_t result = 0;
  for (int i = 0; i < 64; ++i, bits >>= 1)
    result = result << 1 | (bits & 1);
  return result;
}

// A hash as an hll reads it: the index in the lowest bits, above it the bits over the index in reverse, at the top the
// two that ExaLogLog's refinement takes.
std::int64_t hll_hash(std::uint64_t hash, int precision) noexcept {
  const std::uint64_t index = hash >> 2 & ((std::uint64_t{1} << precision) - 1);
  const std::uint64_t above = reversed(hash >> (precision + 2)) >> (precision + 2);
  return static_cast<std::int64_t>(index | above << precision | hash << 62);
}

std::string stored(const Hll &hll) {
  std::string bytes{'\x18', '\0'};
  return bytes += hll.serialize();
}

}  // namespace

std::string from_hll(std::string_view hll) { return stored(Hll::parse(hll)); }

std::string to_hll(Bytes sketch) {
  if (form(sketch) == Form::hll)
    return std::string(hll_bytes(sketch));
  hll::Parameters parameters;
  parameters.log2m = precision(sketch);
  if (form(sketch) == Form::tokens) {
    Hll result(parameters);
    for (std::size_t i = 0; i < token_count(sketch); ++i)
      result.add(hll_hash(hash_of(token(sketch, i)), precision(sketch)));
    return result.serialize();
  }
  std::vector<std::uint8_t> values(std::size_t{1} << precision(sketch));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint32_t update_value = exaloglog::get(register_bytes(sketch).data(), i) >> exaloglog::kD;
    values[i] = static_cast<std::uint8_t>(update_value == 0 ? 0 : std::min((update_value - 1) / 4 + 1, 31U));
  }
  return Hll::from_registers(parameters, values).serialize();
}

std::string united_hlls(Bytes a, Bytes b) {
  if (form(a) != Form::hll || form(b) != Form::hll)
    throw core::Error(core::kInvalidParameter, "cannot merge an imported hll with a sketch of other values",
                      "An hll holds hashes of postgresql-hll. It merges with other imported hlls only.");
  Hll united = Hll::parse(hll_bytes(a));
  united.unite(Hll::parse(hll_bytes(b)));
  return stored(united);
}

}  // namespace hunt::distinct::sketch
