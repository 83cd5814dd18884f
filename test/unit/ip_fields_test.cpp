#include "enrich/ip_fields.hpp"

#include "ip_samples.hpp"
#include "mmdb_encode.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace hunt::enrich {
namespace {

using samples::Value;
using Map = Value::Map;
using std::string;

// The fields of a value; the texts point into it.
struct Record {
  explicit Record(const Value &value, std::string_view language = "en") : bytes(tools::encode_plain(value)) {
    std::uint64_t values = 0;
    fields = read_ip_fields(MmdbData(bytes), 0, language, values);
    EXPECT_GT(values, 0u);
  }
  string bytes;
  IpFields fields;
};

Value text(const char *value) { return string(value); }
Value names(const char *english, const char *german) {
  return Map{{"geoname_id", std::uint32_t{1}}, {"names", Map{{"de", text(german)}, {"en", text(english)}}}};
}

Value maxmind_city() {
  return Map{
      {"city", names("Munich", "M\u00fcnchen")},
      {"continent", Map{{"code", text("EU")}, {"names", Map{{"en", text("Europe")}}}}},
      {"country", Map{{"iso_code", text("DE")}, {"names", Map{{"de", text("Deutschland")}, {"en", text("Germany")}}}}},
      {"location", Map{{"accuracy_radius", std::uint16_t{20}},
                       {"latitude", 48.1374},
                       {"longitude", 11.5755},
                       {"time_zone", text("Europe/Berlin")}}},
      {"registered_country", Map{{"iso_code", text("FR")}, {"names", Map{{"en", text("France")}}}}},
      {"subdivisions", Value::Array{names("Bavaria", "Bayern"), names("Upper Bavaria", "Oberbayern")}}};
}

TEST(IpFields, GeoLite2City) {
  const Record record(maxmind_city());
  EXPECT_EQ(record.fields.city, "Munich");
  EXPECT_EQ(record.fields.country_iso, "DE");
  EXPECT_EQ(record.fields.country_name, "Germany");
  EXPECT_EQ(record.fields.region, "Bavaria");
  EXPECT_EQ(record.fields.time_zone, "Europe/Berlin");
  EXPECT_EQ(record.fields.latitude, 48.1374);
  EXPECT_EQ(record.fields.longitude, 11.5755);
  EXPECT_EQ(record.fields.accuracy_km, 20u);
  EXPECT_EQ(record.fields.asn_number, 0u);
}

TEST(IpFields, NamesComeInTheLanguageChosenElseInTheFirst) {
  const Record german(maxmind_city(), "de"), japanese(maxmind_city(), "ja");
  EXPECT_EQ(german.fields.city, "M\u00fcnchen");
  EXPECT_EQ(german.fields.country_name, "Deutschland");
  EXPECT_EQ(german.fields.region, "Bayern");
  EXPECT_EQ(japanese.fields.city, "M\u00fcnchen");
  EXPECT_EQ(Record(Map{{"city", names("", "")}}).fields.city, "");
}

TEST(IpFields, GeoLite2AsnAndGeoIp2Isp) {
  const Record record(Map{{"autonomous_system_number", std::uint32_t{15169}},
                          {"autonomous_system_organization", text("Google LLC")},
                          {"isp", text("Google")},
                          {"organization", text("Google Cloud")}});
  EXPECT_EQ(record.fields.asn_number, 15169u);
  EXPECT_EQ(record.fields.asn_org, "Google LLC");
}

TEST(IpFields, GeoIp2Enterprise) {
  const Record record(Map{{"country", Map{{"confidence", std::uint16_t{99}}, {"iso_code", text("US")}}},
                          {"traits", Map{{"autonomous_system_number", std::uint32_t{14671}},
                                         {"autonomous_system_organization", text("FairPoint Communications")},
                                         {"isp", text("Fairpoint")}}}});
  EXPECT_EQ(record.fields.asn_number, 14671u);
  EXPECT_EQ(record.fields.asn_org, "FairPoint Communications");
  EXPECT_EQ(record.fields.country_iso, "US");
}

TEST(IpFields, IpInfo) {
  const Record lite(Map{{"asn", text("AS15169")},
                        {"as_name", text("Google LLC")},
                        {"as_domain", text("google.com")},
                        {"continent", text("North America")},
                        {"country", text("United States")},
                        {"country_code", text("US")}});
  EXPECT_EQ(lite.fields.asn_number, 15169u);
  EXPECT_EQ(lite.fields.asn_org, "Google LLC");
  EXPECT_EQ(lite.fields.country_iso, "US");
  EXPECT_EQ(lite.fields.country_name, "United States");
  const Record place(Map{{"city", text("Kigali")},
                         {"country", text("RW")},
                         {"lat", text("-1.94995")},
                         {"lng", text("30.05885")},
                         {"region", text("Kigali City")},
                         {"timezone", text("Africa/Kigali")},
                         {"radius", text("50")}});
  EXPECT_EQ(place.fields.city, "Kigali");
  EXPECT_EQ(place.fields.country_iso, "RW");
  EXPECT_EQ(place.fields.country_name, "");
  EXPECT_EQ(place.fields.latitude, -1.94995);
  EXPECT_EQ(place.fields.longitude, 30.05885);
  EXPECT_EQ(place.fields.region, "Kigali City");
  EXPECT_EQ(place.fields.time_zone, "Africa/Kigali");
  EXPECT_EQ(place.fields.accuracy_km, 50u);
}

TEST(IpFields, IpLocationDb) {
  const Record record(Map{{"city", text("")},
                          {"country_code", text("GB")},
                          {"latitude", 51.5f},
                          {"longitude", -0.125f},
                          {"state1", text("England")},
                          {"state2", text("")},
                          {"timezone", text("")}});
  EXPECT_EQ(record.fields.city, "");
  EXPECT_EQ(record.fields.country_iso, "GB");
  EXPECT_EQ(record.fields.latitude, 51.5);
  EXPECT_EQ(record.fields.longitude, -0.125);
  EXPECT_EQ(record.fields.region, "England");
  EXPECT_EQ(record.fields.time_zone, "");
}

TEST(IpFields, TakesNoValueThatCannotBeRight) {
  for (const char *number : {"", "AS", "ASN1", "AS1x", "-1", "4294967296", "nan", "1e99"})
    EXPECT_EQ(Record(Map{{"asn", text(number)}}).fields.asn_number, 0u) << number;
  EXPECT_EQ(Record(Map{{"asn", text("4294967295")}}).fields.asn_number, 4294967295u);
  for (const double degrees : {90.5, -91.0, 1e300, std::nan("")})
    EXPECT_TRUE(std::isnan(Record(Map{{"latitude", degrees}}).fields.latitude)) << degrees;
  EXPECT_TRUE(std::isnan(Record(Map{{"longitude", 180.5}}).fields.longitude));
  EXPECT_EQ(Record(Map{{"longitude", std::int32_t{-180}}}).fields.longitude, -180);
  EXPECT_EQ(Record(Map{{"country_code", text("de")}}).fields.country_iso, "");
  EXPECT_EQ(Record(Map{{"country", text("Germany")}}).fields.country_iso, "");
}

// SQL shows it as a signed integer of 32 bits.
TEST(IpFields, TakesNoAccuracyLargerThanTheEarth) {
  EXPECT_EQ(Record(Map{{"accuracy_radius", std::uint32_t{4294967295}}}).fields.accuracy_km, 0u);
  EXPECT_EQ(Record(Map{{"accuracy_radius", std::uint32_t{20000}}}).fields.accuracy_km, 20000u);
}

TEST(IpFields, IgnoresOtherShapes) {
  EXPECT_EQ(Record(text("a bare string")).fields.asn_org, "");
  EXPECT_EQ(Record(Value(true)).fields.asn_number, 0u);
  EXPECT_EQ(Record(Map{{"asn", Map{{"asn", text("AS1")}}}}).fields.asn_number, 0u);
  EXPECT_EQ(Record(Value::Array{Map{{"asn", text("AS1")}}}).fields.asn_number, 0u);
  EXPECT_EQ(Record(Map{{"subdivisions", Value::Array{}}, {"asn", text("AS7")}}).fields.asn_number, 7u);
  EXPECT_EQ(Record(Map{{"a", Value::Array{Value::Array{text("x")}, text("y")}}, {"city", text("C")}}).fields.city, "C");
}

}  // namespace
}  // namespace hunt::enrich
