// What kind of character a byte is, for taking lines apart. Bytes from 0x80 are letters, so no character of UTF-8 is
// cut.
#pragma once

#include <array>
#include <cstdint>

namespace hunt::signature {

enum Class : std::uint8_t {
  kLetter = 1,  // letters, '_' and all bytes from 0x80
  kDigit = 2,
  kHexLetter = 4,
  kJoiner = 8,    // may stand within a word: . - + ~ * # $ @
  kBlank = 16,    // blanks and control bytes
  kPathEnd = 32,  // ends a path or URL
  kGlue = 64,     // joins two placeholders to one: . : , / _ \ @ # + -
  kWord = kLetter | kDigit,
};

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> table{};
  for (int c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    table[c] |= letter ? kLetter : 0;
    table[c] |= c >= '0' && c <= '9' ? kDigit : 0;
    table[c] |= (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ? kHexLetter : 0;
    table[c] |= c <= ' ' || c == 0x7F ? kBlank | kPathEnd : 0;
  }
  for (const char c : {'.', '-', '+', '~', '*', '#', '$', '@'})
    table[static_cast<unsigned char>(c)] |= kJoiner;
  for (const char c : {'"', '\'', ',', ';', '<', '>'})
    table[static_cast<unsigned char>(c)] |= kPathEnd;
  for (const char c : {'.', ':', ',', '/', '_', '\\', '@', '#', '+', '-'})
    table[static_cast<unsigned char>(c)] |= kGlue;
  return table;
}
constexpr auto kClasses = make_classes();

constexpr std::uint8_t class_of(char c) noexcept { return kClasses[static_cast<unsigned char>(c)]; }
constexpr bool is(char c, int classes) noexcept { return (class_of(c) & classes) != 0; }
constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }

}  // namespace hunt::signature
