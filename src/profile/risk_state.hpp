// How often each network, country and client came in the events of somebody: of a user, of his peers, of everyone. What
// session_risk.hpp compares.
//
// A function of the multiset of events alone: order, split and merging leave no trace, down to the bytes. A field that
// is blank, or missing, is not counted.
//
// Memory is bounded: of each field the kMaxValues values of least hash are kept. Which ones these are does not depend
// on what came first, so merged states agree. Of the others the number of their events is known, and their own number
// from the hashes that were kept (the k-th least of n random numbers lies at about k / n: Bar-Yossef et al., "Counting
// Distinct Elements in a Data Stream", RANDOM 2002), here to 0.6 %.
//
// Format (little-endian), version 1:
//   0  u8  version in the high nibble; 4 in the low one: open, room for more behind the entries (never stored)
//   1  3 bytes, 0           4  u32 entries
//   8  u64 events with a network, u64 with a country, u64 with a client
//  32  entries, ascending, each: u64 key, u64 events. Two high bits of the key: 0 network, 1 country, 2 client; below
//      them the 62 high bits of XXH3-64 of the text, of a client of its agent_key()
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace hunt::profile {

inline constexpr std::uint32_t kMaxValues = 32768;
// Counts end here, far below what would overflow when they are added.
inline constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 62;

enum RiskField { kRiskNetwork, kRiskCountry, kRiskClient };
inline constexpr std::size_t kRiskFields = 3;

// The values of an event as keys of entries.
struct Observation {
  std::array<std::uint64_t, kRiskFields> keys;
  std::array<bool, kRiskFields> is_known;
};
// A value that is blank is unknown. `client` is the agent key of the event's user agent.
Observation observe(std::string_view network, std::string_view country, std::string_view client) noexcept;

namespace risk_state {

using Bytes = std::span<const std::uint8_t>;
using OpenBytes = std::span<std::uint8_t>;
// Memory for a state; it is not given back.
using NewBytes = OpenBytes (*)(std::size_t size);

// The state of no event.
inline constexpr std::array<std::uint8_t, 32> kEmpty = {0x10};

bool is_open(Bytes state) noexcept;
// A copy with room.
OpenBytes open(Bytes state, NewBytes new_bytes);
// A copy without, the stored form.
OpenBytes close(Bytes state, NewBytes new_bytes);

// Both change an open state in place and return it, or a larger one if it has no room. O(log values) for values that it
// has, O(values) for new ones.
OpenBytes add(OpenBytes state, const Observation &event, NewBytes new_bytes);
OpenBytes merge(OpenBytes state, Bytes other, NewBytes new_bytes);

// Throws core::Error (22P03) for bytes that close() does not make.
void check(Bytes state);

// What a state knows of a field and a value of it.
struct Counts {
  double events = 0;    // of the value; the average of the values that were left out, if it may be one of them
  double total = 0;     // events with this field
  double distinct = 0;  // its values
};
Counts counts(Bytes state, RiskField field, std::uint64_t key) noexcept;

}  // namespace risk_state

}  // namespace hunt::profile
