// Reads a MaxMind DB file (format 2.0, https://maxmind.github.io/MaxMind-DB/) from memory without trusting a byte of
// it.
//
// Every offset, size and depth is checked before use; a file that breaks the format, or that is made to exhaust memory,
// stack or time, raises core::Error with SQLSTATE 22P03 and a message that says what is wrong where. libmaxminddb is
// the oracle of the tests, not used here: the versions in wide use overflow the stack on deeply nested data.
#pragma once

#include "core/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hunt::enrich {

// What a value is made of, in document order. A map is map(n), then n times key() and a value, then end().
class MmdbValueSink {
public:
  virtual ~MmdbValueSink() = default;
  virtual void map(std::uint32_t) {}
  virtual void array(std::uint32_t) {}
  virtual void end() {}
  virtual void key(std::string_view) {}
  virtual void string(std::string_view) {}
  virtual void bytes(std::string_view) {}
  virtual void number(double) {}
  virtual void integer(std::int64_t) {}
  virtual void unsigned_integer(std::uint64_t) {}
  virtual void uint128(std::uint64_t /*high*/, std::uint64_t /*low*/) {}
  virtual void boolean(bool) {}
};

// The data section of a file, or its metadata: a run of values that point at each other.
class MmdbData {
public:
  // Nesting allowed in one value: the limit of libmaxminddb since 1.13.
  static constexpr int kMaxDepth = 512;
  // Values allowed in one record. Real records have fewer than 300; pointers let a small file claim any number.
  static constexpr std::uint32_t kMaxValues = 65536;

  MmdbData() = default;
  explicit MmdbData(std::string_view bytes) noexcept : bytes_(bytes) {}

  // Tells `sink` the value at `offset` and returns how many values it is made of, where a text counts as one more for
  // each 256 bytes. Raises 22P03 on a malformed value,
  // also after part of it was told.
  std::uint32_t visit(std::uint32_t offset, MmdbValueSink &sink) const;
  std::size_t size() const noexcept { return bytes_.size(); }
  std::string_view bytes() const noexcept { return bytes_; }

private:
  struct Control {
    int type;
    std::uint32_t size;
    std::uint32_t payload;  // offset of what follows the control bytes
  };
  struct Visit;

  Control control_at(std::uint32_t offset) const;
  std::uint32_t pointer_target(const Control &control, std::uint32_t &next) const;
  std::string_view slice(std::uint32_t offset, std::uint32_t size) const;
  std::uint64_t big_endian(std::uint32_t offset, std::uint32_t size) const;

  std::string_view bytes_;
};

struct MmdbMetadata {
  std::uint32_t node_count = 0;
  std::uint32_t record_size = 0;  // bits: 24, 28 or 32
  std::uint32_t ip_version = 0;   // 4 or 6
  std::uint32_t format_major = 0;
  std::uint64_t build_epoch = 0;  // seconds since 1970-01-01 UTC
  std::string database_type;
  std::string description;  // in English if there is one
};

class MmdbReader {
public:
  // Finds and checks the metadata and the extent of the sections. `file` must outlive the reader.
  explicit MmdbReader(std::string_view file);

  const MmdbMetadata &metadata() const noexcept { return metadata_; }
  const MmdbData &data() const noexcept { return data_; }

  // What the search tree says of one node and bit. node < metadata().node_count.
  struct Branch {
    enum Kind { kNode, kNothing, kRecord } kind;
    std::uint32_t value;  // the next node, or the offset of the record in data()
  };
  Branch branch(std::uint32_t node, int bit) const;

private:
  std::uint32_t raw_branch(std::uint32_t node, int bit) const noexcept;

  MmdbMetadata metadata_;
  const unsigned char *tree_ = nullptr;
  MmdbData data_;
};

}  // namespace hunt::enrich
