// How unlike its user a session is: the likelihood ratio of risk-based authentication.
//
// Freeman, Jain, Dürmuth, Biggio, Giacinto, "Who Are You? A Statistical Approach to Measuring User Authenticity" (NDSS
// 2016) compare how likely the features of a login are for anybody with how likely they are for the user, taking the
// features as independent: the product over the features of p(value) / p(value | user). This is its logarithm to
// base 2. Not used are their factors for known bad addresses and for how much a user is attacked: nothing here knows
// them.
//
// Probabilities of values that are rare or new are estimated by backing off as Witten and Bell do (method C of "The
// Zero-Frequency Problem", IEEE Transactions on Information Theory 37(4), 1991; in this interpolated form Chen and
// Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling", Computer Speech & Language 13(4), 1999,
// section 2.5). Of N events with T values, of which n have the value:
//
//   p(value | user)  = (n + T p(value | peers)) / (N + T)         of the user's events
//   p(value | peers) = (n + T p(value)) / (N + T)                 of the peers' events
//   p(value)         = (n + T / (T + 1)) / (N + T)                of everyone's
//
// and without events the next one below. T / (N + T) is how often something new came; p(value) gives it to the T values
// and one that was never seen alike. Without any event of everyone p(value) = 1: the result is the surprise. There is
// no constant to choose.
//
// So a value that neither user nor peers have shown gives log2((N + T) / T) bits for the user, the same again for his
// peers: many from somebody with a long and monotonous history, few from a traveller, none from a new user.
#pragma once

#include "profile/risk_state.hpp"

namespace hunt::profile {

// Who has shown the value: the first of these whose events contain it.
enum class Level { kUser, kPeers, kEveryone, kUnseen };
std::string_view name(Level level) noexcept;

struct FieldRisk {
  bool is_known = false;  // the session says something, else 0 bits
  double bits = 0;
  Level level = Level::kUnseen;
};

struct Risk {
  double bits = 0;  // the sum: above 0 more like anybody than like the user
  std::array<FieldRisk, kRiskFields> fields;
  int main_field = -1;  // the RiskField of most bits; none if nothing is known
};

// A state that is not given is risk_state::kEmpty.
Risk session_risk(risk_state::Bytes user, risk_state::Bytes peers, risk_state::Bytes everyone,
                  const Observation &session) noexcept;

}  // namespace hunt::profile
