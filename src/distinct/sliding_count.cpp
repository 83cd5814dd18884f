#include "distinct/sliding_count.hpp"

#include "distinct/exaloglog.hpp"
#include "distinct/exaloglog_registers.hpp"
#include "distinct/sketch.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>

namespace hunt::distinct {

static_assert(std::is_trivially_destructible_v<SlidingCount>);

namespace {

constexpr int kPrecision = sketch::kDefaultPrecision;
constexpr std::size_t kRegisters = std::size_t{1} << kPrecision;
constexpr auto kUpdateValues = static_cast<std::size_t>(exaloglog::largest_update_value(kPrecision));
constexpr std::size_t kSmallestTable = 16;
constexpr HashToken kNone = ~HashToken{0};
static_assert(!is_valid_token(kNone));

}  // namespace

// The place of a token, or the free one where it belongs. There is always a free one.
SlidingCount::Entry &SlidingCount::find(HashToken token) const noexcept {
  const int shift = 32 - std::countr_zero(size_);
  std::size_t at = token * std::uint32_t{0x9E3779B1} >> shift;
  while (entries_[at].token != token && entries_[at].token != kNone)
    at = (at + 1) & (size_ - 1);
  return entries_[at];
}

// A table in which what is there fills at most half, without the values that have left.
void SlidingCount::make_room() {
  const Entry *const old = entries_;
  const std::size_t old_size = size_;
  const std::size_t size = std::max(std::bit_ceil(2 * (distinct_ + 1)), kSmallestTable);
  entries_ = static_cast<Entry *>(memory_.allocate(memory_.context, size * sizeof(Entry)));
  size_ = size;
  used_ = distinct_;
  std::fill_n(entries_, size, Entry{kNone, 0});
  for (std::size_t i = 0; i < old_size; ++i)
    if (old[i].rows != 0)
      find(old[i].token) = old[i];
  if (old != nullptr)
    memory_.release(const_cast<Entry *>(old));
}

void SlidingCount::begin_registers() {
  constexpr std::size_t kSeenBytes = kRegisters * kUpdateValues * sizeof(std::uint32_t);
  auto *const block =
      static_cast<std::uint8_t *>(memory_.allocate(memory_.context, kSeenBytes + exaloglog::size(kPrecision)));
  std::memset(block, 0, kSeenBytes + exaloglog::size(kPrecision));
  seen_ = reinterpret_cast<std::uint32_t *>(block);
  registers_ = block + kSeenBytes;
  for (std::size_t i = 0; i < size_; ++i)
    if (entries_[i].rows != 0)
      enter(entries_[i].token);
}

void SlidingCount::enter(HashToken token) noexcept {
  const auto [i, k] = exaloglog::place_of(hash_of(token), kPrecision);
  ++seen_[i * kUpdateValues + static_cast<std::size_t>(k - 1)];
  exaloglog::set(registers_, i, exaloglog::updated(exaloglog::get(registers_, i), k));
}

void SlidingCount::leave(HashToken token) noexcept {
  const auto [i, k] = exaloglog::place_of(hash_of(token), kPrecision);
  std::uint32_t *const seen = seen_ + i * kUpdateValues;
  if (--seen[k - 1] != 0)
    return;
  std::uint32_t value = 0;
  for (std::size_t n = 0; n < kUpdateValues; ++n)
    if (seen[n] != 0)
      value = exaloglog::updated(value, static_cast<int>(n) + 1);
  exaloglog::set(registers_, i, value);
}

void SlidingCount::add(std::uint64_t hash) {
  const HashToken token = token_of(hash);
  if (4 * (used_ + 1) > 3 * size_)
    make_room();
  Entry &entry = find(token);
  if (entry.token == kNone) {
    entry.token = token;
    ++used_;
  }
  if (entry.rows++ != 0)
    return;
  ++distinct_;
  if (seen_ != nullptr)
    enter(token);
  else if (distinct_ > sketch::token_limit(kPrecision))
    begin_registers();
}

void SlidingCount::remove(std::uint64_t hash) noexcept {
  const HashToken token = token_of(hash);
  Entry &entry = find(token);
  if (--entry.rows != 0)
    return;
  --distinct_;
  if (seen_ != nullptr)
    leave(token);
}

std::int64_t SlidingCount::count() const {
  if (distinct_ <= sketch::token_limit(kPrecision))
    return static_cast<std::int64_t>(distinct_);
  return std::llround(exaloglog::estimate({registers_, exaloglog::size(kPrecision)}, kPrecision).value);
}

}  // namespace hunt::distinct
