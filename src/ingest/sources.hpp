// The registry of sources: what a payload can be said to come from. A new source is a mapping and a line in
// sources.cpp.
#pragma once

#include "ingest/event.hpp"
#include "ingest/json.hpp"

#include <span>
#include <string_view>

namespace hunt::ingest {

// Fills the event from the document and returns nothing, or returns why the document is no event of the source.
using Mapping = std::string_view (*)(JsonObject document, Scratch &scratch, Event &event);

struct Source {
  std::string_view name;
  std::string_view vendor;
  std::string_view product;
  std::string_view description;
  Mapping map;
};

std::span<const Source> sources() noexcept;

// nullptr for a name that is not registered.
const Source *built_in_source(std::string_view name) noexcept;

// Throws core::Error for a name that is not registered.
const Source &find_source(std::string_view name);

}  // namespace hunt::ingest
