#include "signin_world.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace hunt::tools {
namespace {

const Country &random_country(Random &random) {
  std::int64_t total = 0;
  for (const Country &country : countries())
    total += country.weight;
  std::int64_t at = random.between(0, total - 1);
  for (const Country &country : countries())
    if ((at -= country.weight) < 0)
      return country;
  return countries().front();
}

std::vector<Device> make_devices(Random &random) {
  const auto device = [&](DeviceKind kind) {
    return Device{kind, static_cast<int>(random.between(0, 20)), random_uuid(random), random_uuid(random)};
  };
  const double x = random.fraction();
  std::vector<Device> devices{device(x < 0.45   ? DeviceKind::WindowsEdge
                                     : x < 0.70 ? DeviceKind::WindowsChrome
                                     : x < 0.82 ? DeviceKind::MacSafari
                                                : DeviceKind::MacChrome)};
  if (random.chance(0.7))
    devices.push_back(device(random.chance(0.55) ? DeviceKind::Iphone : DeviceKind::Android));
  return devices;
}

std::vector<Place> make_homes(Random &random, const Networks &networks, const Country &country, int days) {
  const std::vector<std::uint32_t> carrier{random.pick(country.access)};
  const bool v6 = networks.has(carrier, country.iso, true) && random.chance(0.3);
  std::vector<Place> homes;
  for (int day = 0; day < days + 14; day += 14)  // one address a fortnight
    homes.push_back(day > 0 && random.chance(0.4) ? homes.back() : networks.address(random, carrier, country.iso, v6));
  return homes;
}

std::vector<Trip> make_trips(Random &random, const Networks &networks, const Country &home, int days) {
  std::vector<Trip> trips;
  if (!random.chance(0.12))
    return trips;
  const int first = static_cast<int>(random.between(3, std::max(3, days - 6)));
  const Country *to = nullptr;
  do
    to = &random.pick(countries());
  while (to == &home);
  trips.push_back(
      {first, first + static_cast<int>(random.between(1, 4)), to, networks.address(random, to->access, to->iso)});
  return trips;
}

}  // namespace

std::vector<Person> make_people(Random &random, const Networks &networks, int count, int days) {
  // Colleagues of one country share one address of the company's way out.
  std::vector<Place> offices;
  for (const Country &country : countries())
    offices.push_back(
        networks.address(random, country.office, networks.has(country.office, country.iso) ? country.iso : ""));
  std::vector<Person> people;
  for (int i = 1; i <= count; ++i) {
    char name[40];
    std::snprintf(name, sizeof name, "user%03d@example.com", i);
    const Country &country = random_country(random);
    Person person{.name = name, .id = random_uuid(random), .country = &country};
    person.homes = make_homes(random, networks, country, days);
    person.mobile = random.pick(country.mobile);
    person.office = offices[static_cast<std::size_t>(&country - countries().data())];
    person.office_share = random.chance(0.25) ? 0 : 0.2 + 0.6 * random.fraction();
    person.weekend_worker = random.chance(0.15);
    if (random.chance(0.04))
      person.vpn = networks.address(random, vpn_asns(), "");
    person.day_start = static_cast<int>(random.between(7 * 60, 10 * 60));
    person.rate = std::min(20.0, 5.5 * std::exp(0.5 * random.normal()));
    person.devices = make_devices(random);
    person.trips = make_trips(random, networks, country, days);
    people.push_back(std::move(person));
  }
  return people;
}

Client client_of(const Device &device, std::int64_t day) {
  // Chrome 142 came on 28 October 2025 (day 20389) and a version follows every four weeks; Edge keeps pace.
  const auto version = std::to_string(142 + (day - device.lag_days - 20389) / 28);
  const auto build = std::to_string(7444 + 140 * ((day - device.lag_days - 20389) / 28));
  const std::string minor = std::to_string((day - device.lag_days - 20389) / 60 % 7);
  const std::string chrome = " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + version + ".0.0.0 ";
  const std::string windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
                    mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
  switch (device.kind) {
  case DeviceKind::WindowsEdge:
    return {windows + chrome + "Safari/537.36 Edg/" + version + ".0.0.0", "Windows10", "Edge " + version + ".0.0"};
  case DeviceKind::WindowsChrome:
    return {windows + chrome + "Safari/537.36", "Windows10", "Chrome " + version + ".0." + build};
  case DeviceKind::MacSafari:
    return {mac + " AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26." + minor + " Safari/605.1.15", "MacOs",
            "Safari 26." + minor};
  case DeviceKind::MacChrome:
    return {mac + chrome + "Safari/537.36", "MacOs", "Chrome " + version + ".0." + build};
  case DeviceKind::Iphone:
    return {
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26." +
            minor + " Mobile/15E148 Safari/604.1",
        "Ios 26." + minor, "Mobile Safari 26." + minor};
  case DeviceKind::Android:
    break;
  }
  return {"Mozilla/5.0 (Linux; Android 10; K)" + chrome + "Mobile Safari/537.36", "Android 16",
          "Chrome Mobile " + version};
}

}  // namespace hunt::tools
