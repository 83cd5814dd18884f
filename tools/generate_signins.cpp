// Generates the sign-in log of an invented company with some stolen sessions in it, and the truth about them.
//
//   generate_signins --networks data/starter_networks.csv --users 300 --days 42 --end 2026-11-22 --seed 1
//                    --out signins.jsonl --truth truth.csv
//
// The same arguments give the same bytes. The log ends at midnight UTC before the day --end. As in reality, records
// come a little late, some twice, some again with newer fields, and a few are broken.
#include "csv.hpp"
#include "file.hpp"
#include "options.hpp"
#include "signin_life.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <stdexcept>

namespace hunt::tools {
namespace {

struct Delivery {
  std::int64_t at;
  std::string json;
};

struct Counts {
  long twice = 0, again = 0, broken = 0;
};

std::vector<Delivery> deliver(Random &random, const Life &life, Counts &counts) {
  std::vector<Delivery> out;
  for (const SignIn &s : life.signins) {
    const std::int64_t at = s.at + random.between(60'000, 400'000);
    out.push_back({at, to_json(s, at, false)});
    if (random.chance(0.015)) {
      ++counts.twice;
      out.push_back({at + random.between(0, 3'600'000), out.back().json});
    }
    if (random.chance(0.03) && s.shape != Shape::Graph && s.shape != Shape::AuditLog) {
      ++counts.again;
      const std::int64_t later = at + random.between(600'000, 86'400'000);
      out.push_back({later, to_json(s, later, true)});
    }
  }
  for (std::size_t i = 0; i < out.size(); i += 1 + out.size() / 6) {  // a copy of the line, cut off or no JSON at all
    ++counts.broken;
    const Delivery whole = out[i];
    out.push_back({whole.at + 1, counts.broken % 3 == 0 ? "upstream connect error" : whole.json.substr(0, 200)});
  }
  std::stable_sort(out.begin(), out.end(), [](const Delivery &a, const Delivery &b) { return a.at < b.at; });
  return out;
}

std::string truth_table(const Life &life) {
  std::string out = "user,kind,start,end,address,asn,country,note\n";
  for (const Truth &t : life.stolen)
    out += csv_field(t.user) + ',' + t.kind + ',' + timestamp(t.start, "Z") + ',' + timestamp(t.end, "Z") + ',' +
           to_text(t.place.ip) + ',' + std::to_string(t.place.asn) + ',' + t.place.country + ',' + csv_field(t.note) +
           '\n';
  return out;
}

void summarise(const Life &life, const std::vector<Person> &people, const std::vector<Delivery> &lines,
               const Counts &counts) {
  long failures = 0, refreshes = 0, six = 0, trips = 0;
  std::set<std::uint32_t> asns;
  for (const SignIn &s : life.signins) {
    failures += s.error != 0;
    refreshes += !s.interactive;
    six += s.place.ip.is_v6();
    asns.insert(s.place.asn);
  }
  for (const Person &person : people)
    trips += static_cast<long>(person.trips.size());
  std::printf("%zu lines: %zu sign-ins of %zu users (%ld failed, %ld refreshes, %ld over IPv6), %zu AS numbers,\n"
              "%ld delivered twice, %ld delivered again with newer fields, %ld broken; %ld business trips,\n"
              "%zu stolen sessions\n",
              lines.size(), life.signins.size(), people.size(), failures, refreshes, six, asns.size(), counts.twice,
              counts.again, counts.broken, trips, life.stolen.size());
}

void run(const std::vector<std::string> &arguments) {
  std::map<std::string, std::string> options{{"--networks", "data/starter_networks.csv"},
                                             {"--users", "300"},
                                             {"--days", "42"},
                                             {"--end", "2026-11-22"},
                                             {"--seed", "1"},
                                             {"--out", "signins.jsonl"},
                                             {"--truth", "truth.csv"}};
  read_options(arguments, options);
  const int users = count(options["--users"], 20, 100'000), days = count(options["--days"], 7, 3650);
  const Networks networks(options["--networks"]);
  Random random(std::stoull(options["--seed"]));
  const auto people = make_people(random, networks, users, days);
  const Life life = live(random, networks, people, midnight(options["--end"]) - days * std::int64_t{86'400'000}, days);
  Counts counts;
  const auto lines = deliver(random, life, counts);
  std::string out;
  for (const Delivery &line : lines)
    out += line.json + '\n';
  write_file(options["--out"], out);
  write_file(options["--truth"], truth_table(life));
  summarise(life, people, lines, counts);
}

}  // namespace
}  // namespace hunt::tools

int main(int argc, char **argv) {
  try {
    hunt::tools::run({argv + 1, argv + argc});
  } catch (const std::exception &error) {
    std::fprintf(stderr, "generate_signins: %s\n", error.what());
    return 1;
  }
}
