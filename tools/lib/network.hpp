// Addresses and networks as text, for our tools: exact spelling only (inet_pton), unlike what logs write.
#pragma once

#include "core/ip.hpp"

#include <string>

namespace hunt::tools {

struct Network {
  core::Ip address;
  int prefix;

  // The last address of the network.
  core::Ip last() const;
};

// Throw core::Error when the text is not exactly that; a network must have no host bits.
core::Ip parse_address(const std::string &text);
Network parse_network(const std::string &text);

std::string to_text(core::Ip ip);

}  // namespace hunt::tools
