#include "ingest/sources.hpp"

#include "core/error.hpp"
#include "ingest/entra_signin.hpp"

#include <string>

namespace hunt::ingest {

namespace {

constexpr Source kSources[] = {
    {"entra_signin", "Microsoft", "Entra ID",
     "Sign-ins of Entra ID: Log Analytics tables, Azure Monitor or Event Hub records, Microsoft Graph signIns, and the "
     "logins of the Office 365 unified audit log.",
     map_entra_signin},
};

}  // namespace

std::span<const Source> sources() noexcept { return kSources; }

const Source &find_source(std::string_view name) {
  for (const Source &source : kSources)
    if (source.name == name)
      return source;
  throw core::Error(core::kInvalidParameter, "unknown log source \"" + std::string(name) + "\"",
                    "The function hunt.sources() lists the known ones.");
}

}  // namespace hunt::ingest
