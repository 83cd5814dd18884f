// libmaxminddb as the reference to measure and verify against, and addresses to look up.
#pragma once

#include "address/ip_class.hpp"
#include "core/error.hpp"
#include "core/ip.hpp"

#include <maxminddb.h>

#include <algorithm>
#include <arpa/inet.h>
#include <cmath>
#include <cstring>
#include <netinet/in.h>
#include <random>
#include <string>
#include <vector>

namespace hunt::bench {

class Reference {
public:
  explicit Reference(const std::string &path) {
    if (const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &db_); status != MMDB_SUCCESS)
      throw core::Error(core::kInvalidBinary, path + ": " + MMDB_strerror(status));
  }
  ~Reference() { MMDB_close(&db_); }
  Reference(const Reference &) = delete;
  Reference &operator=(const Reference &) = delete;

  MMDB_lookup_result_s find(const core::Ip &ip) {
    int status = MMDB_SUCCESS;
    sockaddr_in6 v6{};
    sockaddr_in v4{};
    if (ip.is_v6()) {
      v6.sin6_family = AF_INET6;
      ip.to_bytes(v6.sin6_addr.s6_addr);
      return MMDB_lookup_sockaddr(&db_, reinterpret_cast<const sockaddr *>(&v6), &status);
    }
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(ip.v4());
    return MMDB_lookup_sockaddr(&db_, reinterpret_cast<const sockaddr *>(&v4), &status);
  }

  static std::uint32_t number(MMDB_lookup_result_s &found) {
    MMDB_entry_data_s data;
    return found.found_entry && !MMDB_get_value(&found.entry, &data, "autonomous_system_number", nullptr) &&
                   data.has_data
               ? data.uint32
               : 0;
  }
  static std::string_view city(MMDB_lookup_result_s &found) {
    MMDB_entry_data_s data;
    return found.found_entry && !MMDB_get_value(&found.entry, &data, "city", "names", "en", nullptr) && data.has_data
               ? std::string_view(data.utf8_string, data.data_size)
               : std::string_view{};
  }

  // Announced IPv6 networks, without the parts of the tree that stand for IPv4.
  struct Network {
    std::uint64_t high, low;
    int prefix;
  };
  std::vector<Network> networks_v6() {
    std::vector<Network> out;
    walk(0, {0, 0, 0}, out);
    return out;
  }

private:
  void walk(std::uint32_t number, Network at, std::vector<Network> &out) {
    if ((at.prefix == 96 && at.high == 0) || (at.prefix == 16 && at.high >> 48 == 0x2002) ||
        (at.prefix == 32 && at.high >> 32 == 0x20010000))
      return;
    MMDB_search_node_s node;
    if (MMDB_read_node(&db_, number, &node) != MMDB_SUCCESS)
      return;
    Network right = at;
    (at.prefix < 64 ? right.high : right.low) |= std::uint64_t{1} << (63 - at.prefix % 64);
    ++at.prefix, ++right.prefix;
    descend(node.left_record, node.left_record_type, at, out);
    descend(node.right_record, node.right_record_type, right, out);
  }
  void descend(std::uint64_t record, int type, const Network &at, std::vector<Network> &out) {
    if (type == MMDB_RECORD_TYPE_SEARCH_NODE)
      walk(static_cast<std::uint32_t>(record), at, out);
    else if (type == MMDB_RECORD_TYPE_DATA)
      out.push_back(at);
  }

  MMDB_s db_{};
};

// As many addresses as every benchmark goes through, again and again: too many to learn their branches by heart.
inline constexpr std::size_t kAddresses = std::size_t{1} << 20;

// IPv4 addresses are kept as numbers: reading them back must not cost more than looking them up.
inline core::Ip to_ip(std::uint32_t v4) { return core::Ip::v4(v4); }
inline const core::Ip &to_ip(const core::Ip &v6) { return v6; }

inline std::vector<std::uint32_t> uniform_v4(std::uint64_t seed, std::size_t count = kAddresses) {
  std::mt19937_64 random(seed);
  std::vector<std::uint32_t> out;
  while (out.size() < count)
    if (const auto address = static_cast<std::uint32_t>(random()); address::is_public(to_ip(address)))
      out.push_back(address);
  return out;
}

// Zipf (s = 1) over a million distinct addresses, as sign-ins are spread.
inline std::vector<std::uint32_t> zipf_v4() {
  const std::vector<std::uint32_t> distinct = uniform_v4(7);
  std::vector<double> sums;
  double sum = 0;
  for (std::size_t i = 0; i < distinct.size(); ++i)
    sums.push_back(sum += 1.0 / static_cast<double>(i + 1));
  std::mt19937_64 random(8);
  std::uniform_real_distribution<double> any(0, sum);
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < kAddresses; ++i)
    out.push_back(distinct[std::min<std::size_t>(std::lower_bound(sums.begin(), sums.end(), any(random)) - sums.begin(),
                                                 distinct.size() - 1)]);
  return out;
}

// A random address in a random announced network.
inline std::vector<core::Ip> announced_v6(Reference &reference, std::uint64_t seed, std::size_t count = kAddresses) {
  const auto networks = reference.networks_v6();
  std::mt19937_64 random(seed);
  std::vector<core::Ip> out;
  while (out.size() < count && !networks.empty()) {
    const Reference::Network &network = networks[random() % networks.size()];
    const int host_high = std::max(0, 64 - network.prefix), host_low = std::min(64, 128 - network.prefix);
    const auto any = [&](int bits) { return bits == 0 ? 0 : random() >> (64 - bits); };
    out.push_back(core::Ip::v6(network.high | any(host_high), network.low | any(host_low)));
  }
  return out;
}

}  // namespace hunt::bench
