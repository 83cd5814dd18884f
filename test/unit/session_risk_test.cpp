#include "risk_events.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

namespace hunt::profile {
namespace {

std::vector<SessionEvent> times(std::size_t count, const SessionEvent &event) {
  return std::vector<SessionEvent>(count, event);
}

std::vector<SessionEvent> operator+(std::vector<SessionEvent> a, const std::vector<SessionEvent> &b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const StoredState kNobody = state_of({});

// One field: the user came 9 times from A and once from B; everyone 40, 10 and 50 times from A, B and C.
TEST(SessionRisk, IsWhatTheFormulaGivesByHand) {
  const StoredState user = state_of(times(9, {"A", "", ""}) + times(1, {"B", "", ""}));
  const StoredState everyone = state_of(times(40, {"A", "", ""}) + times(10, {"B", "", ""}) + times(50, {"C", "", ""}));
  const StoredState peers = state_of(times(20, {"C", "", ""}));
  const auto bits = [&](const char *network, const StoredState &of_peers) {
    const Risk risk = session_risk(user, of_peers, everyone, observe(network, "", ""));
    EXPECT_EQ(risk.bits, risk.fields[kRiskNetwork].bits);
    EXPECT_FALSE(risk.fields[kRiskCountry].is_known || risk.fields[kRiskClient].is_known);
    return risk.bits;
  };
  // p(A) = (40 + 3/4) / 103 = .395631, p(A | user) = (9 + 2 * .395631) / 12 = .815939
  EXPECT_NEAR(bits("A", kNobody), -1.0443047, 1e-6);
  // p(B) = (10 + 3/4) / 103 = .104369, p(B | user) = (1 + 2 * .104369) / 12 = .100728
  EXPECT_NEAR(bits("B", kNobody), 0.0512253, 1e-6);
  // never from there: (10 + 2) / 2 = 6 times less likely for the user, whether anybody came from there or not
  EXPECT_NEAR(bits("C", kNobody), std::log2(6), 1e-12);
  EXPECT_NEAR(bits("D", kNobody), std::log2(6), 1e-12);
  // p(C) = (50 + 3/4) / 103 = .492718, p(C | peers) = (20 + .492718) / 21 = .975844: his peers come from there
  EXPECT_NEAR(bits("C", peers), 1.5990758, 1e-6);
  // nor do his peers: (20 + 1) / 1 = 21 times less likely again
  EXPECT_NEAR(bits("D", peers), std::log2(6 * 21), 1e-12);
}

TEST(SessionRisk, TellsWhoHasShownIt) {
  const StoredState user = state_of({{"A", "DE", "x"}}), peers = state_of({{"B", "DE", "x"}}),
                    everyone = state_of({{"C", "DE", "x"}});
  for (const auto &[network, level] : {std::pair("A", "user"), {"B", "peers"}, {"C", "everyone"}, {"D", "unseen"}})
    EXPECT_EQ(name(session_risk(user, peers, everyone, observe(network, "DE", "x")).fields[kRiskNetwork].level), level);
  EXPECT_EQ(session_risk(user, peers, everyone, observe("D", "DE", "x")).main_field, kRiskNetwork);
  EXPECT_EQ(session_risk(user, peers, everyone, observe("A", "FR", "")).main_field, kRiskCountry);
}

TEST(SessionRisk, OfAMissingFieldIsNoEvidence) {
  const StoredState user = state_of(times(50, {"A", "DE", "x"})), everyone = state_of(times(50, {"B", "FR", "y"}));
  const Risk whole = session_risk(user, kNobody, everyone, observe("B", "FR", "y"));
  const Risk part = session_risk(user, kNobody, everyone, observe("B", "-", "y"));
  EXPECT_NEAR(part.bits, whole.bits - whole.fields[kRiskCountry].bits, 1e-12);
  const Risk nothing = session_risk(user, kNobody, everyone, observe("", " ", "-"));
  EXPECT_EQ(nothing.bits, 0);
  EXPECT_EQ(nothing.main_field, -1);
}

// Fields that are missing in some events, too.
std::vector<SessionEvent> random_events(std::size_t count, std::uint64_t values, std::mt19937_64 &random) {
  std::vector<SessionEvent> events(count);
  for (SessionEvent &event : events) {
    const auto value = [&] { return random() % 6 == 0 ? std::string() : std::to_string(random() % values); };
    event = {value(), value(), value()};
  }
  return events;
}

double brute_force(const std::vector<SessionEvent> &user, const std::vector<SessionEvent> &peers,
                   const std::vector<SessionEvent> &everyone, std::string SessionEvent::*field,
                   const std::string &value) {
  struct Count {
    double n, total, distinct;
  };
  const auto count = [&](const std::vector<SessionEvent> &events) {
    std::map<std::string, double> seen;
    double total = 0;
    for (const SessionEvent &event : events)
      if (!(event.*field).empty())
        ++seen[event.*field], ++total;
    return Count{seen.contains(value) ? seen[value] : 0, total, static_cast<double>(seen.size())};
  };
  const auto below = [](const Count &c, double p) {
    return c.total > 0 ? (c.n + c.distinct * p) / (c.total + c.distinct) : p;
  };
  const Count all = count(everyone);
  const double anybody = below(all, all.total > 0 ? 1 / (all.distinct + 1) : 1);
  return std::log2(anybody) - std::log2(below(count(user), below(count(peers), anybody)));
}

TEST(SessionRisk, IsWhatBruteForceGives) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 200; ++round) {
    const auto user = random_events(random() % 30, 4, random), peers = random_events(random() % 60, 6, random),
               everyone = random_events(random() % 300, 8, random);
    const SessionEvent session = random_events(1, 9, random)[0];
    const Risk risk = session_risk(state_of(user), state_of(peers), state_of(everyone), session.observed());
    double sum = 0;
    std::string SessionEvent::*const fields[] = {&SessionEvent::network, &SessionEvent::country, &SessionEvent::client};
    for (std::size_t i = 0; i < kRiskFields; ++i) {
      const std::string &value = session.*fields[i];
      const double expected = value.empty() ? 0 : brute_force(user, peers, everyone, fields[i], value);
      EXPECT_NEAR(risk.fields[i].bits, expected, 1e-9);
      sum += expected;
    }
    EXPECT_NEAR(risk.bits, sum, 1e-9);
    EXPECT_TRUE(std::isfinite(risk.bits));
  }
}

TEST(SessionRisk, TellsTheUserFromAThief) {
  const SessionEvent home{"Telenor", "SE", "Chrome / Windows / browser"};
  const StoredState user = state_of(times(200, home) + times(20, {"Telia", "SE", "Safari / iOS / browser"}));
  const StoredState everyone =
      state_of(times(2000, home) + times(2000, {"Comcast", "US", "Chrome / Mac OS X / browser"}) +
               times(5, {"M247", "RO", "Python Requests / unknown / script_library"}));
  const auto bits = [&](const SessionEvent &session) {
    return session_risk(user, kNobody, everyone, session.observed()).bits;
  };
  EXPECT_LT(bits(home), 0);
  EXPECT_GT(bits({"M247", "RO", "Python Requests / unknown / script_library"}), 18);
  EXPECT_GT(bits({"never", "ZZ", "seen"}), 18);
  // One new field is less than two, two less than three.
  EXPECT_LT(bits(home), bits({"Telenor", "SE", "Firefox / Linux / browser"}));
  EXPECT_LT(bits({"Telenor", "SE", "Firefox / Linux / browser"}), bits({"Telenor", "RO", "Firefox / Linux / browser"}));
  EXPECT_LT(bits({"Telenor", "RO", "Firefox / Linux / browser"}), bits({"M247", "RO", "Firefox / Linux / browser"}));
}

// Another event of the same kind in the user's history never makes that kind more risky.
TEST(SessionRisk, DoesNotRiseWithHistoryOfTheSame) {
  std::mt19937_64 random(6);
  for (int round = 0; round < 50; ++round) {
    auto user = random_events(random() % 20, 4, random);
    const StoredState peers = state_of(random_events(random() % 50, 6, random)),
                      everyone = state_of(random_events(random() % 100, 8, random));
    const SessionEvent session = random_events(1, 9, random)[0];
    double before = session_risk(state_of(user), peers, everyone, session.observed()).bits;
    for (int more = 0; more < 20; ++more) {
      user.push_back(session);
      const double after = session_risk(state_of(user), peers, everyone, session.observed()).bits;
      EXPECT_LE(after, before + 1e-12);
      before = after;
    }
  }
}

}  // namespace
}  // namespace hunt::profile
