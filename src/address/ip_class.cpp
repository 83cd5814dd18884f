#include "address/ip_class.hpp"

#include <algorithm>
#include <array>

namespace hunt::address {

namespace {

using core::Ip;
using enum IpClass;

// Whether the registry calls a block globally reachable; kAsEmbedded where it leaves that to the IPv4 address inside.
enum class Reach : std::uint8_t { kNo, kYes, kAsEmbedded };

// A block of addresses: those that equal `high` and `low` under the masks. An IPv4 address is its own `low`.
struct Block {
  std::uint64_t high, low, high_mask, low_mask;
  IpClass ip_class;
  Reach reach;

  constexpr bool contains(std::uint64_t h, std::uint64_t l) const noexcept {
    return (h & high_mask) == high && (l & low_mask) == low;
  }
};

constexpr Block v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d, int prefix, IpClass ip_class,
                   Reach reach = Reach::kNo) {
  const std::uint8_t bytes[] = {a, b, c, d};
  return {0, Ip::v4_bytes(bytes).v4(), 0, Ip::v4(~std::uint32_t{0}).masked(prefix).v4(), ip_class, reach};
}

constexpr Block v6(std::uint64_t high, std::uint64_t low, int prefix, IpClass ip_class, Reach reach = Reach::kNo) {
  const Ip mask = Ip::v6(~std::uint64_t{0}, ~std::uint64_t{0}).masked(prefix);
  return {high, low, mask.high(), mask.low(), ip_class, reach};
}

// https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast (RFC 5771). The first block that contains
// an address decides.
constexpr std::array kV4 = {
    v4(0, 0, 0, 0, 32, kUnspecified),                   // RFC 1122, 3.2.1.3
    v4(0, 0, 0, 0, 8, kThisNetwork),                    // RFC 791, 3.2
    v4(10, 0, 0, 0, 8, kPrivate),                       // RFC 1918
    v4(100, 64, 0, 0, 10, kShared),                     // RFC 6598
    v4(127, 0, 0, 0, 8, kLoopback),                     // RFC 1122, 3.2.1.3
    v4(169, 254, 0, 0, 16, kLinkLocal),                 // RFC 3927
    v4(172, 16, 0, 0, 12, kPrivate),                    // RFC 1918
    v4(192, 0, 0, 8, 32, kDummy),                       // RFC 7600
    v4(192, 0, 0, 9, 32, kIetfProtocol, Reach::kYes),   // RFC 7723, PCP anycast
    v4(192, 0, 0, 10, 32, kIetfProtocol, Reach::kYes),  // RFC 8155, TURN anycast
    v4(192, 0, 0, 0, 24, kIetfProtocol),                // RFC 6890, 2.1
    v4(192, 0, 2, 0, 24, kDocumentation),               // RFC 5737
    v4(192, 31, 196, 0, 24, kAs112, Reach::kYes),       // RFC 7535
    v4(192, 52, 193, 0, 24, kAmt, Reach::kYes),         // RFC 7450
    v4(192, 88, 99, 0, 24, kRelay6to4),                 // RFC 7526, deprecated: no client has it
    v4(192, 168, 0, 0, 16, kPrivate),                   // RFC 1918
    v4(192, 175, 48, 0, 24, kAs112, Reach::kYes),       // RFC 7534
    v4(198, 18, 0, 0, 15, kBenchmarking),               // RFC 2544
    v4(198, 51, 100, 0, 24, kDocumentation),            // RFC 5737
    v4(203, 0, 113, 0, 24, kDocumentation),             // RFC 5737
    v4(224, 0, 0, 0, 4, kMulticast),                    // RFC 5771
    v4(255, 255, 255, 255, 32, kBroadcast),             // RFC 919, 7
    v4(240, 0, 0, 0, 4, kReserved),                     // RFC 1112, 4
};

// https://www.iana.org/assignments/iana-ipv6-special-registry, multicast (RFC 4291, 2.7) and site-local (RFC 3879). No
// IPv4-mapped block: such an address is judged before it gets here.
constexpr std::array kV6 = {
    v6(0, 0, 128, kUnspecified),                                    // RFC 4291, 2.5.2
    v6(0, 1, 128, kLoopback),                                       // RFC 4291, 2.5.3
    v6(0x0064'ff9b'0000'0000, 0, 96, kNat64, Reach::kAsEmbedded),   // RFC 6052
    v6(0x0064'ff9b'0001'0000, 0, 48, kNat64),                       // RFC 8215, local use
    v6(0x0100'0000'0000'0000, 0, 64, kDiscardOnly),                 // RFC 6666
    v6(0x0100'0000'0000'0001, 0, 64, kDummy),                       // RFC 9780
    v6(0x2001'0000'0000'0000, 0, 32, kTeredo, Reach::kAsEmbedded),  // RFC 4380
    v6(0x2001'0001'0000'0000, 1, 128, kIetfProtocol, Reach::kYes),  // RFC 7723, PCP anycast
    v6(0x2001'0001'0000'0000, 2, 128, kIetfProtocol, Reach::kYes),  // RFC 8155, TURN anycast
    v6(0x2001'0001'0000'0000, 3, 128, kIetfProtocol, Reach::kYes),  // RFC 9665, DNS-SD SRP anycast
    v6(0x2001'0002'0000'0000, 0, 48, kBenchmarking),                // RFC 5180
    v6(0x2001'0003'0000'0000, 0, 32, kAmt, Reach::kYes),            // RFC 7450
    v6(0x2001'0004'0112'0000, 0, 48, kAs112, Reach::kYes),          // RFC 7535
    v6(0x2001'0010'0000'0000, 0, 28, kOrchid),                      // RFC 4843, deprecated
    v6(0x2001'0020'0000'0000, 0, 28, kOrchidV2, Reach::kYes),       // RFC 7343
    v6(0x2001'0030'0000'0000, 0, 28, kDroneId, Reach::kYes),        // RFC 9374
    v6(0x2001'0000'0000'0000, 0, 23, kIetfProtocol),                // RFC 2928
    v6(0x2001'0db8'0000'0000, 0, 32, kDocumentation),               // RFC 3849
    v6(0x2002'0000'0000'0000, 0, 16, k6to4, Reach::kAsEmbedded),    // RFC 3056
    v6(0x2620'004f'8000'0000, 0, 48, kAs112, Reach::kYes),          // RFC 7534
    v6(0x3fff'0000'0000'0000, 0, 20, kDocumentation),               // RFC 9637
    v6(0x5f00'0000'0000'0000, 0, 16, kSrv6),                        // RFC 9602
    v6(0xfc00'0000'0000'0000, 0, 7, kUniqueLocal),                  // RFC 4193
    v6(0xfe80'0000'0000'0000, 0, 10, kLinkLocal),                   // RFC 4291, 2.5.6
    v6(0xfec0'0000'0000'0000, 0, 10, kSiteLocal),                   // RFC 3879, deprecated
    v6(0xff00'0000'0000'0000, 0, 8, kMulticast),                    // RFC 4291, 2.7
};

constexpr Block kUnlisted = {0, 0, 0, 0, kPublic, Reach::kYes};
constexpr Block kUnlistedReserved = {0, 0, 0, 0, kReserved, Reach::kNo};

// No block may hide behind a wider one that comes before it, and none may have bits outside its mask.
template <std::size_t N> constexpr bool is_well_formed(const std::array<Block, N> &blocks) {
  for (std::size_t i = 0; i < N; ++i) {
    if (!blocks[i].contains(blocks[i].high, blocks[i].low))
      return false;
    for (std::size_t j = i + 1; j < N; ++j)
      if (blocks[i].contains(blocks[j].high, blocks[j].low) && blocks[i].high_mask <= blocks[j].high_mask &&
          blocks[i].low_mask <= blocks[j].low_mask)
        return false;
  }
  return true;
}
static_assert(is_well_formed(kV4) && is_well_formed(kV6));

// Which first octets begin any IPv4 block: most addresses are settled by this.
constexpr auto kSpecialOctet = [] {
  std::array<bool, 256> special{};
  for (const Block &block : kV4)
    for (std::uint32_t octet = 0; octet < 256; ++octet)
      if (((octet << 24) & block.low_mask) == (block.low & 0xff000000 & block.low_mask))
        special[octet] = true;
  return special;
}();

// The block that decides about an address that is not IPv4-mapped.
const Block &block_of(const Ip &ip) noexcept {
  const auto contains = [&ip](const Block &block) { return block.contains(ip.high(), ip.low()); };
  if (!ip.is_v6()) {
    if (!kSpecialOctet[ip.v4() >> 24])
      return kUnlisted;
    const auto found = std::find_if(kV4.begin(), kV4.end(), contains);
    return found == kV4.end() ? kUnlisted : *found;
  }
  const auto found = std::find_if(kV6.begin(), kV6.end(), contains);
  if (found != kV6.end())
    return *found;
  return ip.high() >> 61 == 1 ? kUnlisted : kUnlistedReserved;  // 2000::/3 is what IANA allocates from (RFC 3587)
}

// The IPv4 address inside an IPv6 address of a block with Reach::kAsEmbedded.
Ip embedded_v4(const Ip &ip, IpClass ip_class) noexcept {
  if (ip_class == k6to4)
    return Ip::v4(static_cast<std::uint32_t>(ip.high() >> 16));  // RFC 3056, 2
  const auto last = static_cast<std::uint32_t>(ip.low());
  return Ip::v4(ip_class == kTeredo ? ~last : last);  // RFC 4380, 4; RFC 6052, 2.2
}

}  // namespace

IpClass ip_class(const Ip &ip) noexcept { return block_of(ip.unmapped()).ip_class; }

std::string_view class_name(IpClass ip_class) noexcept {
  static constexpr std::array<std::string_view, 27> kNames = {
      "public",       "unspecified", "this-network",  "private",      "shared",        "loopback", "link-local",
      "unique-local", "site-local",  "documentation", "benchmarking", "ietf-protocol", "dummy",    "as112",
      "amt",          "6to4-relay",  "6to4",          "teredo",       "nat64",         "orchid",   "orchidv2",
      "drone-id",     "srv6",        "discard-only",  "multicast",    "broadcast",     "reserved"};
  static_assert(kNames.size() == static_cast<std::size_t>(kReserved) + 1);
  return kNames[static_cast<std::size_t>(ip_class)];
}

bool is_public(const Ip &ip) noexcept {
  const Ip address = ip.unmapped();
  const Block &block = block_of(address);
  if (block.reach == Reach::kAsEmbedded)
    return block_of(embedded_v4(address, block.ip_class)).reach == Reach::kYes;
  return block.reach == Reach::kYes;
}

bool is_private(const Ip &ip) noexcept {
  switch (ip_class(ip)) {
  case kPrivate:
  case kShared:
  case kLoopback:
  case kLinkLocal:
  case kUniqueLocal:
  case kSiteLocal:
    return true;
  default:
    return false;
  }
}

}  // namespace hunt::address
