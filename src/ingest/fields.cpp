#include "ingest/fields.hpp"

#include "address/ip_text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>

namespace hunt::ingest {

using std::string_view;

namespace {

std::string canonical(const core::Ip &ip) {
  unsigned char bytes[16];
  char text[INET6_ADDRSTRLEN] = "";
  ip.to_bytes(bytes);
  inet_ntop(ip.is_v6() ? AF_INET6 : AF_INET, bytes, text, sizeof text);
  return text;
}

bool is_plain_word(string_view word) noexcept {
  return !word.empty() && word.find_first_of(" \t\n\r\"'\\$`|&;<>()*?[]{}!#~") == word.npos;
}

void append_word(string_view word, std::string &out) {
  if (is_plain_word(word)) {
    out += word;
    return;
  }
  out += '\'';
  for (const char c : word)
    out += c == '\'' ? string_view("'\\''") : string_view(&c, 1);
  out += '\'';
}

}  // namespace

string_view lowered(string_view text, Scratch &scratch) {
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (std::none_of(text.begin(), text.end(), is_upper))
    return text;
  std::string lower(text);
  for (char &c : lower)
    if (is_upper(c))
      c = static_cast<char>(c + 32);
  return scratch.keep(std::move(lower));
}

std::optional<std::int64_t> integer(string_view text) noexcept {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

string_view joined(std::initializer_list<string_view> parts, string_view separator, Scratch &scratch) {
  string_view only;
  std::string all;
  for (const string_view part : parts) {
    if (part.empty())
      continue;
    if (only.empty()) {
      only = part;
      continue;
    }
    if (all.empty())
      all = only;
    all += separator;
    all += part;
  }
  return all.empty() ? only : scratch.short_text(all);
}

string_view base_name(string_view path) noexcept {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == path.npos ? path : path.substr(slash + 1);
}

string_view tail(string_view text, char separator) noexcept {
  const std::size_t at = text.rfind(separator);
  return at == text.npos ? string_view{} : text.substr(at + 1);
}

std::optional<JsonObject> object(const std::optional<JsonElement> &element, Scratch &scratch) {
  return element ? scratch.object(*element) : std::nullopt;
}

std::optional<simdjson::dom::array> array(const std::optional<JsonElement> &element, Scratch &scratch) {
  return element ? scratch.array(*element) : std::nullopt;
}

string_view first_text(const std::optional<JsonElement> &element, Scratch &scratch) {
  const auto list = array(element, scratch);
  if (!list)
    return scratch.text(element);
  for (const JsonElement item : *list)
    return scratch.text(item);
  return {};
}

string_view command_of(simdjson::dom::array words, Scratch &scratch) {
  std::string command;
  for (const JsonElement word : words) {
    string_view text;
    if (word.get(text) != simdjson::SUCCESS)
      text = scratch.long_text(word);
    if (!command.empty())
      command += ' ';
    append_word(text, command);
  }
  std::replace(command.begin(), command.end(), '\0', ' ');
  return command.empty() ? string_view{} : scratch.keep(std::move(command));
}

std::optional<JsonElement> named_value(const std::optional<simdjson::dom::array> &list, string_view name,
                                       string_view name_member, string_view value_member) {
  if (!list)
    return std::nullopt;
  for (const JsonElement entry : *list) {
    string_view entry_name;
    JsonElement value;
    if (entry[name_member].get(entry_name) == simdjson::SUCCESS && entry_name == name &&
        entry[value_member].get(value) == simdjson::SUCCESS)
      return value;
  }
  return std::nullopt;
}

void set_address(Event &event, string_view text) {
  event.device_ip = address::parse_ip(text);
  if (!text.empty() && (!event.device_ip || canonical(*event.device_ip) != text))
    event.device_ip_text = text;
}

string_view windows_user(string_view domain, string_view user, Scratch &scratch) {
  if (user.empty())
    return {};
  return lowered(joined({domain, user}, "\\", scratch), scratch);
}

}  // namespace hunt::ingest
