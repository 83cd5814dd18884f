#include "core/error.hpp"
#include "history/chunks.hpp"
#include "history/stored.hpp"

#include <algorithm>
#include <bit>
#include <string>

namespace hunt::history {

using namespace stored;

Terms merged(const Terms &a, const Terms &b) noexcept {
  return {std::max(a.retention_days, b.retention_days), a.max_values == kUnlimited || b.max_values == kUnlimited
                                                            ? std::max(a.max_values, b.max_values)
                                                            : std::min(a.max_values, b.max_values)};
}

ValueKind kind(Bytes history) noexcept { return static_cast<ValueKind>(history[1]); }
bool is_empty(Bytes history) noexcept { return history[1] == 0; }
Terms terms(Bytes history) noexcept { return head_of(history).terms; }
bool is_complete(Bytes history) noexcept { return (history[0] & kBounded) == 0; }

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
  into.chunks.insert(into.chunks.end(), from.chunks.begin(), from.chunks.end());
  put_in_order(into.chunks, poll);
  return put_together(into, std::numeric_limits<Time>::min(), allocate, poll);
}

OpenBytes prune(Bytes history, Time before, Allocate allocate, core::Poll poll) {
  if (before == std::numeric_limits<Time>::min())
    return put_together(take_apart(history, terms(history).retention_days, poll), before, allocate, poll);
  const Pieces pieces = take_apart(history, terms(history).retention_days, poll);
  return put_together(pieces, day_of(before) * kDay, allocate, poll);
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
