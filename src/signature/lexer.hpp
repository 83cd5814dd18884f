// Turns a log line into its masked form: what varies from line to line by its very shape (numbers, addresses, times,
// paths...) becomes one placeholder byte, runs of blanks and control bytes become one blank, all else stays. A pure
// function of the line, in one pass without regular expressions, about 2 ns a byte.
//
// Masked forms are part of stored states: a change of what mask() returns for any line needs a new kLexerVersion.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hunt::signature {

inline constexpr std::uint8_t kLexerVersion = 1;

// A masked form is at most this long; a longer line ends with Placeholder::kRest.
inline constexpr std::size_t kMaxMasked = 4096;
// A longer word is a value, whatever it looks like.
inline constexpr std::size_t kMaxWord = 256;

enum class MaskMode : std::uint8_t {
  // For log messages: all of the placeholders below.
  kLog = 1,
  // For short descriptions of sessions, clients and the like: only numbers, versions, hexadecimal numbers, UUIDs and IP
  // addresses. Words, also words that end in digits, are never masked, nor is an integer at the beginning of a field
  // (at
  // the start, after a tab or one of , ; | =) or after AS or ASN: it may be the number of a network.
  kProfile = 2,
};

// Each stands as one byte of this value in the masked form, where no other byte below 0x20 occurs.
enum class Placeholder : char {
  kAny = 0x01,  // several of the others joined, or what a higher masking level took away
  kNumber,      // also with a unit attached: 12ms, 4K, 50%
  kVersion,     // 1.2.3, in profile mode
  kHex,         // 0x1f; 16 and more hexadecimal digits
  kUuid,
  kIp,    // also with a port or a prefix length; hardware addresses
  kTime,  // dates and times of day
  kPath,
  kUrl,
  kMail,
  kHost,  // a name with at least two dots, or with a port
  kId,    // any other word that holds a digit, and words longer than kMaxWord
  kBool,  // true, false, null, none
  kRest,  // the end of a line that was too long
  kLast = kRest
};

constexpr bool is_placeholder(char c) noexcept {
  return c >= static_cast<char>(Placeholder::kAny) && c <= static_cast<char>(Placeholder::kLast);
}

// Where a masked form is written: no memory is allocated for a line.
class MaskBuffer {
public:
  std::string_view view() const noexcept { return {bytes_, size_}; }
  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }
  char back() const noexcept { return bytes_[size_ - 1]; }
  char operator[](std::size_t i) const noexcept { return bytes_[i]; }
  void pop_back() noexcept { --size_; }
  void resize(std::size_t size) noexcept { size_ = size; }  // shorter only
  void operator+=(char c) noexcept { bytes_[size_++] = c; }
  void append(std::string_view text) noexcept {
    text.copy(bytes_ + size_, text.size());
    size_ += text.size();
  }

private:
  std::size_t size_ = 0;
  char bytes_[kMaxMasked];
};

// The masked form of a line, in `out`. `line` may hold any bytes; those from 0x80 count as letters, so no character of
// UTF-8 is cut.
std::string_view mask(std::string_view line, MaskMode mode, MaskBuffer &out) noexcept;

// The masked form with its placeholders spelled out: <num>, <ip>..., or all of them as <*>.
std::string spell(std::string_view masked, bool typed);

}  // namespace hunt::signature
