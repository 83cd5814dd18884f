// Makes MaxMind DB files from tables of networks.
//
//   ip_data asn OUT.mmdb FILE.csv...              first,last,number,organisation: GeoLite2-ASN's field names
//   ip_data starter FILE.csv ASN.mmdb COUNTRY.mmdb   network,asn,organization,country_iso with a header line
//
// The build time in the file is $SOURCE_DATE_EPOCH, or now.
#include "core/error.hpp"
#include "csv.hpp"
#include "file.hpp"
#include "mmdb_writer.hpp"
#include "network.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace hunt::tools {
namespace {

MmdbOptions options(std::string type, std::string description) {
  const char *epoch = std::getenv("SOURCE_DATE_EPOCH");
  return {.database_type = std::move(type),
          .ip_version = 6,
          .record_size = 24,
          .build_epoch = epoch ? std::strtoull(epoch, nullptr, 10) : static_cast<std::uint64_t>(std::time(nullptr)),
          .description = std::move(description),
          .languages = {"en"}};
}

std::uint32_t parse_number(const std::string &text) {
  std::uint32_t number = 0;
  const char *end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end)
    throw core::Error(core::kInvalidText, "not an AS number: \"" + text + "\"");
  return number;
}

Value asn_value(const std::string &number, const std::string &organization) {
  Value::Map map{{"autonomous_system_number", parse_number(number)}};
  if (!organization.empty())
    map.emplace_back("autonomous_system_organization", organization);
  return map;
}

// Calls f with each record of a file; an error tells file and line. Returns the number of records.
template <class F> long each_record(const std::string &path, std::size_t fields, F f) {
  const std::string text = read_file(path);
  CsvReader reader(text);
  std::vector<std::string> record;
  long count = 0;
  try {
    while (reader.next(record)) {
      if (record.size() != fields)
        throw core::Error(core::kInvalidText,
                          std::to_string(record.size()) + " fields instead of " + std::to_string(fields));
      f(record);
      ++count;
    }
  } catch (const core::Error &error) {
    throw core::Error(error.sqlstate(), path + ":" + std::to_string(reader.line()) + ": " + error.what());
  }
  return count;
}

void make_asn(const std::string &out, const std::vector<std::string> &files) {
  MmdbWriter writer(options("ip-location-db-ASN", "AS numbers by network (RouteViews, DB-IP, NRO; CC BY 4.0)"));
  long ranges = 0;
  for (const std::string &file : files)
    ranges += each_record(file, 4, [&](const std::vector<std::string> &r) {
      writer.insert_range(parse_address(r[0]), parse_address(r[1]), asn_value(r[2], r[3]));
    });
  writer.alias_ipv4();
  const std::string content = writer.finish();
  write_file(out, content);
  std::printf("%s: %ld ranges, %zu bytes\n", out.c_str(), ranges, content.size());
}

void make_starter(const std::string &table, const std::string &asn_out, const std::string &country_out) {
  MmdbWriter asn(options("session_hunt-Starter-ASN", "Well-known networks (RouteViews, DB-IP, NRO; CC BY 4.0)"));
  MmdbWriter country(options("session_hunt-Starter-Country", "Well-known networks (IPtoASN; PDDL)"));
  bool header = true;
  const long networks = each_record(table, 4, [&](const std::vector<std::string> &r) {
    if (std::exchange(header, false) && r[0] == "network")
      return;
    const Network network = parse_network(r[0]);
    asn.insert(network.address, network.prefix, asn_value(r[1], r[2]));
    country.insert(network.address, network.prefix, Value::Map{{"country", Value::Map{{"iso_code", r[3]}}}});
  });
  for (MmdbWriter *writer : {&asn, &country})
    writer->alias_ipv4();
  write_file(asn_out, asn.finish());
  write_file(country_out, country.finish());
  std::printf("%s, %s: %ld networks\n", asn_out.c_str(), country_out.c_str(), networks - 1);
}

int run(const std::vector<std::string> &arguments) {
  if (arguments.size() >= 3 && arguments[0] == "asn")
    make_asn(arguments[1], {arguments.begin() + 2, arguments.end()});
  else if (arguments.size() == 4 && arguments[0] == "starter")
    make_starter(arguments[1], arguments[2], arguments[3]);
  else {
    std::fputs("usage: ip_data asn OUT.mmdb FILE.csv...\n"
               "       ip_data starter FILE.csv ASN.mmdb COUNTRY.mmdb\n",
               stderr);
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace hunt::tools

int main(int argc, char **argv) {
  try {
    return hunt::tools::run({argv + 1, argv + argc});
  } catch (const std::exception &error) {
    std::fprintf(stderr, "ip_data: %s\n", error.what());
    return 1;
  }
}
