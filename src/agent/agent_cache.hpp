// What was parsed before, so that a string that comes again costs a hash and a comparison instead of a parse.
//
// Two generations of at most half the limit each: when the young one is full, the old one is dropped and the young one
// becomes the old; a hit in the old one is copied to the young. So what is used often stays, whatever else comes by. An
// answer never depends on what is cached, since parsing depends on the string alone.
#pragma once

#include "agent/user_agent.hpp"
#include "core/hash.hpp"

#include <memory_resource>
#include <unordered_map>

namespace hunt::agent {

// A parsed user agent in the cache. The views last until the next call of AgentCache::find().
struct CachedAgent {
  std::string_view family, version, os, os_version, key;
  DeviceClass device;
  ToolClass tool;

  UserAgent agent() const {
    return {std::string(family), std::string(version), std::string(os), std::string(os_version), device, tool};
  }
};

class AgentCache {
public:
  static constexpr std::size_t kLimit = std::size_t{4} << 20;  // bytes

  // The parser is made when it is first needed. `memory` holds the entries.
  explicit AgentCache(std::pmr::memory_resource *memory) : memory_(memory), young_(memory), old_(memory) {}

  // `field` as it stands in the log.
  CachedAgent find(std::string_view field);

  std::size_t bytes() const noexcept { return young_bytes_ + old_bytes_; }
  UserAgentParser &parser();

private:
  struct Entry {
    std::pmr::string text;  // family, version, os, os_version and key, one after the other
    std::uint16_t ends[4];
    DeviceClass device;
    ToolClass tool;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return core::hash64(text); }
  };
  using Map = std::pmr::unordered_map<std::pmr::string, Entry, Hash, std::equal_to<>>;

  static CachedAgent view(const Entry &entry) noexcept;
  Entry parse(std::string_view text);
  const Entry &keep(std::string_view text, Entry entry);

  std::pmr::memory_resource *memory_;
  std::unique_ptr<UserAgentParser> parser_;
  Map young_, old_;
  std::size_t young_bytes_ = 0, old_bytes_ = 0;
};

}  // namespace hunt::agent
