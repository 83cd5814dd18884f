// What an entity (a user, a host, a key) has shown: each value with the times at which it was seen. From it follows,
// for any moment t, what the entity had shown before t, whatever was added since and in whatever order.
//
// THE CONTRACT. A history has a retention of R whole days. Of the events (value, time) that were added it keeps
//
//   stays       for each value: maximal runs of events of which each follows the one before within R; of each stay the
//               first and the last time, to the microsecond, and the number of events
//   days        for each value: the set of the days (UTC) on which it was seen
//   the whole   the stays of the entity: those of all its events, of whatever value
//
// and so it answers exactly, for every t and every retention R' >= R (in whole days):
//
//   is v known at t?          was there an event of v in [t - R', t)
//   since when?               the first event of the run of v, with gaps up to R', that reaches t
//   on how many days?         the number of days d with an event of v and day(t) - R' <= d < day(t)
//   since when is the entity? the first event of its run, with gaps up to R', that reaches t
//
// Proof of the first: a t inside a stay has an event of v within R before it, as no gap is longer; a t behind its end
// has one within R' exactly if the end is. A stay is a union of intervals [event, event + R]: the union of two
// histories' stays, joined where at most R apart, is what all their events would have made. So merging is associative,
// commutative and idempotent in everything but the number of events, and the bytes do not tell how a history was made.
// Only the number of events counts the later ones with the earlier ones; no verdict looks at it.
//
// Merging histories of different retention gives one of the longer.
//
// max_values bounds the number of values. A history that meets more keeps those with the least hashes (hash64 of their
// keys), all that it knew of them, and the bound: the hash from which on values are left out. Whether a value is kept
// depends on the set of values alone, and a value below the bound that is not there was never seen. Of a value from the
// bound on nothing is known (Presence::untracked). Merging histories of different max_values gives one of the smaller.
//
// prune(h, before) forgets the stays that ended before the day of `before` and all days before that. No answer changes
// for t >= before + R, if events that are added later are not older than before + R.
//
// THE STORED FORM has no slack. Varints are LEB128 (core/varint.hpp); times are microseconds since 2000-01-01 UTC.
//
//   byte 0      version 1 in the high nibble; low nibble: kBounded, kWhole; kOpen is never stored
//   byte 1      the kind of values (distinct::ValueKind): text, bigint or inet; 0 in a history of nothing
//   varint      R in days, 0 in a history of nothing
//   varint      max_values, 0: no limit
//   8 bytes     if kBounded: the bound
//   8 bytes     unless of nothing: B, the first of all times below
//   varint, ... if kWhole (when they do not follow from the values' below): number of the entity's stays; each of them
//   varint      number of values, ascending by key (distinct/value_key.hpp); of each
//   bytes         the key: of text and inet its size as a varint and its bytes, of bigint the number as a zigzag varint
//   varint        the number of its stays, ascending; each of them, then
//   varint          the number of its events
//   varint, bytes   how many days after that of its first time it has its first day; and from there to the day of its
//                   last time a bit a day, the lowest first, in whole bytes
// A stay is its first time less B and its last time less its first, as varints.
//
// In a history that lies open (open_history.hpp) rows are added. Nothing here owns bytes: the caller's Allocate does.
#pragma once

#include "core/poll.hpp"
#include "distinct/value_key.hpp"

#include <optional>
#include <vector>

namespace hunt::history {

using distinct::Key;
using distinct::ValueKind;
using Bytes = std::span<const std::uint8_t>;
using OpenBytes = std::span<std::uint8_t>;
using Allocate = OpenBytes (*)(std::size_t size);  // so many bytes, of any content; may throw
using Time = std::int64_t;                         // microseconds since 2000-01-01 UTC, finite

inline constexpr std::int64_t kDay = 86'400'000'000;
inline constexpr std::uint32_t kUnlimited = 0;  // as max_values
// Longer than all time that a timestamptz can tell: longer retentions are the same.
inline constexpr std::uint32_t kMaxRetentionDays = 110'000'000;

struct Terms {
  std::uint32_t retention_days = 0;
  std::uint32_t max_values = kUnlimited;
};
// What a history is made of that is merged from two: the longer retention, the smaller max_values.
Terms merged(const Terms &a, const Terms &b) noexcept;

// The day of a time, counted from 2000-01-01 UTC.
constexpr std::int32_t day_of(Time time) noexcept {
  return static_cast<std::int32_t>(time >= 0 ? time / kDay : -((-time - 1) / kDay) - 1);
}

// Throws core::Error unless the bytes are the stored form of some history. All else trusts its bytes.
void validate(Bytes history, Allocate allocate, core::Poll poll);

ValueKind kind(Bytes history) noexcept;  // meaningless in a history of nothing
bool is_empty(Bytes history) noexcept;   // it has met no value
Terms terms(Bytes history) noexcept;
bool is_complete(Bytes history) noexcept;  // false once max_values was met

// Throws core::Error if the histories have values of different kinds.
OpenBytes merge(Bytes a, Bytes b, Allocate allocate, core::Poll poll);
OpenBytes prune(Bytes history, Time before, Allocate allocate, core::Poll poll);

struct Stay {
  Time first;
  Time last;
};

// One value as it is read.
struct Entry {
  Key key;  // valid until the next is read
  Time first_seen;
  Time last_seen;
  std::uint64_t times;
  std::uint32_t days;
};

// Calls visit(context, entry) for each value, ascending.
using Visit = void (*)(void *context, const Entry &entry);
void each_entry(Bytes history, Visit visit, void *context, core::Poll poll);
std::optional<Entry> find(Bytes history, Key key) noexcept;

struct Summary {
  std::uint32_t values;
  std::optional<Stay> whole;  // from the entity's first event to its last
};
Summary summarize(Bytes history) noexcept;

enum class Presence : std::uint8_t { unknown, known, untracked };

// What was to be known of one value just before t.
struct Answer {
  Presence value = Presence::unknown;
  std::optional<Time> value_since;   // if known
  std::optional<Time> entity_since;  // if the entity was
  std::uint32_t days = 0;
  std::uint32_t values = 0;  // how many values of the entity were known
  std::uint64_t times = 0;   // how many events of the value its run has, to this day; 0 unless known
};

// Throws core::Error if retention_days is less than the history's own.
Answer ask(Bytes history, Key key, Time t, std::uint32_t retention_days);

}  // namespace hunt::history
