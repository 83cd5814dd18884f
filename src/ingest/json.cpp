#include "ingest/json.hpp"

#include "address/blank.hpp"
#include "core/hash.hpp"

#include <algorithm>
#include <bit>

namespace hunt::ingest {

namespace {

constexpr std::string_view kReplacement = "\\ufffd";

int hex_digit(char c) noexcept {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

// The code unit of an escape \uXXXX at the start of `text`, or -1.
int code_unit(std::string_view text) noexcept {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u')
    return -1;
  int value = 0;
  for (int i = 2; i < 6; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0)
      return -1;
    value = value << 4 | digit;
  }
  return value;
}

bool is_high(int unit) noexcept { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low(int unit) noexcept { return unit >= 0xDC00 && unit < 0xE000; }

// Copies the escape sequence at the start of `in` and returns its length.
std::size_t copy_escape(std::string_view in, std::string &out) {
  const int unit = code_unit(in);
  const bool pair = is_high(unit) && is_low(code_unit(in.substr(6)));
  const std::size_t length = std::min(in.size(), pair ? std::size_t{12} : unit >= 0 ? std::size_t{6} : std::size_t{2});
  const bool bad = unit == 0 || (!pair && (is_high(unit) || is_low(unit)));
  out += bad ? kReplacement : in.substr(0, length);
  return length;
}

// Copies the number at the start of `in`, in quotes when `numeric` could not hold it: it keeps 16,383 digits after the
// point and an exponent says how many there are.
std::size_t copy_number(std::string_view in, std::string &out) {
  const std::size_t length = std::min(in.find_first_not_of("+-.eE0123456789"), in.size());
  const std::string_view number = in.substr(0, length);
  const std::size_t exponent = number.find_first_of("eE");
  const bool quoted = length > 1000 || (exponent != number.npos && length - exponent > 5);
  if (quoted)
    out += '"';
  out += number;
  if (quoted)
    out += '"';
  return length;
}

void append_quoted(std::string_view text, std::string &out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  out += '"';
}

void append_canonical(JsonElement element, std::string &out);

void append_canonical(JsonObject object, std::string &out) {
  std::vector<simdjson::dom::key_value_pair> members;
  for (const auto pair : object)
    members.push_back(pair);
  std::stable_sort(members.begin(), members.end(), [](const auto &a, const auto &b) { return a.key < b.key; });
  out += '{';
  for (const auto &pair : members) {
    append_quoted(pair.key, out);
    out += ':';
    append_canonical(pair.value, out);
    out += ',';
  }
  out += '}';
}

void append_canonical(JsonElement element, std::string &out) {
  simdjson::dom::array array;
  JsonObject object;
  std::string_view text;
  if (element.get(array) == simdjson::SUCCESS) {
    out += '[';
    for (const auto item : array) {
      append_canonical(item, out);
      out += ',';
    }
    out += ']';
  } else if (element.get(object) == simdjson::SUCCESS) {
    append_canonical(object, out);
  } else if (element.get(text) == simdjson::SUCCESS) {
    append_quoted(text, out);
  } else {
    out += simdjson::minify(element);
  }
}

// Mixes two hashes so that their order counts (the finaliser of MurmurHash3).
std::uint64_t mixed(std::uint64_t a, std::uint64_t b) noexcept {
  std::uint64_t h = a * 0x9E3779B97F4A7C15 + b;
  h = (h ^ h >> 33) * 0xFF51AFD7ED558CCD;
  h = (h ^ h >> 33) * 0xC4CEB9FE1A85EC53;
  return h ^ h >> 33;
}

std::uint64_t fingerprint(JsonElement element) noexcept;

// A sum, so that the order of the members does not count.
std::uint64_t fingerprint(JsonObject object) noexcept {
  std::uint64_t sum = 0;
  for (const auto pair : object)
    sum += mixed(core::hash64(pair.key), fingerprint(pair.value));
  return mixed(1, sum);
}

// Recursion is as deep as the parser allows a document to be.
std::uint64_t fingerprint(JsonElement element) noexcept {
  switch (element.type()) {
  case simdjson::dom::element_type::STRING:
    return mixed(2, core::hash64(element.get_string().value_unsafe()));
  case simdjson::dom::element_type::OBJECT:
    return fingerprint(element.get_object().value_unsafe());
  case simdjson::dom::element_type::ARRAY: {
    std::uint64_t hash = 3;
    const simdjson::dom::array items = element.get_array().value_unsafe();
    for (const JsonElement item : items)
      hash = mixed(hash, fingerprint(item));
    return hash;
  }
  case simdjson::dom::element_type::INT64:
    return mixed(4, static_cast<std::uint64_t>(element.get_int64().value_unsafe()));
  case simdjson::dom::element_type::UINT64:
    return mixed(8, element.get_uint64().value_unsafe());
  case simdjson::dom::element_type::DOUBLE:
    return mixed(5, std::bit_cast<std::uint64_t>(element.get_double().value_unsafe()));
  case simdjson::dom::element_type::BOOL:
    return mixed(6, element.get_bool().value_unsafe());
  case simdjson::dom::element_type::NULL_VALUE:
    break;
  }
  return 7;
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  return first == text.npos ? std::string_view{} : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_missing(std::string_view text) noexcept {
  if (address::is_blank(text))
    return true;
  constexpr std::string_view words[] = {"unknown", "<null>", "not available"};
  return std::any_of(std::begin(words), std::end(words), [text](std::string_view word) {
    return word.size() == text.size() && std::equal(word.begin(), word.end(), text.begin(), [](char lower, char c) {
             return lower == (c >= 'A' && c <= 'Z' ? c + 32 : c);
           });
  });
}

// The first bytes of a text that is too long for an index, and what tells it from others that begin so.
std::string cut(std::string_view text) {
  std::size_t length = Scratch::kMaxText - 96;
  while ((static_cast<unsigned char>(text[length]) & 0xC0) == 0x80)
    --length;
  const core::Hash128 hash = core::hash128(text);
  char mark[96];
  std::snprintf(mark, sizeof mark, " ... [%zu bytes, %016llx%016llx]", text.size(),
                static_cast<unsigned long long>(hash.high), static_cast<unsigned long long>(hash.low));
  return std::string(text.substr(0, length)) + mark;
}

std::string without_nul(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += c == '\0' ? std::string_view("\xEF\xBF\xBD") : std::string_view(&c, 1);
  return out;
}

}  // namespace

std::string repaired_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  bool in_string = false;
  for (std::size_t i = 0; i < json.size();) {
    const char c = json[i];
    if (in_string && c == '\\') {
      i += copy_escape(json.substr(i), out);
    } else if (!in_string && (c == '-' || (c >= '0' && c <= '9'))) {
      i += copy_number(json.substr(i), out);
    } else {
      in_string ^= c == '"';
      out += c;
      ++i;
    }
  }
  return out;
}

std::string valid_text(std::string_view text) {
  if (simdjson::validate_utf8(text))
    return text.find('\0') == text.npos ? std::string(text) : without_nul(text);
  std::string out;
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const std::string_view character = text.substr(0, length);
    const bool valid = lead != 0 && character.size() == length && simdjson::validate_utf8(character);
    out += valid ? character : std::string_view("\xEF\xBF\xBD");
    text.remove_prefix(valid ? length : 1);
  }
  return out;
}

void append_json_text(std::string_view text, std::string &out) {
  constexpr char digits[] = "0123456789abcdef";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += digits[c >> 4];
      out += digits[c & 15];
    } else {
      out += c;
    }
  }
}

std::string canonical_json(JsonObject object) {
  std::string out;
  append_canonical(object, out);
  return out;
}

std::uint64_t content_fingerprint(JsonObject object) noexcept { return fingerprint(object); }

void Scratch::reset() noexcept {
  // A parser that has seen a giant keeps four times its size: let go of it.
  std::erase_if(parsers_, [](const auto &parser) { return parser->capacity() > kKeptCapacity; });
  parsers_used_ = 0;
  texts_.clear();
}

Scratch::Parsed Scratch::parse(std::string_view json) {
  if (json.size() > kMaxDocument)
    return {{}, "larger than 128 MB"};
  if (parsers_used_ == parsers_.size())
    parsers_.push_back(std::make_unique<simdjson::dom::parser>());
  simdjson::dom::parser &parser = *parsers_[parsers_used_++];
  if (json.size() > parser.capacity() || parser.max_depth() != kMaxDepth) {
    if (parser.allocate(std::bit_ceil(std::max(json.size(), std::size_t{4096})), kMaxDepth) != simdjson::SUCCESS)
      throw std::bad_alloc();
  }
  Parsed parsed;
  auto error = parser.parse(json.data(), json.size(), true).get(parsed.root);
  // The parser refuses lone surrogates, which real user input in logs contains.
  if (error == simdjson::STRING_ERROR)
    error = parser.parse(repaired_json(json)).get(parsed.root);
  if (error == simdjson::MEMALLOC)
    throw std::bad_alloc();
  if (error == simdjson::DEPTH_ERROR)
    parsed.error = "nested deeper than 256 levels";
  else if (error == simdjson::NUMBER_ERROR)
    parsed.error = "a number that 64 bits do not hold, or is malformed";
  else if (error == simdjson::UTF8_ERROR)
    parsed.error = "not valid UTF-8";
  else if (error != simdjson::SUCCESS)
    parsed.error = "not valid JSON";
  return parsed;
}

std::optional<JsonObject> Scratch::object(JsonElement element) {
  JsonObject object;
  std::string_view text;
  if (element.get(object) == simdjson::SUCCESS)
    return object;
  if (element.get(text) != simdjson::SUCCESS || !trimmed(text).starts_with('{'))
    return std::nullopt;
  const Parsed parsed = parse(text);
  if (parsed.error.empty() && parsed.root.get(object) == simdjson::SUCCESS)
    return object;
  return std::nullopt;
}

std::optional<simdjson::dom::array> Scratch::array(JsonElement element) {
  simdjson::dom::array array;
  std::string_view text;
  if (element.get(array) == simdjson::SUCCESS)
    return array;
  if (element.get(text) != simdjson::SUCCESS || !trimmed(text).starts_with('['))
    return std::nullopt;
  const Parsed parsed = parse(text);
  if (parsed.error.empty() && parsed.root.get(array) == simdjson::SUCCESS)
    return array;
  return std::nullopt;
}

std::string_view Scratch::long_text(const std::optional<JsonElement> &element) {
  if (!element)
    return {};
  std::string_view text;
  switch (element->type()) {
  case simdjson::dom::element_type::STRING:
    text = trimmed(element->get_string().value_unsafe());
    if (is_missing(text))
      return {};
    return text.find('\0') == text.npos ? text : keep(without_nul(text));
  case simdjson::dom::element_type::INT64:
  case simdjson::dom::element_type::UINT64:
  case simdjson::dom::element_type::DOUBLE:
  case simdjson::dom::element_type::BOOL:
    return keep(simdjson::minify(*element));
  default:
    return {};
  }
}

std::string_view Scratch::text(JsonElement element) {
  const std::string_view text = long_text(element);
  return text.size() <= kMaxText ? text : keep(cut(text));
}

std::string_view Scratch::short_text(std::string_view text) {
  return keep(text.size() <= kMaxText ? std::string(text) : cut(text));
}

std::optional<JsonElement> member(const std::optional<JsonObject> &object, std::string_view name) {
  if (!object)
    return std::nullopt;
  JsonElement found;
  if (object->at_key_case_insensitive(name).get(found) != simdjson::SUCCESS || found.is_null())
    return std::nullopt;
  return found;
}

}  // namespace hunt::ingest
