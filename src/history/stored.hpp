// The stored form of a history (history.hpp), trusted, as the files of this room read it.
#pragma once

#include "core/hash.hpp"
#include "core/varint.hpp"
#include "history/history.hpp"

#include <cstring>

namespace hunt::history::stored {

inline constexpr std::uint8_t kVersion = 1;
inline constexpr std::uint8_t kBounded = 1, kWhole = 2, kOpen = 4;
inline constexpr std::size_t kPollEvery = 1024;
// What a timestamptz can tell without its infinities.
inline constexpr Time kFirstTime = -211813488000000000, kLastTime = 9223371331200000000 - 1;

template <class T> T load(const std::uint8_t *from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

constexpr std::uint64_t microseconds(std::uint32_t days) noexcept { return std::uint64_t{days} * kDay; }
// later - earlier, which may exceed what a signed number holds.
constexpr std::uint64_t distance(Time earlier, Time later) noexcept {
  return static_cast<std::uint64_t>(later) - static_cast<std::uint64_t>(earlier);
}
// True if `next`, which does not begin before `stay` does, is at most so far behind it.
constexpr bool reaches(const Stay &stay, Time next, std::uint64_t gap) noexcept {
  return next <= stay.last || distance(stay.last, next) <= gap;
}
constexpr bool is_seen(const Stay &stay, Time t, std::uint64_t gap) noexcept {
  return stay.first < t && reaches(stay, t, gap);
}

constexpr std::int64_t unzigzag(std::uint64_t n) noexcept {
  return static_cast<std::int64_t>(n >> 1) ^ -static_cast<std::int64_t>(n & 1);
}

inline bool by_first(const Stay &a, const Stay &b) noexcept { return a.first < b.first; }

inline std::uint64_t hash_of(Key key) noexcept {
  return core::hash64({reinterpret_cast<const char *>(key.data()), key.size()});
}

// `count` <= 64 bits from bit number `offset` on; those outside of the bytes are zeros.
inline std::uint64_t get_bits(Bytes from, std::int64_t offset, unsigned count) noexcept {
  unsigned __int128 bits = 0;
  const std::int64_t first = offset >= 0 ? offset / 8 : -((-offset + 7) / 8);
  for (std::int64_t i = 0; i < 9; ++i)
    if (const std::int64_t at = first + i; at >= 0 && at < static_cast<std::int64_t>(from.size()))
      bits |= static_cast<unsigned __int128>(from[static_cast<std::size_t>(at)]) << 8 * i;
  const auto word = static_cast<std::uint64_t>(bits >> (offset - 8 * first));
  return count == 64 ? word : word & ((std::uint64_t{1} << count) - 1);
}

constexpr std::size_t bytes_of_days(std::int64_t days) noexcept { return static_cast<std::size_t>((days + 7) / 8); }

// The parts of a stored history, which is trusted.
struct Head {
  std::uint8_t kind;
  Terms terms;
  std::optional<std::uint64_t> bound;
  Time base = 0;
  std::uint32_t whole_count = 0;
  const std::uint8_t *whole;  // the entity's stays, if they are told
  std::uint32_t count = 0;
  const std::uint8_t *values;
};

inline Stay read_stay(const std::uint8_t *&at, Time base) noexcept {
  const auto first = static_cast<Time>(static_cast<std::uint64_t>(base) + core::get_varint64(at));
  return {first, static_cast<Time>(static_cast<std::uint64_t>(first) + core::get_varint64(at))};
}

inline Head head_of(Bytes history) noexcept {
  Head head{};
  head.kind = history[1];
  const std::uint8_t *at = history.data() + 2;
  head.terms.retention_days = core::get_varint(at);
  head.terms.max_values = core::get_varint(at);
  if ((history[0] & kBounded) != 0) {
    head.bound = load<std::uint64_t>(at);
    at += 8;
  }
  if (head.kind != 0) {
    head.base = load<Time>(at);
    at += 8;
  }
  if ((history[0] & kWhole) != 0) {
    head.whole_count = core::get_varint(at);
    head.whole = at;
    for (std::uint32_t i = 0; i < head.whole_count; ++i)
      read_stay(at, head.base);
  }
  head.count = core::get_varint(at);
  head.values = at;
  return head;
}

struct ValueStay : Stay {
  std::uint64_t times;
  std::int32_t first_day;
  Bytes days;  // bit i: day first_day + i
};

// Reads one value after the other.
class Values {
public:
  explicit Values(const Head &head) noexcept : head_(head), at_(head.values), left_(head.count) {}
  bool next() noexcept {
    if (left_ == 0)
      return false;
    --left_;
    if (head_.kind == static_cast<std::uint8_t>(ValueKind::bigint)) {
      number_ = distinct::bigint_key(unzigzag(core::get_varint64(at_)));
      key_ = number_;
    } else {
      const std::size_t size = core::get_varint(at_);
      key_ = {at_, size};
      at_ += size;
    }
    stays_ = core::get_varint(at_);
    return true;
  }
  Key key() const noexcept { return key_; }
  std::uint32_t stays() const noexcept { return stays_; }
  ValueStay next_stay() noexcept {
    ValueStay stay{read_stay(at_, head_.base), core::get_varint64(at_), 0, {}};
    stay.first_day = day_of(stay.first) + static_cast<std::int32_t>(core::get_varint(at_));
    stay.days = {at_, bytes_of_days(day_of(stay.last) - stay.first_day + 1)};
    at_ += stay.days.size();
    return stay;
  }

private:
  const Head &head_;
  const std::uint8_t *at_;
  std::uint32_t left_;
  distinct::ShortKey number_;
  Key key_;
  std::uint32_t stays_ = 0;
};

}  // namespace hunt::history::stored
