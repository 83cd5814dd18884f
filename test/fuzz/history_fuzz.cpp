// Any bytes that pass for a history can be read, asked, pruned, added to and merged, and what comes of it is one again.
#include "core/error.hpp"
#include "history/open_history.hpp"

#include <cstdlib>
#include <deque>

using namespace hunt::history;
using hunt::core::never_interrupted;
using Stored = std::vector<std::uint8_t>;

namespace {

std::deque<Stored> memory;
OpenBytes allocate(std::size_t size) { return memory.emplace_back(size); }

Stored checked(Bytes history) {
  validate(history, allocate, never_interrupted);
  return {history.begin(), history.end()};
}

Stored merged_bytes(const Stored &a, const Stored &b) { return checked(merge(a, b, allocate, never_interrupted)); }

Stored merged_open(const Stored &a, const Stored &b) {
  const OpenBytes both = merge_into(open(a, allocate, never_interrupted), b, allocate, never_interrupted);
  return checked(close(both, allocate, never_interrupted));
}

void read(void *context, const Entry &entry) {
  const Bytes history = *static_cast<const Bytes *>(context);
  const Answer answer = ask(history, entry.key, entry.last_seen, kMaxRetentionDays);
  if ((answer.value == Presence::known) != (entry.first_seen < entry.last_seen) || answer.days >= entry.days)
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  // Two histories, cut where the first byte says.
  if (size < 2 || data[0] >= size)
    return 0;
  memory.clear();
  const Stored a(data + 1, data + 1 + data[0]), b(data + 1 + data[0], data + size);
  try {
    validate(a, allocate, never_interrupted);
    if (checked(close(open(a, allocate, never_interrupted), allocate, never_interrupted)) != a)
      std::abort();
    Bytes bytes = a;
    each_entry(bytes, read, &bytes, never_interrupted);
    if (const Summary summary = summarize(a); summary.whole) {
      checked(prune(a, summary.whole->last, allocate, never_interrupted));
      // What is older than the day is forgotten.
      if (!is_empty(checked(prune(a, summary.whole->last + kDay, allocate, never_interrupted))))
        std::abort();
    }
    validate(b, allocate, never_interrupted);
    if (!is_empty(a) && !is_empty(b) && kind(a) != kind(b))
      return 0;
    if (merged_bytes(a, b) != merged_bytes(b, a) || merged_bytes(a, b) != merged_open(b, a))
      std::abort();
  } catch (const hunt::core::Error &) {
  }
  return 0;
}
