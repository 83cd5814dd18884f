// Reading vendor JSON: documents, their fields in any letter case, values under the rule of what counts as missing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

namespace hunt::ingest {

using JsonElement = simdjson::dom::element;
using JsonObject = simdjson::dom::object;

// JSON as PostgreSQL's jsonb accepts it: \u0000 and lone surrogates become U+FFFD, numbers that overflow `numeric`
// become strings; all else stays byte for byte. Text that is no JSON stays no JSON.
std::string repaired_json(std::string_view json);

// The text as a `text` of PostgreSQL can be: NUL bytes and bytes that are not UTF-8 become U+FFFD.
std::string valid_text(std::string_view text);

// Appends the text as it stands between the quotes of a JSON string.
void append_json_text(std::string_view text, std::string &out);

// The same JSON with sorted keys and without white space: equal for two deliveries of one record.
std::string canonical_json(JsonObject object);

// Equal for two deliveries of one record, as canonical_json() is, and several times faster. Part of stored event keys,
// so it may never change; test/unit/fingerprint_test.cpp holds it fixed.
std::uint64_t content_fingerprint(JsonObject object) noexcept;

// Parsers and texts for one document at a time. What it returns lives until reset().
class Scratch {
public:
  // Documents above this size are refused: a jsonb holds no more, and one log record never comes near it.
  static constexpr std::size_t kMaxDocument = std::size_t{128} << 20;
  static constexpr std::size_t kMaxDepth = 256;

  void reset() noexcept;
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  // Parses a document or JSON that stands in a string of one. The error names what is wrong.
  struct Parsed {
    JsonElement root;
    std::string_view error;
  };
  Parsed parse(std::string_view json);

  // The object in `element`, written as an object or as JSON text.
  std::optional<JsonObject> object(JsonElement element);
  // The array in `element`, written as an array or as JSON text.
  std::optional<simdjson::dom::array> array(JsonElement element);

  // The scalar in `element` as text without surrounding blanks; empty when it is missing: null, no scalar, blank, "-",
  // "unknown", "<null>", "Not Available". A text longer than kMaxText is cut, and says so.
  std::string_view text(JsonElement element);
  std::string_view text(const std::optional<JsonElement> &element) {
    return element ? text(*element) : std::string_view{};
  }
  // The same without the cut, for what is neither indexed nor grouped.
  std::string_view long_text(const std::optional<JsonElement> &element);

  // A text made of several, cut as text() cuts.
  std::string_view short_text(std::string_view text);

  static constexpr std::size_t kMaxText = 1024;

private:
  static constexpr std::size_t kKeptCapacity = std::size_t{4} << 20;

  std::vector<std::unique_ptr<simdjson::dom::parser>> parsers_;
  std::size_t parsers_used_ = 0;
  std::deque<std::string> texts_;
};

// The wanted members of an object, found in one pass whatever the case of their names (vendors' exporters change it).
// Names are lower case. A null is as absent; of members with equal names the last one counts.
template <std::size_t N> class Members {
public:
  constexpr explicit Members(const std::array<std::string_view, N> &names) : names_(names) {
    for (std::size_t i = 0; i < N; ++i)
      lengths_ |= std::uint64_t{1} << (names[i].size() & 63);
  }

  using Found = std::array<std::optional<JsonElement>, N>;
  Found operator()(JsonObject object) const noexcept {
    Found found;
    for (const auto member : object)
      if (const std::size_t i = index(member.key); i < N && !member.value.is_null())
        found[i] = member.value;
    return found;
  }

private:
  std::size_t index(std::string_view key) const noexcept {
    if (!(lengths_ >> (key.size() & 63) & 1))
      return N;
    for (std::size_t i = 0; i < N; ++i)
      if (names_[i].size() == key.size() && equal(names_[i], key))
        return i;
    return N;
  }
  static bool equal(std::string_view lower, std::string_view key) noexcept {
    for (std::size_t i = 0; i < key.size(); ++i)
      if (lower[i] != (key[i] >= 'A' && key[i] <= 'Z' ? key[i] + 32 : key[i]))
        return false;
    return true;
  }

  std::array<std::string_view, N> names_;
  std::uint64_t lengths_ = 0;
};

// The value of member `name` (lower case) of an object, whatever the case of its name.
std::optional<JsonElement> member(const std::optional<JsonObject> &object, std::string_view name);

}  // namespace hunt::ingest
