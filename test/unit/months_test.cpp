// The generator of months: what it says of its thefts is true of its logs, and ingest takes every line.
#include "months_life.hpp"

#include "agent/user_agent.hpp"
#include "events_of.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace hunt::tools {
namespace {

constexpr std::int64_t kStart = 1'789'257'600'000;  // 2026-09-13
constexpr int kDays = 40;

std::string networks() {
  return std::string(__FILE__).substr(0, std::string(__FILE__).find("test/unit")) + "data/starter_networks.csv";
}

struct World {
  Months months;
  MonthsLog log;
  explicit World(std::uint64_t seed) : months(seed, networks(), 40, kStart, kDays), log(live_months(months, 1)) {}
};

const World &world() {
  static const World made(1);
  return made;
}

std::string first_lines(const MonthsLog &log) {
  std::string text;
  for (std::size_t i = 0; i < log.events.size(); i += 50)
    text += to_json(log.events[i]) + '\n';
  return text;
}

TEST(Months, TheSameSeedGivesTheSameLogs) {
  const World again(1), other(2);
  ASSERT_EQ(again.log.events.size(), world().log.events.size());
  EXPECT_EQ(first_lines(again.log), first_lines(world().log));
  EXPECT_NE(first_lines(other.log), first_lines(world().log));
}

TEST(Months, EventsAreInOrderAndWithinTheLog) {
  std::int64_t before = kStart - kDayLength;  // a theft may begin on the evening before, west of Greenwich
  for (const MonthEvent &e : world().log.events) {
    EXPECT_GE(e.at, before);
    before = e.at;
  }
  EXPECT_LT(before, kStart + kDays * kDayLength);
}

TEST(Months, EveryLineIsAnEventOfItsActor) {
  std::set<std::string> ids;
  for (const MonthEvent &e : world().log.events) {
    if (e.theft < 0 && e.noise % 8)
      continue;
    const std::string line = to_json(e);
    const ingest::EventList events(log_name(e.log), line);
    ASSERT_EQ(events.size(), 1U) << line;
    ASSERT_EQ(events[0].reject_reason, "") << line;
    const bool by_user_name = e.log == Log::CloudTrail && (e.key & 1);
    EXPECT_EQ(events[0].user_username, by_user_name ? e.actor->name : username(*e.actor, e.log));
    EXPECT_EQ(events[0].http_user_agent, e.program ? e.program->agent : "");
    EXPECT_TRUE(ids.insert(log_name(e.log) + std::string(events[0].event_id)).second) << line;
  }
}

TEST(Months, LabelsAreTrue) {
  std::map<int, std::int64_t> first, last;
  std::map<int, int> events;
  for (const MonthEvent &e : world().log.events)
    if (e.theft >= 0) {
      first.try_emplace(e.theft, e.at);
      last[e.theft] = e.at;
      ++events[e.theft];
    }
  EXPECT_EQ(world().log.stolen.size(), events.size());
  EXPECT_GE(world().log.stolen.size(), 15U);
  std::set<const Actor *> victims;
  for (const Stolen &stolen : world().log.stolen) {
    EXPECT_EQ(stolen.start, first[stolen.number]);
    EXPECT_EQ(stolen.end, last[stolen.number]);
    EXPECT_EQ(stolen.events, events[stolen.number]);
    EXPECT_TRUE(victims.insert(stolen.victim).second) << "one theft of each victim";
    EXPECT_GE(stolen.start, kStart + 20 * kDayLength) << "there is a past to compare with";
    EXPECT_LT(stolen.end, kStart + kDays * kDayLength);
  }
}

TEST(Months, WhatDiffersIsComparedWithThePast) {
  for (const Stolen &stolen : world().log.stolen) {
    std::set<std::uint32_t> asns;
    bool new_asn = false;
    for (const MonthEvent &e : world().log.events) {
      if (e.actor != stolen.victim || !e.place.asn)
        continue;
      if (e.theft < 0 && e.error == 0 && e.at < stolen.start)
        asns.insert(e.place.asn);
      if (e.theft >= 0)
        new_asn |= !asns.contains(e.place.asn);
    }
    EXPECT_EQ(stolen.new_asn, new_asn) << stolen.kind << " of " << stolen.victim->name;
  }
}

// The families by which thefts are told from their victims' programs are those that agent_key() sees.
TEST(Months, FamiliesAreAgentKeys) {
  std::map<std::string, std::string> key_of, family_of;
  agent::UserAgentParser parser;
  for (const auto &[agent, program] : world().months.programs()) {
    const std::string key = agent::agent_key(parser.parse(agent::examined_part(agent)));
    EXPECT_EQ(key_of.try_emplace(program.family, key).first->second, key) << agent;
    EXPECT_EQ(family_of.try_emplace(key, program.family).first->second, program.family) << agent;
  }
}

}  // namespace
}  // namespace hunt::tools
