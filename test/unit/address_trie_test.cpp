#include "enrich/address_trie.hpp"

#include "core/error.hpp"
#include "enrich/trie_compiler.hpp"
#include "ip_samples.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace hunt::enrich {
namespace {

using namespace samples;

CompiledTrie compile(MmdbWriter &writer) {
  const std::string file = writer.finish();
  return compile_trie(MmdbReader(file), core::never_interrupted);
}

CompiledTrie sample() {
  const std::string file = asn_file();
  return compile_trie(MmdbReader(file), core::never_interrupted);
}

TEST(AddressTrie, FindsTheLongestNetwork) {
  const CompiledTrie compiled = sample();
  const AddressTrie trie = compiled.arrays.view();
  const TrieValue general = trie.find(v4(8, 8, 0, 1)), special = trie.find(v4(8, 8, 8, 8));
  EXPECT_NE(general, 0u);
  EXPECT_NE(special, 0u);
  EXPECT_NE(general, special);
  EXPECT_EQ(trie.find(Ip::v6(0x20014860ABCD0000, 7)), special);
  EXPECT_EQ(trie.find(v4(8, 9, 0, 0)), 0u);
  EXPECT_EQ(trie.find(v4(9, 9, 9, 8)), 0u);
  EXPECT_NE(trie.find(v4(9, 9, 9, 9)), 0u);
  EXPECT_EQ(trie.find(Ip::v6(0x2a00000000000000, 0)), 0u);
  EXPECT_NE(trie.find(Ip::v6(0x2a00000000000000, 1)), 0u);
}

TEST(AddressTrie, MatchesTheWholeNetwork) {
  const CompiledTrie compiled = sample();
  const AddressTrie trie = compiled.arrays.view();
  EXPECT_EQ(trie.match(v4(8, 8, 8, 8)).prefix, 24);
  EXPECT_EQ(trie.match(v4(8, 8, 128, 0)).prefix, 17);
  EXPECT_EQ(trie.match(v4(8, 8, 9, 0)).prefix, 24);
  EXPECT_EQ(trie.match(v4(9, 9, 9, 9)).prefix, 32);
  EXPECT_EQ(trie.match(v4(70, 0, 0, 1)).prefix, 3);
  EXPECT_EQ(trie.match(Ip::v6(0x2001486000000000, 0)).prefix, 32);
  EXPECT_EQ(trie.match(Ip::v6(0x2a00000000000000, 1)).prefix, 128);
  EXPECT_EQ(trie.match(v4(1, 1, 1, 1)).value, 0u);
}

TEST(AddressTrie, AliasesLeadToIpv4AndCostNothing) {
  const CompiledTrie compiled = sample();
  const AddressTrie trie = compiled.arrays.view();
  const TrieValue value = trie.find(v4(8, 8, 8, 8));
  EXPECT_EQ(trie.find(Ip::v6(0, 0x0000000008080808)), value);
  EXPECT_EQ(trie.find(Ip::v6(0, 0x0000FFFF08080808)), value);
  EXPECT_EQ(trie.find(Ip::v6(0x2002080808080000, 0)), value);
  EXPECT_EQ(trie.match(Ip::v6(0x2002080808080000, 0)).prefix, 16 + 24);
  EXPECT_EQ(trie.find(Ip::v6(0x2001000008080808, 0)), value);
  EXPECT_LT(compiled.arrays.nodes.size(), 40u);
}

TEST(AddressTrie, IsCanonical) {
  // Neighbours of equal value that the file keeps apart: a bare tree of record size 24 with one data record.
  MmdbWriter halves = writer(4), whole = writer(4);
  for (unsigned i = 0; i < 256; ++i)
    halves.insert(v4(10, 20, 30, i), 32, asn(7, "seven"));
  whole.insert(v4(10, 20, 30, 0), 24, asn(7, "seven"));
  const CompiledTrie a = compile(halves), b = compile(whole);
  EXPECT_EQ(a.arrays.entries, b.arrays.entries);
  EXPECT_EQ(a.arrays.nodes.size(), b.arrays.nodes.size());
  EXPECT_EQ(a.arrays.view().match(v4(10, 20, 30, 40)).prefix, 24);
  for (const CompiledTrie &compiled : {sample(), compile(whole)})
    for (const TrieNode &node : compiled.arrays.nodes) {
      int count = 0;
      for (const std::uint64_t word : node.starts)
        count += __builtin_popcountll(word);
      for (int i = 1; i < count; ++i)
        EXPECT_NE(compiled.arrays.entries[node.first + i], compiled.arrays.entries[node.first + i - 1]);
      EXPECT_TRUE(count > 1 || (compiled.arrays.entries[node.first] & AddressTrie::kChild) != 0);
    }
}

// The search tree alone, each record a number of 24 bits, behind it data and metadata of a real file.
CompiledTrie compile_tree(const std::vector<std::array<std::uint32_t, 2>> &nodes, int ip_version = 4) {
  MmdbWriter base = writer(ip_version);
  base.insert(v4(1, 0, 0, 0), 8, asn(1, "x"));
  const std::string whole = base.finish();
  const MmdbReader reader(whole);
  std::string file;
  for (const auto &node : nodes)
    for (const std::uint32_t record : node)
      file += {static_cast<char>(record >> 16), static_cast<char>(record >> 8), static_cast<char>(record)};
  file += whole.substr(reader.metadata().node_count * 6);
  const std::string key = "node_count";
  const std::size_t at = file.rfind(key) + key.size();
  EXPECT_EQ(file[at] & 31, 1);
  file[at + 1] = static_cast<char>(nodes.size());
  return compile_trie(MmdbReader(file), core::never_interrupted);
}

TEST(TrieCompiler, RefusesTreesThatAreNone) {
  EXPECT_NO_THROW(compile_tree({{1, 17}}));  // nothing and the first record
  EXPECT_THROW(compile_tree({{0, 0}}), core::Error);
  EXPECT_THROW(compile_tree({{1, 2}, {0, 2}}), core::Error);
  EXPECT_THROW(compile_tree({{1, 8}}), core::Error);         // into the separator
  EXPECT_THROW(compile_tree({{1, 0xFFFFFF}}), core::Error);  // behind the data
  std::vector<std::array<std::uint32_t, 2>> deep;
  for (std::uint32_t i = 1; i <= 40; ++i)
    deep.push_back({i, 40});
  EXPECT_THROW(compile_tree(deep), core::Error);
  EXPECT_NO_THROW(compile_tree(deep, 6));
}

TEST(TrieCompiler, LeavesOutTheFamilyThatIsNotThere) {
  MmdbWriter six = writer(6), four = writer(4);
  six.insert(Ip::v6(0x2a00000000000000, 0), 16, asn(6, "six"));
  four.insert(v4(1, 0, 0, 0), 8, asn(4, "four"));
  const CompiledTrie only_six = compile(six), only_four = compile(four);
  EXPECT_TRUE(only_six.arrays.root_v4.empty());
  EXPECT_FALSE(only_six.arrays.root_v6.empty());
  EXPECT_FALSE(only_four.arrays.root_v4.empty());
  EXPECT_TRUE(only_four.arrays.root_v6.empty());
  EXPECT_EQ(only_six.arrays.view().match(v4(1, 2, 3, 4)).value, 0u);
  EXPECT_EQ(only_four.arrays.view().find(Ip::v6(1, 2)), 0u);
}

TEST(AddressTrie, TheCheckRejectsEveryBadIndex) {
  const CompiledTrie compiled = sample();
  const auto largest = static_cast<TrieValue>(compiled.record_offsets.size());
  ASSERT_TRUE(compiled.arrays.view().is_sound(largest));
  EXPECT_FALSE(compiled.arrays.view().is_sound(largest - 1));
  using Arrays = AddressTrieArrays;
  const std::vector<std::pair<const char *, std::function<void(Arrays &)>>> damages = {
      {"root without lengths", [](Arrays &a) { a.root_lengths_v4.clear(); }},
      {"short root", [](Arrays &a) { a.root_v4.pop_back(), a.root_lengths_v4.pop_back(); }},
      {"value in v4 root", [&](Arrays &a) { a.root_v4[7] = largest + 1; }},
      {"value in v6 root", [&](Arrays &a) { a.root_v6[65535] = largest + 1; }},
      {"child in root",
       [](Arrays &a) { a.root_v4[0] = AddressTrie::kChild | static_cast<std::uint32_t>(a.nodes.size()); }},
      {"v4 length", [](Arrays &a) { a.root_lengths_v4[9] = 17; }},
      {"v6 length", [](Arrays &a) { a.root_lengths_v6[9] = 255; }},
      {"value in entries", [&](Arrays &a) { a.entries.back() = largest + 1; }},
      {"child in entries", [](Arrays &a) { a.entries[0] = ~std::uint32_t{0}; }},
      {"missing entry", [](Arrays &a) { a.entries.pop_back(); }},
      {"no first slot", [](Arrays &a) { a.nodes[0].starts[0] &= ~std::uint64_t{1}; }},
      {"count", [](Arrays &a) { ++a.nodes[0].before[3]; }},
      {"bitmap", [](Arrays &a) { a.nodes.back().starts[3] = ~std::uint64_t{0}; }},
      {"first", [](Arrays &a) { a.nodes[0].first = ~std::uint32_t{0}; }},
  };
  for (const auto &[name, damage] : damages) {
    Arrays arrays = compiled.arrays;
    damage(arrays);
    EXPECT_FALSE(arrays.view().is_sound(largest)) << name;
  }
}

// Nodes that point at themselves pass the check: no lookup follows them for longer than an address has bytes.
TEST(AddressTrie, LookupsEndInATrieWithACycle) {
  AddressTrieArrays arrays;
  arrays.root_v4 = arrays.root_v6 = std::vector<std::uint32_t>(AddressTrie::kRootSlots, AddressTrie::kChild);
  arrays.root_lengths_v4 = arrays.root_lengths_v6 = std::vector<std::uint8_t>(AddressTrie::kRootSlots, 16);
  arrays.nodes = {TrieNode{{1, 0, 0, 0}, 0, {0, 1, 1, 1}}};
  arrays.entries = {AddressTrie::kChild};
  const AddressTrie trie = arrays.view();
  ASSERT_TRUE(trie.is_sound(1));
  EXPECT_EQ(trie.find(v4(1, 2, 3, 4)), 0u);
  EXPECT_EQ(trie.find(Ip::v6(~std::uint64_t{0}, 5)), 0u);
  EXPECT_EQ(trie.match(Ip::v6(1, 5)).value, 0u);
}

}  // namespace
}  // namespace hunt::enrich
