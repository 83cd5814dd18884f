// Whether an address is in one of many networks: disjoint ranges in order, searched by halving.
#pragma once

#include "core/ip.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace hunt::ingest {

struct IpRange {
  core::Ip first, last;
};

// The addresses of the network that holds `ip` and has `prefix` bits. 0 <= prefix <= ip.bits().
inline IpRange network_range(const core::Ip &ip, int prefix) noexcept {
  const core::Ip first = ip.masked(prefix);
  const core::Ip all =
      ip.is_v6() ? core::Ip::v6(~std::uint64_t{0}, ~std::uint64_t{0}) : core::Ip::v4(~std::uint32_t{0});
  // What masking takes from the address of ones is the part of the host.
  const core::Ip mask = all.masked(prefix);
  return {first, ip.is_v6() ? core::Ip::v6(first.high() | ~mask.high(), first.low() | ~mask.low())
                            : core::Ip::v4(first.v4() | ~mask.v4())};
}

// Sorts the ranges and joins those that overlap; returns how many are left, at the front.
inline std::size_t join_ranges(std::span<IpRange> ranges) noexcept {
  std::sort(ranges.begin(), ranges.end(), [](const IpRange &a, const IpRange &b) { return a.first < b.first; });
  std::size_t joined = 0;
  for (const IpRange &range : ranges) {
    if (joined > 0 && range.first <= ranges[joined - 1].last)
      ranges[joined - 1].last = std::max(ranges[joined - 1].last, range.last);
    else
      ranges[joined++] = range;
  }
  return joined;
}

// Of ranges that join_ranges() left.
inline bool contains(std::span<const IpRange> ranges, const core::Ip &ip) noexcept {
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), ip,
                       [](const core::Ip &address, const IpRange &range) { return address < range.first; });
  return after != ranges.begin() && ip <= std::prev(after)->last;
}

}  // namespace hunt::ingest
