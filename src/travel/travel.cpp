#include "travel/travel.hpp"

#include "enrich/geodesy.hpp"
#include "timeline/zone.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <unordered_map>

namespace hunt::travel {

namespace {

constexpr double kMillion = 1e6;
constexpr std::int32_t kMostLatitude = 90'000'000, kMostLongitude = 180'000'000;
constexpr std::uint32_t kMostAccuracy = 20'038;  // half around the Earth

// The half-degree cell of a place.
std::uint64_t cell_of(const Visit &v) noexcept {
  const auto row = static_cast<std::uint64_t>((v.latitude + kMostLatitude) / 500'000);
  const auto column = static_cast<std::uint64_t>((v.longitude + kMostLongitude) / 500'000 % 720);
  return row << 16 | column;
}

// Which pairs of places were too fast, and on how many days.
class Pairs {
public:
  std::int64_t days_before(const Visit &a, const Visit &b, std::int64_t day) const {
    const auto found = days_.find(key(a, b));
    return found == days_.end() ? 0 : found->second.count - (found->second.last == day);
  }
  void add(const Visit &a, const Visit &b, std::int64_t day) {
    Days &days = days_.try_emplace(key(a, b), Days{0, std::numeric_limits<std::int64_t>::min()}).first->second;
    days.count += days.last != day;
    days.last = day;
  }

private:
  struct Days {
    std::int64_t count, last;
  };
  static std::uint64_t key(const Visit &a, const Visit &b) noexcept {
    const auto [low, high] = std::minmax({cell_of(a), cell_of(b)});
    return high << 32 | low;
  }
  std::unordered_map<std::uint64_t, Days> days_;
};

double distance_beyond_radii(const Visit &a, const Visit &b) noexcept {
  return enrich::distance_km(a.latitude / kMillion, a.longitude / kMillion, b.latitude / kMillion,
                             b.longitude / kMillion) -
         a.accuracy_km - b.accuracy_km;
}

bool is_storable(const Visit &v) noexcept {
  const auto is_within = [](std::int32_t value, std::int32_t most) { return value >= -most && value <= most; };
  return v.time >= timeline::kFirstInstant && v.time < timeline::kEndOfInstants &&
         is_within(v.latitude, kMostLatitude) && is_within(v.longitude, kMostLongitude) &&
         v.accuracy_km <= kMostAccuracy && v.is_unreliable <= 1;
}

[[noreturn]] void refuse(const std::string &message, const char *hint) {
  throw core::Error(core::kInvalidParameter, message, hint);
}

}  // namespace

bool is_unreliable_class(std::string_view network_class) noexcept {
  constexpr std::string_view kUnreliable[] = {"vpn", "relay", "mobile", "satellite"};
  return std::find(std::begin(kUnreliable), std::end(kUnreliable), network_class) != std::end(kUnreliable);
}

std::optional<Visit> make_visit(std::int64_t time, double latitude, double longitude, double accuracy_km,
                                bool is_unreliable) {
  if (!std::isfinite(latitude) || !std::isfinite(longitude) || std::isnan(accuracy_km))
    return std::nullopt;
  if (std::fabs(latitude) > 90 || std::fabs(longitude) > 180 || accuracy_km < 0)
    refuse("place is out of range",
           "Give degrees north from -90 to 90, degrees east from -180 to 180, and a radius of 0 or more.");
  if (time < timeline::kFirstInstant || time >= timeline::kEndOfInstants)
    throw core::Error(core::kDatetimeOverflow, "time of a visit is not finite", "Leave infinite times out.");
  return Visit{time, static_cast<std::int32_t>(std::lround(latitude * kMillion)),
               static_cast<std::int32_t>(std::lround(longitude * kMillion)),
               static_cast<std::uint32_t>(std::ceil(std::min<double>(accuracy_km, kMostAccuracy))), is_unreliable};
}

void validate_travel(Travel::Bytes bytes) { Travel::validate(bytes, "a travel", is_storable); }

void TravelRule::check() const {
  if (!(max_kmh >= 0) || !(min_km >= 0))
    refuse("max_kmh and min_km must be 0 or more", "Use for example 900 km/h, an airliner, and 100 km.");
  if (recurring_days < 1)
    refuse("recurring_days is " + std::to_string(recurring_days) + ", less than 1", "Give a number of days.");
}

std::vector<Hop> find_hops(const std::vector<Visit> &visits, const TravelRule &rule) {
  rule.check();
  std::vector<Hop> hops;
  std::optional<Visit> last;
  Pairs pairs;
  for (const Visit &v : visits) {
    const double km = last ? distance_beyond_radii(*last, v) : 0;
    if (last && km > 0 && km >= rule.min_km) {
      const std::uint64_t elapsed = static_cast<std::uint64_t>(v.time) - static_cast<std::uint64_t>(last->time);
      const double hours = static_cast<double>(elapsed) / 3.6e9;
      Hop hop{*last, v, km, hours > 0 ? km / hours : std::numeric_limits<double>::infinity(), false, false};
      hop.is_fast = hop.speed_kmh > rule.max_kmh;
      const std::int64_t day = timeline::floor_div(v.time, timeline::kDay);
      hop.is_recurring = hop.is_fast && pairs.days_before(*last, v, day) >= rule.recurring_days;
      if (hop.is_fast && v.is_unreliable == 0)
        pairs.add(*last, v, day);
      hops.push_back(hop);
    } else if (last && v.accuracy_km > last->accuracy_km) {
      continue;
    }
    if (v.is_unreliable == 0)
      last = v;
  }
  return hops;
}

}  // namespace hunt::travel
