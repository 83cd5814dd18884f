#include "enrich/trie_compiler.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

namespace hunt::enrich {

namespace {

using Branch = MmdbReader::Branch;

constexpr std::uint32_t kNotCompiled = ~std::uint32_t{0};  // no entry has these two values
constexpr std::uint32_t kInProgress = kNotCompiled - 1;
constexpr int kIpv4Start = 96;  // IPv4 addresses live under ::/96 of an IPv6 tree

class Compiler {
public:
  Compiler(const MmdbReader &reader, core::Poll poll)
      : reader_(reader), poll_(poll), compiled_(reader.metadata().node_count, kNotCompiled) {}

  CompiledTrie run() {
    const Branch top{Branch::kNode, 0};
    if (reader_.metadata().ip_version == 4) {
      address_bits_ = 32;
      compile_root(top, out_.arrays.root_v4, out_.arrays.root_lengths_v4);
    } else {
      address_bits_ = 128;
      compile_root(top, out_.arrays.root_v6, out_.arrays.root_lengths_v6);
      // The same networks seen from their other side: they were counted above.
      const std::uint64_t networks = out_.networks;
      address_bits_ = 32;
      compile_root(ipv4_start(), out_.arrays.root_v4, out_.arrays.root_lengths_v4);
      out_.networks = networks;
      out_.covers_v6 = has_networks_beside(ipv4_start());
    }
    return std::move(out_);
  }

private:
  // The 256 slots of a stride as runs: what holds from `slot` to the next run.
  struct Run {
    std::uint32_t slot;
    Branch branch;
  };
  struct Runs {
    std::array<Run, 256> run;
    std::size_t count = 0;
  };

  Branch ipv4_start() const {
    Branch at{Branch::kNode, 0};
    for (int bit = 0; bit < kIpv4Start && at.kind == Branch::kNode; ++bit)
      at = reader_.branch(at.value, 0);
    return at;
  }

  // True if a record can be reached without passing through `ipv4`.
  bool has_networks_beside(Branch ipv4) const {
    std::vector<bool> seen(reader_.metadata().node_count);
    std::vector<std::uint32_t> nodes{0};
    while (!nodes.empty()) {
      const std::uint32_t node = nodes.back();
      nodes.pop_back();
      for (const int bit : {0, 1}) {
        const Branch at = reader_.branch(node, bit);
        if (at.kind == Branch::kRecord)
          return true;
        if (at.kind != Branch::kNode || seen[at.value] || (ipv4.kind == Branch::kNode && ipv4.value == at.value))
          continue;
        seen[at.value] = true;
        nodes.push_back(at.value);
      }
    }
    return false;
  }

  void compile_root(Branch top, std::vector<std::uint32_t> &root, std::vector<std::uint8_t> &lengths) {
    root.resize(AddressTrie::kRootSlots);
    lengths.resize(AddressTrie::kRootSlots);
    fill_root(top, 0, 0, root);
    if (std::all_of(root.begin(), root.end(), [](std::uint32_t entry) { return entry == 0; })) {
      root.clear();
      lengths.clear();
      return;
    }
    fill_root_lengths(root, 0, 0, lengths);
  }

  void fill_root(Branch at, int depth, std::uint32_t slot, std::vector<std::uint32_t> &root) {
    if (at.kind == Branch::kNode && depth < 16) {
      fill_root(reader_.branch(at.value, 0), depth + 1, slot, root);
      fill_root(reader_.branch(at.value, 1), depth + 1, slot | 1U << (15 - depth), root);
      return;
    }
    std::fill_n(root.begin() + slot, 1U << (16 - depth), entry_of(at, 16));
  }

  // The largest aligned blocks of equal slots, from above.
  static void fill_root_lengths(const std::vector<std::uint32_t> &root, int depth, std::uint32_t slot,
                                std::vector<std::uint8_t> &lengths) {
    const std::uint32_t size = 1U << (16 - depth);
    const auto first = root.begin() + slot;
    if (std::all_of(first, first + size, [&](std::uint32_t entry) { return entry == *first; })) {
      std::fill_n(lengths.begin() + slot, size, static_cast<std::uint8_t>(depth));
      return;
    }
    fill_root_lengths(root, depth + 1, slot, lengths);
    fill_root_lengths(root, depth + 1, slot + size / 2, lengths);
  }

  // The entry of what a stride ends in; a node below it is compiled first. `depth` is that of the stride's end.
  std::uint32_t entry_of(Branch at, int depth) {
    switch (at.kind) {
    case Branch::kNothing:
      return 0;
    case Branch::kRecord:
      ++out_.networks;
      return value_of(at.value);
    default:
      return compile_node(at.value, depth);
    }
  }

  TrieValue value_of(std::uint32_t offset) {
    const auto [at, is_new] = values_.try_emplace(offset, static_cast<TrieValue>(values_.size() + 1));
    if (is_new)
      out_.record_offsets.push_back(offset);
    return at->second;
  }

  // The entry for a node of the file that begins a stride: a child, or what its slots hold if they all hold the same.
  std::uint32_t compile_node(std::uint32_t node, int depth) {
    if (compiled_[node] == kInProgress)
      malformed("has a cycle at node ", node);
    if (compiled_[node] != kNotCompiled)
      return compiled_[node];
    if (depth >= address_bits_)
      malformed("is deeper than its addresses at node ", node);
    if (++turns_ % 4096 == 0)
      poll_();
    compiled_[node] = kInProgress;
    Runs runs;
    gather(Branch{Branch::kNode, node}, 0, 0, runs);
    std::array<std::uint32_t, 256> entries;
    for (std::size_t i = 0; i < runs.count; ++i)
      entries[i] = entry_of(runs.run[i].branch, depth + 8);
    return compiled_[node] = append_node(runs, entries);
  }

  void gather(Branch at, int depth, std::uint32_t slot, Runs &runs) const {
    if (at.kind == Branch::kNode && depth < 8) {
      gather(reader_.branch(at.value, 0), depth + 1, slot, runs);
      gather(reader_.branch(at.value, 1), depth + 1, slot | 1U << (7 - depth), runs);
      return;
    }
    runs.run[runs.count++] = {slot, at};
  }

  std::uint32_t append_node(const Runs &runs, const std::array<std::uint32_t, 256> &entries) {
    AddressTrieArrays &out = out_.arrays;
    TrieNode node{};
    node.first = static_cast<std::uint32_t>(out.entries.size());
    std::array<std::uint8_t, 4> in_word{};
    for (std::size_t i = 0; i < runs.count; ++i) {
      if (i > 0 && entries[i] == entries[i - 1])
        continue;
      const std::uint32_t slot = runs.run[i].slot;
      node.starts[slot >> 6] |= std::uint64_t{1} << (slot & 63);
      ++in_word[slot >> 6];
      out.entries.push_back(entries[i]);
    }
    if (out.entries.size() == node.first + 1 && (entries[0] & AddressTrie::kChild) == 0) {
      out.entries.pop_back();
      return entries[0];
    }
    for (int word = 1; word < 4; ++word)
      node.before[word] = static_cast<std::uint8_t>(node.before[word - 1] + in_word[word - 1]);
    // A tree has at most two ends a node. Only a file made to exhaust memory has its nodes share so much that it
    // unfolds.
    if (out.entries.size() > 4 * compiled_.size() + AddressTrie::kRootSlots)
      malformed("unfolds to far more networks than it has nodes, at node ",
                static_cast<std::uint32_t>(out.nodes.size()));
    out.nodes.push_back(node);
    return AddressTrie::kChild | static_cast<std::uint32_t>(out.nodes.size() - 1);
  }

  [[noreturn]] static void malformed(const char *what, std::uint32_t node) {
    throw core::Error(core::kInvalidBinary, "malformed MaxMind DB: the search tree " + (what + std::to_string(node)));
  }

  const MmdbReader &reader_;
  core::Poll poll_;
  int address_bits_ = 0;
  std::uint32_t turns_ = 0;
  std::vector<std::uint32_t> compiled_;  // of each node of the file that begins a stride: its entry
  std::unordered_map<std::uint32_t, TrieValue> values_;
  CompiledTrie out_;
};

}  // namespace

CompiledTrie compile_trie(const MmdbReader &reader, core::Poll poll) { return Compiler(reader, poll).run(); }

}  // namespace hunt::enrich
