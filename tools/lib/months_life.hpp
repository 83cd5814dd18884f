// What happens in the months: the days of employees and services, and what looks like theft without being one.
#pragma once

#include "months_event.hpp"

#include <string>
#include <vector>

namespace hunt::tools {

// A stolen session. What differs is told by comparison with what the actor had shown before in any log.
struct Stolen {
  int number;
  const Actor *victim;
  std::string kind, note;
  std::int64_t start = 0, end = 0;
  Place place{};
  std::uint64_t key = 0;  // the access key that was used; 0: none
  int events = 0;
  bool new_asn = false, new_country = false, new_agent = false;
  bool differs() const { return new_asn || new_country || new_agent; }
};

struct MonthsLog {
  std::vector<MonthEvent> events;  // in order of time
  std::vector<Stolen> stolen;      // in order of start
};

// `each` thefts of every kind. `months` must outlive the result.
MonthsLog live_months(Months &months, int each);

// A successful event with its ids filled in, for those who make up what happens.
MonthEvent make_event(Random &random, Log log, const Actor &actor, std::int64_t at, const Place &place,
                      const Program *program);
// The session that a machine has on a day at Entra ID, at Okta, and with AWS.
std::uint64_t entra_session(const Machine &machine, int day);
std::uint64_t okta_session(const Machine &machine, int day);
std::uint64_t aws_session_key(const Actor &actor, std::uint64_t machine, int day);

// Where a machine is at a local minute of a day, when its owner leads an ordinary day.
class WhereDay {
public:
  WhereDay(Random &random, Months &months, const Actor &actor, int day);
  Place laptop(Random &random, int local_minute) const;
  Place phone(Random &random, const Machine &phone, int local_minute) const;
  int minutes_east() const;

private:
  Place home(Random &random) const;
  Months &months_;
  const Actor &actor_;
  int day_;
  const Journey *journey_;
  bool office_, corporate_vpn_;
  int vpn_from_ = 0, vpn_to_ = 0;                         // of the private VPN, local minutes
  int away_from_ = -1, away_to_ = -1, tether_from_ = -1;  // local minutes
  Place away_{}, tether_{};
};

}  // namespace hunt::tools
