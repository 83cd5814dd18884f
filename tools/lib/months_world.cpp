#include "months_world.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace hunt::tools {
namespace {

// Roles that services take, users that services are, and service accounts of the cluster.
struct Service {
  const char *name;
  Actor::Kind kind;
  Tool tool;
  double rate;
  bool roams;                        // build runners: another address each run
  std::vector<std::uint32_t> home;   // AS numbers of its addresses
  std::vector<const char *> events;  // what it calls, or works on, the most used first
};

const std::vector<Service> &service_list() {
  using enum Actor::Kind;
  static const std::vector<Service> list = {
      {"etl-worker",
       Role,
       Tool::Boto3,
       110,
       false,
       {16509, 14618},
       {"GetObject", "PutObject", "ListObjects", "Decrypt"}},
      {"web-backend", Role, Tool::JavaSdk, 140, false, {16509}, {"Query", "GetSecretValue", "SendMessage", "Decrypt"}},
      {"mail-worker", Role, Tool::JavaSdk, 60, false, {14618}, {"ReceiveMessage", "GetObject", "GetSendQuota"}},
      {"image-resizer", Role, Tool::GoSdk, 70, false, {16509}, {"GetObject", "PutObject"}},
      {"inventory",
       Role,
       Tool::GoSdk,
       40,
       false,
       {8987},
       {"DescribeInstances", "DescribeVolumes", "ListFunctions", "ListRoles"}},
      {"ci-deploy",
       Role,
       Tool::Terraform,
       60,
       true,
       {8075},
       {"AssumeRole", "DescribeStacks", "UpdateStack", "UpdateFunctionCode", "GetAuthorizationToken"}},
      {"cost-report", Role, Tool::Boto3, 15, false, {396982}, {"GetMetricData", "DescribeInstances", "ListBuckets"}},
      {"svc-backup", IamUser, Tool::AwsCli, 40, false, {16276}, {"PutObject", "ListObjects", "GetObject"}},
      {"svc-ses-relay", IamUser, Tool::JavaSdk, 25, false, {24940}, {"GetSendQuota", "SendMessage"}},
      {"svc-jenkins",
       IamUser,
       Tool::Boto3,
       60,
       false,
       {16509},
       {"GetAuthorizationToken", "BatchGetImage", "StartBuild"}},
      {"svc-partner-feed", IamUser, Tool::Boto3, 20, false, {7018}, {"GetObject", "ListObjects"}},
      {"svc-monitoring",
       IamUser,
       Tool::GoSdk,
       60,
       true,
       {396982},
       {"GetMetricData", "DescribeAlarms", "DescribeInstances"}},
      {"argocd", ServiceAccount, Tool::GoSdk, 70, false, {16509}, {"list", "watch", "patch"}},
      {"prometheus", ServiceAccount, Tool::GoSdk, 60, false, {16509}, {"list", "watch"}},
      {"cert-manager", ServiceAccount, Tool::GoSdk, 30, false, {16509}, {"get", "list"}},
      {"deployer", ServiceAccount, Tool::Kubectl, 15, true, {8075}, {"patch", "get", "list"}},
  };
  return list;
}

}  // namespace

Random stream(std::uint64_t seed, std::uint64_t purpose, std::uint64_t number) {
  Random mix(seed ^ purpose * 0x9E3779B97F4A7C15 ^ number * 0xD1B54A32D192ED03);
  return Random(mix.bits());
}

std::string uuid_of(std::uint64_t number) {
  Random random(number);
  return random_uuid(random);
}

std::string key_text(std::uint64_t number) {
  std::string text = number & 1 ? "AKIA" : "ASIA";
  for (int i = 0; i < 16; ++i)
    text += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Random(number + static_cast<std::uint64_t>(i)).below(32)];
  return text;
}

const Machine *Actor::machine(const std::vector<Machine> &machines, int day) const {
  for (const Machine &machine : machines)
    if (machine.used.holds(day))
      return &machine;
  return nullptr;
}

const Journey *Actor::journey(int day) const {
  for (const Journey &journey : journeys)
    if (journey.days.holds(day))
      return &journey;
  return nullptr;
}

bool Actor::works(int day) const {
  return employed.holds(day) &&
         std::none_of(holidays.begin(), holidays.end(), [&](const Span &holiday) { return holiday.holds(day); });
}

System system_of(const Actor &actor, int day) {
  const Machine *laptop = actor.machine(actor.laptops, day);
  return laptop ? laptop->system() : System::Linux;
}

Months::Months(std::uint64_t seed_, const std::string &networks_csv, int users, std::int64_t start_, int days_)
    : networks(networks_csv), start(start_), days(days_), seed(seed_) {
  Random random(seed);
  employees(random, users);
  services(random);
}

void Months::make_machines(Random &random, Actor &actor) const {
  const auto machine = [&](DeviceKind kind, Span used, bool registered) {
    Machine made{.used = used, .kind = kind};
    made.lag_days = static_cast<int>(random.between(0, 20));
    made.session_days = static_cast<int>(random.between(5, 30));
    made.number = random.bits();
    made.registered = registered;
    made.silent = kind != DeviceKind::WindowsEdge && random.chance(0.3) ? 0.3 : 0.02;
    return made;
  };
  // One machine, or one and its replacement, mostly of the same kind.
  const auto series = [&](DeviceKind kind, double replaced, double changed, DeviceKind other, bool registered) {
    std::vector<Machine> list{machine(kind, {0, days}, registered)};
    if (random.chance(replaced)) {
      const int from = static_cast<int>(random.between(5, std::max(5, days - 5)));
      list[0].used.last = from - 1;
      list.push_back(machine(random.chance(changed) ? other : kind, {from, days}, registered));
    }
    return list;
  };
  const DeviceKind kind = actor.person.devices[0].kind;
  const bool windows = kind == DeviceKind::WindowsEdge || kind == DeviceKind::WindowsChrome;
  actor.laptops = series(kind, 0.15, 0.3, windows ? DeviceKind::MacChrome : DeviceKind::WindowsEdge, true);
  for (Machine &laptop : actor.laptops)
    if (random.chance(0.22))
      laptop.firefox_from = random.chance(0.7) ? 0 : static_cast<int>(random.between(0, days));
  if (actor.person.devices.size() > 1) {
    const DeviceKind phone = actor.person.devices[1].kind;
    actor.phones = series(phone, 0.12, 0.15, phone == DeviceKind::Iphone ? DeviceKind::Android : DeviceKind::Iphone,
                          random.chance(0.6));
    for (Machine &one : actor.phones)
      one.relay = one.kind == DeviceKind::Iphone && random.chance(0.06);
  }
  if (random.chance(0.05)) {
    const int from = random.chance(0.6) ? 0 : static_cast<int>(random.between(1, days));
    actor.desktops = {machine(DeviceKind::WindowsEdge, {from, days}, true)};
    actor.desktop_place = networks.address(random, {random.chance(0.6) ? 8075U : 16509U}, "");
  }
}

void Months::make_journeys(Random &random, Actor &actor) const {
  const auto foreign = [&]() -> const Country * {
    for (;;) {
      const auto &list = random.chance(0.7) ? countries() : destinations();
      if (const Country *to = &random.pick(list); to != actor.person.country)
        return to;
    }
  };
  const auto travel = [&](Span span) {
    const Country *to = foreign();
    actor.journeys.push_back({span, to, networks.address(random, to->access, to->iso),
                              networks.address(random, to->access, to->iso), random.chance(0.3)});
  };
  // Business trips: most people none, a few many.
  const int trips = random.chance(0.06) ? 3 + random.poisson(1.5) : random.poisson(0.25 * days / 70.0);
  for (int i = 0; i < trips; ++i) {
    const int first = static_cast<int>(random.between(1, std::max(1, days - 5)));
    travel({first, first + static_cast<int>(random.between(0, 4))});
  }
  for (int holidays = random.poisson(0.6 * days / 70.0); holidays > 0; --holidays) {
    const int first = static_cast<int>(random.between(1, std::max(1, days - 10)));
    const Span span{first, first + static_cast<int>(random.between(2, 16))};
    actor.holidays.push_back(span);
    if (random.chance(0.35))
      travel(span);
  }
}

void Months::make_engineer(Random &random, Actor &actor) const {
  actor.engineer = true;
  actor.kubernetes = random.chance(0.4);
  actor.tools = {Tool::AwsCli};
  if (random.chance(0.4))
    actor.tools.push_back(Tool::Boto3);
  if (random.chance(0.3))
    actor.tools.push_back(Tool::Terraform);
  if (random.chance(0.25))
    actor.access_key = random.bits() | 1;
  if (random.chance(0.15)) {
    actor.build_box = networks.address(random, {16509}, "");
    actor.build_box_from = random.chance(0.7) ? 0 : static_cast<int>(random.between(0, days));
  }
  const auto learn = [&](auto &habits, const auto &list, std::int64_t count, int from) {
    for (std::int64_t i = 0; i < count; ++i)
      habits.emplace_back(from, &list[random.zipf(list.size())]);
  };
  learn(actor.calls, hunt::tools::calls(), random.between(8, 24), 0);
  if (actor.kubernetes)
    learn(actor.verbs, hunt::tools::verbs(), random.between(5, 12), 0);
  for (int projects = random.poisson(1.2 * days / 70.0); projects > 0; --projects) {  // new work, new calls
    const int from = static_cast<int>(random.between(1, days));
    learn(actor.calls, hunt::tools::calls(), random.between(2, 5), from);
    if (actor.kubernetes)
      learn(actor.verbs, hunt::tools::verbs(), random.between(1, 3), from);
  }
  if (!actor.kubernetes && random.chance(0.1)) {  // joins a team that works on the cluster
    actor.kubernetes = true;
    learn(actor.verbs, hunt::tools::verbs(), random.between(5, 12), static_cast<int>(random.between(1, days)));
  }
}

void Months::employees(Random &random, int users) {
  int number = 0;
  for (Person &person : make_people(random, networks, users, days)) {
    Random own = stream(seed, 1, static_cast<std::uint64_t>(++number));
    person.trips.clear();  // journeys of our own
    Actor actor{.kind = Actor::Kind::Employee};
    actor.name = person.name.substr(0, person.name.find('@'));
    actor.number = own.bits();
    actor.person = std::move(person);
    actor.employed = {0, days};
    if (own.chance(0.08))  // hired or gone within the log
      (own.chance(0.6) ? actor.employed.first : actor.employed.last) = static_cast<int>(own.between(1, days - 1));
    make_machines(own, actor);
    make_journeys(own, actor);
    const Country &home = *actor.person.country;
    if (own.chance(0.06)) {  // moves house: another carrier from then on
      const Place moved = networks.address(own, home.access, home.iso);
      auto &homes = actor.person.homes;
      for (std::size_t i = own.below(homes.size()); i < homes.size(); ++i)
        homes[i] = moved;
    }
    for (std::int64_t places = own.between(0, 2); places > 0; --places)
      actor.elsewhere.push_back(networks.address(own, home.access, home.iso));
    actor.corporate_vpn = own.chance(0.5) ? 0.1 + 0.8 * own.fraction() : 0;
    if (actor.person.vpn.asn)
      actor.vpn_from = own.chance(0.5) ? 0 : static_cast<int>(own.between(0, days));
    for (std::int64_t n = own.between(3, 9); n > 0; --n)
      actor.apps.emplace_back(0, okta_apps()[own.zipf(okta_apps().size())]);
    for (int n = own.poisson(1.0 * days / 70.0); n > 0; --n)
      actor.apps.emplace_back(static_cast<int>(own.between(1, days)), own.pick(okta_apps()));
    for (int n = own.poisson(0.8); n > 0; --n)
      actor.cloud_apps.emplace_back(own.chance(0.6) ? 0 : static_cast<int>(own.between(1, days)),
                                    &own.pick(cloud_apps()));
    if (own.chance(0.25))
      make_engineer(own, actor);
    actors.push_back(std::move(actor));
  }
}

void Months::services(Random &random) {
  const std::vector<Service> &list = service_list();
  // Larger companies have more of each: one set for 500 employees.
  const std::size_t sets = std::max<std::size_t>(1, actors.size() / 500);
  for (std::size_t set = 0; set < sets; ++set)
    for (const Service &service : list) {
      Actor actor{.kind = service.kind};
      actor.name = service.name + (set ? "-" + std::to_string(set + 1) : std::string());
      actor.person.name = actor.name;
      actor.number = random.bits();
      actor.person.id = random_uuid(random);
      actor.employed = {0, days};
      actor.tool = service.tool;
      actor.rate = service.rate;
      actor.roams = service.roams;
      for (std::int64_t n = service.roams ? 1 : random.between(1, 4); n > 0; --n)
        actor.addresses.push_back(networks.address(random, service.home, ""));
      if (service.kind == Actor::Kind::IamUser)
        actor.access_key = random.bits() | 1;
      for (const char *event : service.events) {
        for (const Call &call : hunt::tools::calls())
          if (std::string(call.name) == event)
            actor.calls.emplace_back(0, &call);
        for (const Verb &verb : hunt::tools::verbs())
          if (std::string(verb.verb) == event && *verb.subresource == 0)
            actor.verbs.emplace_back(0, &verb);
      }
      actors.push_back(std::move(actor));
    }
}

}  // namespace hunt::tools
