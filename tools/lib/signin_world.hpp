// The company whose sign-ins are generated: networks, people, their devices, offices and journeys. All of it invented;
// only the networks are real.
#pragma once

#include "network.hpp"
#include "random.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hunt::tools {

struct Place {
  core::Ip ip = core::Ip::v4(0);
  std::uint32_t asn = 0;
  std::string country;
};

struct KnownNetwork {
  Network network;
  std::uint32_t asn;
  std::string country;
};

class Networks {
public:
  // The table of starter networks. Throws when it cannot be read.
  explicit Networks(const std::string &csv_path);

  // A random address of one of these AS numbers, in a country unless that is empty. Throws when there is none.
  Place address(Random &random, const std::vector<std::uint32_t> &asns, const std::string &country,
                bool v6 = false) const;
  bool has(const std::vector<std::uint32_t> &asns, const std::string &country, bool v6 = false) const;

private:
  std::map<std::uint32_t, std::vector<KnownNetwork>> by_asn_;
};

// A country of the company: time zone (standard time, in minutes), share of people, carriers. The numbers in one
// element of `mobile` belong to one carrier, which may use several.
struct Country {
  const char *iso;
  const char *city;
  int utc_minutes;
  int weight;
  std::vector<std::uint32_t> access;
  std::vector<std::vector<std::uint32_t>> mobile;
  std::vector<std::uint32_t> office;
};

const std::vector<Country> &countries();
// Networks from which a stolen session, or a private VPN, may appear.
const std::vector<std::uint32_t> &hosting_asns();
const std::vector<std::uint32_t> &vpn_asns();

enum class DeviceKind { WindowsEdge, WindowsChrome, MacSafari, MacChrome, Iphone, Android };

struct Device {
  DeviceKind kind;
  int lag_days;  // how long after its release a browser version arrives here
  std::string id;
  std::string session;
  bool mobile() const { return kind == DeviceKind::Iphone || kind == DeviceKind::Android; }
};

struct Trip {
  int first_day, last_day;
  const Country *to;
  Place hotel;
};

struct Person {
  std::string name;  // user001@example.com
  std::string id;
  const Country *country;
  std::vector<Place> homes{};  // one after the other: the carrier gives a new address now and then
  std::vector<std::uint32_t> mobile{};
  Place office{};
  double office_share = 0;  // of working days
  bool weekend_worker = false;
  Place vpn{};        // of a private VPN; asn 0: none
  int day_start = 0;  // local, in minutes
  double rate = 0;    // sign-ins per working day
  std::vector<Device> devices{};
  std::vector<Trip> trips{};
};

std::string random_uuid(Random &random);
std::vector<Person> make_people(Random &random, const Networks &networks, int count, int days);

// What the device sends on a day (days since 1970).
struct Client {
  std::string agent;
  std::string os;
  std::string browser;
};
Client client_of(const Device &device, std::int64_t day);

}  // namespace hunt::tools
