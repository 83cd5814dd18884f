#include "core/error.hpp"
#include "history/chunks.hpp"
#include "history/stored.hpp"

#include <algorithm>
#include <string>

namespace hunt::history {

using namespace stored;

namespace {

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

}  // namespace hunt::history
