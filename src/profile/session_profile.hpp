// Who came, from where and with what: network, country, user agent and user name of an event as one value, of which
// each field may be missing. A missing field is another value than an empty one.
//
// Format, version 1: one byte with the version in its high nibble and a bit for each field that is there (1 network, 2
// country, 4 user agent, 8 user name); then of each field that is there, in this order, its size as a varint
// (core/varint.hpp) and its bytes. Equal profiles have equal bytes.
//
// Text form, that of a row in PostgreSQL: ("Clouvider Limited",NL,aws-cli/2.15,alice). A missing field is nothing; a
// field that is empty or holds white space or one of " \ ( ) , is quoted, and " and \ are doubled within the quotes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hunt::profile {

enum Field { kNetwork, kCountry, kUserAgent, kUsername };
inline constexpr std::size_t kFields = 4;

// The texts of a profile, held by somebody else.
using Fields = std::array<std::optional<std::string_view>, kFields>;
using Bytes = std::span<const std::uint8_t>;

std::size_t stored_size(const Fields &fields) noexcept;
// Writes stored_size() bytes.
void write(const Fields &fields, std::uint8_t *to) noexcept;

// Of bytes that write() made or check() let pass.
Fields read(Bytes profile) noexcept;
// Throws core::Error (22P03) for bytes that write() does not make. Whether the texts are well encoded is not looked at.
void check(Bytes profile);

// -1, 0 or 1: by the fields one after the other, byte by byte, a missing one after all others.
int compare(const Fields &a, const Fields &b) noexcept;

std::string spell(const Fields &fields);
// The texts that a text form stands for. Throws core::Error (22P02) if it is none.
std::array<std::optional<std::string>, kFields> parse(std::string_view text);

}  // namespace hunt::profile
