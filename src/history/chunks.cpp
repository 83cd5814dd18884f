#include "history/chunks.hpp"

#include "history/stored.hpp"

#include <algorithm>
#include <bit>

namespace hunt::history {

using namespace stored;

namespace {

constexpr std::uint64_t zigzag(std::int64_t n) noexcept {
  return static_cast<std::uint64_t>(n) << 1 ^ static_cast<std::uint64_t>(n >> 63);
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

}  // namespace

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
  unite(pieces.chunks);
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

}  // namespace hunt::history
