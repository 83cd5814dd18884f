// How many distinct values a sliding window has, while values enter and leave it: at every moment exactly what a sketch
// of precision 9 (sketch.hpp) of the values in it says, without counting them anew.
//
// It keeps each hash token that is in the window with the number of its rows. Once there were more than
// sketch::token_limit() it also keeps, of each register of the ExaLogLog, how many tokens gave it each update value, so
// that a register can take one back. The registers, and with them the estimate, are a function of the tokens.
//
// Cost: a probe of a hash table for a value that enters or leaves; the count itself is free up to token_limit(), beyond
// it an estimate from 512 registers (microseconds). Memory: 8 to 32 bytes for each distinct value in the window, and
// 450 KB once they are more than token_limit(). It belongs to the caller's Memory, where nothing has to be destroyed.
#pragma once

#include "distinct/hash_token.hpp"

#include <cstddef>
#include <cstdint>

namespace hunt::distinct {

class SlidingCount {
public:
  // allocate() may throw.
  struct Memory {
    void *(*allocate)(void *context, std::size_t bytes);
    void (*release)(void *block);
    void *context;
  };

  explicit SlidingCount(const Memory &memory) noexcept : memory_(memory) {}

  void add(std::uint64_t hash);
  // A value that was added and not yet removed.
  void remove(std::uint64_t hash) noexcept;
  std::int64_t count() const;

private:
  struct Entry {
    HashToken token;
    std::uint32_t rows;  // 0: it has left, and its place may be taken when the table is made anew
  };

  Entry &find(HashToken token) const noexcept;
  void make_room();
  void begin_registers();
  void enter(HashToken token) noexcept;
  void leave(HashToken token) noexcept;

  Memory memory_;
  Entry *entries_ = nullptr;
  std::size_t size_ = 0;  // a power of two
  std::size_t used_ = 0;  // of them, those of values that have left included
  std::size_t distinct_ = 0;
  std::uint32_t *seen_ =
      nullptr;  // of each register and update value how many tokens; null while there are no registers
  std::uint8_t *registers_ = nullptr;
};

}  // namespace hunt::distinct
