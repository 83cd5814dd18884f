#include "agent/agent_cache.hpp"

namespace hunt::agent {

namespace {

// What a node, its slot and the heads of two allocations take beside the two texts.
constexpr std::size_t kNodeBytes = 200;

}  // namespace

UserAgentParser &AgentCache::parser() {
  if (!parser_)
    parser_ = std::make_unique<UserAgentParser>();
  return *parser_;
}

CachedAgent AgentCache::view(const Entry &entry) noexcept {
  const std::string_view all = entry.text;
  const auto part = [&](std::size_t begin, std::size_t end) { return all.substr(begin, end - begin); };
  return {part(0, entry.ends[0]),
          part(entry.ends[0], entry.ends[1]),
          part(entry.ends[1], entry.ends[2]),
          part(entry.ends[2], entry.ends[3]),
          part(entry.ends[3], all.size()),
          entry.device,
          entry.tool};
}

AgentCache::Entry AgentCache::parse(std::string_view text) {
  const UserAgent agent = parser().parse(text);
  Entry entry{std::pmr::string(memory_), {}, agent.device, agent.tool};
  const std::string *parts[] = {&agent.family, &agent.version, &agent.os, &agent.os_version};
  const std::string key = agent_key(agent);
  std::size_t size = key.size();
  for (const std::string *part : parts)
    size += part->size();
  entry.text.reserve(size);
  for (std::size_t i = 0; i < 4; ++i) {
    entry.text += *parts[i];
    entry.ends[i] = static_cast<std::uint16_t>(entry.text.size());
  }
  entry.text += key;
  return entry;
}

const AgentCache::Entry &AgentCache::keep(std::string_view text, Entry entry) {
  const std::size_t bytes = text.size() + entry.text.size() + kNodeBytes;
  if (young_bytes_ + bytes > kLimit / 2) {
    old_ = std::move(young_);
    old_bytes_ = young_bytes_;
    young_ = Map(memory_);
    young_bytes_ = 0;
  }
  const Entry &kept = young_.emplace(std::pmr::string(text, memory_), std::move(entry)).first->second;
  young_bytes_ += bytes;
  return kept;
}

CachedAgent AgentCache::find(std::string_view field) {
  const std::string_view text = examined_part(field);
  if (const auto at = young_.find(text); at != young_.end())
    return view(at->second);
  if (const auto at = old_.find(text); at != old_.end())
    return view(keep(text, Entry{std::pmr::string(at->second.text, memory_),
                                 {at->second.ends[0], at->second.ends[1], at->second.ends[2], at->second.ends[3]},
                                 at->second.device,
                                 at->second.tool}));
  return view(keep(text, parse(text)));
}

}  // namespace hunt::agent
