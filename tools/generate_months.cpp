// Generates months of five logs of an invented company with stolen sessions in them, and the truth about them.
//
//   generate_months --networks data/starter_networks.csv --users 500 --days 70 --end 2026-11-22 --seed 1 --each 5
//                   --out FOLDER
//
// The same arguments give the same bytes. The logs end at midnight UTC before the day --end; --each is the number of
// thefts of every kind. Written to FOLDER:
//
//   entra_signin.jsonl okta.jsonl cloudtrail.jsonl eks_audit.jsonl mde_process.jsonl    in the vendors' formats
//   truth.csv      one row for each stolen session: who, what, when, from where, and what differs from the victim
//   identity.csv   under which names and access keys each log knows an actor
//   expected.md    this world in words and numbers
#include "csv.hpp"
#include "file.hpp"
#include "months_theft.hpp"
#include "options.hpp"
#include "signin_event.hpp"

#include <array>
#include <cstdio>
#include <set>

namespace hunt::tools {
namespace {

std::string differences(const Stolen &stolen) {
  std::string text;
  for (const auto &[differs, name] :
       {std::pair{stolen.new_asn, "asn"}, {stolen.new_country, "country"}, {stolen.new_agent, "agent"}})
    if (differs)
      text += (text.empty() ? "" : " ") + std::string(name);
  return text;
}

std::string truth_table(const MonthsLog &log) {
  std::string out = "theft,actor,kind,judged,start_at,end_at,address,asn,country,access_key,differs,events,note\n";
  for (const Stolen &s : log.stolen)
    out += std::to_string(s.number) + ',' + s.victim->name + ',' + s.kind + ',' + (s.differs() ? "bar" : "apart") +
           ',' + timestamp(s.start, "Z") + ',' + timestamp(s.end, "Z") + ',' +
           (s.place.asn ? to_text(s.place.ip) : "") + ',' + (s.place.asn ? std::to_string(s.place.asn) : "") + ',' +
           s.place.country + ',' + (s.key ? key_text(s.key) : "") + ',' + differences(s) + ',' +
           std::to_string(s.events) + ',' + csv_field(s.note) + '\n';
  return out;
}

std::string identities(const MonthsLog &log) {
  std::set<std::array<std::string, 3>> rows;
  for (const MonthEvent &e : log.events) {
    const bool user = e.log == Log::CloudTrail && e.actor->kind == Actor::Kind::Employee && (e.key & 1);
    rows.insert({user ? e.actor->name : username(*e.actor, e.log), log_name(e.log), e.actor->name});
    if (e.key)
      rows.insert({key_text(e.key), log_name(e.log), e.actor->name});
  }
  std::string out = "entity,source,actor\n";
  for (const auto &[entity, source, actor] : rows)
    out += csv_field(entity) + ',' + source + ',' + actor + '\n';
  return out;
}

std::string describe(const Months &months, const MonthsLog &log, const std::array<long, kLogs> &lines) {
  std::string out = "# The generated world\n\n";
  const auto line = [&](const std::string &what, std::size_t number) {
    out += "- " + what + ": " + std::to_string(number) + "\n";
  };
  std::size_t people = 0, engineers = 0, keys = 0, boxes = 0, desktops = 0, replaced = 0, journeys = 0, holidays = 0,
              vpns = 0;
  std::size_t partly = 0;
  for (const Actor &actor : months.actors) {
    if (actor.kind != Actor::Kind::Employee)
      continue;
    ++people;
    engineers += actor.engineer;
    keys += actor.access_key != 0;
    boxes += actor.build_box.asn != 0;
    desktops += !actor.desktops.empty();
    replaced += actor.laptops.size() - 1;
    replaced += actor.phones.empty() ? 0 : actor.phones.size() - 1;
    journeys += actor.journeys.size();
    holidays += actor.holidays.size();
    vpns += actor.person.vpn.asn != 0;
    partly += actor.employed.first > 0 || actor.employed.last < months.days;
  }
  line("days", static_cast<std::size_t>(months.days));
  line("employees", people);
  line("services", months.actors.size() - people);
  line("employees who came or left in these days", partly);
  line("engineers", engineers);
  line("engineers with a long-lived access key", keys);
  line("engineers with a build machine in the cloud", boxes);
  line("employees with a desktop in the cloud", desktops);
  line("laptops and phones replaced", replaced);
  line("journeys", journeys);
  line("holidays", holidays);
  line("employees with a private VPN", vpns);
  line("programs, by user agent", months.programs().size());
  for (int i = 0; i < kLogs; ++i)
    line(std::string("lines of ") + log_name(static_cast<Log>(i)),
         static_cast<std::size_t>(lines[static_cast<std::size_t>(i)]));
  out += "\n| kind of theft | judged by the bar | apart | the thief |\n|---|---|---|---|\n";
  for (const auto &[kind, note] : theft_kinds()) {
    int bar = 0, apart = 0;
    for (const Stolen &s : log.stolen)
      if (s.kind == kind)
        ++(s.differs() ? bar : apart);
    out += "| `" + kind + "` | " + std::to_string(bar) + " | " + std::to_string(apart) + " | " + note + " |\n";
  }
  return out;
}

void run(const std::vector<std::string> &arguments) {
  std::map<std::string, std::string> options{{"--networks", "data/starter_networks.csv"},
                                             {"--users", "500"},
                                             {"--days", "70"},
                                             {"--end", "2026-11-22"},
                                             {"--seed", "1"},
                                             {"--each", "5"},
                                             {"--out", "."}};
  read_options(arguments, options);
  const int users = count(options["--users"], 20, 100'000), days = count(options["--days"], 40, 366);
  const std::string folder = options["--out"] + "/";
  Months months(std::stoull(options["--seed"]), options["--networks"], users,
                midnight(options["--end"]) - days * kDayLength, days);
  const MonthsLog log = live_months(months, count(options["--each"], 0, 1000));
  std::array<long, kLogs> lines{};
  for (int i = 0; i < kLogs; ++i) {
    std::string out;
    for (const MonthEvent &e : log.events)
      if (e.log == static_cast<Log>(i)) {
        out += to_json(e) + '\n';
        ++lines[static_cast<std::size_t>(i)];
      }
    write_file(folder + log_name(static_cast<Log>(i)) + ".jsonl", out);
  }
  write_file(folder + "truth.csv", truth_table(log));
  write_file(folder + "identity.csv", identities(log));
  const std::string description = describe(months, log, lines);
  write_file(folder + "expected.md", description);
  std::fputs(description.c_str(), stdout);
}

}  // namespace
}  // namespace hunt::tools

int main(int argc, char **argv) {
  try {
    hunt::tools::run({argv + 1, argv + argc});
  } catch (const std::exception &error) {
    std::fprintf(stderr, "generate_months: %s\n", error.what());
    return 1;
  }
}
