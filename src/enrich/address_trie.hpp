// The compressed lookup table behind IP databases: address -> value of the longest matching network.
//
// A multibit trie, first stride 16 bits, then 8 bits at a time, for IPv4 and IPv6 alike. A node covers 256 slots, but
// stores an entry only where the value changes, with a bitmap of those places: the entry of a slot is found by counting
// bits (the idea of Tree Bitmap, Eatherton et al., CCR 2004, and Poptrie, Asai and Ohara, SIGCOMM 2015). Nodes are
// shared where the source tree shares them, so an alias such as 2002::/16 costs one entry. 515,158 ranges take about 5
// MiB; a lookup is at most 5 memory accesses for IPv4.
//
// The trie is canonical: a node is never uniform and neighbouring entries differ. So the network of an address needs no
// storage: it is the largest aligned block around the address in which the value does not change.
//
// Stored as plain arrays of little-endian integers that are used in place.
#pragma once

#include "core/ip.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace hunt::enrich {

// Values are 1 .. 2^31-1; 0 means that no network holds the address.
using TrieValue = std::uint32_t;

struct TrieNode {
  std::uint64_t starts[4];  // bit s: the entry of slot s differs from that of slot s - 1; slot 0 always counts
  std::uint32_t first;      // index of the node's first entry
  std::uint8_t before[4];   // entries in the words before each word of `starts`
};
static_assert(sizeof(TrieNode) == 40);

struct TrieMatch {
  TrieValue value;  // 0: none
  int prefix;       // length of the network in bits of the address looked up; meaningful if value != 0
};

// A trie in memory that somebody else owns.
struct AddressTrie {
  static constexpr std::uint32_t kRootSlots = 65536;
  static constexpr std::uint32_t kChild = 0x80000000U;  // an entry with this bit is the index of a node

  std::span<const std::uint32_t> root_v4;  // kRootSlots entries, or empty: no IPv4 networks
  std::span<const std::uint32_t> root_v6;
  std::span<const std::uint8_t> root_lengths_v4;  // of each root slot: the length of its network, 0..16
  std::span<const std::uint8_t> root_lengths_v6;
  std::span<const TrieNode> nodes;
  std::span<const std::uint32_t> entries;

  // True if every index that a lookup can follow stays inside the arrays and no value exceeds `largest_value`. A trie
  // that was not made in this process must be checked once before it is used.
  bool is_sound(TrieValue largest_value) const noexcept;

  // Most IPv4 addresses are answered by their root slot, so that much is done where the caller stands.
  TrieValue find(const core::Ip &ip) const noexcept { return ip.is_v6() ? find_v6(ip) : find_v4(ip.v4()); }
  TrieValue find_v4(std::uint32_t address) const noexcept {
    const std::uint32_t entry = root_v4.empty() ? 0 : root_v4[address >> 16];
    return entry & kChild ? descend_v4(entry, address) : entry;
  }
  TrieValue find_v6(const core::Ip &ip) const noexcept;
  TrieMatch match(const core::Ip &ip) const noexcept;

private:
  TrieValue descend_v4(std::uint32_t entry, std::uint32_t address) const noexcept;
};

// The same arrays, owned.
struct AddressTrieArrays {
  std::vector<std::uint32_t> root_v4, root_v6;
  std::vector<std::uint8_t> root_lengths_v4, root_lengths_v6;
  std::vector<TrieNode> nodes;
  std::vector<std::uint32_t> entries;

  AddressTrie view() const noexcept { return {root_v4, root_v6, root_lengths_v4, root_lengths_v6, nodes, entries}; }
};

}  // namespace hunt::enrich
