// Any bytes that pass for a state can be read, merged and labelled with, and what comes of it is a state again; any
// bytes can be a line.
#include "core/error.hpp"
#include "signature/signatures.hpp"

#include <cstdlib>

using namespace hunt;
using namespace hunt::signature;

namespace {

std::string merged(const StateView &state, std::string_view line) {
  Dictionary dictionary(state.mode(), state.max_entries(), std::pmr::get_default_resource());
  dictionary.merge(state);
  dictionary.add(line);
  std::string bytes(dictionary.stored_size(), '\0');
  dictionary.write(bytes.data());
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char *>(data), size);
  MaskBuffer buffer;
  if (mask(bytes, MaskMode::kLog, buffer).size() > kMaxMasked ||
      mask(bytes, MaskMode::kProfile, buffer).size() > kMaxMasked)
    std::abort();
  try {
    StateView::check(bytes);
    const StateView state(bytes);
    find_signatures(state, Criteria::kLeast);
    compare(state, state);
    Labels{state}(bytes);
    StateView::check(merged(state, bytes));
  } catch (const core::Error &) {
  }
  return 0;
}
