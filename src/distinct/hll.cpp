#include "distinct/hll.hpp"

#include "core/error.hpp"
#include "distinct/likelihood.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace hunt::distinct::hll {

namespace {

using core::Error;

constexpr int kMinLog2m = 4, kMaxLog2m = 17;
constexpr int kMaxRegwidth = 7;
constexpr int kMaxExpthresh = 1 << 13;
constexpr std::size_t kHeaderBytes = 3;
constexpr unsigned kVersion = 1;
constexpr unsigned kAutoThreshold = 63;
constexpr unsigned kSparseAllowed = 1U << 6;
// First-order bias of the likelihood estimate, in units of 1/m, by Cox and Snell's formula from the distribution of a
// register, for n well above m.
constexpr double kBias = 1.01;

enum Form : unsigned { kUndefinedForm, kEmptyForm, kExplicitForm, kSparseForm, kFullForm };

[[noreturn]] void refuse(const std::string &what) {
  throw Error(core::kInvalidBinary, "invalid postgresql-hll value: " + what);
}

std::size_t register_count(const Parameters &p) noexcept { return std::size_t{1} << p.log2m; }

// The largest value that a register comes to: its width sets it, or that a hash has no more than 64 bits.
int largest_value(const Parameters &p) noexcept { return std::min((1 << p.regwidth) - 1, 65 - p.log2m); }

std::size_t explicit_limit(const Parameters &p) noexcept {
  if (p.expthresh >= 0)
    return static_cast<std::size_t>(p.expthresh);
  return register_count(p) * static_cast<std::size_t>(p.regwidth) / 64;
}

// Whether so many registers take fewer bits in the sparse form than in the full one.
bool is_sparse_shorter(const Parameters &p, std::size_t used) noexcept {
  const auto width = static_cast<std::size_t>(p.regwidth);
  return used * (static_cast<std::size_t>(p.log2m) + width) < register_count(p) * width;
}

// What is wrong with the parameters, or nothing.
std::string fault(const Parameters &p) {
  if (p.log2m < kMinLog2m || p.log2m > kMaxLog2m)
    return "log2m is " + std::to_string(p.log2m) + ", not " + std::to_string(kMinLog2m) + " to " +
           std::to_string(kMaxLog2m);
  if (p.regwidth < 1 || p.regwidth > kMaxRegwidth)
    return "regwidth is " + std::to_string(p.regwidth) + ", not 1 to " + std::to_string(kMaxRegwidth);
  if (p.expthresh < -1 || p.expthresh > kMaxExpthresh ||
      (p.expthresh > 0 && !std::has_single_bit(static_cast<unsigned>(p.expthresh))))
    return "expthresh is " + std::to_string(p.expthresh) + ", not -1, 0 or a power of two up to " +
           std::to_string(kMaxExpthresh);
  return {};
}

void check(const Parameters &p) {
  if (const std::string what = fault(p); !what.empty())
    throw Error(core::kInvalidParameter, "invalid parameter of a HyperLogLog: " + what);
}

// Words of any width up to 32 bits, most significant bit first.
class WordReader {
public:
  explicit WordReader(std::string_view bytes) : bytes_(bytes) {}
  std::size_t bits_left() const noexcept { return bytes_.size() * 8 - at_; }
  std::uint32_t read(int bits) noexcept {
    std::uint32_t word = 0;
    for (; bits > 0; --bits, ++at_)
      word = word << 1 | (static_cast<unsigned char>(bytes_[at_ / 8]) >> (7 - at_ % 8) & 1);
    return word;
  }

private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

class WordWriter {
public:
  explicit WordWriter(std::string &out) : out_(out) {}
  void put(std::uint32_t word, int bits) {
    while (bits-- > 0) {
      if (used_ == 0)
        out_.push_back('\0');
      out_.back() = static_cast<char>(static_cast<unsigned char>(out_.back()) | (word >> bits & 1) << (7 - used_));
      used_ = (used_ + 1) % 8;
    }
  }

private:
  std::string &out_;
  int used_ = 0;
};

Parameters parse_parameters(std::string_view bytes) {
  const auto sizes = static_cast<unsigned char>(bytes[1]);
  const auto options = static_cast<unsigned char>(bytes[2]);
  if (options & 0x80)
    refuse("the highest bit of its third byte is set");
  const unsigned threshold = options & 63;
  Parameters p;
  p.log2m = sizes & 31;
  p.regwidth = (sizes >> 5) + 1;
  p.sparse = (options & kSparseAllowed) != 0;
  // Beyond 2^13 whatever fails the check will do.
  p.expthresh = threshold == kAutoThreshold ? -1 : threshold == 0 ? 0 : 1 << (std::min(threshold, 16U) - 1);
  if (p.expthresh > kMaxExpthresh)
    refuse("expthresh is 2^" + std::to_string(threshold - 1) + ", above " + std::to_string(kMaxExpthresh));
  if (const std::string what = fault(p); !what.empty())
    refuse(what);
  return p;
}

std::vector<std::int64_t> parse_explicit(const Parameters &p, std::string_view body) {
  if (body.size() % 8 != 0)
    refuse("its explicit hashes end within one");
  const std::size_t count = body.size() / 8;
  if (count > explicit_limit(p))
    refuse("it has " + std::to_string(count) + " explicit hashes where " + std::to_string(explicit_limit(p)) +
           " are allowed");
  std::vector<std::int64_t> hashes;
  hashes.reserve(count);
  WordReader words(body);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t high = words.read(32);
    hashes.push_back(static_cast<std::int64_t>(high << 32 | words.read(32)));
    if (i > 0 && hashes[i] <= hashes[i - 1])
      refuse("its explicit hashes do not ascend at number " + std::to_string(i + 1));
  }
  return hashes;
}

void check_padding(WordReader &words) {
  if (words.read(static_cast<int>(words.bits_left())) != 0)
    refuse("the bits after its last register are not zero");
}

std::vector<std::uint8_t> parse_sparse(const Parameters &p, std::string_view body) {
  if (!p.sparse)
    refuse("it is sparse where that is not allowed");
  const int width = p.log2m + p.regwidth;
  std::vector<std::uint8_t> registers(register_count(p));
  WordReader words(body);
  std::size_t next = 0;
  // Less than a word may remain, and less than a byte: what is more is a truncated word.
  while (words.bits_left() >= static_cast<std::size_t>(width)) {
    // In the last byte zeros that are wide enough for a word are padding.
    if (words.bits_left() < 8 && WordReader(words).read(static_cast<int>(words.bits_left())) == 0)
      break;
    const std::size_t index = words.read(p.log2m);
    const unsigned value = words.read(p.regwidth);
    if (index < next)
      refuse("its sparse registers do not ascend at register " + std::to_string(index));
    if (value == 0)
      refuse("register " + std::to_string(index) + " is stored as zero");
    registers[index] = static_cast<std::uint8_t>(value);
    next = index + 1;
  }
  if (words.bits_left() >= 8)
    refuse("its sparse registers end within one");
  check_padding(words);
  return registers;
}

std::vector<std::uint8_t> parse_full(const Parameters &p, std::string_view body) {
  const std::size_t size = (register_count(p) * static_cast<std::size_t>(p.regwidth) + 7) / 8;
  if (body.size() != size)
    refuse("it has " + std::to_string(body.size()) + " bytes of registers instead of " + std::to_string(size));
  std::vector<std::uint8_t> registers(register_count(p));
  WordReader words(body);
  for (std::uint8_t &value : registers)
    value = static_cast<std::uint8_t>(words.read(p.regwidth));
  check_padding(words);
  return registers;
}

}  // namespace

Hll::Hll(const Parameters &parameters) : parameters_(parameters) { check(parameters); }

Hll Hll::parse(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes)
    refuse("it has " + std::to_string(bytes.size()) + " bytes, not even the three of its header");
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (first >> 4 != kVersion)
    throw Error(core::kUnsupported, "version " + std::to_string(first >> 4) + " of postgresql-hll's storage format",
                "Only version 1 is known.");
  Hll result(parse_parameters(bytes));
  const Parameters &p = result.parameters_;
  const std::string_view body = bytes.substr(kHeaderBytes);
  switch (first & 15) {
  case kUndefinedForm:
  case kEmptyForm:
    if (!body.empty())
      refuse("it is undefined or empty, yet has more than the three bytes of its header");
    result.kind_ = (first & 15) == kEmptyForm ? Kind::kEmpty : Kind::kUndefined;
    break;
  case kExplicitForm:
    result.kind_ = Kind::kExplicit;
    result.hashes_ = parse_explicit(p, body);
    break;
  case kSparseForm:
  case kFullForm:
    result.kind_ = Kind::kRegisters;
    result.registers_ = (first & 15) == kSparseForm ? parse_sparse(p, body) : parse_full(p, body);
    break;
  default:
    refuse("its type is " + std::to_string(first & 15) + ", not 0 to 4");
  }
  return result;
}

Hll Hll::from_registers(const Parameters &parameters, std::span<const std::uint8_t> registers) {
  Hll result(parameters);
  if (registers.size() != register_count(parameters))
    throw Error(core::kInvalidParameter, "a HyperLogLog of log2m " + std::to_string(parameters.log2m) + " has " +
                                             std::to_string(register_count(parameters)) + " registers, not " +
                                             std::to_string(registers.size()));
  const auto above = std::find_if(registers.begin(), registers.end(),
                                  [&](std::uint8_t value) { return value > largest_value(parameters); });
  if (above != registers.end())
    throw Error(core::kInvalidParameter, "a register of this HyperLogLog is at most " +
                                             std::to_string(largest_value(parameters)) + ", not " +
                                             std::to_string(*above));
  result.kind_ = Kind::kRegisters;
  result.registers_.assign(registers.begin(), registers.end());
  return result;
}

std::string Hll::serialize() const {
  const Parameters &p = parameters_;
  const auto used = registers_.size() - static_cast<std::size_t>(std::count(registers_.begin(), registers_.end(), 0));
  const bool sparse = p.sparse && is_sparse_shorter(p, used);
  const unsigned form = kind_ == Kind::kUndefined  ? kUndefinedForm
                        : kind_ == Kind::kEmpty    ? kEmptyForm
                        : kind_ == Kind::kExplicit ? kExplicitForm
                        : sparse                   ? kSparseForm
                                                   : kFullForm;
  const unsigned threshold =
      p.expthresh < 0 ? kAutoThreshold : static_cast<unsigned>(std::bit_width(static_cast<unsigned>(p.expthresh)));
  std::string bytes;
  WordWriter words(bytes);
  words.put(kVersion << 4 | form, 8);
  words.put(static_cast<unsigned>(p.regwidth - 1) << 5 | static_cast<unsigned>(p.log2m), 8);
  words.put((p.sparse ? kSparseAllowed : 0) | threshold, 8);
  for (const std::int64_t hash : hashes_) {
    words.put(static_cast<std::uint32_t>(static_cast<std::uint64_t>(hash) >> 32), 32);
    words.put(static_cast<std::uint32_t>(hash), 32);
  }
  for (std::size_t i = 0; i < registers_.size(); ++i) {
    if (sparse && registers_[i] == 0)
      continue;
    if (sparse)
      words.put(static_cast<std::uint32_t>(i), p.log2m);
    words.put(registers_[i], p.regwidth);
  }
  return bytes;
}

void Hll::add(std::int64_t hash) {
  if (kind_ == Kind::kUndefined)
    return;
  if (kind_ == Kind::kRegisters)
    return record(hash);
  const auto at = std::lower_bound(hashes_.begin(), hashes_.end(), hash);
  if (at != hashes_.end() && *at == hash)
    return;
  hashes_.insert(at, hash);
  kind_ = Kind::kExplicit;
  if (hashes_.size() > explicit_limit(parameters_))
    keep_registers();
}

void Hll::unite(const Hll &other) {
  const Parameters &a = parameters_, &b = other.parameters_;
  std::string differing;
  const auto compare = [&](const char *name, int mine, int theirs) {
    if (mine != theirs)
      differing += (differing.empty() ? "" : ", ") + std::string(name) + " is " + std::to_string(mine) + " and " +
                   std::to_string(theirs);
  };
  compare("log2m", a.log2m, b.log2m);
  compare("regwidth", a.regwidth, b.regwidth);
  compare("expthresh", a.expthresh, b.expthresh);
  compare("sparse", a.sparse, b.sparse);
  if (!differing.empty())
    throw Error(core::kInvalidParameter, "HyperLogLogs of different parameters cannot be united: " + differing);

  if (kind_ == Kind::kUndefined || other.kind_ == Kind::kUndefined) {
    *this = Hll(parameters_);
    kind_ = Kind::kUndefined;
  } else if (other.kind_ == Kind::kRegisters) {
    keep_registers();
    std::transform(registers_.begin(), registers_.end(), other.registers_.begin(), registers_.begin(),
                   [](std::uint8_t x, std::uint8_t y) { return std::max(x, y); });
  } else if (kind_ == Kind::kRegisters) {
    for (const std::int64_t hash : other.hashes_)
      record(hash);
  } else if (other.kind_ == Kind::kExplicit) {
    std::vector<std::int64_t> both;
    std::set_union(hashes_.begin(), hashes_.end(), other.hashes_.begin(), other.hashes_.end(),
                   std::back_inserter(both));
    hashes_ = std::move(both);
    kind_ = Kind::kExplicit;
    if (hashes_.size() > explicit_limit(parameters_))
      keep_registers();
  }
}

std::optional<Estimate> Hll::cardinality() const {
  if (kind_ == Kind::kUndefined)
    return std::nullopt;
  if (kind_ != Kind::kRegisters)
    return Estimate{static_cast<double>(hashes_.size()), 0};
  const auto largest = static_cast<std::size_t>(largest_value(parameters_));
  Occurrences count{};
  for (const std::uint8_t value : registers_)
    ++count[std::min<std::size_t>(value, largest)];
  if (count[0] == registers_.size())
    return Estimate{0, 0};
  // A register of value v says that v occurred, probability 2^-v, and nothing above it, together 2^-v; of the largest
  // value only that it or one of those cut to it occurred, together 2^-(largest - 1).
  double a = 0;
  for (std::size_t v = 0; v < largest; ++v)
    a += std::ldexp(count[v], -static_cast<int>(v));
  if (a == 0)
    return Estimate{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  count[0] = 0;
  count[largest - 1] += std::exchange(count[largest], 0);
  const auto m = static_cast<double>(registers_.size());
  const Estimate n = most_likely(count, a, m);
  return Estimate{n.value / (1 + kBias / m), n.standard_error / (1 + kBias / m)};
}

void Hll::keep_registers() {
  if (kind_ == Kind::kRegisters)
    return;
  kind_ = Kind::kRegisters;
  registers_.resize(register_count(parameters_));
  for (const std::int64_t hash : std::exchange(hashes_, {}))
    record(hash);
}

void Hll::record(std::int64_t hash) noexcept {
  const auto bits = static_cast<std::uint64_t>(hash);
  const int zeros = std::min(std::countr_zero(bits >> parameters_.log2m), 64 - parameters_.log2m);
  std::uint8_t &value = registers_[bits & (register_count(parameters_) - 1)];
  value = std::max(value, static_cast<std::uint8_t>(std::min(zeros + 1, largest_value(parameters_))));
}

}  // namespace hunt::distinct::hll
