#include "network.hpp"

#include "core/error.hpp"

#include <arpa/inet.h>
#include <charconv>
#include <cstdint>

namespace hunt::tools {

core::Ip Network::last() const {
  if (!address.is_v6())
    return core::Ip::v4(address.v4() | ~core::Ip::v4(~std::uint32_t{0}).masked(prefix).v4());
  const core::Ip mask = core::Ip::v6(~std::uint64_t{0}, ~std::uint64_t{0}).masked(prefix);
  return core::Ip::v6(address.high() | ~mask.high(), address.low() | ~mask.low());
}

core::Ip parse_address(const std::string &text) {
  std::uint8_t bytes[16];
  if (inet_pton(AF_INET, text.c_str(), bytes) == 1)
    return core::Ip::v4_bytes(bytes);
  if (inet_pton(AF_INET6, text.c_str(), bytes) == 1)
    return core::Ip::v6_bytes(bytes);
  throw core::Error(core::kInvalidText, "not an IP address: \"" + text + "\"");
}

Network parse_network(const std::string &text) {
  const std::size_t slash = text.find('/');
  const core::Ip address = parse_address(text.substr(0, slash));
  int prefix = address.bits();
  if (slash != std::string::npos) {
    const char *end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + slash + 1, end, prefix);
    if (read.ec != std::errc{} || read.ptr != end || prefix < 0 || prefix > address.bits())
      throw core::Error(core::kInvalidText, "not a network: \"" + text + "\"");
  }
  if (address.masked(prefix) != address)
    throw core::Error(core::kInvalidText, "not a network, it has host bits: \"" + text + "\"");
  return {address, prefix};
}

std::string to_text(core::Ip ip) {
  std::uint8_t bytes[16];
  ip.to_bytes(bytes);
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(ip.is_v6() ? AF_INET6 : AF_INET, bytes, text, sizeof text);
}

}  // namespace hunt::tools
