// A value of a MaxMind DB as JSON text.
#pragma once

#include "enrich/mmdb_reader.hpp"

#include <string>
#include <vector>

namespace hunt::enrich {

// Integers and floating-point numbers become JSON numbers (shortest text that reads back the same; NaN and infinities,
// which JSON lacks, become null), bytes a string of hexadecimal digits.
class JsonSink final : public MmdbValueSink {
public:
  void map(std::uint32_t) override { open('{', '}'); }
  void array(std::uint32_t) override { open('[', ']'); }
  void end() override;
  void key(std::string_view key) override;
  void string(std::string_view value) override;
  void bytes(std::string_view value) override;
  void number(double value) override;
  void integer(std::int64_t value) override;
  void unsigned_integer(std::uint64_t value) override { uint128(0, value); }
  void uint128(std::uint64_t high, std::uint64_t low) override;
  void boolean(bool value) override;

  const std::string &text() const noexcept { return text_; }

private:
  void open(char opening, char closing);
  void separate();
  void quote(std::string_view value);

  std::string text_;
  std::vector<char> closings_;
  bool needs_comma_ = false;
};

}  // namespace hunt::enrich
