// The data section's encoding (MaxMind DB format 2.0, "Data Field Format").
#pragma once

#include "mmdb_writer.hpp"

namespace hunt::tools {

// The value with everything in place: no pointers, so equal bytes mean equal values.
std::string encode_plain(const Value &value);

// The head of a map or array; its members follow.
void encode_map_head(std::string &out, std::size_t pairs);
void encode_array_head(std::string &out, std::size_t items);

// A pointer to an offset of the same section, and how many bytes it takes.
void encode_pointer(std::string &out, std::uint32_t offset);
std::size_t pointer_size(std::uint32_t offset);

// The lowest `bytes` bytes of a number, most significant first.
void put_big_endian(std::string &out, std::uint64_t number, int bytes);

}  // namespace hunt::tools
