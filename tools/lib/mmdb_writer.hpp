// Writes MaxMind DB files (format 2.0, https://maxmind.github.io/MaxMind-DB/) for our tools, tests and benchmarks.
//
// Networks may be inserted in any order; where two overlap, the later one wins, so insert the general before the
// special. In a file of IP version 6 IPv4 networks lie under ::/96, as readers expect. Neighbours with equal values
// become one network, equal values one data record, and repeated strings and sub-values are pointers. Same inserts,
// same bytes. Costs about a microsecond per network, 8 bytes per tree node and one copy of each distinct value.
#pragma once

#include "core/ip.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace hunt::tools {

struct Uint128 {
  std::uint64_t high;
  std::uint64_t low;
};

struct Bytes {
  std::string data;
};

// A value of the data section. The C++ type decides the stored type, so write Value(std::uint32_t{15169}).
struct Value {
  using Map = std::vector<std::pair<std::string, Value>>;
  using Array = std::vector<Value>;
  using Variant = std::variant<std::string, double, float, bool, std::uint16_t, std::uint32_t, std::uint64_t, Uint128,
                               std::int32_t, Bytes, Map, Array>;

  template <class T>
  requires(!std::is_same_v<std::remove_cvref_t<T>, Value> && std::is_constructible_v<Variant, T &&>) Value(T &&v)
      : data(std::forward<T>(v)) {}

  Variant data;
};

struct MmdbOptions {
  std::string database_type;
  int ip_version = 6;
  int record_size = 28;
  std::uint64_t build_epoch = 0;
  std::string description;
  std::vector<std::string> languages;
};

class MmdbWriter {
public:
  // Throws core::Error when the IP version is neither 4 nor 6 or the record size none of 24, 28, 32.
  explicit MmdbWriter(MmdbOptions options);

  // Throw core::Error when the network does not fit the file's IP version or the range is not one.
  void insert(core::Ip network, int prefix, const Value &value);
  void insert_range(core::Ip first, core::Ip last, const Value &value);

  // Makes ::ffff:0:0/96, 2002::/16 and 2001::/32 point at the IPv4 tree, as GeoLite2 files do; what was or will be
  // inserted there is not found. Only in a file of IP version 6.
  void alias_ipv4() { alias_ipv4_ = true; }

  // The whole file. Call it last. Throws core::Error when tree and data do not fit the record size.
  std::string finish();

private:
  // A record of a node: nothing, the number of another node (the root is nobody's child), or a value.
  using Record = std::uint32_t;
  static constexpr Record kNothing = 0;
  static constexpr Record kValueBit = 0x80000000;
  struct Node {
    Record child[2];
  };

  Record value_record(const Value &value);
  Record &record_at(core::Ip network, int prefix);
  core::Ip in_tree(core::Ip ip, int &prefix) const;
  Record merge_equal(Record record, std::vector<bool> &done);
  void number(std::uint32_t node, std::vector<std::uint32_t> &numbers, std::vector<std::uint32_t> &order) const;
  void append_value(const Value &value);
  std::uint32_t value_offset(Record record);
  void append_node(std::string &out, std::uint64_t left, std::uint64_t right) const;
  std::string metadata(std::uint32_t node_count) const;

  MmdbOptions options_;
  bool alias_ipv4_ = false;
  std::vector<Node> nodes_;
  std::vector<Value> values_;
  std::unordered_map<std::string, std::uint32_t> value_ids_;     // plain encoding -> index in values_
  std::vector<std::int64_t> value_offsets_;                      // by index in values_; -1: not written yet
  std::unordered_map<std::string, std::uint32_t> data_offsets_;  // plain encoding -> where it stands in data_
  std::string data_;
};

}  // namespace hunt::tools
