// Memory that random lookups go through, in huge pages where the system grants them: less time is spent on translating
// addresses, and the first touch costs a few page faults instead of thousands.
#pragma once

#include <cstddef>
#include <cstdint>

#include <sys/mman.h>

namespace hunt::core {

inline constexpr std::size_t kHugePage = std::size_t{1} << 21;

// How much to allocate for `size` bytes, so that they can begin at a huge page. Small things stay as they are.
inline std::size_t size_for_huge_pages(std::size_t size) noexcept { return size < kHugePage ? size : size + kHugePage; }

// Where the bytes begin in memory of that size that nobody has touched yet.
inline char *in_huge_pages(void *memory, std::size_t size) noexcept {
  auto *const begin = static_cast<char *>(memory);
  if (size < kHugePage)
    return begin;
  char *const aligned = begin + (kHugePage - reinterpret_cast<std::uintptr_t>(begin) % kHugePage) % kHugePage;
#ifdef MADV_HUGEPAGE
  // Whole pages only, so that no memory is used beyond the bytes. A refusal costs nothing but speed.
  madvise(aligned, size / kHugePage * kHugePage, MADV_HUGEPAGE);
#endif
  return aligned;
}

}  // namespace hunt::core
