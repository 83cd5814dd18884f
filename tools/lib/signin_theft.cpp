#include "signin_theft.hpp"

#include <algorithm>
#include <set>

namespace hunt::tools {
namespace {

constexpr std::int64_t kMinute = 60'000;

struct Kind {
  const char *name;
  const char *note;
  bool abroad;        // a hosting network of another country
  bool same_agent;    // presents the user agent of the victim's own device
  bool same_session;  // replays the victim's session
  int days;
};

constexpr Kind kKinds[] = {
    {"hosting_abroad", "token replayed from a rented server abroad, other browser", true, false, true, 1},
    {"hosting_abroad", "token replayed from a rented server abroad, other browser", true, false, true, 1},
    {"hosting_same_agent", "token replayed from a rented server abroad, the victim's user agent", true, true, true, 1},
    {"vpn_same_country", "hosting network in the victim's country, other browser", false, false, true, 1},
    {"vpn_same_country", "hosting network in the victim's country, the victim's user agent", false, true, true, 1},
    {"residential_proxy", "another carrier of the victim's country, the victim's user agent", false, true, true, 1},
    {"residential_proxy", "another carrier of the victim's country, the victim's user agent", false, true, true, 2},
    {"own_carrier", "the victim's own carrier, another address and browser", false, false, true, 1},
    {"slow", "one or two uses a day for days from a rented server abroad", true, false, true, 12},
    {"slow", "one or two uses a day for days, the victim's user agent", true, true, true, 10},
    {"mfa_fatigue", "password known, prompts until the user accepted one", true, false, false, 1},
    {"cli_token", "device code phished, tokens used by a command line client", true, false, false, 1},
};

Place where(Random &random, const Networks &networks, const Kind &kind, const Person &victim) {
  const std::string name = kind.name, home = victim.country->iso;
  if (name == "own_carrier")
    return networks.address(random, {victim.homes[0].asn}, home);
  if (name == "residential_proxy") {
    std::vector<std::uint32_t> others;
    for (const std::uint32_t asn : victim.country->access)
      if (asn != victim.homes[0].asn)
        others.push_back(asn);
    return networks.address(random, others, home);
  }
  if (!kind.abroad)
    return networks.address(random, hosting_asns(), home);
  for (;;)
    if (const Place place = networks.address(random, hosting_asns(), ""); place.country != home)
      return place;
}

bool fits(const Networks &networks, const Kind &kind, const Person &person, int first_day) {
  if (person.rate < 3 || person.vpn.asn)
    return false;
  for (int day = first_day; day < first_day + kind.days; ++day)
    if (trip_on(person, day))
      return false;
  if (std::string(kind.name) == "vpn_same_country")
    return networks.has(hosting_asns(), person.country->iso);
  return std::string(kind.name) != "own_carrier" || networks.has({person.homes[0].asn}, person.country->iso);
}

// What the thief's client looks like.
Client thief_client(Random &random, const Kind &kind, const Person &victim, std::int64_t at) {
  if (std::string(kind.name) == "cli_token")
    return {"azsdk-python-identity/1.16.1 Python/3.11.2 (Linux-6.1.0-18-amd64-x86_64-with-glibc2.36)", "Linux",
            "Python Requests 2.31"};
  if (kind.same_agent)
    return client_of(victim.devices[0], at / kDay);
  if (random.chance(0.5))
    return {"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Linux", "Firefox 140.0"};
  const bool windows =
      victim.devices[0].kind == DeviceKind::WindowsEdge || victim.devices[0].kind == DeviceKind::WindowsChrome;
  return client_of({windows ? DeviceKind::MacChrome : DeviceKind::WindowsChrome, 30, "", ""}, at / kDay);
}

// The moments of use: one burst of some hours in the victim's day, or a trickle over days.
std::vector<std::int64_t> moments(Random &random, const Kind &kind, const Person &victim, std::int64_t midnight) {
  std::vector<std::int64_t> list;
  for (int day = 0; day < kind.days; ++day) {
    std::int64_t at = midnight + day * kDay + (victim.day_start - victim.country->utc_minutes) * kMinute +
                      random.between(60, 500) * kMinute;
    const auto uses = kind.days > 2 ? random.between(1, 2) : random.between(6, 18);
    for (std::int64_t i = 0; i < uses; ++i, at += random.between(1, 14) * kMinute)
      list.push_back(at + random.between(0, kMinute - 1));
  }
  return list;
}

void steal(Random &random, const Networks &networks, const Kind &kind, const Person &victim, std::int64_t midnight,
           Life &life) {
  const Place place = where(random, networks, kind, victim);
  const auto at = moments(random, kind, victim, midnight);
  const Client client = thief_client(random, kind, victim, at.front());
  Device device = victim.devices[0];
  device.id.clear();  // no registered device
  if (!kind.same_session)
    device.session = random_uuid(random);
  if (std::string(kind.name) == "mfa_fatigue")
    for (int i = 9; i > 0; --i) {
      SignIn refused = make_signin(random, victim, at.front() - i * kMinute, device, place);
      refused.client = client;
      refused.error = 50074;
      life.signins.push_back(std::move(refused));
    }
  for (std::size_t i = 0; i < at.size(); ++i) {
    SignIn s = make_signin(random, victim, at[i], device, place);
    s.client = client;
    s.interactive = i == 0 || random.chance(0.4);
    if (std::string(kind.name) == "cli_token")
      s.app = &apps().back();
    if (std::string(kind.name) == "mfa_fatigue" && i == 0)
      s.mfa = "Mobile app notification";
    life.signins.push_back(std::move(s));
  }
  life.stolen.push_back({victim.name, kind.name, at.front(), at.back(), place, kind.note});
}

}  // namespace

void steal_sessions(Random &random, const Networks &networks, const std::vector<Person> &people, std::int64_t start,
                    int days, Life &life) {
  std::set<const Person *> taken;
  for (const Kind &kind : kKinds) {
    const int last = days - kind.days - 1;
    if (last < 1)
      continue;
    for (int attempt = 0; attempt < 10'000; ++attempt) {
      const Person &victim = random.pick(people);
      const int day = static_cast<int>(random.between(std::min(14, last), last));
      if (taken.contains(&victim) || !fits(networks, kind, victim, day))
        continue;
      taken.insert(&victim);
      steal(random, networks, kind, victim, start + day * kDay, life);
      break;
    }
  }
}

}  // namespace hunt::tools
