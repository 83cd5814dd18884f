// A city database of about a million networks, made up but shaped like GeoLite2-City: no real one may be shipped.
#pragma once

#include "mmdb_writer.hpp"

#include <random>
#include <string>
#include <vector>

namespace hunt::bench {

class SyntheticCity {
public:
  std::string make() {
    make_places();
    for (std::uint32_t block = 0x0100; block < 0xE000; ++block)
      split(block << 16, 16);
    for (int i = 0; i < 60000; ++i)
      writer_.insert(core::Ip::v6(std::uint64_t{0x2400} << 48 | random_() % (std::uint64_t{0x0A00} << 32) << 16, 0), 48,
                     any_place());
    writer_.alias_ipv4();
    return writer_.finish();
  }

private:
  using Value = tools::Value;

  static Value named(std::string name) { return Value::Map{{"names", Value::Map{{"en", std::move(name)}}}}; }

  void make_places() {
    constexpr int kPlaces = 100000, kPlacesInCountry = 400, kPlacesInRegion = 20;
    for (int i = 0; i < kPlaces; ++i) {
      const int country = i / kPlacesInCountry;
      const std::string iso{static_cast<char>('A' + country / 26), static_cast<char>('A' + country % 26)};
      places_.push_back(
          Value::Map{{"city", named("City " + std::to_string(i))},
                     {"country", Value::Map{{"iso_code", iso}, {"names", Value::Map{{"en", "Country " + iso}}}}},
                     {"subdivisions", Value::Array{named("Region " + std::to_string(i / kPlacesInRegion))}},
                     {"location", Value::Map{{"accuracy_radius", static_cast<std::uint16_t>(1 + random_() % 1000)},
                                             {"latitude", static_cast<double>(random_() % 1800000) / 1e4 - 90},
                                             {"longitude", static_cast<double>(random_() % 3600000) / 1e4 - 180},
                                             {"time_zone", std::string("Etc/UTC")}}}});
    }
  }

  const Value &any_place() { return places_[random_() % places_.size()]; }

  // 0.65 makes about 16 networks of each /16, which is what the real ones have.
  void split(std::uint32_t address, int prefix) {
    if (prefix == 24 || random_() % 100 >= 65) {
      writer_.insert(core::Ip::v4(address), prefix, any_place());
      return;
    }
    split(address, prefix + 1);
    split(address | 1U << (31 - prefix), prefix + 1);
  }

  std::mt19937_64 random_{1};
  std::vector<Value> places_;
  tools::MmdbWriter writer_{
      {.database_type = "Synthetic-City", .build_epoch = 1700000000, .description = "made up", .languages = {"en"}}};
};

}  // namespace hunt::bench
