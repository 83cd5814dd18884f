// Distance between places on the Earth.
#pragma once

namespace hunt::enrich {

// Great-circle distance in kilometres between two points given in degrees, by the haversine formula (R. W. Sinnott,
// "Virtues of the Haversine", Sky and Telescope 68, 1984) on a sphere of the mean radius R1 = 6371.0088 km (IUGG). At
// most 0.6 % off the ellipsoid, far below the accuracy of any IP geolocation. NaN if a
// coordinate is not finite.
double distance_km(double latitude_1, double longitude_1, double latitude_2, double longitude_2) noexcept;

}  // namespace hunt::enrich
