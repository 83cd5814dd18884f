#include "history/verdict.hpp"

namespace hunt::history {

const char *verdict_name(Verdict verdict) noexcept {
  switch (verdict) {
  case Verdict::new_entity:
    return "new_entity";
  case Verdict::learning:
    return "learning";
  case Verdict::too_many_values:
    return "too_many_values";
  case Verdict::new_for_everyone:
    return "new_for_everyone";
  case Verdict::new_for_peers:
    return "new_for_peers";
  case Verdict::new_for_entity:
    return "new_for_entity";
  case Verdict::rare:
    return "rare";
  case Verdict::known:
    return "known";
  }
  return "";
}

Verdict verdict(const Question &q) noexcept {
  if (!q.entity.entity_since)
    return Verdict::new_entity;
  if (static_cast<std::uint64_t>(q.at) - static_cast<std::uint64_t>(*q.entity.entity_since) <
      static_cast<std::uint64_t>(q.learning))
    return Verdict::learning;
  if (q.entity.value == Presence::untracked)
    return Verdict::too_many_values;
  if (q.entity.value == Presence::known)
    return q.entity.days < q.rare_days ? Verdict::rare : Verdict::known;
  if (q.everyone == Presence::unknown)
    return Verdict::new_for_everyone;
  return q.peers == Presence::unknown ? Verdict::new_for_peers : Verdict::new_for_entity;
}

}  // namespace hunt::history
