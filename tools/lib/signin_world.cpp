#include "signin_world.hpp"

#include "csv.hpp"
#include "file.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>

namespace hunt::tools {

Networks::Networks(const std::string &csv_path) {
  const std::string text = read_file(csv_path);
  CsvReader reader(text);
  std::vector<std::string> row;
  while (reader.next(row))
    if (row.size() == 4 && row[0] != "network") {
      const auto asn = static_cast<std::uint32_t>(std::stoul(row[1]));
      by_asn_[asn].push_back({parse_network(row[0]), asn, row[3]});
    }
}

Place Networks::address(Random &random, const std::vector<std::uint32_t> &asns, const std::string &country,
                        bool v6) const {
  std::vector<const KnownNetwork *> fit;
  for (const std::uint32_t asn : asns)
    if (const auto known = by_asn_.find(asn); known != by_asn_.end())
      for (const KnownNetwork &network : known->second)
        if (network.network.address.is_v6() == v6 && (country.empty() || network.country == country))
          fit.push_back(&network);
  if (fit.empty())
    throw std::runtime_error("no network of AS " + (asns.empty() ? "?" : std::to_string(asns[0])) + " in " + country);
  const KnownNetwork &chosen = *random.pick(fit);
  const auto [base, prefix] = chosen.network;
  const std::uint64_t high = random.bits(), low = random.bits();
  const core::Ip host = v6 ? core::Ip::v6(high, low) : core::Ip::v4(static_cast<std::uint32_t>(low));
  const core::Ip fixed = host.masked(prefix);
  if (v6)
    return {core::Ip::v6(base.high() | (host.high() ^ fixed.high()), base.low() | (host.low() ^ fixed.low())),
            chosen.asn, chosen.country};
  std::uint32_t ip = base.v4() | (host.v4() ^ fixed.v4());
  if (const std::uint32_t last = ip & 255; last == 0 || last == 255)  // no network or broadcast address of a /24
    ip ^= 77;
  return {core::Ip::v4(ip), chosen.asn, chosen.country};
}

bool Networks::has(const std::vector<std::uint32_t> &asns, const std::string &country, bool v6) const {
  return std::any_of(asns.begin(), asns.end(), [&](std::uint32_t asn) {
    const auto known = by_asn_.find(asn);
    return known != by_asn_.end() &&
           std::any_of(known->second.begin(), known->second.end(), [&](const KnownNetwork &network) {
             return network.network.address.is_v6() == v6 && (country.empty() || network.country == country);
           });
  });
}

const std::vector<Country> &countries() {
  static const std::vector<Country> list = {
      {"US",
       "Chicago",
       -360,
       30,
       {7922, 20115, 22773, 5650, 209, 7018},
       {{21928}, {22394, 6167}, {20057}},
       {53813, 22616}},
      {"GB", "London", 0, 11, {2856, 5089, 5607, 13285}, {{5378}, {206067}}, {2856}},
      {"DE", "Berlin", 60, 11, {3320, 3209, 6805, 8881}, {{3320}, {3209}, {6805}}, {62044}},
      {"IN", "Bengaluru", 330, 9, {9829, 24560, 9498}, {{55836}, {45609, 24560}, {38266}}, {9498}},
      {"FR", "Paris", 60, 5, {3215, 12322, 5410}, {{51207}, {15557}}, {62044}},
      {"CA", "Toronto", -300, 4, {577, 812, 852}, {{577}, {812}}, {577}},
      {"PL", "Warsaw", 60, 4, {5617, 12741}, {{9141, 39603}, {8374}, {12912}}, {62044}},
      {"NL", "Amsterdam", 60, 3, {1136, 33915, 50266}, {{1136}, {50266}}, {1103}},
      {"ES", "Madrid", 60, 3, {3352, 12479, 12430}, {{12479}, {12430}}, {3352}},
      {"IT", "Milan", 60, 3, {3269, 1267, 12874}, {{16232}, {24608}}, {3269}},
      {"IE", "Dublin", 0, 2, {5466, 15502}, {{13280}, {15751}}, {5466}},
      {"SE", "Stockholm", 60, 2, {3301, 8434}, {{44034}, {3301}}, {3301}},
      {"CH", "Zurich", 60, 2, {3303, 6730}, {{3303}, {15796}}, {62044}},
      {"JP", "Tokyo", 540, 2, {4713, 17676, 2516}, {{9605}, {17676}}, {4713}},
      {"AU", "Sydney", 600, 2, {1221, 4804, 7545}, {{1221}, {133612}}, {1221}},
      {"BR", "Sao Paulo", -180, 2, {28573, 18881, 27699}, {{26615}, {26599, 18881}}, {28573}},
      {"SG", "Singapore", 480, 2, {3758, 55430}, {{45143}, {55430}}, {9506}},
      {"ZA", "Johannesburg", 120, 2, {5713, 37457}, {{29975}, {16637}}, {5713}},
      {"EG", "Cairo", 120, 1, {8452, 24863}, {{24835, 36935}, {36992}}, {8452}},
  };
  return list;
}

const std::vector<std::uint32_t> &hosting_asns() {
  static const std::vector<std::uint32_t> list = {9009,  20473, 14061, 63949, 24940, 16276,  36352, 60781,
                                                  49981, 62240, 43350, 57043, 51167, 197540, 42708, 44901};
  return list;
}

const std::vector<std::uint32_t> &vpn_asns() {
  static const std::vector<std::uint32_t> list = {212238, 136787, 9009, 39351, 207137, 209103};
  return list;
}

std::string random_uuid(Random &random) {
  const std::uint64_t a = random.bits(), b = random.bits();
  char text[40];
  std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(a >> 32),
                static_cast<unsigned>(a >> 16 & 0xFFFF), static_cast<unsigned>(a & 0xFFF),
                static_cast<unsigned>(0x8000 | (b >> 48 & 0x3FFF)),
                static_cast<unsigned long long>(b & 0xFFFFFFFFFFFF));
  return text;
}

}  // namespace hunt::tools
