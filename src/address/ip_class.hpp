// What kind of address an address is, by the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890 and
// the RFCs that the registries name; state of 2025).
#pragma once

#include "core/ip.hpp"

#include <cstdint>
#include <string_view>

namespace hunt::address {

enum class IpClass : std::uint8_t {
  kPublic,
  kUnspecified,
  kThisNetwork,
  kPrivate,
  kShared,
  kLoopback,
  kLinkLocal,
  kUniqueLocal,
  kSiteLocal,
  kDocumentation,
  kBenchmarking,
  kIetfProtocol,
  kDummy,
  kAs112,
  kAmt,
  kRelay6to4,
  k6to4,
  kTeredo,
  kNat64,
  kOrchid,
  kOrchidV2,
  kDroneId,
  kSrv6,
  kDiscardOnly,
  kMulticast,
  kBroadcast,
  kReserved,
};

// The class of an address, an IPv4-mapped IPv6 address judged as its IPv4 address. Global unicast space that no
// registry sets apart is kPublic; IPv6 space that is neither set apart nor in 2000::/3 is kReserved.
IpClass ip_class(const core::Ip &ip) noexcept;

// The name that users see: lower case, words joined by hyphens.
std::string_view class_name(IpClass ip_class) noexcept;

// True if a client on the public internet can have this address: unicast, and either in no special-purpose registry or
// "globally reachable" by it. That is not a property of the class alone: 192.0.0.9 is reachable and 192.0.0.8 is not.
// An address that carries an IPv4 address (6to4, Teredo, NAT64's 64:ff9b::/96) is public if that one is.
bool is_public(const core::Ip &ip) noexcept;

// True for addresses that a network hands out for its own use: private (RFC 1918), shared behind a carrier's NAT
// (RFC 6598), loopback, link-local, unique-local, and IPv6's former site-local.
bool is_private(const core::Ip &ip) noexcept;

}  // namespace hunt::address
