// Writes a JSON object member by member, in the order in which members are added.
#pragma once

#include <cstdint>
#include <string>

namespace hunt::tools {

// Keys are ours and need no escape; values may hold quotes and backslashes, but no control characters.
class JsonObject {
public:
  JsonObject &text(const char *key, const std::string &value) {
    name(key) += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\')
        out_ += '\\';
      out_ += c;
    }
    out_ += '"';
    return *this;
  }
  JsonObject &number(const char *key, std::int64_t value) { return raw(key, std::to_string(value)); }
  JsonObject &boolean(const char *key, bool value) { return raw(key, value ? "true" : "false"); }
  JsonObject &raw(const char *key, const std::string &json) {
    name(key) += json;
    return *this;
  }
  std::string done() { return out_ + '}'; }

private:
  std::string &name(const char *key) {
    if (out_.size() > 1)
      out_ += ',';
    return out_ += '"' + std::string(key) + "\":";
  }
  std::string out_ = "{";
};

}  // namespace hunt::tools
