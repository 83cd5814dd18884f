// From the binary search tree of a MaxMind DB to the compressed trie.
#pragma once

#include "core/poll.hpp"
#include "enrich/address_trie.hpp"
#include "enrich/mmdb_reader.hpp"

#include <cstdint>
#include <vector>

namespace hunt::enrich {

struct CompiledTrie {
  AddressTrieArrays arrays;
  std::vector<std::uint32_t> record_offsets;  // of value v at v - 1: where the database keeps that record
  bool covers_v6 = false;                     // has networks beside those of IPv4 and their aliases
  std::uint64_t networks = 0;                 // networks that have a record; an aliased subtree counts once
};

// Visits each node of the search tree once per byte boundary at which it is reached, so time and memory are bounded by
// the file's size however its nodes point at each other. Raises 22P03 on a tree with a cycle or deeper than its
// addresses.
CompiledTrie compile_trie(const MmdbReader &reader, core::Poll poll);

}  // namespace hunt::enrich
