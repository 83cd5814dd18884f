#include "history/open_history.hpp"

#include "core/error.hpp"
#include "core/hash.hpp"
#include "history/chunks.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <string>

namespace hunt::history {

namespace {

constexpr std::uint8_t kOpenByte = 1 << 4 | 4;  // version 1, open
constexpr std::size_t kLargestState = 0x3FFFFFFF - 4;
constexpr std::uint32_t kFew = 8;
constexpr std::uint32_t kPollEvery = 4096;

struct Header {
  std::uint8_t flags;
  std::uint8_t kind;
  std::uint8_t slots_log2;  // of the index; 0: there is none
  std::uint8_t is_bounded;
  std::uint32_t retention_days;
  std::uint32_t max_values;
  std::uint32_t count;     // of entries
  std::uint32_t capacity;  // for entries
  std::uint32_t keys_used;
  std::uint32_t key_room;
  std::uint32_t cut_at;  // the number of entries at which values from the bound on are left out again
  std::uint64_t bound;
};

struct Entry {
  std::uint64_t key;  // of bigint its 8 bytes, else where it begins among the keys, and in the upper half its size
  Time first;
  Time last;
  std::uint64_t days;
  std::uint64_t times;
  std::int32_t span;
  std::int32_t unused;
};
static_assert(std::is_trivially_copyable_v<Entry> && sizeof(Entry) == 48);

template <class T> T load(const std::uint8_t *from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
template <class T> void store(std::uint8_t *to, const T &value) noexcept { std::memcpy(to, &value, sizeof value); }

// An open history taken apart. The header is a copy.
struct View {
  explicit View(Bytes history) noexcept : header(load<Header>(history.data())), bytes(history) {}
  const std::uint8_t *entry(std::uint32_t i) const noexcept {
    return bytes.data() + sizeof(Header) + i * sizeof(Entry);
  }
  const std::uint8_t *keys() const noexcept { return entry(header.capacity); }
  const std::uint8_t *slots() const noexcept { return keys() + header.key_room; }
  Key key(std::uint32_t i) const noexcept {
    const std::uint8_t *at = entry(i);
    const auto e = load<Entry>(at);
    if (e.times == 0 && e.days == 0)  // the entity's own
      return {};
    if (has_number())
      return {at, sizeof e.key};
    return {keys() + static_cast<std::uint32_t>(e.key), static_cast<std::size_t>(e.key >> 32)};
  }
  bool has_number() const noexcept { return header.kind == static_cast<std::uint8_t>(ValueKind::bigint); }
  Header header;
  Bytes bytes;
};

std::uint8_t *writable(OpenBytes history, const std::uint8_t *at) noexcept {
  return history.data() + (at - history.data());
}

std::uint32_t hash_of(Key key) noexcept {
  return static_cast<std::uint32_t>(core::hash64({reinterpret_cast<const char *>(key.data()), key.size()}));
}
std::uint32_t slot_of(std::uint32_t hash, std::int32_t span) noexcept {
  return (hash ^ static_cast<std::uint32_t>(span) * 0x9E3779B1U) * 0x85EBCA6BU;
}

unsigned slots_log2_for(std::uint32_t count) noexcept {
  return count <= kFew ? 0 : static_cast<unsigned>(std::bit_width(2 * count - 1));
}
constexpr std::size_t index_size(unsigned slots_log2) noexcept {
  return slots_log2 == 0 ? 0 : sizeof(std::uint32_t) << slots_log2;
}

[[noreturn]] void refuse_size() {
  throw core::Error(core::kLimitExceeded, "the history of one group exceeds 1 GB",
                    "Give a smaller max_values, or group the rows by more.");
}

void index_entry(OpenBytes history, std::uint32_t i) noexcept {
  const View view(history);
  const auto entry = load<Entry>(view.entry(i));
  const std::uint32_t mask = (std::uint32_t{1} << view.header.slots_log2) - 1;
  std::uint32_t slot = slot_of(hash_of(view.key(i)), entry.span) & mask;
  while (load<std::uint32_t>(view.slots() + 4 * slot) != 0)
    slot = (slot + 1) & mask;
  store(writable(history, view.slots() + 4 * slot), i + 1);
}

// A copy with room for so many entries and bytes of keys.
OpenBytes resized(Bytes history, std::uint32_t capacity, std::size_t key_room, Allocate allocate, core::Poll poll) {
  const View view(history);
  Header header = view.header;
  header.capacity = capacity;
  header.slots_log2 = static_cast<std::uint8_t>(slots_log2_for(capacity));
  const std::size_t size =
      sizeof(Header) + std::size_t{capacity} * sizeof(Entry) + key_room + index_size(header.slots_log2);
  if (size > kLargestState)
    refuse_size();
  header.key_room = static_cast<std::uint32_t>(key_room);
  const OpenBytes into = allocate(size);
  store(into.data(), header);
  const View to(into);
  std::memcpy(writable(into, to.entry(0)), view.entry(0), header.count * sizeof(Entry));
  if (header.keys_used != 0)
    std::memcpy(writable(into, to.keys()), view.keys(), header.keys_used);
  if (header.slots_log2 != 0) {
    std::memset(writable(into, to.slots()), 0, index_size(header.slots_log2));
    for (std::uint32_t i = 0; i < header.count; ++i) {
      if (i % kPollEvery == 0)
        poll();
      index_entry(into, i);
    }
  }
  return into;
}

bool is_entry(const View &view, std::uint32_t i, Key key, std::int32_t span) noexcept {
  return load<std::int32_t>(view.entry(i) + offsetof(Entry, span)) == span && distinct::keys_equal(view.key(i), key);
}

// The number of the entry of a value and span, or the number of entries.
std::uint32_t find(const View &view, Key key, std::int32_t span) noexcept {
  if (view.header.slots_log2 == 0) {
    for (std::uint32_t i = 0; i < view.header.count; ++i)
      if (is_entry(view, i, key, span))
        return i;
    return view.header.count;
  }
  const std::uint32_t mask = (std::uint32_t{1} << view.header.slots_log2) - 1;
  for (std::uint32_t slot = slot_of(hash_of(key), span) & mask;; slot = (slot + 1) & mask) {
    const auto number = load<std::uint32_t>(view.slots() + 4 * slot);
    if (number == 0)
      return view.header.count;
    if (is_entry(view, number - 1, key, span))
      return number - 1;
  }
}

OpenBytes with_room(OpenBytes history, std::size_t key_bytes, Allocate allocate, core::Poll poll) {
  const Header header = View(history).header;
  const bool is_full = header.count == header.capacity;
  if (!is_full && header.key_room - header.keys_used >= key_bytes)
    return history;
  const std::size_t needed = header.keys_used + key_bytes;
  if (needed > kLargestState)
    refuse_size();
  return resized(history, is_full ? std::max<std::uint32_t>(2, 2 * header.capacity) : header.capacity,
                 needed <= header.key_room ? header.key_room : std::max<std::size_t>(2 * header.key_room, needed),
                 allocate, poll);
}

OpenBytes add_chunk(OpenBytes history, const Chunk &chunk, Allocate allocate, core::Poll poll) {
  const View view(history);
  const std::uint32_t found = find(view, chunk.key, chunk.span);
  if (found != view.header.count) {
    auto entry = load<Entry>(view.entry(found));
    entry.first = std::min(entry.first, chunk.first);
    entry.last = std::max(entry.last, chunk.last);
    entry.days |= chunk.days;
    entry.times = sum(entry.times, chunk.times);
    store(writable(history, view.entry(found)), entry);
    return history;
  }
  const std::size_t key_bytes = view.has_number() ? 0 : chunk.key.size();
  history = with_room(history, key_bytes, allocate, poll);
  View grown(history);
  Header &header = grown.header;
  Entry entry{0, chunk.first, chunk.last, chunk.days, chunk.times, chunk.span, 0};
  if (grown.has_number()) {
    entry.key = chunk.key.empty() ? 0 : load<std::uint64_t>(chunk.key.data());
  } else {
    entry.key = std::uint64_t{chunk.key.size()} << 32 | header.keys_used;
    if (key_bytes != 0)
      std::memcpy(writable(history, grown.keys()) + header.keys_used, chunk.key.data(), key_bytes);
    header.keys_used += static_cast<std::uint32_t>(key_bytes);
  }
  store(writable(history, grown.entry(header.count)), entry);
  ++header.count;
  store(history.data(), header);
  if (header.slots_log2 != 0)
    index_entry(history, header.count - 1);
  return history;
}

// How many entries a history may have before values are left out again.
std::uint32_t next_cut(std::uint32_t count, std::uint32_t max_values) noexcept {
  return max_values == kUnlimited ? std::numeric_limits<std::uint32_t>::max()
                                  : static_cast<std::uint32_t>(std::min<std::uint64_t>(
                                        2 * std::uint64_t{std::max(count, max_values)}, kLargestState));
}

OpenBytes created(std::uint8_t kind, const Terms &terms, std::optional<std::uint64_t> bound, Allocate allocate) {
  const Header header{kOpenByte, kind, 0, bound.has_value(), terms.retention_days, terms.max_values, 0, 0,
                      0,         0,    0, bound.value_or(0)};
  const OpenBytes into = allocate(sizeof header);
  store(into.data(), header);
  return into;
}

OpenBytes opened(const Pieces &pieces, Allocate allocate, core::Poll poll) {
  const auto count = static_cast<std::uint32_t>(pieces.chunks.size());
  std::size_t key_bytes = 0;
  if (pieces.kind != static_cast<std::uint8_t>(ValueKind::bigint))
    for (const Chunk &c : pieces.chunks)
      key_bytes += c.key.size();
  OpenBytes history =
      resized(created(pieces.kind, pieces.terms, pieces.bound, allocate), count, key_bytes, allocate, poll);
  for (const Chunk &c : pieces.chunks)
    history = add_chunk(history, c, allocate, poll);
  Header header = View(history).header;
  header.cut_at = next_cut(header.count, header.max_values);
  store(history.data(), header);
  return history;
}

Terms terms_of(const Header &header) noexcept { return {header.retention_days, header.max_values}; }

// The chunks of an open history, in no order; their keys point into it.
Pieces pieces_of(Bytes history, core::Poll poll) {
  const View view(history);
  const Header &h = view.header;
  Pieces pieces{h.kind, terms_of(h), h.is_bounded ? std::optional(h.bound) : std::nullopt, {}, {}};
  pieces.chunks.reserve(h.count);
  for (std::uint32_t i = 0; i < h.count; ++i) {
    if (i % kPollEvery == 0)
      poll();
    const auto e = load<Entry>(view.entry(i));
    pieces.chunks.push_back({view.key(i), e.span, e.days, e.first, e.last, e.times});
  }
  return pieces;
}

// The same history for other terms, without the values from the bound on.
OpenBytes reopened(Bytes history, const Terms &terms, Allocate allocate, core::Poll poll) {
  Pieces pieces = pieces_of(history, poll);
  put_in_order(pieces.chunks, poll);
  pieces.terms.max_values = terms.max_values;
  const Bytes stored = put_together(pieces, std::numeric_limits<Time>::min(), allocate, poll);
  Pieces again = take_apart(stored, terms.retention_days, poll);
  again.kind = pieces.kind;
  again.terms = terms;
  return opened(again, allocate, poll);
}

[[noreturn]] void refuse_kinds(std::uint8_t a, std::uint8_t b) {
  throw core::Error(core::kInvalidParameter,
                    std::string("a history of ") + distinct::kind_name(static_cast<ValueKind>(a)) +
                        " values cannot take " + distinct::kind_name(static_cast<ValueKind>(b)) + " values");
}

// Gives an open history the kind and the terms of what is added to it.
OpenBytes prepared(OpenBytes history, std::uint8_t kind, const Terms &added, Allocate allocate, core::Poll poll) {
  Header header = View(history).header;
  if (header.kind != kind && header.kind != 0)
    refuse_kinds(header.kind, kind);
  const bool is_new = header.kind == 0;
  const Terms own = terms_of(header), both = is_new ? added : merged(own, added);
  if (!is_new && own.retention_days == both.retention_days && own.max_values == both.max_values)
    return history;
  header.kind = kind;
  if (header.count != 0)
    return reopened(history, both, allocate, poll);
  header.retention_days = both.retention_days;
  header.max_values = both.max_values;
  header.cut_at = next_cut(0, both.max_values);
  store(history.data(), header);
  return history;
}

}  // namespace

bool is_open(Bytes history) noexcept { return history[0] == kOpenByte; }

OpenBytes open(Bytes stored, Allocate allocate, core::Poll poll) {
  return opened(take_apart(stored, terms(stored).retention_days, poll), allocate, poll);
}

OpenBytes close(Bytes open, Allocate allocate, core::Poll poll) {
  Pieces pieces = pieces_of(open, poll);
  put_in_order(pieces.chunks, poll);
  return put_together(pieces, std::numeric_limits<Time>::min(), allocate, poll);
}

OpenBytes add(OpenBytes history, ValueKind kind, Key key, Time time, const Terms &terms, Allocate allocate,
              core::Poll poll) {
  history = prepared(history, static_cast<std::uint8_t>(kind), terms, allocate, poll);
  const Header header = load<Header>(history.data());
  if (header.count >= header.cut_at)
    history = reopened(history, terms_of(header), allocate, poll);
  const std::uint32_t width = chunk_days(header.retention_days);
  const std::int32_t day = day_of(time), span = span_of(day, width);
  const std::uint64_t bit = std::uint64_t{1} << (day - std::int64_t{span} * width);
  return add_chunk(history, {key, span, bit, time, time, 1}, allocate, poll);
}

OpenBytes merge_into(OpenBytes history, Bytes from, Allocate allocate, core::Poll poll) {
  const bool was_open = is_open(from);
  const Terms its = was_open ? terms_of(View(from).header) : terms(from);
  if (from[1] == 0)
    return history;
  history = prepared(history, from[1], its, allocate, poll);
  Header header = load<Header>(history.data());
  const Pieces pieces = was_open ? pieces_of(from, poll) : take_apart(from, header.retention_days, poll);
  if (was_open && its.retention_days != header.retention_days) {
    return merge_into(history, close(from, allocate, poll), allocate, poll);
  }
  if (pieces.bound && (!header.is_bounded || *pieces.bound < header.bound)) {
    header.is_bounded = 1;
    header.bound = *pieces.bound;
    store(history.data(), header);
  }
  for (const Chunk &c : pieces.chunks)
    history = add_chunk(history, c, allocate, poll);
  header = load<Header>(history.data());
  return header.count >= header.cut_at ? reopened(history, terms_of(header), allocate, poll) : history;
}

}  // namespace hunt::history
