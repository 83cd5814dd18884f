#include "distinct/value_set.hpp"

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/varint.hpp"
#include "distinct/sketch.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

namespace hunt::distinct::value_set {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kLimit = 1, kSketch = 2, kOpen = 4;

// The length that PostgreSQL puts before the bytes; allocations are powers of two, as its allocator makes them anyway.
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kSmallestAllocation = 32;
constexpr std::size_t kLargestAllocation = 0x3FFFFFFF;
static_assert(kInitialSize == kSmallestAllocation - kLengthBytes);

// Up to so many entries are looked through one by one. Sorted::few_ has room for as many.
constexpr std::size_t kFew = 8;
constexpr std::size_t kPollEvery = 4096;
constexpr std::uint32_t kNoBound = std::numeric_limits<std::uint32_t>::max();

// An open set begins with a Header, and a Limit if it has one. Then come the sketch, the entries, room, and the index.
struct Header {
  std::uint8_t flags;
  std::uint8_t kind;
  std::uint8_t slots_log2;  // of the index; 0 if there is none
  std::uint8_t unused;
  std::uint32_t used;  // bytes of entries
};
struct Limit {
  std::uint32_t max_values;
  std::uint32_t bound;  // where in the entries the max_values-th value was when it was last known, or kNoBound
  std::uint32_t sketch_room;
};
// The index: how many entries there are, and a hash table of their places, plus one, in the entries; linear probing.
constexpr std::size_t kSlotBytes = sizeof(std::uint32_t);

template <class T> T load(const std::uint8_t *from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
template <class T> void store(std::uint8_t *to, T value) noexcept { std::memcpy(to, &value, sizeof value); }

Header header(Bytes set) noexcept { return load<Header>(set.data()); }
Limit limit(Bytes set) noexcept { return load<Limit>(set.data() + sizeof(Header)); }
void set_header(OpenBytes set, const Header &value) noexcept { store(set.data(), value); }
void set_limit(OpenBytes set, const Limit &value) noexcept { store(set.data() + sizeof(Header), value); }

bool has(Bytes set, std::uint8_t flag) noexcept { return (set[0] & flag) != 0; }

constexpr std::size_t header_size(std::uint8_t flags) noexcept {
  return sizeof(Header) + ((flags & kLimit) != 0 ? sizeof(Limit) : 0);
}
constexpr std::size_t index_size(unsigned slots_log2) noexcept {
  return slots_log2 == 0 ? 0 : (1 + (std::size_t{1} << slots_log2)) * kSlotBytes;
}

// Where the parts of an open set are.
std::size_t sketch_room(Bytes set) noexcept { return has(set, kLimit) ? limit(set).sketch_room : 0; }
OpenBytes sketch_of(OpenBytes set) noexcept { return set.subspan(header_size(set[0]), sketch_room(set)); }
Bytes sketch_of(Bytes set) noexcept { return set.subspan(header_size(set[0]), sketch_room(set)); }
template <class Set> auto entries_at(Set set) noexcept { return set.data() + header_size(set[0]) + sketch_room(set); }
template <class Set> auto index_at(Set set) noexcept {
  return set.data() + set.size() - index_size(header(set).slots_log2);
}
std::size_t entry_room(Bytes set) noexcept { return static_cast<std::size_t>(index_at(set) - entries_at(set)); }

std::uint64_t hash_of(Key key) noexcept {
  return core::hash64({reinterpret_cast<const char *>(key.data()), key.size()});
}

// The key that begins there; moves `at` behind it.
Key next_key(ValueKind kind, const std::uint8_t *&at) noexcept {
  const std::size_t fixed = fixed_key_size(kind);
  const std::size_t size = fixed != 0 ? fixed : core::get_varint(at);
  const Key key{at, size};
  at += size;
  return key;
}

std::size_t entry_size(ValueKind kind, Key key) noexcept {
  return key.size() + (fixed_key_size(kind) != 0 ? 0 : core::varint_size(static_cast<std::uint32_t>(key.size())));
}

std::uint8_t *put_entry(std::uint8_t *at, ValueKind kind, Key key) noexcept {
  if (fixed_key_size(kind) == 0)
    at = core::put_varint(at, static_cast<std::uint32_t>(key.size()));
  if (!key.empty())
    std::memcpy(at, key.data(), key.size());
  return at + key.size();
}

// Either form, taken apart.
struct Parts {
  std::uint32_t max_values;
  Bytes sketch;
  std::size_t count;
  Bytes entries;
};

Parts parts_of_open(Bytes set) noexcept {
  const Header h = header(set);
  Parts parts{has(set, kLimit) ? limit(set).max_values : kUnlimited, sketch_of(set), 0, {entries_at(set), h.used}};
  if (h.slots_log2 != 0)
    parts.count = load<std::uint32_t>(index_at(set));
  else
    for (const std::uint8_t *at = parts.entries.data(), *const end = at + h.used; at < end; ++parts.count)
      next_key(kind(set), at);
  return parts;
}

Parts parts_of(Bytes set) noexcept {
  if (is_open(set))
    return parts_of_open(set);
  Parts parts{};
  const std::uint8_t *at = set.data() + 2;
  if (has(set, kLimit))
    parts.max_values = core::get_varint(at);
  if (has(set, kSketch)) {
    const std::size_t size = core::get_varint(at);
    parts.sketch = {at, size};
    at += size;
  }
  parts.count = core::get_varint(at);
  parts.entries = {at, static_cast<std::size_t>(set.data() + set.size() - at)};
  return parts;
}

// Calls visit(key) for each entry, in the order in which it stands.
template <class Visit> void each_entry(Bytes set, Visit visit) {
  const Bytes entries = parts_of(set).entries;
  for (const std::uint8_t *at = entries.data(), *const end = at + entries.size(); at < end;)
    visit(next_key(kind(set), at));
}

[[noreturn]] void refuse_size() {
  throw core::Error(core::kLimitExceeded, "the distinct values of one group exceed 1 GB",
                    "Count them with count_distinct(), or keep the least of them by giving max_values.");
}

std::string limit_text(std::uint32_t max_values) {
  return max_values == kUnlimited ? "none" : std::to_string(max_values);
}

[[noreturn]] void refuse_limits(std::uint32_t a, std::uint32_t b) {
  throw core::Error(
      core::kInvalidParameter,
      "cannot merge sets of distinct values whose max_values differ: " + limit_text(a) + " and " + limit_text(b),
      "Values that one of them left out are lost. Give the same max_values for all rows and all states that "
      "are merged.");
}

// Takes the limit of what is added, if there is nothing yet; otherwise it must be the same.
void adopt_limit(OpenBytes set, std::uint32_t max_values) {
  Header h = header(set);
  if (has(set, kLimit) || h.used != 0)
    refuse_limits(value_set::max_values(set), max_values);
  h.flags |= kLimit;
  h.slots_log2 = 0;
  set_header(set, h);
  set_limit(set, {max_values, kNoBound, 0});
}

void index_entry(OpenBytes set, std::uint64_t hash, std::uint32_t place) noexcept {
  std::uint8_t *const slots = index_at(set) + kSlotBytes;
  const std::size_t mask = (std::size_t{1} << header(set).slots_log2) - 1;
  std::size_t slot = hash & mask;
  while (load<std::uint32_t>(slots + slot * kSlotBytes) != 0)
    slot = (slot + 1) & mask;
  store(slots + slot * kSlotBytes, place + 1);
}

void build_index(OpenBytes set, std::size_t count, core::Poll poll) {
  std::memset(index_at(set), 0, index_size(header(set).slots_log2));
  store(index_at(set), static_cast<std::uint32_t>(count));
  const std::uint8_t *const entries = entries_at(set);
  const std::uint8_t *at = entries, *const end = at + header(set).used;
  for (std::size_t i = 0; at < end; ++i) {
    if (i % kPollEvery == 0)
      poll();
    const auto place = static_cast<std::uint32_t>(at - entries);
    index_entry(set, hash_of(next_key(kind(set), at)), place);
  }
}

// What an open set is to have room for.
struct Room {
  std::size_t sketch;
  std::size_t entries;  // bytes
  std::size_t count;
};

unsigned slots_log2_for(std::size_t count) noexcept {
  return count <= kFew ? 0 : static_cast<unsigned>(std::bit_width(2 * count - 1));
}

// A new open set with the limit and entries of `set`, which is in either form; its sketch is left to be written.
OpenBytes rebuilt(Bytes set, const Room &room, Allocate allocate, core::Poll poll) {
  const Parts parts = parts_of(set);
  const bool was_open = is_open(set);
  Header h{static_cast<std::uint8_t>(set[0] | kOpen), set[1], 0, 0, static_cast<std::uint32_t>(parts.entries.size())};
  h.slots_log2 = static_cast<std::uint8_t>(slots_log2_for(room.count));
  const std::size_t needed =
      kLengthBytes + header_size(h.flags) + room.sketch + room.entries + index_size(h.slots_log2);
  if (needed > kLargestAllocation)
    refuse_size();
  const OpenBytes into =
      allocate(std::clamp(std::bit_ceil(needed), kSmallestAllocation, kLargestAllocation) - kLengthBytes);
  set_header(into, h);
  if (has(set, kLimit))
    set_limit(into,
              {parts.max_values, was_open ? limit(set).bound : kNoBound, static_cast<std::uint32_t>(room.sketch)});
  if (!parts.entries.empty())
    std::memcpy(entries_at(into), parts.entries.data(), parts.entries.size());
  if (h.slots_log2 == 0)
    return into;
  if (was_open && header(set).slots_log2 == h.slots_log2)
    std::memcpy(index_at(into), index_at(set), index_size(h.slots_log2));
  else
    build_index(into, parts.count, poll);
  return into;
}

OpenBytes with_sketch(OpenBytes set, Bytes sketch, Allocate allocate, core::Poll poll) {
  const Parts parts = parts_of_open(set);
  const OpenBytes into = rebuilt(set, {sketch.size(), parts.entries.size(), parts.count}, allocate, poll);
  into[0] |= kSketch;
  std::ranges::copy(sketch, sketch_of(into).begin());
  return into;
}

OpenBytes with_room_for(OpenBytes set, std::size_t bytes, std::size_t count, Allocate allocate, core::Poll poll) {
  const OpenBytes into = rebuilt(set, {sketch_room(set), header(set).used + bytes, count}, allocate, poll);
  std::ranges::copy(sketch_of(Bytes(set)), sketch_of(into).begin());
  return into;
}

void count_in(std::vector<std::uint8_t> &sketch, std::uint64_t hash) {
  if (sketch::insert(sketch, hash))
    return;
  std::vector<std::uint8_t> larger(sketch::grown_size(sketch));
  sketch::grow(sketch, larger);
  sketch::insert(larger, hash);
  sketch.swap(larger);
}

// Begins the sketch of a set that has met more values than it keeps.
OpenBytes begin_sketch(OpenBytes set, Allocate allocate, core::Poll poll) {
  std::vector<std::uint8_t> sketch(sketch::initial_size({}));
  sketch::create(sketch, sketch::kDefaultPrecision, {});
  each_entry(set, [&](Key key) { count_in(sketch, hash_of(key)); });
  return with_sketch(set, sketch, allocate, poll);
}

OpenBytes count_in_sketch(OpenBytes set, std::uint64_t hash, Allocate allocate, core::Poll poll) {
  if (sketch::insert(sketch_of(set), hash))
    return set;
  const Bytes sketch = sketch_of(set);
  std::vector<std::uint8_t> larger(sketch.begin(), sketch.end());
  count_in(larger, hash);
  return with_sketch(set, larger, allocate, poll);
}

OpenBytes merge_sketch(OpenBytes set, Bytes from, Allocate allocate, core::Poll poll) {
  if (sketch::merge_in_place(sketch_of(set), from))
    return set;
  std::vector<std::uint8_t> larger(sketch::merged_size(sketch_of(set), from));
  sketch::merge(sketch_of(set), from, larger);
  return with_sketch(set, larger, allocate, poll);
}

// Drops all but the least max_values values.
void prune(OpenBytes set, core::Poll poll) {
  const ValueKind k = kind(set);
  std::vector<std::uint8_t> kept(header(set).used);
  std::uint8_t *at = kept.data(), *last = at;
  std::size_t count = 0;
  for (const Sorted sorted(set, poll); count < sorted.size(); ++count) {
    last = at;
    at = put_entry(at, k, sorted[count]);
  }
  Header h = header(set);
  Limit l = limit(set);
  h.used = static_cast<std::uint32_t>(at - kept.data());
  l.bound = static_cast<std::uint32_t>(last - kept.data());
  set_header(set, h);
  set_limit(set, l);
  std::memcpy(entries_at(set), kept.data(), h.used);
  if (h.slots_log2 != 0)
    build_index(set, count, poll);
}

// True if at least max_values values of the set are less than the key.
bool is_out_of_bound(Bytes set, Key key) noexcept {
  const std::uint32_t bound = limit(set).bound;
  if (bound == kNoBound)
    return false;
  const std::uint8_t *at = entries_at(set) + bound;
  return compare_keys(key, next_key(kind(set), at)) > 0;
}

struct Search {
  bool found;
  std::size_t count;  // of all entries; unless found
};

Search search_few(Bytes set, Key key) noexcept {
  const ValueKind k = kind(set);
  std::size_t count = 0;
  for (const std::uint8_t *at = entries_at(set), *const end = at + header(set).used; at < end; ++count)
    if (keys_equal(next_key(k, at), key))
      return {true, 0};
  return {false, count};
}

Search search_index(Bytes set, Key key, std::uint64_t hash) noexcept {
  const ValueKind k = kind(set);
  const std::uint8_t *const entries = entries_at(set), *const index = index_at(set), *const slots = index + kSlotBytes;
  const std::size_t mask = (std::size_t{1} << header(set).slots_log2) - 1;
  for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    const auto place = load<std::uint32_t>(slots + slot * kSlotBytes);
    if (place == 0)
      return {false, load<std::uint32_t>(index)};
    const std::uint8_t *at = entries + place - 1;
    if (keys_equal(next_key(k, at), key))
      return {true, 0};
  }
}

// Adds a value that the set does not have; it has `count` others.
OpenBytes append(OpenBytes set, Key key, std::size_t count, Allocate allocate, core::Poll poll) {
  const ValueKind k = kind(set);
  if (key.size() > kLargestAllocation)
    refuse_size();
  const std::size_t size = entry_size(k, key);
  if (header(set).used + size > entry_room(set) || slots_log2_for(count + 1) > header(set).slots_log2)
    set = with_room_for(set, size, count + 1, allocate, poll);
  Header h = header(set);
  put_entry(entries_at(set) + h.used, k, key);
  if (h.slots_log2 != 0) {
    index_entry(set, hash_of(key), h.used);
    store(index_at(set), static_cast<std::uint32_t>(count + 1));
  }
  h.used += static_cast<std::uint32_t>(size);
  set_header(set, h);
  return set;
}

[[noreturn]] void refuse(const std::string &why) {
  throw core::Error(core::kInvalidBinary, "not a set of distinct values: " + why,
                    "Sets are made by distinct_values_state() and distinct_values_union(), and read back as they were "
                    "written.");
}

std::uint32_t checked_varint(Bytes &rest) {
  std::uint32_t value = 0;
  if (!core::read_varint(rest, value))
    refuse("it is cut off or has a number that is not one");
  return value;
}

Bytes checked_bytes(Bytes &rest, std::size_t size) {
  if (size > rest.size())
    refuse("it is cut off");
  const Bytes result = rest.first(size);
  rest = rest.subspan(size);
  return result;
}

void validate_sketch(Bytes sketch) {
  sketch::validate(sketch);
  if (sketch::form(sketch) == sketch::Form::hll || sketch::precision(sketch) != sketch::kDefaultPrecision ||
      sketch::origin(sketch) != sketch::Origin{})
    refuse("its sketch is of another sort");
}

}  // namespace

bool is_open(Bytes set) noexcept { return has(set, kOpen); }
ValueKind kind(Bytes set) noexcept { return static_cast<ValueKind>(set[1]); }
bool is_complete(Bytes set) noexcept { return !has(set, kSketch); }

std::uint32_t max_values(Bytes set) noexcept {
  if (!has(set, kLimit))
    return kUnlimited;
  if (is_open(set))
    return limit(set).max_values;
  const std::uint8_t *at = set.data() + 2;
  return core::get_varint(at);
}

void validate(Bytes set, ValueKind expected, core::Poll poll) {
  if (set.size() < 3)
    refuse("it is cut off");
  if (set[0] >> 4 != kVersion)
    throw core::Error(core::kInvalidBinary,
                      "unknown version " + std::to_string(set[0] >> 4) + " of a set of distinct values",
                      "It was written by a newer session_hunt, or is not a set.");
  if ((set[0] & 0xF & ~(kLimit | kSketch)) != 0)
    refuse("it is not closed");
  if (kind(set) != expected)
    refuse(std::string("its values are ") + kind_name(kind(set)) + ", not " + kind_name(expected));
  Bytes rest = set.subspan(2);
  std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
  if (has(set, kLimit)) {
    most = checked_varint(rest);
    if (most == 0 || most > std::numeric_limits<std::int32_t>::max())
      refuse("its max_values is out of range");
  }
  if (has(set, kSketch))
    validate_sketch(checked_bytes(rest, checked_varint(rest)));
  const std::uint32_t count = checked_varint(rest);
  if (count > most || (has(set, kSketch) && (!has(set, kLimit) || count != most)) || (has(set, kLimit) && count == 0))
    refuse("its number of values does not go with its max_values");
  const std::size_t fixed = fixed_key_size(expected);
  Key before;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i % kPollEvery == 0)
      poll();
    const Key key = checked_bytes(rest, fixed != 0 ? fixed : checked_varint(rest));
    if (!is_key(expected, key))
      refuse(std::string("a value is no ") + kind_name(expected));
    if (i > 0 && compare_keys(before, key) >= 0)
      refuse("its values do not ascend");
    before = key;
  }
  if (!rest.empty())
    refuse("something follows its values");
}

void create(OpenBytes into, ValueKind kind) noexcept {
  std::memset(into.data(), 0, into.size());
  set_header(into, {kVersion << 4 | kOpen, static_cast<std::uint8_t>(kind), 0, 0, 0});
}

bool is_initial(Bytes set, ValueKind kind) noexcept {
  std::array<std::uint8_t, kInitialSize> initial;
  create(initial, kind);
  return std::ranges::equal(set, initial);
}

std::uint64_t distinct_count(Bytes set) {
  const Parts parts = parts_of(set);
  if (is_complete(set))
    return parts.count;
  const double estimate = std::round(sketch::cardinality(parts.sketch).value);
  return std::max(static_cast<std::uint64_t>(estimate), std::uint64_t{parts.max_values} + 1);
}

OpenBytes open(Bytes set, Allocate allocate, core::Poll poll) {
  const Parts parts = parts_of(set);
  const std::size_t sketch_size = parts.sketch.empty() ? 0 : sketch::opened_size(parts.sketch);
  const OpenBytes into = rebuilt(set, {sketch_size, parts.entries.size(), parts.count}, allocate, poll);
  if (sketch_size != 0)
    sketch::open(parts.sketch, sketch_of(into));
  return into;
}

OpenBytes close(Bytes set, Allocate allocate, core::Poll poll) {
  const ValueKind k = kind(set);
  const Parts parts = parts_of(set);
  const Sorted sorted(set, poll);
  const auto count = static_cast<std::uint32_t>(sorted.size());
  const auto sketch_size = static_cast<std::uint32_t>(parts.sketch.empty() ? 0 : sketch::closed_size(parts.sketch));
  std::size_t size = 2 + core::varint_size(count);
  if (has(set, kLimit))
    size += core::varint_size(parts.max_values);
  if (sketch_size != 0)
    size += core::varint_size(sketch_size) + sketch_size;
  for (std::size_t i = 0; i < count; ++i)
    size += entry_size(k, sorted[i]);
  const OpenBytes into = allocate(size);
  into[0] = static_cast<std::uint8_t>(set[0] & ~kOpen);
  into[1] = set[1];
  std::uint8_t *at = into.data() + 2;
  if (has(set, kLimit))
    at = core::put_varint(at, parts.max_values);
  if (sketch_size != 0) {
    at = core::put_varint(at, sketch_size);
    sketch::close(parts.sketch, {at, sketch_size});
    at += sketch_size;
  }
  at = core::put_varint(at, count);
  for (std::size_t i = 0; i < count; ++i)
    at = put_entry(at, k, sorted[i]);
  return into;
}

OpenBytes insert(OpenBytes set, Key key, std::uint32_t max_values, Allocate allocate, core::Poll poll) {
  if (value_set::max_values(set) != max_values)
    adopt_limit(set, max_values);
  const bool had_sketch = has(set, kSketch);
  const std::uint64_t hash = had_sketch || header(set).slots_log2 != 0 ? hash_of(key) : 0;
  if (had_sketch) {
    set = count_in_sketch(set, hash, allocate, poll);
    if (is_out_of_bound(set, key))
      return set;
  }
  // Not before: a set that grew for its sketch may have lost its index.
  const Search search = header(set).slots_log2 != 0 ? search_index(set, key, hash) : search_few(set, key);
  if (search.found)
    return set;
  std::size_t count = search.count;
  if (max_values != kUnlimited && count >= max_values) {
    if (!had_sketch)
      set = count_in_sketch(begin_sketch(set, allocate, poll), hash_of(key), allocate, poll);
    if (count >= std::size_t{2} * max_values) {
      prune(set, poll);
      count = max_values;
      if (is_out_of_bound(set, key))
        return set;
    }
  }
  return append(set, key, count, allocate, poll);
}

OpenBytes merge(OpenBytes set, Bytes from, Allocate allocate, core::Poll poll) {
  if (kind(set) != kind(from))
    throw core::Error(core::kInvalidParameter, std::string("cannot merge a set of ") + kind_name(kind(from)) +
                                                   " values into one of " + kind_name(kind(set)) + " values");
  const Parts parts = parts_of(from);
  if (parts.entries.empty() && parts.max_values == kUnlimited)
    return set;
  if (value_set::max_values(set) != parts.max_values)
    adopt_limit(set, parts.max_values);
  if (!parts.sketch.empty()) {
    if (!has(set, kSketch))
      set = begin_sketch(set, allocate, poll);
    set = merge_sketch(set, parts.sketch, allocate, poll);
  }
  std::size_t i = 0;
  each_entry(from, [&](Key key) {
    if (i++ % kPollEvery == 0)
      poll();
    set = insert(set, key, parts.max_values, allocate, poll);
  });
  return set;
}

bool Sorted::less(const Entry &a, const Entry &b) noexcept {
  if (a.beginning != b.beginning)
    return a.beginning < b.beginning;
  return compare_keys({a.key, a.size}, {b.key, b.size}) < 0;
}

Sorted::Sorted(Bytes set, core::Poll poll) {
  const Parts parts = parts_of(set);
  if (parts.count > few_.size())
    many_.resize(parts.count);
  entries_ = parts.count > few_.size() ? std::span<Entry>(many_) : std::span<Entry>(few_).first(parts.count);
  std::size_t i = 0;
  each_entry(set, [&](Key key) {
    std::uint64_t beginning = 0;
    if (!key.empty())
      std::memcpy(&beginning, key.data(), std::min(key.size(), sizeof beginning));
    entries_[i++] = {__builtin_bswap64(beginning), key.data(), static_cast<std::uint32_t>(key.size())};
  });
  if (is_open(set) && entries_.size() > 1) {
    std::size_t compared = 0;
    std::ranges::sort(entries_, [&](const Entry &a, const Entry &b) {
      if (++compared % kPollEvery == 0)
        poll();
      return less(a, b);
    });
  }
  if (parts.max_values != kUnlimited && entries_.size() > parts.max_values)
    entries_ = entries_.first(parts.max_values);
}

}  // namespace hunt::distinct::value_set
