#include "signin_life.hpp"

#include "signin_theft.hpp"

#include <algorithm>

namespace hunt::tools {

const Trip *trip_on(const Person &person, int day) {
  for (const Trip &trip : person.trips)
    if (day >= trip.first_day && day <= trip.last_day)
      return &trip;
  return nullptr;
}

SignIn make_signin(Random &random, const Person &person, std::int64_t at, const Device &device, const Place &place) {
  SignIn s{.at = at, .person = &person, .place = place, .client = client_of(device, at / kDay)};
  for (const Country &country : countries())
    if (place.country == country.iso)
      s.city = country.city;
  s.device_id = device.id;
  s.session = device.session;
  s.app = &apps()[random.zipf(apps().size() - 1)];  // the last one is for administrators
  s.id = random_uuid(random);
  s.correlation = random_uuid(random);
  s.noise = random.bits() >> 1;
  const double x = random.fraction();
  s.shape = x < 0.70 ? Shape::AzureMonitor : x < 0.90 ? Shape::LogAnalytics : x < 0.95 ? Shape::Graph : Shape::AuditLog;
  if (random.chance(s.shape == Shape::AuditLog ? 0.3 : 0.002))
    s.address_form = 1;
  else if (random.chance(0.004))
    s.address_form = 2;
  return s;
}

namespace {

constexpr std::int64_t kSecond = 1000, kMinute = 60 * kSecond;

bool is_weekend(std::int64_t local_day) {
  const std::int64_t weekday = (local_day + 3) % 7;  // 1970-01-01 was a Thursday; 0 is Monday
  return weekday >= 5;
}

// Minutes after the start of a person's day: two humps around a lunch, and a tail into the evening.
int working_minute(Random &random) {
  const double x = random.fraction();
  const double minute = x < 0.45   ? 100 + 55 * random.normal()
                        : x < 0.88 ? 350 + 75 * random.normal()
                                   : 700 + 90 * random.normal();
  return std::clamp(static_cast<int>(minute), 0, 900);
}

struct Day {
  const Person &person;
  std::int64_t number;  // local days since 1970
  int index;            // from the first day of the log
  bool in_office;
  bool on_vpn;
  const Trip *trip;
};

Place where(Random &random, const Networks &networks, const Day &day, const Device &device, int local_minute) {
  const Person &person = day.person;
  // A phone is on its carrier while its owner moves, abroad too: roaming traffic leaves the network at home.
  if (device.mobile() && random.chance(0.6))
    return networks.address(random, person.mobile, person.country->iso);
  if (day.trip)
    return day.trip->hotel;
  if (day.in_office && local_minute >= person.day_start && local_minute < person.day_start + 9 * 60)
    return person.office;
  if (day.on_vpn)
    return person.vpn;
  Place home = person.homes[static_cast<std::size_t>(day.index / 14)];
  if (home.ip.is_v6())  // the prefix stays, the rest of the address changes (RFC 8981)
    home.ip = core::Ip::v6(home.ip.high(), random.bits());
  return home;
}

// An interactive sign-in with what may come before it, or instead of it.
void sign_in(Random &random, SignIn s, std::vector<SignIn> &out) {
  const auto before = [&](int error, std::int64_t seconds) {
    SignIn failed = s;
    failed.error = error;
    failed.at = s.at - seconds * kSecond;
    failed.id = random_uuid(random);
    failed.mfa.clear();
    out.push_back(failed);
  };
  if (random.chance(0.008)) {
    s.error = 53003;
    out.push_back(s);
    return;
  }
  if (random.chance(0.05)) {
    before(50126, random.between(12, 40));
    if (random.chance(0.2))
      before(50126, random.between(45, 80));
  }
  if (random.chance(0.12)) {
    s.mfa = random.chance(0.75)  ? "Mobile app notification"
            : random.chance(0.6) ? "FIDO2 security key"
                                 : "Text message";
    before(50074, random.between(4, 11));
  } else if (random.chance(0.05)) {
    before(50140, random.between(2, 3));
  }
  out.push_back(s);
}

void live_day(Random &random, const Networks &networks, const Day &day, std::int64_t start, std::int64_t end,
              std::vector<SignIn> &out) {
  const Person &person = day.person;
  const double rate = is_weekend(day.number) ? person.rate * (person.weekend_worker ? 0.5 : 0.08) : person.rate;
  const int minutes_east = day.trip ? day.trip->to->utc_minutes : person.country->utc_minutes;
  for (int n = random.poisson(rate * 0.45); n > 0; --n) {
    // Whoever travels today arrives by noon.
    const int earliest = day.trip && day.index == day.trip->first_day ? 12 * 60 - person.day_start : 0;
    const int local = person.day_start + std::max(working_minute(random), earliest);
    std::int64_t at = day.number * kDay + (local - minutes_east) * kMinute + random.between(0, kMinute - 1);
    const Device &device = person.devices[person.devices.size() > 1 && random.chance(0.3) ? 1 : 0];
    SignIn s = make_signin(random, person, at, device, where(random, networks, day, device, local));
    if (at < start + 2 * kMinute || at >= end)
      continue;
    sign_in(random, s, out);
    // Applications refresh their tokens for a while, from the same place.
    for (int refreshes = random.poisson(1.2); refreshes > 0 && at < end; --refreshes) {
      at += random.between(3, 55) * kMinute;
      SignIn refresh = make_signin(random, person, at, device, s.place);
      refresh.interactive = false;
      if (at < end)
        out.push_back(std::move(refresh));
    }
  }
}

void ordinary_days(Random &random, const Networks &networks, const std::vector<Person> &people, std::int64_t start,
                   int days, std::vector<SignIn> &out) {
  for (const Person &original : people)
    for (int index = 0; index < days; ++index) {
      const bool in_office = random.chance(original.office_share);
      const bool on_vpn = original.vpn.asn && random.chance(0.5);
      live_day(random, networks,
               Day{original, start / kDay + index, index, in_office, on_vpn, trip_on(original, index)}, start,
               start + days * kDay, out);
    }
}

// Someone tries common passwords on many accounts; nobody gets in.
void spray(Random &random, const Networks &networks, const std::vector<Person> &people, std::int64_t at,
           std::vector<SignIn> &out) {
  const Place from = networks.address(random, hosting_asns(), "");
  const Device script{DeviceKind::WindowsChrome, 200, "", ""};
  for (const Person &person : people) {
    if (!random.chance(0.3))
      continue;
    at += random.between(1, 6) * kSecond;
    SignIn s = make_signin(random, person, at, script, from);
    s.error = random.chance(0.06) ? 50053 : 50126;
    s.session = random_uuid(random);
    out.push_back(std::move(s));
  }
}

}  // namespace

Life live(Random &random, const Networks &networks, const std::vector<Person> &people, std::int64_t start, int days) {
  Life life;
  ordinary_days(random, networks, people, start, days, life.signins);
  for (int i = 0; i < std::max(1, days / 14); ++i)
    spray(random, networks, people, start + random.between(0, (days - 1) * 24 * 60) * kMinute, life.signins);
  steal_sessions(random, networks, people, start, days, life);
  std::stable_sort(life.signins.begin(), life.signins.end(),
                   [](const SignIn &a, const SignIn &b) { return a.at < b.at; });
  return life;
}

}  // namespace hunt::tools
