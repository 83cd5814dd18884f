#include "profile/session_profile.hpp"

#include "address/blank.hpp"
#include "core/error.hpp"
#include "core/varint.hpp"

#include <algorithm>
#include <cstring>

namespace hunt::profile {

namespace {

constexpr std::uint8_t kVersion = 1;

constexpr bool needs_quotes(char c) noexcept {
  return c == '"' || c == '\\' || c == '(' || c == ')' || c == ',' || address::is_space(c);
}

[[noreturn]] void reject(const char *why) {
  throw core::Error(core::kInvalidBinary, std::string("not a session_profile: ") + why,
                    "It is read back as it was written. Copy the bytes as a whole.");
}

// Reads the fields of a text form one after the other.
class Reader {
public:
  explicit Reader(std::string_view text) : text_(text) {}

  void blanks() noexcept {
    while (!at_end() && address::is_space(text_[at_]))
      ++at_;
  }
  bool at_end() const noexcept { return at_ == text_.size(); }

  void expect(char c) {
    if (at_end() || text_[at_] != c)
      fail();
    ++at_;
  }

  std::optional<std::string> field() {
    if (at_end())
      fail();
    if (text_[at_] == ',' || text_[at_] == ')')
      return std::nullopt;
    std::string value;
    bool is_quoted = false;
    for (; !at_end() && (is_quoted || (text_[at_] != ',' && text_[at_] != ')')); ++at_) {
      const char c = text_[at_];
      if (c == '\\') {
        if (++at_ == text_.size())
          fail();
        value += text_[at_];
      } else if (c != '"') {
        value += c;
      } else if (is_quoted && at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        value += text_[++at_];
      } else {
        is_quoted = !is_quoted;
      }
    }
    if (is_quoted)
      fail();
    return value;
  }

  [[noreturn]] static void fail() {
    throw core::Error(
        core::kInvalidText, "not a session_profile: the text is no row of four fields",
        "It looks like (\"network\",country,\"user agent\",\"user name\"), with \" and \\ doubled within quotes.");
  }

private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::size_t stored_size(const Fields &fields) noexcept {
  std::size_t size = 1;
  for (const auto &field : fields)
    if (field)
      size += core::varint_size(static_cast<std::uint32_t>(field->size())) + field->size();
  return size;
}

void write(const Fields &fields, std::uint8_t *to) noexcept {
  std::uint8_t *const head = to++;
  *head = kVersion << 4;
  for (std::size_t i = 0; i < kFields; ++i) {
    if (!fields[i])
      continue;
    *head |= static_cast<std::uint8_t>(1 << i);
    to = core::put_varint(to, static_cast<std::uint32_t>(fields[i]->size()));
    if (!fields[i]->empty())
      std::memcpy(to, fields[i]->data(), fields[i]->size());
    to += fields[i]->size();
  }
}

Fields read(Bytes profile) noexcept {
  Fields fields;
  const std::uint8_t *from = profile.data() + 1;
  for (std::size_t i = 0; i < kFields; ++i) {
    if ((profile[0] & 1 << i) == 0)
      continue;
    const std::uint32_t size = core::get_varint(from);
    fields[i].emplace(reinterpret_cast<const char *>(from), size);
    from += size;
  }
  return fields;
}

void check(Bytes profile) {
  if (profile.empty())
    reject("it has no bytes");
  if (profile[0] >> 4 != kVersion)
    reject("its version is unknown");
  const std::uint8_t present = profile[0];
  profile = profile.subspan(1);
  for (std::size_t i = 0; i < kFields; ++i) {
    std::uint32_t size;
    if ((present & 1 << i) == 0)
      continue;
    if (!core::read_varint(profile, size) || size > profile.size())
      reject("a field ends too early");
    profile = profile.subspan(size);
  }
  if (!profile.empty())
    reject("there are bytes behind its last field");
}

int compare(const Fields &a, const Fields &b) noexcept {
  for (std::size_t i = 0; i < kFields; ++i) {
    if (a[i].has_value() != b[i].has_value())
      return a[i] ? -1 : 1;
    if (!a[i])
      continue;
    // char_traits compares as unsigned bytes.
    if (const int order = a[i]->compare(*b[i]); order != 0)
      return order < 0 ? -1 : 1;
  }
  return 0;
}

std::string spell(const Fields &fields) {
  std::string text;
  char before = '(';
  for (const auto &field : fields) {
    text += before;
    before = ',';
    if (!field)
      continue;
    if (!field->empty() && std::none_of(field->begin(), field->end(), needs_quotes)) {
      text += *field;
      continue;
    }
    text += '"';
    for (const char c : *field) {
      if (c == '"' || c == '\\')
        text += c;
      text += c;
    }
    text += '"';
  }
  return text += ')';
}

std::array<std::optional<std::string>, kFields> parse(std::string_view text) {
  std::array<std::optional<std::string>, kFields> fields;
  Reader reader(text);
  reader.blanks();
  for (std::size_t i = 0; i < kFields; ++i) {
    reader.expect(i == 0 ? '(' : ',');
    fields[i] = reader.field();
  }
  reader.expect(')');
  reader.blanks();
  if (!reader.at_end())
    Reader::fail();
  return fields;
}

}  // namespace hunt::profile
