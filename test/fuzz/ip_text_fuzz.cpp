// Any text: no crash, no read outside of it, and the C library's answer wherever that has one.
#include "address/blank.hpp"
#include "address/ip_text.hpp"

#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

using hunt::core::Ip;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  // A copy of exactly this size, so that the sanitizer sees a read behind its end.
  const std::unique_ptr<char[]> bytes(new char[size]);
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<char>(data[i]);
  const std::string_view text(bytes.get(), size);
  const auto ip = hunt::address::parse_ip(text);
  if (ip && (hunt::address::is_blank(text) || ip->is_v4_mapped()))
    std::abort();

  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos)
    return 0;
  std::array<std::uint8_t, 16> address{};
  if (inet_pton(AF_INET, terminated.c_str(), address.data()) == 1 && ip != Ip::v4_bytes(address.data()))
    std::abort();
  if (inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1 && ip != Ip::v6_bytes(address.data()).unmapped())
    std::abort();
  return 0;
}
