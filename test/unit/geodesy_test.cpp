#include "enrich/geodesy.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

namespace hunt::enrich {
namespace {

constexpr double kHalfTurn = std::numbers::pi * 6371.0088;

// Geodesic distances on the WGS 84 ellipsoid; the sphere is at most 0.6 % off.
TEST(Geodesy, IsWithinItsBoundOfTheEllipsoid) {
  struct Route {
    double latitude_1, longitude_1, latitude_2, longitude_2, km;
  };
  const Route routes[] = {
      {33.94250, -118.40806, 40.63972, -73.77889, 3983.1},                      // LAX - JFK
      {-37.951033417, 144.424867889, -37.652821139, 143.926495528, 54.972271},  // Flinders Peak - Buninyong (ICSM)
      {51.4778, 0, 48.8583, 2.2945, 334.4},                                     // Greenwich - Eiffel tower
      {0, 0, 0, 1, 111.319491},                                                 // one degree of the equator
      {0, 0, 90, 0, 10001.965729},                                              // a quarter of a meridian
  };
  for (const Route &r : routes) {
    const double km = distance_km(r.latitude_1, r.longitude_1, r.latitude_2, r.longitude_2);
    EXPECT_NEAR(km, r.km, 0.006 * r.km);
    EXPECT_DOUBLE_EQ(km, distance_km(r.latitude_2, r.longitude_2, r.latitude_1, r.longitude_1));
  }
}

TEST(Geodesy, HoldsAtTheEdges) {
  EXPECT_EQ(distance_km(12.5, -70, 12.5, -70), 0);
  EXPECT_NEAR(distance_km(90, 17, 90, -120), 0, 1e-9);
  EXPECT_NEAR(distance_km(10, 180, 10, -180), 0, 1e-9);
  EXPECT_NEAR(distance_km(0, 179.5, 0, -179.5), kHalfTurn / 180, 1e-6);
  EXPECT_NEAR(distance_km(90, 0, -90, 0), kHalfTurn, 1e-6);
  for (double latitude = -90; latitude <= 90; latitude += 0.37)  // antipodes, where rounding may exceed 1
    EXPECT_NEAR(distance_km(latitude, 20, -latitude, -160), kHalfTurn, 1e-3) << latitude;
}

TEST(Geodesy, AnUnknownPlaceIsAtNoDistance) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(std::isnan(distance_km(nan, 0, 0, 0)));
  EXPECT_TRUE(std::isnan(distance_km(0, 0, 0, nan)));
  EXPECT_TRUE(std::isnan(distance_km(0, infinity, 0, 0)));
}

}  // namespace
}  // namespace hunt::enrich
