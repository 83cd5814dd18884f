// C++ containers in PostgreSQL's memory contexts.
#pragma once

#include "pg/boundary.hpp"

#include <memory_resource>

namespace pg {

// A std::pmr resource over a MemoryContext that reports exhaustion as std::bad_alloc, never by longjmp. What palloc
// returns is aligned to MAXIMUM_ALIGNOF (8 bytes), so stricter alignments are refused.
class ContextResource final : public std::pmr::memory_resource {
public:
  explicit ContextResource(MemoryContext context) noexcept : context_(context) {}

private:
  void *do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (alignment > MAXIMUM_ALIGNOF || bytes > MaxAllocHugeSize)
      throw std::bad_alloc();
    void *memory = MemoryContextAllocExtended(context_, bytes, MCXT_ALLOC_HUGE | MCXT_ALLOC_NO_OOM);
    if (memory == nullptr)
      throw std::bad_alloc();
    return memory;
  }
  void do_deallocate(void *memory, std::size_t, std::size_t) override { pfree(memory); }
  bool do_is_equal(const memory_resource &other) const noexcept override { return this == &other; }

  MemoryContext context_;
};

}  // namespace pg
