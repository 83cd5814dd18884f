// Any bytes: no crash, printable answers, the same answer from the cache, and literals that hide no pattern.
#include "agent/agent_cache.hpp"

#include <cstdlib>

namespace agent = hunt::agent;

namespace {

bool is_printable(std::string_view text) {
  for (const char c : text)
    if (c < 0x20 || c > 0x7e)
      return false;
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  static agent::AgentCache cache(std::pmr::new_delete_resource());
  const std::string_view field(reinterpret_cast<const char *>(data), size);
  const std::string_view text = agent::examined_part(field);
  const agent::UserAgent parsed = cache.parser().parse(text);
  for (const std::string *part : {&parsed.family, &parsed.version, &parsed.os, &parsed.os_version})
    if (!is_printable(*part) || part->size() > 3 * agent::kMaxName)
      std::abort();
  if (parsed.family.empty() || cache.find(field).key != agent::agent_key(parsed) ||
      cache.find(field).family != parsed.family)
    std::abort();
  if (agent::agent_change(parsed, parsed) != agent::AgentChange::kSame)
    std::abort();
  agent::PatternMatcher &matcher = cache.parser().matcher();
  matcher.scan(text);
  for (std::size_t table = 0; table < agent::UserAgentParser::kTables; ++table)
    if (matcher.first_match(table, text).pattern != matcher.first_match_slowly(table, text).pattern)
      std::abort();
  return 0;
}
