#include "enrich/address_trie.hpp"

#include <algorithm>
#include <bit>

namespace hunt::enrich {

namespace {

// The distribution's baseline of x86-64 has no POPCNT instruction, so the lookup exists twice and the right one is
// chosen once per process.
#if defined(__x86_64__)
#define SESSION_HUNT_POPCNT [[gnu::target("popcnt")]]
const bool has_popcnt = (__builtin_cpu_init(), __builtin_cpu_supports("popcnt") != 0);
#else
#define SESSION_HUNT_POPCNT
constexpr bool has_popcnt = true;
#endif

[[gnu::always_inline]] inline std::uint32_t entry_index(const TrieNode &node, unsigned slot) noexcept {
  const unsigned word = slot >> 6;
  const std::uint64_t up_to_slot = node.starts[word] & (~std::uint64_t{0} >> (63 - (slot & 63)));
  return node.first + node.before[word] + static_cast<std::uint32_t>(std::popcount(up_to_slot)) - 1;
}

[[gnu::always_inline]] inline std::uint32_t step(const AddressTrie &trie, std::uint32_t child, unsigned slot) noexcept {
  return trie.entries[entry_index(trie.nodes[child & ~AddressTrie::kChild], slot)];
}

[[gnu::always_inline]] inline TrieValue descend(const AddressTrie &trie, std::uint32_t entry,
                                                std::uint32_t address) noexcept {
  entry = step(trie, entry, address >> 8 & 255);
  if (entry & AddressTrie::kChild)
    entry = step(trie, entry, address & 255);
  return entry & AddressTrie::kChild ? 0 : entry;
}

[[gnu::always_inline]] inline TrieValue descend(const AddressTrie &trie, std::uint32_t entry,
                                                const core::Ip &ip) noexcept {
  for (int shift = 40; entry & AddressTrie::kChild && shift >= 0; shift -= 8)
    entry = step(trie, entry, ip.high() >> shift & 255);
  for (int shift = 56; entry & AddressTrie::kChild && shift >= 0; shift -= 8)
    entry = step(trie, entry, ip.low() >> shift & 255);
  return entry & AddressTrie::kChild ? 0 : entry;
}

template <class Address> SESSION_HUNT_POPCNT TrieValue descend_with_popcnt(const AddressTrie &trie, std::uint32_t entry,
                                                                           const Address &address) noexcept {
  return descend(trie, entry, address);
}

// Whether the value changes within a block of `size` slots (2, 4, .. 256), aligned to its size.
[[gnu::always_inline]] inline bool changes_within(const TrieNode &node, unsigned block, unsigned size) noexcept {
  const std::uint64_t *word = node.starts + (block >> 6);
  const std::uint64_t after_first = *word >> (block & 63) >> 1;
  if (size <= 64)
    return (after_first & ~(~std::uint64_t{0} << (size - 1))) != 0;
  return (after_first | word[1] | (size == 256 ? word[2] | word[3] : 0)) != 0;
}

// The length, below the node's start, of the largest aligned block around `slot` in which the value does not change.
[[gnu::always_inline]] inline int network_length(const TrieNode &node, unsigned slot) noexcept {
  int length = 8;
  for (unsigned size = 2; length > 0 && !changes_within(node, slot & ~(size - 1), size); size *= 2)
    --length;
  return length;
}

[[gnu::always_inline]] inline TrieMatch match_below(const AddressTrie &trie, const core::Ip &ip) noexcept {
  const bool v6 = ip.is_v6();
  if ((v6 ? trie.root_v6 : trie.root_v4).empty())
    return {0, 0};
  const unsigned slot = v6 ? static_cast<unsigned>(ip.high() >> 48) : ip.v4() >> 16;
  std::uint32_t entry = (v6 ? trie.root_v6 : trie.root_v4)[slot];
  int prefix = (v6 ? trie.root_lengths_v6 : trie.root_lengths_v4)[slot];
  std::uint8_t bytes[16];
  ip.to_bytes(bytes);
  const int length = v6 ? 16 : 4;
  for (int at = 2; entry & AddressTrie::kChild && at < length; ++at) {
    const TrieNode &node = trie.nodes[entry & ~AddressTrie::kChild];
    entry = trie.entries[entry_index(node, bytes[at])];
    prefix = 8 * at + (entry & AddressTrie::kChild ? 8 : network_length(node, bytes[at]));
  }
  return entry & AddressTrie::kChild ? TrieMatch{0, 0} : TrieMatch{entry, prefix};
}

SESSION_HUNT_POPCNT TrieMatch match_with_popcnt(const AddressTrie &trie, const core::Ip &ip) noexcept {
  return match_below(trie, ip);
}

bool are_sound_lengths(std::span<const std::uint8_t> root_lengths) noexcept {
  return std::all_of(root_lengths.begin(), root_lengths.end(), [](std::uint8_t length) { return length <= 16; });
}

bool are_sound_entries(std::span<const std::uint32_t> entries, std::size_t nodes, TrieValue largest) noexcept {
  return std::all_of(entries.begin(), entries.end(), [=](std::uint32_t entry) {
    return entry & AddressTrie::kChild ? (entry & ~AddressTrie::kChild) < nodes : entry <= largest;
  });
}

// The bitmap, its counts and the node's run of entries agree, so that every slot finds an entry of the node's own.
bool is_sound_node(const TrieNode &node, std::size_t entries) noexcept {
  std::uint32_t count = 0;
  for (int word = 0; word < 4; ++word) {
    if (node.before[word] != count)
      return false;
    count += static_cast<std::uint32_t>(std::popcount(node.starts[word]));
  }
  return (node.starts[0] & 1) != 0 && node.first <= entries && count <= entries - node.first;
}

}  // namespace

TrieValue AddressTrie::descend_v4(std::uint32_t entry, std::uint32_t address) const noexcept {
  return has_popcnt ? descend_with_popcnt(*this, entry, address) : descend(*this, entry, address);
}

TrieValue AddressTrie::find_v6(const core::Ip &ip) const noexcept {
  if (root_v6.empty())
    return 0;
  const std::uint32_t entry = root_v6[ip.high() >> 48];
  return has_popcnt ? descend_with_popcnt(*this, entry, ip) : descend(*this, entry, ip);
}

TrieMatch AddressTrie::match(const core::Ip &ip) const noexcept {
  return has_popcnt ? match_with_popcnt(*this, ip) : match_below(*this, ip);
}

bool AddressTrie::is_sound(TrieValue largest_value) const noexcept {
  const auto sound_root = [&](auto root, auto root_lengths) {
    return root.size() == root_lengths.size() && (root.empty() || root.size() == kRootSlots) &&
           are_sound_lengths(root_lengths) && are_sound_entries(root, nodes.size(), largest_value);
  };
  return sound_root(root_v4, root_lengths_v4) && sound_root(root_v6, root_lengths_v6) &&
         are_sound_entries(entries, nodes.size(), largest_value) &&
         std::all_of(nodes.begin(), nodes.end(), [&](const TrieNode &n) { return is_sound_node(n, entries.size()); });
}

}  // namespace hunt::enrich
