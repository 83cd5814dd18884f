#include "profile/session_risk.hpp"

#include <cmath>

namespace hunt::profile {

namespace {

using risk_state::Counts;

double of_everyone(const Counts &c) noexcept {
  return c.total == 0 ? 1 : (c.events + c.distinct / (c.distinct + 1)) / (c.total + c.distinct);
}

double backed_off(const Counts &c, double below) noexcept {
  return c.total == 0 ? below : (c.events + c.distinct * below) / (c.total + c.distinct);
}

}  // namespace

std::string_view name(Level level) noexcept {
  static constexpr std::string_view kNames[] = {"user", "peers", "everyone", "unseen"};
  return kNames[static_cast<int>(level)];
}

Risk session_risk(risk_state::Bytes user, risk_state::Bytes peers, risk_state::Bytes everyone,
                  const Observation &session) noexcept {
  Risk risk;
  for (std::size_t i = 0; i < kRiskFields; ++i) {
    if (!session.is_known[i])
      continue;
    const auto field = static_cast<RiskField>(i);
    const Counts of_user = risk_state::counts(user, field, session.keys[i]),
                 of_peers = risk_state::counts(peers, field, session.keys[i]),
                 of_all = risk_state::counts(everyone, field, session.keys[i]);
    const double anybody = of_everyone(of_all);
    FieldRisk &found = risk.fields[i];
    found.is_known = true;
    found.bits = std::log2(anybody / backed_off(of_user, backed_off(of_peers, anybody)));
    found.level = of_user.events > 0    ? Level::kUser
                  : of_peers.events > 0 ? Level::kPeers
                  : of_all.events > 0   ? Level::kEveryone
                                        : Level::kUnseen;
    risk.bits += found.bits;
    if (risk.main_field < 0 || found.bits > risk.fields[static_cast<std::size_t>(risk.main_field)].bits)
      risk.main_field = static_cast<int>(i);
  }
  return risk;
}

}  // namespace hunt::profile
