#include "mmdb_writer.hpp"

#include "core/error.hpp"
#include "mmdb_encode.hpp"

#include <algorithm>
#include <bit>

namespace hunt::tools {
namespace {

constexpr core::Ip kMappedIpv4 = core::Ip::v6(0, 0xFFFF00000000);
constexpr core::Ip kSixToFour = core::Ip::v6(0x2002000000000000, 0);
constexpr core::Ip kTeredo = core::Ip::v6(0x2001000000000000, 0);
constexpr core::Ip kIpv4Root = core::Ip::v6(0, 0);
constexpr std::size_t kSeparator = 16;
constexpr std::uint32_t kUnnumbered = ~std::uint32_t{0};

unsigned bit_of(core::Ip ip, int i) {
  if (!ip.is_v6())
    return ip.v4() >> (31 - i) & 1;
  return (i < 64 ? ip.high() >> (63 - i) : ip.low() >> (127 - i)) & 1;
}

// Ranges are cut into networks with 128-bit arithmetic for both families.
using Wide = unsigned __int128;
Wide wide(core::Ip ip) { return ip.is_v6() ? Wide{ip.high()} << 64 | ip.low() : Wide{ip.v4()}; }
core::Ip narrow(Wide number, bool v6) {
  return v6 ? core::Ip::v6(static_cast<std::uint64_t>(number >> 64), static_cast<std::uint64_t>(number))
            : core::Ip::v4(static_cast<std::uint32_t>(number));
}
int trailing_zeros(Wide n) {
  const auto low = static_cast<std::uint64_t>(n);
  return low ? std::countr_zero(low) : 64 + std::countr_zero(static_cast<std::uint64_t>(n >> 64));
}
int width(Wide n) {
  const auto high = static_cast<std::uint64_t>(n >> 64);
  return high ? 64 + std::bit_width(high) : std::bit_width(static_cast<std::uint64_t>(n));
}

}  // namespace

MmdbWriter::MmdbWriter(MmdbOptions options) : options_(std::move(options)), nodes_{Node{{kNothing, kNothing}}} {
  if (options_.ip_version != 4 && options_.ip_version != 6)
    throw core::Error(core::kInvalidParameter, "the IP version of a MaxMind DB file is 4 or 6");
  if (options_.record_size != 24 && options_.record_size != 28 && options_.record_size != 32)
    throw core::Error(core::kInvalidParameter, "the record size of a MaxMind DB file is 24, 28 or 32");
}

// Where an address stands in the tree, with the length of its network there.
core::Ip MmdbWriter::in_tree(core::Ip ip, int &prefix) const {
  if (prefix < 0 || prefix > ip.bits())
    throw core::Error(core::kInvalidParameter, "invalid length of a network: " + std::to_string(prefix));
  if (ip.is_v6() && options_.ip_version == 4)
    throw core::Error(core::kInvalidParameter, "an IPv6 network does not fit a file of IP version 4");
  if (ip.is_v6() || options_.ip_version == 4)
    return ip;
  prefix += 96;
  return core::Ip::v6(0, ip.v4());
}

// The record of a network, with the nodes that lead to it; a value on the way is handed down to both sides.
MmdbWriter::Record &MmdbWriter::record_at(core::Ip network, int prefix) {
  std::uint32_t node = 0;
  for (int i = 0; i + 1 < prefix; ++i) {
    const unsigned side = bit_of(network, i);
    const Record next = nodes_[node].child[side];
    if (next == kNothing || next & kValueBit) {
      nodes_[node].child[side] = static_cast<Record>(nodes_.size());
      nodes_.push_back(Node{{next, next}});
    }
    node = nodes_[node].child[side];
  }
  return nodes_[node].child[bit_of(network, prefix - 1)];
}

MmdbWriter::Record MmdbWriter::value_record(const Value &value) {
  const auto [found, is_new] = value_ids_.try_emplace(encode_plain(value), static_cast<std::uint32_t>(values_.size()));
  if (is_new)
    values_.push_back(value);
  return kValueBit | found->second;
}

void MmdbWriter::insert(core::Ip network, int prefix, const Value &value) {
  const core::Ip place = in_tree(network, prefix);
  const Record record = value_record(value);
  if (prefix == 0)
    nodes_[0] = Node{{record, record}};
  else
    record_at(place, prefix) = record;
}

void MmdbWriter::insert_range(core::Ip first, core::Ip last, const Value &value) {
  if (first.is_v6() != last.is_v6() || last < first)
    throw core::Error(core::kInvalidParameter, "a range needs a first and a last address of one family, in this order");
  const int bits = first.bits();
  Wide at = wide(first);
  const Wide end = wide(last);
  for (;;) {
    // The largest network that starts here and does not reach beyond the end. A count of 0 is 2^128.
    const Wide count = end - at + 1;
    const int aligned = at == 0 ? bits : std::min(bits, trailing_zeros(at));
    const int host_bits = count == 0 ? aligned : std::min(aligned, width(count) - 1);
    insert(narrow(at, first.is_v6()), bits - host_bits, value);
    const Wide last_here = at + ((host_bits == 128 ? Wide{0} : Wide{1} << host_bits) - 1);
    if (last_here == end)
      return;
    at = last_here + 1;
  }
}

// Replaces nodes whose two sides are the same by that side, from the leaves up. Aliased nodes are visited once.
MmdbWriter::Record MmdbWriter::merge_equal(Record record, std::vector<bool> &done) {
  if (record == kNothing || record & kValueBit)
    return record;
  if (!done[record]) {
    done[record] = true;
    for (int side : {0, 1})
      nodes_[record].child[side] = merge_equal(nodes_[record].child[side], done);
  }
  const auto [left, right] = nodes_[record].child;
  return left == right && (left == kNothing || left & kValueBit) ? left : record;
}

// Numbers nodes in the order of a walk, parents before children, so that look-ups go forward in the file.
void MmdbWriter::number(std::uint32_t node, std::vector<std::uint32_t> &numbers,
                        std::vector<std::uint32_t> &order) const {
  numbers[node] = static_cast<std::uint32_t>(order.size());
  order.push_back(node);
  for (const Record next : nodes_[node].child)
    if (next != kNothing && !(next & kValueBit) && numbers[next] == kUnnumbered)
      number(next, numbers, order);
}

// Writes a value where it first occurs and a pointer where it occurs again, if that is shorter.
void MmdbWriter::append_value(const Value &value) {
  std::string plain = encode_plain(value);
  if (const auto known = data_offsets_.find(plain);
      known != data_offsets_.end() && plain.size() > pointer_size(known->second)) {
    encode_pointer(data_, known->second);
    return;
  }
  if (data_.size() > ~std::uint32_t{0})
    throw core::Error(core::kLimitExceeded, "the values of a MaxMind DB file cannot exceed 4 GiB");
  const auto offset = static_cast<std::uint32_t>(data_.size());
  if (const auto *map = std::get_if<Value::Map>(&value.data)) {
    encode_map_head(data_, map->size());
    for (const auto &[key, member] : *map) {
      append_value(Value(key));
      append_value(member);
    }
  } else if (const auto *array = std::get_if<Value::Array>(&value.data)) {
    encode_array_head(data_, array->size());
    for (const Value &item : *array)
      append_value(item);
  } else {
    data_ += plain;
  }
  data_offsets_.try_emplace(std::move(plain), offset);
}

std::uint32_t MmdbWriter::value_offset(Record record) {
  const std::uint32_t id = record & ~kValueBit;
  if (value_offsets_[id] < 0) {
    const std::string plain = encode_plain(values_[id]);
    if (const auto known = data_offsets_.find(plain); known != data_offsets_.end()) {
      value_offsets_[id] = known->second;
    } else {
      value_offsets_[id] = static_cast<std::int64_t>(data_.size());
      append_value(values_[id]);
    }
  }
  return static_cast<std::uint32_t>(value_offsets_[id]);
}

void MmdbWriter::append_node(std::string &out, std::uint64_t left, std::uint64_t right) const {
  const int size = options_.record_size;
  if (std::max(left, right) >> size)
    throw core::Error(core::kLimitExceeded,
                      "the database does not fit a record size of " + std::to_string(size) + " bits",
                      "Use a larger record size.");
  if (size == 28) {
    put_big_endian(out, left, 3);
    put_big_endian(out, left >> 24 << 4 | right >> 24, 1);
    put_big_endian(out, right, 3);
  } else {
    put_big_endian(out, left, size / 8);
    put_big_endian(out, right, size / 8);
  }
}

std::string MmdbWriter::metadata(std::uint32_t node_count) const {
  Value::Array languages(options_.languages.begin(), options_.languages.end());
  Value::Map description;
  if (!options_.description.empty())
    description.emplace_back("en", options_.description);
  return "\xAB\xCD\xEFMaxMind.com" +
         encode_plain(Value::Map{{"binary_format_major_version", std::uint16_t{2}},
                                 {"binary_format_minor_version", std::uint16_t{0}},
                                 {"build_epoch", options_.build_epoch},
                                 {"database_type", options_.database_type},
                                 {"description", std::move(description)},
                                 {"ip_version", static_cast<std::uint16_t>(options_.ip_version)},
                                 {"languages", std::move(languages)},
                                 {"node_count", node_count},
                                 {"record_size", static_cast<std::uint16_t>(options_.record_size)}});
}

std::string MmdbWriter::finish() {
  if (alias_ipv4_ && options_.ip_version == 6) {
    record_at(core::Ip::v6(0, 1), 128);  // makes the IPv4 tree where there is none
    const Record ipv4 = record_at(kIpv4Root, 96);
    record_at(kMappedIpv4, 96) = ipv4;
    record_at(kSixToFour, 16) = ipv4;
    record_at(kTeredo, 32) = ipv4;
  }
  std::vector<bool> done(nodes_.size());
  for (Record &side : nodes_[0].child)
    side = merge_equal(side, done);
  std::vector<std::uint32_t> numbers(nodes_.size(), kUnnumbered), order;
  number(0, numbers, order);

  const auto node_count = static_cast<std::uint32_t>(order.size());
  value_offsets_.assign(values_.size(), -1);
  std::string out;
  const auto stored = [&](Record record) -> std::uint64_t {
    if (record == kNothing)
      return node_count;
    return record & kValueBit ? std::uint64_t{node_count} + kSeparator + value_offset(record) : numbers[record];
  };
  for (const std::uint32_t node : order) {
    const std::uint64_t left = stored(nodes_[node].child[0]), right = stored(nodes_[node].child[1]);
    append_node(out, left, right);
  }
  out.append(kSeparator, '\0');
  out += data_;
  return out + metadata(node_count);
}

}  // namespace hunt::tools
