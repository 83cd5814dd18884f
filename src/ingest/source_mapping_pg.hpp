// Sources that users describe in hunt.source_mapping, beside those that are built in.
//
// A mapping is read with the snapshot of the statement that asks, each time a function is called: nothing is cached, so
// nothing can be out of date, and an edit that is rolled back never was. That costs about as much as mapping one
// document, once a payload or batch.
#pragma once

#include "ingest/normalize.hpp"

#include <string_view>

namespace hunt::ingest {

// Throws core::Error if hunt.source_mapping has no mapping of this name, or one that cannot be compiled. Safe below
// live objects.
FieldMapping stored_mapping(std::string_view source);

// Calls use(source) with the built-in source of this name, a Source, or with the user's, a FieldMapping.
template <class Use> void with_source(std::string_view name, Use use) {
  if (const Source *source = built_in_source(name))
    return use(*source);
  use(stored_mapping(name));
}

}  // namespace hunt::ingest
