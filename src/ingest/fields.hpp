// What the mappings of the sources share: reading members of a document and filling columns.
#pragma once

#include "ingest/event.hpp"
#include "ingest/json.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace hunt::ingest {

// The first text that is not missing.
template <class... Texts> std::string_view first_of(std::string_view first, Texts... others) noexcept {
  if constexpr (sizeof...(others) == 0)
    return first;
  else
    return first.empty() ? first_of(others...) : first;
}

// In lower case, for names that their system does not tell apart by case. Only ASCII letters change.
std::string_view lowered(std::string_view text, Scratch &scratch);

// A whole decimal number, or nothing.
std::optional<std::int64_t> integer(std::string_view text) noexcept;

// The parts joined by the separator, those that are missing left out.
std::string_view joined(std::initializer_list<std::string_view> parts, std::string_view separator, Scratch &scratch);

// What follows the last '/' or '\'.
std::string_view base_name(std::string_view path) noexcept;

// What follows the last `separator`; empty when there is none.
std::string_view tail(std::string_view text, char separator) noexcept;

// The object or array in a member, if it is there and is one, or is the JSON of one.
std::optional<JsonObject> object(const std::optional<JsonElement> &element, Scratch &scratch);
std::optional<simdjson::dom::array> array(const std::optional<JsonElement> &element, Scratch &scratch);

// The scalar that is the first element of an array, or the scalar itself.
std::string_view first_text(const std::optional<JsonElement> &element, Scratch &scratch);

// The elements of a list of words, each quoted as a shell would need it, separated by blanks: a command line. Never
// cut.
std::string_view command_of(simdjson::dom::array words, Scratch &scratch);

// The value of the entry {name_member: name, value_member: value} of a list; its index varies.
std::optional<JsonElement> named_value(const std::optional<simdjson::dom::array> &list, std::string_view name,
                                       std::string_view name_member = "Name", std::string_view value_member = "Value");

// device_ip, and device_ip_text where the text is not the canonical form of it.
void set_address(Event &event, std::string_view text);

// `domain\user` in lower case, as Windows compares names.
std::string_view windows_user(std::string_view domain, std::string_view user, Scratch &scratch);

}  // namespace hunt::ingest
