// Any bytes that pass for a profile are what writing its fields gives, and any text that is read as one is read back
// from what is written.
#include "core/error.hpp"
#include "profile/session_profile.hpp"

#include <cstdlib>
#include <vector>

using namespace hunt;
using namespace hunt::profile;

namespace {

void check_bytes(Bytes bytes) {
  check(bytes);
  const Fields fields = read(bytes);
  std::vector<std::uint8_t> again(stored_size(fields));
  write(fields, again.data());
  if (again != std::vector<std::uint8_t>(bytes.begin(), bytes.end()) || compare(fields, fields) != 0)
    std::abort();
}

void check_text(std::string_view text) {
  const auto texts = parse(text);
  Fields fields;
  for (std::size_t i = 0; i < kFields; ++i)
    if (texts[i])
      fields[i] = *texts[i];
  if (parse(spell(fields)) != texts)
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  try {
    check_text({reinterpret_cast<const char *>(data), size});
  } catch (const core::Error &) {
  }
  try {
    check_bytes({data, size});
  } catch (const core::Error &) {
  }
  return 0;
}
