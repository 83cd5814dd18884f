// Writes the small IP databases of test/data, which the tests of the SQL functions load: ip_samples FOLDER
//
// The networks are those reserved for documentation and a few that everybody knows; what is said of them is made up.
#include "file.hpp"
#include "mmdb_writer.hpp"
#include "network.hpp"

#include <cstdio>
#include <exception>

namespace hunt::tools {
namespace {

using Map = Value::Map;

Value text(const char *value) { return std::string(value); }

MmdbWriter sample(const char *type, const char *built, int ip_version = 6) {
  return MmdbWriter({.database_type = type,
                     .ip_version = ip_version,
                     .record_size = 24,
                     .build_epoch = std::stoull(built),
                     .description = "made up for tests",
                     .languages = {"en"}});
}

void insert(MmdbWriter &writer, const char *network, const Value &value) {
  const Network n = parse_network(network);
  writer.insert(n.address, n.prefix, value);
}

Value asn(std::uint32_t number, const char *org) {
  return Map{{"autonomous_system_number", number}, {"autonomous_system_organization", text(org)}};
}

// In the manner of GeoLite2-ASN.
std::string asn_database() {
  MmdbWriter out = sample("Sample-ASN", "1700000000");
  insert(out, "8.8.0.0/16", asn(3356, "Level 3 Parent, LLC"));
  insert(out, "8.8.8.0/24", asn(15169, "Google LLC"));
  insert(out, "192.0.2.0/25", Map{{"autonomous_system_organization", text("An organisation without a number")}});
  insert(out, "198.51.100.0/24", asn(64497, "Hoster Example"));
  insert(out, "203.0.113.0/24", asn(64496, "Access Example"));
  insert(out, "2001:4860::/32", asn(15169, "Google LLC"));
  insert(out, "2001:db8::/32", asn(64496, "Access Example"));
  out.alias_ipv4();
  return out.finish();
}

Value names(const char *english, const char *german) {
  return Map{{"names", Map{{"de", text(german)}, {"en", text(english)}}}};
}

Value location(double latitude, double longitude, std::uint16_t accuracy, const char *zone) {
  return Map{
      {"accuracy_radius", accuracy}, {"latitude", latitude}, {"longitude", longitude}, {"time_zone", text(zone)}};
}

// In the manner of GeoLite2-City.
std::string city_database() {
  MmdbWriter out = sample("Sample-City", "1690000000");
  const Value germany =
      Map{{"iso_code", text("DE")}, {"names", Map{{"de", text("Deutschland")}, {"en", text("Germany")}}}};
  insert(out, "203.0.113.0/24",
         Map{{"city", names("Munich", "M\u00fcnchen")},
             {"country", germany},
             {"location", location(48.1374, 11.5755, 20, "Europe/Berlin")},
             {"subdivisions", Value::Array{names("Bavaria", "Bayern")}}});
  insert(out, "198.51.100.0/24",
         Map{{"city", names("New York", "New York")},
             {"country", Map{{"iso_code", text("US")}}},
             {"location", location(40.7128, -74.006, 5, "America/New_York")}});
  insert(out, "192.0.2.0/24", Map{{"country", germany}});
  insert(out, "2001:db8::/32",
         Map{{"city", names("Munich", "M\u00fcnchen")},
             {"country", germany},
             {"location", Map{{"latitude", 48.1374}, {"longitude", 11.5755}}}});
  return out.finish();
}

// In the manner of IPinfo Lite; it contradicts the others, so that one sees which of them answers.
std::string flat_database() {
  MmdbWriter out = sample("Sample-Flat", "1710000000");
  insert(out, "203.0.113.0/24",
         Map{{"as_name", text("Flat Example")},
             {"asn", text("AS64511")},
             {"country", text("Austria")},
             {"country_code", text("AT")}});
  return out.finish();
}

// One family each, in the manner of ip-location-db.
std::string v4_database() {
  MmdbWriter out = sample("Sample-IPv4", "1720000000", 4);
  insert(out, "203.0.113.0/24", Map{{"country_code", text("FR")}});
  return out.finish();
}
std::string v6_database() {
  MmdbWriter out = sample("Sample-IPv6", "1730000000");
  insert(out, "2001:db8::/32", Map{{"country_code", text("IT")}});
  return out.finish();
}

std::string other_database() {
  MmdbWriter out = sample("Sample-Connection-Type", "1700000000");
  insert(out, "203.0.113.0/24", text("Cable/DSL"));
  insert(out, "198.51.100.0/25",
         Map{{"bytes", Bytes{"\x01\xFF"}},
             {"flags", Value::Array{true, false}},
             {"large", Uint128{1, 0}},
             {"score", 0.25f},
             {"signed", std::int32_t{-5}},
             {"text", text("quote \" backslash \\ line\n \u00e4")}});
  return out.finish();
}

void write_all(const std::string &folder) {
  write_file(folder + "/asn.mmdb", asn_database());
  write_file(folder + "/city.mmdb", city_database());
  write_file(folder + "/flat.mmdb", flat_database());
  write_file(folder + "/v4.mmdb", v4_database());
  write_file(folder + "/v6.mmdb", v6_database());
  write_file(folder + "/other.mmdb", other_database());
}

}  // namespace
}  // namespace hunt::tools

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fputs("usage: ip_samples FOLDER\n", stderr);
    return 2;
  }
  try {
    hunt::tools::write_all(argv[1]);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "ip_samples: %s\n", error.what());
    return 1;
  }
  return 0;
}
