#include "enrich/mmdb_reader.hpp"

#include "enrich/mmdb_format.hpp"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <optional>

namespace hunt::enrich {

namespace {

using namespace mmdb;

[[noreturn]] void malformed(const std::string &what) {
  throw core::Error(core::kInvalidBinary, "malformed MaxMind DB: " + what,
                    "Fetch the file again; a download that was cut short looks like this.");
}

std::uint32_t largest_size(int type) {
  switch (type) {
  case kUint16:
    return 2;
  case kUint32:
  case kInt32:
    return 4;
  case kUint64:
    return 8;
  default:
    return 16;
  }
}

}  // namespace

std::string_view MmdbData::slice(std::uint32_t offset, std::uint32_t size) const {
  if (offset > bytes_.size() || size > bytes_.size() - offset)
    malformed("a value at offset " + std::to_string(offset) + " reaches past the end of its section");
  return bytes_.substr(offset, size);
}

std::uint64_t MmdbData::big_endian(std::uint32_t offset, std::uint32_t size) const {
  std::uint64_t value = 0;
  for (const char c : slice(offset, size))
    value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

// Specification, "Data Field Format": three bits of type, five of size, both extended by following bytes.
MmdbData::Control MmdbData::control_at(std::uint32_t offset) const {
  const auto first = static_cast<unsigned char>(slice(offset, 1)[0]);
  Control control{first >> 5, first & 31U, offset + 1};
  if (control.type == kPointer)
    return control;
  if (control.type == 0)
    control.type = 7 + static_cast<unsigned char>(slice(control.payload++, 1)[0]);
  if (control.size >= 29) {
    static constexpr std::uint32_t kBase[] = {29, 285, 65821};
    const std::uint32_t length = control.size - 28;
    control.size = kBase[length - 1] + static_cast<std::uint32_t>(big_endian(control.payload, length));
    control.payload += length;
  }
  return control;
}

// Specification, "pointer": two bits of size, three of value, then one to four bytes. Sets next to the offset behind
// it.
std::uint32_t MmdbData::pointer_target(const Control &control, std::uint32_t &next) const {
  static constexpr std::uint32_t kBase[] = {0, 2048, 526336, 0};
  const std::uint32_t kind = control.size >> 3;
  const std::uint32_t high = kind == 3 ? 0 : control.size & 7;
  const std::uint64_t low = big_endian(control.payload, kind + 1);
  next = control.payload + kind + 1;
  return static_cast<std::uint32_t>((std::uint64_t{high} << (8 * (kind + 1))) + low + kBase[kind]);
}

struct MmdbData::Visit {
  const MmdbData &data;
  MmdbValueSink &sink;
  std::uint32_t values = 0;

  void count(std::uint32_t more) {
    if ((values += more) > kMaxValues)
      malformed("a record has more than " + std::to_string(kMaxValues) + " values");
  }

  // Tells the value at offset and returns the offset behind it.
  std::uint32_t value(std::uint32_t offset, int depth) {
    count(1);
    if (depth > kMaxDepth)
      malformed("a record is nested more than " + std::to_string(kMaxDepth) + " levels deep");
    Control control = data.control_at(offset);
    if (control.type != kPointer)
      return plain(control, depth);
    std::uint32_t next = 0;
    control = data.control_at(data.pointer_target(control, next));
    if (control.type == kPointer)
      malformed("a pointer at offset " + std::to_string(offset) + " points at a pointer");
    plain(control, depth);
    return next;
  }

  std::uint32_t plain(const Control &control, int depth) {
    if (control.type == kMap)
      return map(control, depth);
    if (control.type == kArray)
      return array(control, depth);
    scalar(control);
    return control.payload + (control.type == kBoolean ? 0 : control.size);
  }

  std::uint32_t map(const Control &control, int depth) {
    sink.map(control.size);
    std::uint32_t at = control.payload;
    for (std::uint32_t i = 0; i < control.size; ++i) {
      at = key(at);
      at = value(at, depth + 1);
    }
    sink.end();
    return at;
  }

  std::uint32_t array(const Control &control, int depth) {
    sink.array(control.size);
    std::uint32_t at = control.payload;
    for (std::uint32_t i = 0; i < control.size; ++i)
      at = value(at, depth + 1);
    sink.end();
    return at;
  }

  std::uint32_t key(std::uint32_t offset) {
    Control control = data.control_at(offset);
    std::optional<std::uint32_t> behind;
    if (control.type == kPointer) {
      std::uint32_t next = 0;
      control = data.control_at(data.pointer_target(control, next));
      behind = next;
    }
    if (control.type != kString)
      malformed("a map key at offset " + std::to_string(offset) + " is not a string");
    sink.key(text(control));
    return behind.value_or(control.payload + control.size);
  }

  std::string_view text(const Control &control) {
    const std::string_view text = data.slice(control.payload, control.size);
    count(control.size / 256);
    if (!simdjson::validate_utf8(text.data(), text.size()) || text.find('\0') != text.npos)
      malformed("a string at offset " + std::to_string(control.payload) + " is not valid UTF-8 text");
    return text;
  }

  void scalar(const Control &control) {
    if (control.type == kString)
      return sink.string(text(control));
    if (control.type == kBytes) {
      count(control.size / 256);
      return sink.bytes(data.slice(control.payload, control.size));
    }
    if (control.type == kBoolean) {
      if (control.size > 1)
        malformed("a boolean at offset " + std::to_string(control.payload) + " is neither true nor false");
      return sink.boolean(control.size == 1);
    }
    if (control.type == kDouble || control.type == kFloat)
      return floating(control);
    integer(control);
  }

  void floating(const Control &control) {
    if (control.size != (control.type == kDouble ? 8U : 4U))
      malformed("a floating-point number at offset " + std::to_string(control.payload) + " has a wrong size");
    const std::uint64_t bits = data.big_endian(control.payload, control.size);
    sink.number(control.type == kDouble ? std::bit_cast<double>(bits)
                                        : std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  }

  void integer(const Control &control) {
    const bool known = control.type == kUint16 || control.type == kUint32 || control.type == kInt32 ||
                       control.type == kUint64 || control.type == kUint128;
    if (!known)
      malformed("a value at offset " + std::to_string(control.payload) + " has the unknown type " +
                std::to_string(control.type));
    if (control.size > largest_size(control.type))
      malformed("an integer at offset " + std::to_string(control.payload) + " is too long for its type");
    if (control.type == kUint128) {
      const std::uint32_t high = control.size > 8 ? control.size - 8 : 0;
      return sink.uint128(data.big_endian(control.payload, high),
                          data.big_endian(control.payload + high, control.size - high));
    }
    const std::uint64_t value = data.big_endian(control.payload, control.size);
    if (control.type == kInt32)
      return sink.integer(static_cast<std::int32_t>(static_cast<std::uint32_t>(value)));
    sink.unsigned_integer(value);
  }
};

std::uint32_t MmdbData::visit(std::uint32_t offset, MmdbValueSink &sink) const {
  Visit visit{*this, sink};
  visit.value(offset, 1);
  return visit.values;
}

namespace {

// Takes the few fields that matter from the metadata map.
class MetadataSink final : public MmdbValueSink {
public:
  explicit MetadataSink(MmdbMetadata &metadata) : metadata_(metadata) {}

  void map(std::uint32_t) override { ++depth_; }
  void array(std::uint32_t) override { ++depth_; }
  void end() override { --depth_; }
  void key(std::string_view key) override {
    if (depth_ == 1)
      top_ = key;
    inner_ = key;
  }
  void string(std::string_view value) override {
    if (depth_ == 1 && top_ == "database_type")
      metadata_.database_type = value;
    if (depth_ == 2 && top_ == "description" && (metadata_.description.empty() || inner_ == "en"))
      metadata_.description = value;
  }
  void unsigned_integer(std::uint64_t value) override {
    if (depth_ != 1)
      return;
    const auto small = static_cast<std::uint32_t>(std::min<std::uint64_t>(value, ~std::uint32_t{0}));
    if (top_ == "node_count")
      metadata_.node_count = small;
    else if (top_ == "record_size")
      metadata_.record_size = small;
    else if (top_ == "ip_version")
      metadata_.ip_version = small;
    else if (top_ == "binary_format_major_version")
      metadata_.format_major = small;
    else if (top_ == "build_epoch")
      metadata_.build_epoch = value;
  }

private:
  MmdbMetadata &metadata_;
  int depth_ = 0;
  std::string_view top_;
  std::string_view inner_;
};

// Specification, "Database Metadata": the last marker within the last 128 KiB begins the metadata.
std::size_t metadata_start(std::string_view file) {
  static constexpr std::string_view kMarker = "\xAB\xCD\xEFMaxMind.com";
  static constexpr std::size_t kWithin = 128 * 1024;
  const std::size_t at = file.rfind(kMarker);
  if (at == file.npos || file.size() - at > kWithin)
    throw core::Error(core::kInvalidBinary, "not a MaxMind DB: no metadata at the end of the file",
                      "Load the .mmdb file itself, unpacked; CSV editions and .tar.gz archives are not read.");
  return at + kMarker.size();
}

void check_metadata(const MmdbMetadata &m) {
  if (m.format_major != 2)
    malformed("format version " + std::to_string(m.format_major) + " is not 2");
  if (m.record_size != 24 && m.record_size != 28 && m.record_size != 32)
    malformed("record size " + std::to_string(m.record_size) + " is not 24, 28 or 32 bits");
  if (m.ip_version != 4 && m.ip_version != 6)
    malformed("IP version " + std::to_string(m.ip_version) + " is not 4 or 6");
  if (m.node_count == 0)
    malformed("the search tree has no node");
}

constexpr std::size_t kSeparator = 16;

}  // namespace

MmdbReader::MmdbReader(std::string_view file) {
  const std::size_t metadata = metadata_start(file);
  MetadataSink sink(metadata_);
  MmdbData(file.substr(metadata)).visit(0, sink);
  check_metadata(metadata_);
  const std::uint64_t tree_size = std::uint64_t{metadata_.node_count} * (metadata_.record_size / 4);
  if (tree_size + kSeparator > metadata)
    malformed("the search tree of " + std::to_string(metadata_.node_count) + " nodes does not fit into the file");
  tree_ = reinterpret_cast<const unsigned char *>(file.data());
  static constexpr std::size_t kMarkerSize = 14;
  const std::size_t data_end = metadata - kMarkerSize;
  if (tree_size + kSeparator > data_end)
    malformed("the data section is missing");
  data_ = MmdbData(file.substr(tree_size + kSeparator, data_end - tree_size - kSeparator));
}

// Specification, "Node Layout".
std::uint32_t MmdbReader::raw_branch(std::uint32_t node, int bit) const noexcept {
  const auto byte = [](const unsigned char *p, int n) {
    std::uint32_t value = 0;
    for (int i = 0; i < n; ++i)
      value = value << 8 | p[i];
    return value;
  };
  const unsigned char *at = tree_ + std::size_t{node} * (metadata_.record_size / 4);
  switch (metadata_.record_size) {
  case 24:
    return byte(at + 3 * bit, 3);
  case 28:
    return bit == 0 ? (at[3] & 0xF0U) << 20 | byte(at, 3) : (at[3] & 0x0FU) << 24 | byte(at + 4, 3);
  default:
    return byte(at + 4 * bit, 4);
  }
}

MmdbReader::Branch MmdbReader::branch(std::uint32_t node, int bit) const {
  const std::uint32_t raw = raw_branch(node, bit);
  if (raw < metadata_.node_count)
    return {Branch::kNode, raw};
  if (raw == metadata_.node_count)
    return {Branch::kNothing, 0};
  const std::uint32_t offset = raw - metadata_.node_count;
  if (offset < kSeparator || offset - kSeparator >= data_.size())
    malformed("node " + std::to_string(node) + " of the search tree points outside the data section");
  return {Branch::kRecord, offset - static_cast<std::uint32_t>(kSeparator)};
}

}  // namespace hunt::enrich
