// Travel: how fast somebody must have been to be seen at one place and then at another.
//
// Visits are collected in any order and merged in any tree (core/record_bag.hpp has their bytes) and read in the order
// of time, then latitude, longitude and accuracy: the answer does not depend on the order of rows.
#pragma once

#include "core/record_bag.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace hunt::travel {

struct Visit {
  std::int64_t time;                 // microseconds since 2000-01-01
  std::int32_t latitude, longitude;  // in millionths of a degree
  std::uint32_t accuracy_km;         // the true place lies in this radius
  std::uint32_t is_unreliable;       // 1: the network says little about where its user is

  auto operator<=>(const Visit &) const = default;
};
using Travel = core::RecordBag<Visit>;
static_assert(sizeof(Visit) == 24);

// Networks whose addresses stand for places where their users are not: vpn, relay, mobile and satellite, of the classes
// of enrich.
bool is_unreliable_class(std::string_view network_class) noexcept;

// A visit in degrees and kilometres; nothing if a coordinate is not finite. Raises 22023 for coordinates out of range,
// 22008 for an infinite time.
std::optional<Visit> make_visit(std::int64_t time, double latitude, double longitude, double accuracy_km,
                                bool is_unreliable);
// Raises invalid_binary_representation (22P03) for bytes that no stored travel has.
void validate_travel(Travel::Bytes bytes);

struct TravelRule {
  double max_kmh;               // faster is impossible
  double min_km;                // places nearer than this, beyond their radii, are one place
  std::int64_t recurring_days;  // a pair of places that was too fast on so many earlier days recurs

  void check() const;  // raises 22023
};

struct Hop {
  Visit from, to;
  double distance_km;  // beyond both radii
  double speed_kmh;    // infinite if both were at one time
  bool is_fast, is_recurring;
};

// The hops between consecutive visits at different places.
//   - An unreliable visit is a hop from the last place, so that it can be looked at, but the next hop does not start
//   there.
//   - A visit that may be at the last place (nearer than min_km beyond the radii) becomes the last place unless it is
//   less
//     accurate: a vague one says nothing new, and speeds stay the least necessary ones.
//   - Pairs of places are learned from hops that were too fast between reliable visits: places are cells of half a
//   degree,
//     days those of UTC. Only earlier days count, so the verdict on a hop never changes when later ones come.
std::vector<Hop> find_hops(const std::vector<Visit> &visits, const TravelRule &rule);

}  // namespace hunt::travel
