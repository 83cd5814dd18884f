#include "profile/risk_state.hpp"

#include "address/blank.hpp"
#include "core/bytes.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"

#include <algorithm>
#include <cstring>

namespace hunt::profile {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kOpen = 4;
constexpr int kKeyBits = 62;
constexpr std::size_t kHeader = 32;
constexpr std::size_t kEntry = 16;
// Room of an open state: a user's usual values.
constexpr std::uint32_t kLeastRoom = 8;
// So many entries are merged one by one, more in one pass over both states.
constexpr std::uint32_t kFewEntries = 32;

std::uint64_t key_of(RiskField field, std::string_view value) noexcept {
  return std::uint64_t{field} << kKeyBits | core::hash64(value) >> (64 - kKeyBits);
}
RiskField field_of(std::uint64_t key) noexcept { return static_cast<RiskField>(key >> kKeyBits); }

std::uint64_t sum(std::uint64_t a, std::uint64_t b) noexcept { return std::min(a + b, kMaxCount); }

struct Entry {
  std::uint64_t key, events;
};

// The parts of a state. Entries need not be aligned.
template <class Byte> class View {
public:
  explicit View(std::span<Byte> bytes) noexcept : bytes_(bytes) {}

  std::uint32_t size() const noexcept { return get<std::uint32_t>(4); }
  std::uint32_t room() const noexcept { return static_cast<std::uint32_t>((bytes_.size() - kHeader) / kEntry); }
  std::uint64_t total(std::size_t field) const noexcept { return get<std::uint64_t>(8 + 8 * field); }
  std::uint64_t key(std::uint32_t i) const noexcept { return get<std::uint64_t>(kHeader + kEntry * i); }
  std::uint64_t events(std::uint32_t i) const noexcept { return get<std::uint64_t>(kHeader + kEntry * i + 8); }

  void set_size(std::uint32_t size) noexcept { put(4, size); }
  void set_total(std::size_t field, std::uint64_t total) noexcept { put(8 + 8 * field, total); }
  void set_events(std::uint32_t i, std::uint64_t events) noexcept { put(kHeader + kEntry * i + 8, events); }
  void set(std::uint32_t i, Entry entry) noexcept { put(kHeader + kEntry * i, entry); }

  // Where the first key that is not less stands.
  std::uint32_t lower_bound(std::uint64_t key_sought) const noexcept {
    std::uint32_t begin = 0, end = size();
    while (begin < end) {
      const std::uint32_t middle = begin + (end - begin) / 2;
      if (key(middle) < key_sought)
        begin = middle + 1;
      else
        end = middle;
    }
    return begin;
  }
  std::uint32_t begin_of(std::size_t field) const noexcept { return lower_bound(std::uint64_t{field} << kKeyBits); }

  void insert(std::uint32_t i, Entry entry) noexcept {
    std::uint8_t *const at = bytes_.data() + kHeader + kEntry * i;
    std::memmove(at + kEntry, at, kEntry * (size() - i));
    set(i, entry);
    set_size(size() + 1);
  }
  void erase(std::uint32_t i) noexcept {
    std::uint8_t *const at = bytes_.data() + kHeader + kEntry * i;
    std::memmove(at, at + kEntry, kEntry * (size() - i - 1));
    set_size(size() - 1);
  }

private:
  template <class T> T get(std::size_t at) const noexcept {
    return core::read_little_endian<T>(reinterpret_cast<const char *>(bytes_.data()) + at);
  }
  template <class T> void put(std::size_t at, T value) noexcept {
    std::memcpy(bytes_.data() + at, &value, sizeof value);
  }

  std::span<Byte> bytes_;
};
using ConstView = View<const std::uint8_t>;
using OpenView = View<std::uint8_t>;

risk_state::OpenBytes copy(risk_state::Bytes state, std::uint32_t room, bool is_open, risk_state::NewBytes new_bytes) {
  const risk_state::OpenBytes result = new_bytes(kHeader + kEntry * room);
  std::memcpy(result.data(), state.data(), kHeader + kEntry * ConstView(state).size());
  result[0] = static_cast<std::uint8_t>(kVersion << 4 | (is_open ? kOpen : 0));
  return result;
}

// Adds events of a value without counting them in the total.
risk_state::OpenBytes add_entry(risk_state::OpenBytes state, Entry entry, risk_state::NewBytes new_bytes) {
  OpenView view(state);
  const std::uint32_t i = view.lower_bound(entry.key);
  if (i < view.size() && view.key(i) == entry.key) {
    view.set_events(i, sum(view.events(i), entry.events));
    return state;
  }
  const RiskField field = field_of(entry.key);
  const std::uint32_t begin = view.begin_of(field), end = view.begin_of(field + 1);
  if (end - begin == kMaxValues) {
    if (i == end)
      return state;
    view.erase(end - 1);
  } else if (view.size() == view.room()) {
    state = copy(state, view.room() + view.room() / 2 + 1, true, new_bytes);
  }
  OpenView(state).insert(i, entry);
  return state;
}

// Two states into a new one, in one pass over both.
risk_state::OpenBytes merge_sorted(risk_state::Bytes a, risk_state::Bytes b, risk_state::NewBytes new_bytes) {
  const ConstView one(a), other(b);
  const auto room = std::min(one.size() + other.size(), std::uint32_t{kRiskFields} * kMaxValues);
  const risk_state::OpenBytes result = copy(risk_state::kEmpty, room, true, new_bytes);
  OpenView to(result);
  std::uint32_t size = 0, i = 0, k = 0;
  for (std::size_t field = 0; field < kRiskFields; ++field) {
    to.set_total(field, sum(one.total(field), other.total(field)));
    const std::uint32_t i_end = one.begin_of(field + 1), k_end = other.begin_of(field + 1), full = size + kMaxValues;
    while ((i < i_end || k < k_end) && size < full) {
      const std::uint64_t key_i = i < i_end ? one.key(i) : UINT64_MAX, key_k = k < k_end ? other.key(k) : UINT64_MAX;
      const std::uint64_t events_i = key_i <= key_k ? one.events(i++) : 0;
      to.set(size++, {std::min(key_i, key_k), sum(events_i, key_k <= key_i ? other.events(k++) : 0)});
    }
    i = i_end, k = k_end;
  }
  to.set_size(size);
  return result;
}

[[noreturn]] void reject(const char *why) {
  throw core::Error(core::kInvalidBinary, std::string("not a session_risk_state: ") + why,
                    "It is read back as it was written. Copy the value as a whole.");
}

}  // namespace

Observation observe(std::string_view network, std::string_view country, std::string_view client) noexcept {
  const std::string_view values[] = {network, country, client};
  Observation event{};
  for (std::size_t i = 0; i < kRiskFields; ++i) {
    event.is_known[i] = !address::is_blank(values[i]);
    event.keys[i] = key_of(static_cast<RiskField>(i), values[i]);
  }
  return event;
}

namespace risk_state {

bool is_open(Bytes state) noexcept { return (state[0] & kOpen) != 0; }

OpenBytes open(Bytes state, NewBytes new_bytes) {
  const std::uint32_t size = ConstView(state).size();
  return copy(state, std::max(kLeastRoom, size + size / 2), true, new_bytes);
}

OpenBytes close(Bytes state, NewBytes new_bytes) { return copy(state, ConstView(state).size(), false, new_bytes); }

OpenBytes add(OpenBytes state, const Observation &event, NewBytes new_bytes) {
  for (std::size_t i = 0; i < kRiskFields; ++i) {
    if (!event.is_known[i])
      continue;
    OpenView view(state);
    view.set_total(i, sum(view.total(i), 1));
    state = add_entry(state, {event.keys[i], 1}, new_bytes);
  }
  return state;
}

OpenBytes merge(OpenBytes state, Bytes other, NewBytes new_bytes) {
  const ConstView from(other);
  if (from.size() > kFewEntries)
    return merge_sorted(state, other, new_bytes);
  OpenView to(state);
  for (std::size_t i = 0; i < kRiskFields; ++i)
    to.set_total(i, sum(to.total(i), from.total(i)));
  for (std::uint32_t i = 0; i < from.size(); ++i)
    state = add_entry(state, {from.key(i), from.events(i)}, new_bytes);
  return state;
}

void check(Bytes state) {
  if (state.size() < kHeader)
    reject("it has too few bytes");
  if (state[0] >> 4 != kVersion)
    reject("its version is unknown");
  if ((state[0] & 15) != 0 || state[1] != 0 || state[2] != 0 || state[3] != 0)
    reject("it has flags that nothing stored has");
  const ConstView view(state);
  if (view.size() > kRiskFields * kMaxValues || state.size() != kHeader + kEntry * view.size())
    reject("its size does not fit the number of its entries");
  for (std::uint32_t i = 0; i < view.size(); ++i) {
    if ((i > 0 && view.key(i) <= view.key(i - 1)) || field_of(view.key(i)) >= kRiskFields)
      reject("its keys are not ascending");
    if (view.events(i) == 0 || view.events(i) > kMaxCount)
      reject("a value has an impossible number of events");
  }
  for (std::size_t field = 0; field < kRiskFields; ++field) {
    const std::uint32_t begin = view.begin_of(field), end = view.begin_of(field + 1);
    std::uint64_t events = 0;
    for (std::uint32_t i = begin; i < end; ++i)
      events = sum(events, view.events(i));
    if (end - begin > kMaxValues || view.total(field) > kMaxCount || events > view.total(field) ||
        (end - begin < kMaxValues && events != view.total(field)))
      reject("its totals do not fit its entries");
  }
}

Counts counts(Bytes state, RiskField field, std::uint64_t key) noexcept {
  const ConstView view(state);
  const std::uint32_t begin = view.begin_of(field), end = view.begin_of(field + 1), i = view.lower_bound(key);
  Counts found{0, static_cast<double>(view.total(field)), static_cast<double>(end - begin)};
  if (i < end && view.key(i) == key)
    found.events = static_cast<double>(view.events(i));
  if (end - begin < kMaxValues)
    return found;
  std::uint64_t kept = 0;
  for (std::uint32_t k = begin; k < end; ++k)
    kept = sum(kept, view.events(k));
  if (kept == view.total(field))
    return found;
  // Values were left out: those of greater keys.
  const double highest = static_cast<double>(view.key(end - 1) & ((std::uint64_t{1} << kKeyBits) - 1)) + 1;
  const double share = highest / static_cast<double>(std::uint64_t{1} << kKeyBits);
  found.distinct = std::max((kMaxValues - 1) / share, static_cast<double>(kMaxValues + 1));
  if (i == end)
    found.events = static_cast<double>(view.total(field) - kept) / (found.distinct - kMaxValues);
  return found;
}

}  // namespace risk_state

}  // namespace hunt::profile
