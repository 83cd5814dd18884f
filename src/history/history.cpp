#include "history/chunks.hpp"

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/varint.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <string>

namespace hunt::history {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kBounded = 1, kWhole = 2, kOpen = 4;
constexpr std::size_t kPollEvery = 1024;
// What a timestamptz can tell without its infinities.
constexpr Time kFirstTime = -211813488000000000, kLastTime = 9223371331200000000 - 1;

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

constexpr std::uint64_t zigzag(std::int64_t n) noexcept {
  return static_cast<std::uint64_t>(n) << 1 ^ static_cast<std::uint64_t>(n >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t n) noexcept {
  return static_cast<std::int64_t>(n >> 1) ^ -static_cast<std::int64_t>(n & 1);
}

std::uint64_t hash_of(Key key) noexcept {
  return core::hash64({reinterpret_cast<const char *>(key.data()), key.size()});
}

// Bits from bit number `offset` on, which may be negative; none of them lies outside of the bytes but zeros.
void put_bits(std::uint8_t *to, std::int64_t offset, std::uint64_t bits) noexcept {
  if (offset < 0) {
    bits >>= -offset;
    offset = 0;
  }
  to += offset / 8;
  for (unsigned __int128 rest = static_cast<unsigned __int128>(bits) << offset % 8; rest != 0; rest >>= 8)
    *to++ |= static_cast<std::uint8_t>(rest);
}

// `count` <= 64 bits from bit number `offset` on; those outside of the bytes are zeros.
std::uint64_t get_bits(Bytes from, std::int64_t offset, unsigned count) noexcept {
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

Stay read_stay(const std::uint8_t *&at, Time base) noexcept {
  const auto first = static_cast<Time>(static_cast<std::uint64_t>(base) + core::get_varint64(at));
  return {first, static_cast<Time>(static_cast<std::uint64_t>(first) + core::get_varint64(at))};
}

Head head_of(Bytes history) noexcept {
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

void add_chunks(std::vector<Chunk> &chunks, Key key, const ValueStay &stay, std::uint32_t width) {
  const std::int32_t begin = span_of(day_of(stay.first), width);
  const auto days_in = [&](std::int32_t span) {
    return get_bits(stay.days, std::int64_t{span} * width - stay.first_day, width);
  };
  chunks.push_back({key, begin, days_in(begin), stay.first, stay.last, stay.times});
  const std::int32_t end = span_of(day_of(stay.last), width);
  for (std::int32_t span = std::max(begin + 1, span_of(stay.first_day, width)); span <= end; ++span)
    if (const std::uint64_t days = days_in(span); days != 0)
      chunks.push_back({key, span, days});
}

bool precedes(const Chunk &a, const Chunk &b) noexcept {
  if (const auto order = distinct::compare_keys(a.key, b.key); order != 0)
    return order < 0;
  return a.span < b.span;
}

// Unites neighbours of one value and span.
void unite(std::vector<Chunk> &chunks) noexcept {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const Chunk &c = chunks[i];
    if (kept != 0 && chunks[kept - 1].span == c.span && distinct::keys_equal(chunks[kept - 1].key, c.key)) {
      Chunk &into = chunks[kept - 1];
      into.days |= c.days;
      into.first = std::min(into.first, c.first);
      into.last = std::max(into.last, c.last);
      into.times = sum(into.times, c.times);
    } else {
      chunks[kept++] = c;
    }
  }
  chunks.resize(kept);
}

// Joins stays that are not farther apart than `gap`; they ascend.
void join(std::vector<Stay> &stays, std::uint64_t gap) noexcept {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < stays.size(); ++i) {
    const Stay s = stays[i];
    if (kept != 0 && reaches(stays[kept - 1], s.first, gap))
      stays[kept - 1].last = std::max(stays[kept - 1].last, s.last);
    else
      stays[kept++] = s;
  }
  stays.resize(kept);
}

bool by_first(const Stay &a, const Stay &b) noexcept { return a.first < b.first; }

// A stay of a value, with the chunks from which its days come.
struct Run : Stay {
  std::uint64_t times;
  std::size_t begin, end;  // chunks
};
struct Value {
  Key key;
  std::size_t begin, end;  // runs
};

// Pieces on their way to a stored form.
class Writer {
public:
  Writer(const Pieces &pieces, Time before) : pieces_(pieces), before_(before) {}

  OpenBytes write(Allocate allocate, core::Poll poll) {
    find_runs(poll);
    const bool is_told = !whole_.empty();  // the stays of the entity came along
    for (const Run &run : runs_)
      whole_.push_back(run);
    std::ranges::sort(whole_, by_first);
    join(whole_, gap_);
    const std::size_t all = runs_.size();
    keep_least();
    forget();
    std::vector<Stay> derived;
    if (is_told || bound_ || runs_.size() != all) {
      for (const Value &v : values_)
        for (std::size_t i = v.begin; i < v.end; ++i)
          derived.push_back(runs_[i]);
      std::ranges::sort(derived, by_first);
      join(derived, gap_);
      has_whole_ = !std::ranges::equal(
          derived, whole_, [](const Stay &a, const Stay &b) { return a.first == b.first && a.last == b.last; });
    }
    put(poll);
    const OpenBytes into = allocate(out_.size());
    std::ranges::copy(out_, into.begin());
    return into;
  }

private:
  void find_runs(core::Poll poll) {
    const std::vector<Chunk> &chunks = pieces_.chunks;
    for (std::size_t i = 0; i < chunks.size();) {
      if (i % kPollEvery == 0)
        poll();
      const Key key = chunks[i].key;
      const std::size_t first_run = runs_.size();
      for (; i < chunks.size() && distinct::keys_equal(chunks[i].key, key); ++i) {
        const Chunk &c = chunks[i];
        if (key.empty()) {
          whole_.push_back({c.first, c.last});
        } else if (c.has_stay() && (runs_.size() == first_run || !reaches(runs_.back(), c.first, gap_))) {
          runs_.push_back({{c.first, c.last}, c.times, i, i + 1});
        } else {
          Run &run = runs_.back();  // days without a stay never come first
          if (c.has_stay())
            run.last = std::max(run.last, c.last);
          run.times = sum(run.times, c.times);
          run.end = i + 1;
        }
      }
      if (!key.empty())
        values_.push_back({key, first_run, runs_.size()});
    }
  }

  // Leaves out the values from the bound on, and moves the bound if there are too many below it.
  void keep_least() {
    const std::uint32_t most = pieces_.terms.max_values;
    bound_ = pieces_.bound;
    const bool has_too_many = most != kUnlimited && values_.size() > most;
    if (!bound_ && !has_too_many)
      return;
    std::vector<std::uint64_t> hashes;
    for (const Value &v : values_)
      hashes.push_back(hash_of(v.key));
    if (has_too_many) {
      std::vector<std::uint64_t> sorted = hashes;
      std::ranges::nth_element(sorted, sorted.begin() + most);
      bound_ = bound_ ? std::min(*bound_, sorted[most]) : sorted[most];
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < values_.size(); ++i)
      if (hashes[i] < *bound_)
        values_[kept++] = values_[i];
    if (kept != values_.size())
      is_cut_ = true;
    values_.resize(kept);
  }

  void forget() {
    const auto is_over = [this](const Stay &stay) { return stay.last < before_; };
    std::erase_if(whole_, is_over);
    std::vector<Run> kept;
    std::vector<Value> values;
    if (!is_cut_ && std::ranges::none_of(runs_, is_over))
      return;
    for (const Value &v : values_) {
      const std::size_t begin = kept.size();
      for (std::size_t i = v.begin; i < v.end; ++i)
        if (!is_over(runs_[i]))
          kept.push_back(runs_[i]);
      if (kept.size() != begin)
        values.push_back({v.key, begin, kept.size()});
    }
    runs_.swap(kept);
    values_.swap(values);
  }

  void put(core::Poll poll) {
    const bool is_empty = whole_.empty();
    const Terms terms = is_empty ? Terms{} : pieces_.terms;
    std::uint8_t flags = kVersion << 4;
    if (!is_empty && bound_)
      flags |= kBounded;
    if (!is_empty && has_whole_)
      flags |= kWhole;
    out_.reserve(64 + 40 * runs_.size());
    out_.push_back(flags);
    out_.push_back(is_empty ? 0 : pieces_.kind);
    number(terms.retention_days);
    number(terms.max_values);
    if ((flags & kBounded) != 0)
      eight(*bound_);
    if (!is_empty)
      eight(static_cast<std::uint64_t>(whole_.front().first));
    if ((flags & kWhole) != 0) {
      number(whole_.size());
      for (const Stay &s : whole_)
        stay(s);
    }
    number(values_.size());
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (i % kPollEvery == 0)
        poll();
      value(values_[i]);
    }
  }

  void number(std::uint64_t n) {
    std::uint8_t buffer[10];
    out_.insert(out_.end(), buffer, core::put_varint64(buffer, n));
  }
  void eight(std::uint64_t n) {
    const auto bytes = std::bit_cast<std::array<std::uint8_t, 8>>(n);
    out_.insert(out_.end(), bytes.begin(), bytes.end());
  }
  void stay(const Stay &s) {
    number(distance(whole_.front().first, s.first));
    number(distance(s.first, s.last));
  }
  void value(const Value &v) {
    if (pieces_.kind == static_cast<std::uint8_t>(ValueKind::bigint)) {
      number(zigzag(distinct::bigint_of(v.key)));
    } else {
      number(v.key.size());
      out_.insert(out_.end(), v.key.begin(), v.key.end());
    }
    number(v.end - v.begin);
    for (std::size_t i = v.begin; i < v.end; ++i) {
      stay(runs_[i]);
      number(runs_[i].times);
      days(runs_[i]);
    }
  }
  void days(const Run &run) {
    const std::uint32_t width = chunk_days(pieces_.terms.retention_days);
    // The day of the last time is always among them.
    const std::int64_t oldest =
        before_ == std::numeric_limits<Time>::min() ? std::numeric_limits<std::int64_t>::min() : day_of(before_);
    const auto days_of = [&](const Chunk &c) -> std::uint64_t {
      const std::int64_t first = std::int64_t{c.span} * width;
      return oldest <= first ? c.days : oldest - first >= 64 ? 0 : c.days >> (oldest - first) << (oldest - first);
    };
    std::size_t i = run.begin;
    while (days_of(pieces_.chunks[i]) == 0)
      ++i;
    const std::int64_t first =
        std::int64_t{pieces_.chunks[i].span} * width + std::countr_zero(days_of(pieces_.chunks[i]));
    number(static_cast<std::uint64_t>(first - day_of(run.first)));
    const std::size_t place = out_.size();
    out_.resize(place + bytes_of_days(day_of(run.last) - first + 1));
    for (; i < run.end; ++i)
      put_bits(out_.data() + place, std::int64_t{pieces_.chunks[i].span} * width - first, days_of(pieces_.chunks[i]));
  }

  const Pieces &pieces_;
  const Time before_;
  const std::uint64_t gap_ = microseconds(pieces_.terms.retention_days);
  std::vector<Run> runs_;
  std::vector<Value> values_;
  std::vector<Stay> whole_;
  std::optional<std::uint64_t> bound_;
  bool is_cut_ = false, has_whole_ = false;
  std::vector<std::uint8_t> out_;
};

// Bytes of unknown origin, read one part after the other.
class Checker {
public:
  explicit Checker(Bytes rest) : rest_(rest) {}

  [[noreturn]] static void refuse(const std::string &why) {
    throw core::Error(core::kInvalidBinary, "not a history: " + why,
                      "Histories are made by history() and history_merge(), and read back as they were written.");
  }
  bool is_at_end() const noexcept { return rest_.empty(); }
  std::uint32_t number() {
    std::uint32_t n = 0;
    if (!core::read_varint(rest_, n))
      refuse("it is cut off or has a number that is not one");
    return n;
  }
  std::uint64_t number64() {
    std::uint64_t n = 0;
    if (!core::read_varint64(rest_, n))
      refuse("it is cut off or has a number that is not one");
    return n;
  }
  Bytes bytes(std::size_t size) {
    if (size > rest_.size())
      refuse("it is cut off");
    const Bytes result = rest_.first(size);
    rest_ = rest_.subspan(size);
    return result;
  }
  Time time(Time base, std::uint64_t later) {
    if (later > distance(base, kLastTime))
      refuse("a time is out of range");
    return static_cast<Time>(static_cast<std::uint64_t>(base) + later);
  }
  Stay stay(Time base) {
    const Time first = time(base, number64());
    return {first, time(first, number64())};
  }
  void value(std::uint8_t kind, Time base) {
    if (kind == static_cast<std::uint8_t>(ValueKind::bigint)) {
      number64();
    } else {
      const Key key = bytes(number());
      if (key.empty() || !distinct::is_key(static_cast<ValueKind>(kind), key))
        refuse("a value is not of its kind");
    }
    const std::uint32_t stays = number();
    if (stays == 0)
      refuse("a value was never seen");
    for (std::uint32_t i = 0; i < stays; ++i) {
      const Stay s = stay(base);
      if (number64() == 0)
        refuse("a value was seen at times, but in no event");
      const std::int64_t days = day_of(s.last) - day_of(s.first) + 1;
      const std::uint32_t skipped = number();
      if (skipped >= days)
        refuse("its days are not those of its times");
      const std::size_t size = bytes_of_days(days - skipped);
      const Bytes set = bytes(size);
      if ((set[0] & 1) == 0 || set[size - 1] >> ((days - skipped - 1) % 8) != 1)
        refuse("its days are not those of its times");
    }
  }

private:
  Bytes rest_;
};

void check_head(Checker &in, std::uint8_t flags, std::uint8_t kind, Time &base) {
  const std::uint32_t retention = in.number();
  const std::uint32_t most = in.number();
  if (kind == 0) {
    if (flags != 0 || retention != 0 || most != 0 || in.number() != 0 || !in.is_at_end())
      Checker::refuse("it has no kind of values, but something else");
    return;
  }
  if (retention == 0 || retention > kMaxRetentionDays)
    Checker::refuse("its retention is out of range");
  if (most > std::numeric_limits<std::int32_t>::max() || ((flags & kBounded) != 0 && most == kUnlimited))
    Checker::refuse("its max_values is out of range");
  if ((flags & kBounded) != 0)
    in.bytes(8);
  base = load<Time>(in.bytes(8).data());
  if (base < kFirstTime || base > kLastTime)
    Checker::refuse("a time is out of range");
}

}  // namespace

Terms merged(const Terms &a, const Terms &b) noexcept {
  return {std::max(a.retention_days, b.retention_days), a.max_values == kUnlimited || b.max_values == kUnlimited
                                                            ? std::max(a.max_values, b.max_values)
                                                            : std::min(a.max_values, b.max_values)};
}

ValueKind kind(Bytes history) noexcept { return static_cast<ValueKind>(history[1]); }
bool is_empty(Bytes history) noexcept { return history[1] == 0; }
Terms terms(Bytes history) noexcept { return head_of(history).terms; }
bool is_complete(Bytes history) noexcept { return (history[0] & kBounded) == 0; }

void validate(Bytes history, Allocate allocate, core::Poll poll) {
  if (history.size() < 5)
    Checker::refuse("it is cut off");
  if (history[0] >> 4 != kVersion)
    throw core::Error(core::kInvalidBinary, "unknown version " + std::to_string(history[0] >> 4) + " of a history",
                      "It was written by a newer session_hunt, or is not a history.");
  const std::uint8_t flags = history[0] & 0xF, kind = history[1];
  if ((flags & ~(kBounded | kWhole)) != 0)
    Checker::refuse("it is not closed");
  if (kind != 0 && kind != static_cast<std::uint8_t>(ValueKind::text) &&
      kind != static_cast<std::uint8_t>(ValueKind::bigint) && kind != static_cast<std::uint8_t>(ValueKind::inet))
    Checker::refuse("its values are of no kind that histories have");
  Checker in(history.subspan(2));
  Time base = 0;
  check_head(in, flags, kind, base);
  if (kind == 0)
    return;
  if ((flags & kWhole) != 0)
    for (std::uint32_t i = 0, count = in.number(); i < count; ++i)
      in.stay(base);
  for (std::uint32_t i = 0, count = in.number(); i < count; ++i) {
    if (i % kPollEvery == 0)
      poll();
    in.value(kind, base);
  }
  if (!in.is_at_end())
    Checker::refuse("something follows its values");
  // All the rest (order, joined stays, the bound) holds exactly if writing it anew changes nothing.
  Pieces pieces = take_apart(history, terms(history).retention_days, poll);
  put_in_order(pieces.chunks, poll);
  if (!std::ranges::equal(put_together(pieces, std::numeric_limits<Time>::min(), allocate, poll), history))
    Checker::refuse("no events have this history");
}

Pieces take_apart(Bytes history, std::uint32_t retention_days, core::Poll poll) {
  const Head head = head_of(history);
  const std::uint32_t width = chunk_days(retention_days);
  Pieces pieces{head.kind, head.terms, head.bound, {}, {}};
  pieces.terms.retention_days = retention_days;
  if (head.kind == static_cast<std::uint8_t>(ValueKind::bigint))
    pieces.numbers.reserve(head.count);
  pieces.chunks.reserve(head.whole_count + 2 * std::size_t{head.count});
  const std::uint8_t *at = head.whole;
  for (std::uint32_t i = 0; i < head.whole_count; ++i) {
    const Stay stay = read_stay(at, head.base);
    pieces.chunks.push_back({{}, span_of(day_of(stay.first), width), 0, stay.first, stay.last});
  }
  std::size_t seen = 0;
  for (Values values(head); values.next();) {
    if (seen++ % kPollEvery == 0)
      poll();
    Key key = values.key();
    if (head.kind == static_cast<std::uint8_t>(ValueKind::bigint)) {
      std::ranges::copy(key, pieces.numbers.emplace_back().begin());
      key = pieces.numbers.back();
    }
    for (std::uint32_t i = 0; i < values.stays(); ++i)
      add_chunks(pieces.chunks, key, values.next_stay(), width);
  }
  return pieces;
}

void put_in_order(std::vector<Chunk> &chunks, core::Poll poll) {
  std::size_t compared = 0;
  if (!std::ranges::is_sorted(chunks, precedes))
    std::ranges::sort(chunks, [&](const Chunk &a, const Chunk &b) {
      if (++compared % kPollEvery == 0)
        poll();
      return precedes(a, b);
    });
  unite(chunks);
}

OpenBytes put_together(const Pieces &pieces, Time before, Allocate allocate, core::Poll poll) {
  return Writer(pieces, before).write(allocate, poll);
}

OpenBytes merge(Bytes a, Bytes b, Allocate allocate, core::Poll poll) {
  if (!is_empty(a) && !is_empty(b) && a[1] != b[1])
    throw core::Error(core::kInvalidParameter, std::string("cannot merge a history of ") +
                                                   distinct::kind_name(kind(b)) + " values with one of " +
                                                   distinct::kind_name(kind(a)) + " values");
  const Terms both = merged(terms(a), terms(b));
  Pieces into = take_apart(a, both.retention_days, poll);
  const Pieces from = take_apart(b, both.retention_days, poll);
  into.kind |= from.kind;  // equal, or one of them is of nothing
  into.terms = both;
  if (from.bound && (!into.bound || *from.bound < *into.bound))
    into.bound = from.bound;
  const auto middle = static_cast<std::ptrdiff_t>(into.chunks.size());
  into.chunks.insert(into.chunks.end(), from.chunks.begin(), from.chunks.end());
  std::inplace_merge(into.chunks.begin(), into.chunks.begin() + middle, into.chunks.end(), precedes);
  unite(into.chunks);
  return put_together(into, std::numeric_limits<Time>::min(), allocate, poll);
}

OpenBytes prune(Bytes history, Time before, Allocate allocate, core::Poll poll) {
  Pieces pieces = take_apart(history, terms(history).retention_days, poll);
  unite(pieces.chunks);
  return put_together(pieces, before, allocate, poll);
}

namespace {

// Reads the stays of a value that has been moved to.
Entry read_entry(Values &values) noexcept {
  Entry entry{values.key(), 0, 0, 0, 0};
  for (std::uint32_t i = 0; i < values.stays(); ++i) {
    const ValueStay stay = values.next_stay();
    if (i == 0)
      entry.first_seen = stay.first;
    entry.last_seen = stay.last;
    entry.times = sum(entry.times, stay.times);
    for (const std::uint8_t byte : stay.days)
      entry.days += static_cast<std::uint32_t>(std::popcount(byte));
  }
  return entry;
}

// How many of the days from `begin` up to `end` a stay has.
std::uint32_t days_between(const ValueStay &stay, std::int64_t begin, std::int64_t end) noexcept {
  std::uint32_t days = 0;
  const auto last = static_cast<std::int64_t>(8 * stay.days.size());
  for (std::int64_t i = std::max<std::int64_t>(begin - stay.first_day, 0), stop = std::min(end - stay.first_day, last);
       i < stop; i += 64)
    days += static_cast<std::uint32_t>(
        std::popcount(get_bits(stay.days, i, static_cast<unsigned>(std::min<std::int64_t>(64, stop - i)))));
  return days;
}

// The run of stays, added in ascending order, that reaches t.
struct RunBefore {
  Time t;
  std::uint64_t gap;
  std::optional<Stay> run;
  std::uint64_t times = 0;
  void add(const Stay &stay, std::uint64_t its_times) noexcept {
    if (stay.first >= t)
      return;
    if (run && reaches(*run, stay.first, gap)) {
      run->last = std::max(run->last, stay.last);
      times = sum(times, its_times);
    } else {
      run = stay;
      times = its_times;
    }
  }
  std::optional<Time> since() const noexcept {
    return run && is_seen(*run, t, gap) ? std::optional(run->first) : std::nullopt;
  }
};

}  // namespace

void each_entry(Bytes history, Visit visit, void *context, core::Poll poll) {
  const Head head = head_of(history);
  std::size_t seen = 0;
  for (Values values(head); values.next();) {
    if (seen++ % kPollEvery == 0)
      poll();
    visit(context, read_entry(values));
  }
}

std::optional<Entry> find(Bytes history, Key key) noexcept {
  const Head head = head_of(history);
  for (Values values(head); values.next();) {
    Entry entry = read_entry(values);
    if (distinct::keys_equal(entry.key, key)) {
      entry.key = key;
      return entry;
    }
  }
  return std::nullopt;
}

Summary summarize(Bytes history) noexcept {
  const Head head = head_of(history);
  Summary summary{head.count, {}};
  const auto add = [&summary](const Stay &stay) {
    if (!summary.whole)
      summary.whole = stay;
    summary.whole->first = std::min(summary.whole->first, stay.first);
    summary.whole->last = std::max(summary.whole->last, stay.last);
  };
  const std::uint8_t *at = head.whole;
  for (std::uint32_t i = 0; i < head.whole_count; ++i)
    add(read_stay(at, head.base));
  for (Values values(head); values.next();)
    for (std::uint32_t i = 0; i < values.stays(); ++i)
      add(values.next_stay());
  return summary;
}

Answer ask(Bytes history, Key key, Time t, std::uint32_t retention_days) {
  const Head head = head_of(history);
  if (retention_days < head.terms.retention_days)
    throw core::Error(core::kInvalidParameter,
                      "a history with a retention of " + std::to_string(head.terms.retention_days) +
                          " days cannot tell what was known with one of " + std::to_string(retention_days),
                      "Ask for its own retention or a longer one, or make the history anew with the shorter one.");
  const std::uint64_t gap = microseconds(retention_days);
  const std::int64_t today = day_of(t);
  Answer answer;
  RunBefore of_value{t, gap, {}};
  std::vector<Stay> whole;
  for (Values values(head); values.next();) {
    const bool is_asked = distinct::keys_equal(values.key(), key);
    bool is_known = false;
    for (std::uint32_t i = 0; i < values.stays(); ++i) {
      const ValueStay stay = values.next_stay();
      is_known = is_known || is_seen(stay, t, gap);
      if (head.whole_count == 0 && stay.first < t)
        whole.push_back(stay);
      if (is_asked) {
        of_value.add(stay, stay.times);
        answer.days += days_between(stay, today - std::int64_t{retention_days}, today);
      }
    }
    answer.values += is_known;
    if (is_asked && is_known)
      answer.value = Presence::known;
  }
  if (answer.value == Presence::known) {
    answer.value_since = of_value.since();
    answer.times = of_value.times;
  } else if (head.bound && hash_of(key) >= *head.bound) {
    answer.value = Presence::untracked;
  }
  const std::uint8_t *at = head.whole;
  for (std::uint32_t i = 0; i < head.whole_count; ++i)
    whole.push_back(read_stay(at, head.base));
  std::ranges::sort(whole, by_first);
  RunBefore of_entity{t, gap, {}};
  for (const Stay &stay : whole)
    of_entity.add(stay, 0);
  answer.entity_since = of_entity.since();
  return answer;
}

}  // namespace hunt::history
