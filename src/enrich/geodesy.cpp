#include "enrich/geodesy.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hunt::enrich {

double distance_km(double latitude_1, double longitude_1, double latitude_2, double longitude_2) noexcept {
  constexpr double kRadius = 6371.0088;
  constexpr double kRadians = std::numbers::pi / 180;
  const auto haversine = [](double angle) {
    const double sine = std::sin(angle / 2);
    return sine * sine;
  };
  const double a = haversine((latitude_2 - latitude_1) * kRadians) +
                   std::cos(latitude_1 * kRadians) * std::cos(latitude_2 * kRadians) *
                       haversine((longitude_2 - longitude_1) * kRadians);
  // In this order std::min keeps NaN.
  return 2 * kRadius * std::asin(std::sqrt(std::min(a, 1.0)));
}

}  // namespace hunt::enrich
