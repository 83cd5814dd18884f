// Makes events for the benchmark of the hunts: people and services with a rhythm of the day and the week, one to three
// networks and clients each that hold for a day, browsers that are upgraded, keys, clusters and command lines; and a
// hundred stolen sessions that come from hosting networks. The same arguments make the same events.
//
//   hunt_events FOLDER ROWS USERS DAYS FIRST_DAY SEED ENTRA OKTA CLOUDTRAIL EKS PROCESS
//
// FIRST_DAY is in seconds since 1970, the last five are source_ids. Writes what COPY reads (text format), in the order
// of time: fact.tsv, and detail.tsv for the events that hunts read details of (Entra ID, EKS and process starts); a
// file NAME.tsv (id, value) for each dictionary; attack.tsv (user_id, source_id, first, last event).
#include <algorithm>
#include <array>
#include <cinttypes>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

// SplitMix64, so that a seed makes the same events everywhere.
class Random {
public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t bits() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1.0p-53; }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(((bits() >> 32) * n) >> 32); }
  bool chance(double p) { return uniform() < p; }
  double normal() { return std::sqrt(-2 * std::log(1 - uniform())) * std::cos(6.283185307179586 * uniform()); }
  int poisson(double mean) {
    if (mean > 30)
      return std::max(0, static_cast<int>(mean + std::sqrt(mean) * normal() + 0.5));
    int count = 0;
    for (double p = uniform(), least = std::exp(-mean); p > least; p *= uniform())
      ++count;
    return count;
  }

private:
  std::uint64_t state_;
};

std::FILE *open_file(const std::string &path) {
  std::FILE *file = std::fopen(path.c_str(), "w");
  if (file == nullptr) {
    std::perror(path.c_str());
    std::exit(1);
  }
  return file;
}

class Dictionary {
public:
  int id(const std::string &value) { return ids_.try_emplace(value, static_cast<int>(ids_.size()) + 1).first->second; }
  void write(const std::string &path) const {
    std::FILE *file = open_file(path);
    for (const auto &[value, id] : ids_)
      std::fprintf(file, "%d\t%s\n", id, value.c_str());
    std::fclose(file);
  }

private:
  std::unordered_map<std::string, int> ids_;
};

struct Country {
  const char *code;
  std::uint32_t weight;
  int utc_offset;
  std::array<std::uint32_t, 6> carriers;
};
const Country kCountries[] = {
    {"US", 38, -6, {7922, 701, 7018, 20115, 22773, 21928}},   {"GB", 9, 0, {2856, 5089, 5607, 13285, 12576, 25135}},
    {"DE", 8, 1, {3320, 6805, 3209, 8881, 31334, 6830}},      {"IN", 9, 5, {9829, 24560, 55836, 45609, 17488, 24309}},
    {"CA", 5, -5, {577, 812, 852, 6327, 5645, 11260}},        {"FR", 4, 1, {3215, 12322, 15557, 5410, 21502, 12844}},
    {"NL", 3, 1, {1136, 33915, 50266, 15435, 31615, 1103}},   {"PL", 3, 1, {5617, 12912, 21021, 43447, 8374, 29314}},
    {"BR", 3, -3, {28573, 18881, 26599, 27699, 26615, 7738}}, {"AU", 3, 10, {1221, 4804, 7545, 9443, 133612, 4764}},
    {"JP", 3, 9, {4713, 17676, 2516, 2518, 4685, 9605}},      {"SG", 2, 8, {9506, 4773, 55430, 10091, 3758, 17547}},
    {"ES", 2, 1, {3352, 12479, 12430, 15704, 6739, 57269}},   {"IT", 2, 1, {3269, 30722, 12874, 1267, 24608, 16232}},
    {"SE", 1, 1, {3301, 1257, 2119, 8473, 44034, 29518}},     {"UA", 1, 2, {15895, 13188, 25229, 21219, 6849, 3255}}};
struct Network {
  std::uint32_t number;
  const char *country;
};
const Network kHosting[] = {{9009, "GB"},  {62240, "GB"}, {14061, "US"}, {16276, "FR"}, {24940, "DE"},
                            {63949, "US"}, {20473, "US"}, {60781, "NL"}, {51167, "DE"}, {212238, "NL"}};
const Network kCloud[] = {{16509, "US"}, {14618, "US"}, {16509, "IE"}, {16509, "DE"}};

// What somebody comes with; the version of the text moves with the days.
struct Client {
  int kind;
  int lag;
  int variant;
};
enum ClientKind { kChrome, kEdge, kSafari, kPhone, kAndroid, kAwsCli, kBoto, kTerraform, kKubectl };

std::string agent_text(const Client &client, int day, Random &random) {
  static const char *const systems[] = {"Windows/10 exe/AMD64", "Linux/5.15.0-91-generic exe/x86_64.ubuntu.22",
                                        "Darwin/23.3.0 exe/x86_64.prefix", "Linux/6.1.72 exe/x86_64.amzn.2023"};
  static const char *const commands[] = {"s3.ls", "s3api.get-object", "sts.get-caller-identity",
                                         "ec2.describe-instances", "logs.tail"};
  static const char *const clusters[] = {"linux/amd64", "darwin/arm64", "windows/amd64"};
  const int v = std::max(0, day + 35 - client.lag);
  const int major = 119 + v / 14;
  char text[400];
  auto print = [&text](const char *format, auto... values) { std::snprintf(text, sizeof text, format, values...); };
  switch (client.kind) {
  case kChrome:
    print("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.%d.%d "
          "Safari/537.36",
          major, 6000 + major, 60 + v % 14 * 3);
    break;
  case kEdge:
    print("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 "
          "Safari/537.36 Edg/%d.0.2210.%d",
          major, major, 50 + v % 14 * 7);
    break;
  case kSafari:
    print("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.%d "
          "Safari/605.1.15",
          1 + v / 25);
    break;
  case kPhone:
    print("Mozilla/5.0 (iPhone; CPU iPhone OS 17_%d_%d like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
          "Version/17.%d Mobile/15E148 Safari/604.1",
          1 + v / 20, v / 10 % 3, 1 + v / 20);
    break;
  case kAndroid:
    print("Mozilla/5.0 (Linux; Android 14; Pixel %d) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Mobile "
          "Safari/537.36",
          6 + client.variant % 3, major);
    break;
  case kAwsCli:
    print("aws-cli/2.15.%d Python/3.11.%d %s prompt/off command/%s", v / 3, 6 + v / 30, systems[client.variant % 4],
          commands[random.chance(0.7) ? client.variant % 5 : random.below(5)]);
    break;
  case kBoto:
    print("Boto3/1.34.%d md/Botocore#1.34.%d ua/2.0 os/linux#5.15.0-%d-generic md/arch#x86_64 lang/python#3.10.12",
          v / 2, v / 2, 80 + v / 12);
    break;
  case kTerraform:
    print("APN/1.0 HashiCorp/1.0 Terraform/1.7.%d (+https://www.terraform.io) terraform-provider-aws/5.%d.0 "
          "aws-sdk-go-v2/1.25.%d os/linux lang/go#1.21.%d",
          v / 15, 30 + v / 7, v / 9, 5 + v / 30);
    break;
  default:
    print("kubectl/v1.29.%d (%s) kubernetes/%07x", v / 20, clusters[client.variant % 3],
          static_cast<unsigned>(0x3f7a50 + v / 20 * 977));
  }
  return text;
}

const char *const kServices[] = {"s3.amazonaws.com",     "ec2.amazonaws.com", "sts.amazonaws.com",
                                 "iam.amazonaws.com",    "kms.amazonaws.com", "rds.amazonaws.com",
                                 "lambda.amazonaws.com", "logs.amazonaws.com"};
const char *const kApplications[] = {"Office365", "Slack",  "Workday", "Salesforce", "GitHub",     "Jira",
                                     "Zoom",      "AWS",    "Datadog", "Box",        "ServiceNow", "Figma",
                                     "Zendesk",   "Concur", "Miro",    "Snowflake"};
const char *const kOktaEvents[] = {"user.authentication.sso", "user.authentication.auth_via_mfa",
                                   "user.session.start",      "user.session.end",
                                   "policy.evaluate_sign_on", "user.authentication.verify"};
const char *const kMfaMethods[] = {"PASSWORD_AS_FACTOR", "Okta Verify Push", "TOTP", "FIDO2 (WebAuthn)", "SMS"};
const char *const kVerbs[] = {"get pods",         "list pods",     "watch pods",  "get deployments",
                              "create pods/exec", "get secrets",   "list nodes",  "patch deployments",
                              "get configmaps",   "list services", "list events", "delete pods"};
const char *const kCommands[] = {
    "git pull",      "kubectl get pods -n prod",     "python3 build.py", "ls -la /home",
    "docker ps -a",  "kubectl logs deploy/api",      "terraform plan",   "ssh build-17.example.com",
    "npm run build", "kubectl exec -it api-0 -- sh", "code .",           "curl -s localhost:8080/health"};
constexpr std::uint32_t kAwsActions = 110;  // names made of a verb and a service

struct Place {
  Network network;
  std::array<std::uint32_t, 4> addresses;
  std::uint32_t address_count;
  bool is_mobile;
};

struct User {
  int id, key_id, utc_offset;
  std::string arn, host;
  double weight;
  bool is_service, is_engineer, has_cluster;
  std::vector<Place> places;
  std::vector<Client> browsers, tools;
  std::vector<std::uint32_t> actions;
};

enum Source { kEntra, kOkta, kCloudTrail, kEks, kProcess };

struct Event {
  std::uint32_t second;
  const User *user;
  Source source;
  Network network;
  std::uint32_t address;
  int agent_id, action_id, device_event_id, application_id, mfa_method_id, session;
  bool failed, is_private;
};

struct Attack {
  const User *user;
  Source source;
  std::uint32_t start, duration, events, address;
  Network network;
};

class World {
public:
  World(std::string folder, double rows, std::uint32_t users, int days, std::time_t first_day, std::uint64_t seed,
        std::array<int, 5> source_ids)
      : folder_(std::move(folder)), rows_(rows), days_(days), first_day_(first_day), source_ids_(source_ids),
        random_(seed) {
    for (std::uint32_t i = 0; i < users; ++i)
      users_.push_back(make_user(i));
    for (int i = 0; i < 100; ++i)
      attacks_.push_back(make_attack(i < 40 ? kCloudTrail : i < 70 ? kOkta : i < 90 ? kEntra : kEks));
  }

  void write() {
    fact_ = open_file(folder_ + "/fact.tsv");
    detail_ = open_file(folder_ + "/detail.tsv");
    make_events();
    std::fclose(fact_);
    std::fclose(detail_);
    user_names_.write(folder_ + "/user.tsv");
    agents_.write(folder_ + "/agent.tsv");
    actions_.write(folder_ + "/action.tsv");
    device_events_.write(folder_ + "/device_event.tsv");
    applications_.write(folder_ + "/application.tsv");
    mfa_methods_.write(folder_ + "/mfa_method.tsv");
    access_keys_.write(folder_ + "/access_key.tsv");
    std::FILE *file = open_file(folder_ + "/attack.tsv");
    for (const Attack &a : attacks_)
      std::fprintf(file, "%d\t%d\t%s\t%s\n", a.user->id, source_ids_[a.source], time_text(a.start).c_str(),
                   time_text(a.start + a.duration).c_str());
    std::fclose(file);
  }

private:
  static double hour_weight(int hour, int day) {
    static const double weights[24] = {.05, .03,  .02, .02,  .03, .08, .2, .5, 1,  1.3, 1.35, 1.2,
                                       .9,  1.15, 1.3, 1.25, 1.1, .9,  .6, .4, .3, .25, .15,  .1};
    const int weekday = ((day % 7) + 7) % 7;  // the first day counts as a Monday
    return weights[hour] * (weekday >= 5 ? 0.18 : 1);
  }

  std::string time_text(std::uint32_t second) const {
    const std::time_t time = first_day_ + second;
    std::tm parts;
    gmtime_r(&time, &parts);
    char text[40];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S+00", &parts);
    return text;
  }

  User make_user(std::uint32_t number) {
    User u;
    u.is_service = random_.chance(0.04);
    u.is_engineer = u.is_service || random_.chance(0.30);
    u.has_cluster = u.is_engineer && random_.chance(0.4);
    std::uint32_t drawn = random_.below(96);
    const Country *country = kCountries;
    while (drawn >= country->weight && country < std::end(kCountries) - 1)
      drawn -= country++->weight;
    u.utc_offset = country->utc_offset;
    const std::string name =
        (u.is_service ? "service-" : "user") + std::to_string(number) + (u.is_service ? "" : "@example.com");
    u.id = user_names_.id(name);
    u.arn = "arn:aws:iam::000000001000:" + std::string(u.is_service ? "role/" : "user/") + name;
    u.host = "host-" + std::to_string(number);
    char key[24];
    std::snprintf(key, sizeof key, "AKIA%016" PRIX64, random_.bits());
    u.key_id = access_keys_.id(key);
    u.weight = std::exp(1.3 * random_.normal()) * (u.is_service ? 12 : u.is_engineer ? 3 : 1);
    const std::uint32_t places = u.is_service ? 1 + random_.chance(0.25) : 1 + random_.below(3);
    for (std::uint32_t i = 0; i < places; ++i) {
      const Country &where =
          i == 2 && random_.chance(0.33) ? kCountries[random_.below(std::size(kCountries))] : *country;
      Place p{u.is_service ? kCloud[random_.below(std::size(kCloud))]
                           : Network{where.carriers[std::min(random_.below(6), random_.below(6))], where.code},
              {},
              1 + random_.below(3),
              !u.is_service && i == 1};
      for (auto &address : p.addresses)
        address = public_address();
      u.places.push_back(p);
    }
    const std::uint32_t browsers = u.is_service ? 1 : 1 + random_.below(3);
    for (std::uint32_t i = 0; i < browsers; ++i)
      u.browsers.push_back(client(u.is_service ? std::uint32_t{kBoto}
                                  : i == 1     ? kPhone + random_.below(2)
                                               : random_.below(3)));
    const std::uint32_t tools = 1 + random_.below(2);
    for (std::uint32_t i = 0; i < tools; ++i)
      u.tools.push_back(client(u.is_service       ? (random_.below(3) ? kBoto : kTerraform)
                               : random_.below(4) ? kAwsCli
                                                  : kTerraform));
    for (std::uint32_t i = 0, n = 4 + random_.below(20); i < n; ++i)
      u.actions.push_back(std::min(random_.below(kAwsActions), random_.below(kAwsActions)));
    return u;
  }

  Client client(std::uint32_t kind) {
    return {static_cast<int>(kind), static_cast<int>(random_.below(20)), static_cast<int>(random_.below(1000))};
  }

  // Within 20.0.0.0 to 99.255.255.255, where nothing is reserved.
  std::uint32_t public_address() { return (20u << 24) + random_.below(80u << 24); }

  Attack make_attack(Source source) {
    const User *user;
    do
      user = &users_[random_.below(static_cast<std::uint32_t>(users_.size()))];
    while (user->weight < 1 || user->is_service || (source == kCloudTrail && !user->is_engineer) ||
           (source == kEks && !user->has_cluster));
    const std::uint32_t first = static_cast<std::uint32_t>(days_) * 86400 * 2 / 5;
    return {user,
            source,
            first + random_.below(static_cast<std::uint32_t>(days_ - 1) * 86400 - first),
            600 + random_.below(7200),
            8 + random_.below(50),
            public_address(),
            kHosting[random_.below(std::size(kHosting))]};
  }

  int aws_action(std::uint32_t number) {
    static const char *const verbs[] = {"Describe", "List",  "Get",  "Put",      "Create", "Update",
                                        "Delete",   "Start", "Stop", "BatchGet", "Tag"};
    static const char *const things[] = {"Instances", "Buckets",  "Object", "Role",   "Key",
                                         "Cluster",   "Function", "Stack",  "Stream", "Queue"};
    return actions_.id(std::string(verbs[number % 11]) + things[number / 11 % 10]);
  }

  void emit(const Event &e) {
    char ip[24] = "\\N", asn[16] = "\\N", session[48] = "\\N";
    const char *country = "\\N";
    if (e.source != kProcess)
      std::snprintf(ip, sizeof ip, "%u.%u.%u.%u", e.is_private ? 10 : e.address >> 24, e.address >> 16 & 255,
                    e.address >> 8 & 255, e.address & 255);
    if (e.source != kProcess && !e.is_private) {
      std::snprintf(asn, sizeof asn, "%u", e.network.number);
      country = e.network.country;
    }
    if (e.source == kEntra || e.source == kOkta)
      std::snprintf(session, sizeof session, "%08x-%04x-4%03x-8%03x-%012x", e.user->id * 2654435761u,
                    e.session & 0xffff, e.session & 0xfff, e.user->id & 0xfff, e.session);
    auto id = [](int value) { return value == 0 ? std::string("\\N") : std::to_string(value); };
    const std::string time = time_text(e.second);
    char key[48], at[48];
    const std::uint64_t a = random_.bits(), b = random_.bits();
    std::snprintf(key, sizeof key, "%08x-%04x-%04x-%04x-%012" PRIx64, static_cast<unsigned>(a >> 32),
                  static_cast<unsigned>(a >> 16 & 0xffff), static_cast<unsigned>(a & 0xffff),
                  static_cast<unsigned>(b >> 48), b & 0xffffffffffff);
    std::snprintf(at, sizeof at, "%.19s.%06u+00", time.c_str(), random_.below(1000000));
    const bool has_key = e.source == kEks || (e.source == kCloudTrail && e.user->is_engineer);
    std::fprintf(fact_, "%s\t%s\t%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", at, asn, key,
                 source_ids_[e.source], e.user->id, id(e.agent_id).c_str(), id(e.action_id).c_str(),
                 id(e.device_event_id).c_str(), id(e.application_id).c_str(), id(e.mfa_method_id).c_str(),
                 has_key ? std::to_string(e.user->key_id).c_str() : "\\N",
                 e.source == kProcess ? "\\N"
                 : e.failed           ? "f"
                                      : "t",
                 ip, country, e.failed ? "denied" : "\\N", session);
    if (e.source == kEntra || e.source == kEks || e.source == kProcess)
      std::fprintf(detail_, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", at, key, at, key,
                   e.source == kEks ? e.user->arn.c_str() : "\\N",
                   e.source == kProcess || e.network.number % 7 != 0 ? e.user->host.c_str() : "\\N",
                   e.source == kProcess ? kCommands[e.action_id] : "\\N");
  }

  void make_events() {
    double hours = 0, services = 0, people = 0;
    for (int hour = 0; hour < days_ * 24; ++hour)
      hours += hour_weight(hour % 24, hour / 24);
    for (const User &u : users_)
      (u.is_service ? services : people) += u.weight;
    // Services go on day and night; both kinds come to the same number for a weight.
    const double scale = rows_ / ((services + people) * hours), service_rate = hours / (days_ * 24);
    std::vector<std::size_t> place(users_.size()), browser(users_.size());
    auto draw = [this](std::size_t n) {
      const double x = random_.uniform();
      return n == 1 || x < 0.75 ? 0 : n == 2 || x < 0.92 ? 1 : 2;
    };
    std::vector<Event> events;
    for (int hour = 0; hour < days_ * 24; ++hour) {
      events.clear();
      for (std::size_t i = 0; i < users_.size(); ++i) {
        User &u = users_[i];
        if (hour % 24 == 0) {
          place[i] = static_cast<std::size_t>(draw(u.places.size()));
          browser[i] = static_cast<std::size_t>(draw(u.browsers.size()));
          for (Place &p : u.places)
            if (p.is_mobile)
              p.addresses.fill(public_address());
        }
        const int local = hour + u.utc_offset + 24;
        const int n =
            random_.poisson(scale * u.weight * (u.is_service ? service_rate : hour_weight(local % 24, local / 24 - 1)));
        // Now and then another hour's network or client.
        if (n > 0)
          make_hour(u, u.places[random_.below(12) == 0 ? std::min(u.places.size(), std::size_t{2}) - 1 : place[i]],
                    u.browsers[random_.below(8) == 0 ? random_.below(static_cast<std::uint32_t>(u.browsers.size()))
                                                     : browser[i]],
                    hour, n, events);
      }
      for (const Attack &a : attacks_)
        for (std::uint32_t e = 0; e < a.events; ++e)
          if (const std::uint32_t at = a.start + a.duration * e / a.events;
              at / 3600 == static_cast<std::uint32_t>(hour))
            events.push_back(attack_event(a, at));
      std::stable_sort(events.begin(), events.end(),
                       [](const Event &a, const Event &b) { return a.second < b.second; });
      for (const Event &e : events)
        emit(e);
    }
  }

  void make_hour(const User &u, const Place &place, const Client &browser, int hour, int n,
                 std::vector<Event> &events) {
    const int day = hour / 24;
    const std::uint32_t address = place.addresses[random_.below(place.address_count)];
    const std::string web = agent_text(browser, day, random_);
    const Client &tool = u.tools[random_.below(static_cast<std::uint32_t>(u.tools.size()))];
    for (int i = 0; i < n; ++i) {
      Event e{static_cast<std::uint32_t>(hour) * 3600 + random_.below(3600),
              &u,
              kCloudTrail,
              place.network,
              address,
              0,
              0,
              0,
              0,
              0,
              day * 3 + (&place != u.places.data()),
              false,
              false};
      const double x = random_.uniform(), clouds = u.is_service ? 0.9 : u.is_engineer ? 0.62 : 0.12;
      const double cluster = u.has_cluster ? 0.18 : 0, process = u.is_engineer && !u.is_service ? 0.06 : 0;
      if (x < clouds) {
        const auto known = static_cast<std::uint32_t>(u.actions.size());
        const std::uint32_t action =
            random_.below(300) == 0
                ? random_.below(kAwsActions)
                : u.actions[random_.chance(0.85) ? random_.below(std::min(known, 5u)) : random_.below(known)];
        fill_cloudtrail(e, action, u.is_engineer && random_.chance(0.8) ? agent_text(tool, day, random_) : web);
        e.failed = random_.below(40) == 0;
      } else if (x < clouds + cluster) {
        fill_eks(e, agent_text({kKubectl, u.tools[0].lag, u.tools[0].variant}, day, random_));
        e.is_private = random_.chance(0.35);
      } else if (x < clouds + cluster + process) {
        e.source = kProcess;
        e.action_id =
            static_cast<int>(std::min(random_.below(std::size(kCommands)), random_.below(std::size(kCommands))));
        e.device_event_id = device_events_.id("4688");
      } else if (random_.chance(0.55)) {
        fill_okta(e, web);
        e.failed = random_.below(50) == 0;
      } else {
        fill_entra(e, web);
        e.failed = random_.below(15) == 0;
      }
      events.push_back(e);
    }
  }

  void fill_cloudtrail(Event &e, std::uint32_t action, const std::string &agent) {
    e.source = kCloudTrail;
    e.agent_id = agents_.id(agent);
    e.action_id = aws_action(action);
    e.application_id = applications_.id(kServices[action % std::size(kServices)]);
    e.device_event_id = device_events_.id("AwsApiCall");
  }
  void fill_eks(Event &e, const std::string &agent) {
    e.source = kEks;
    e.agent_id = agents_.id(agent);
    e.action_id = actions_.id(kVerbs[std::min(random_.below(std::size(kVerbs)), random_.below(std::size(kVerbs)))]);
    e.device_event_id = device_events_.id("ResponseComplete");
  }
  void fill_okta(Event &e, const std::string &agent) {
    static const std::uint32_t bounds[] = {55, 75, 85, 89, 97, 100};
    const auto kind = static_cast<std::size_t>(std::upper_bound(bounds, bounds + 5, random_.below(100)) - bounds);
    e.source = kOkta;
    e.agent_id = random_.below(50) == 0 ? 0 : agents_.id(agent);
    e.action_id = actions_.id(kOktaEvents[kind]);
    e.device_event_id = device_events_.id(kOktaEvents[kind]);
    if (kind == 0)
      e.application_id =
          applications_.id(kApplications[(static_cast<std::uint32_t>(e.user->id) * 7 + random_.below(4)) % 16]);
    if (kind == 1)
      e.mfa_method_id = mfa_methods_.id(kMfaMethods[random_.chance(0.5) ? 0 : 1 + e.user->id % 4]);
  }
  void fill_entra(Event &e, const std::string &agent) {
    e.source = kEntra;
    e.agent_id = agents_.id(agent);
    e.action_id = actions_.id("Sign-in activity");
    e.device_event_id = device_events_.id("SignInLogs");
    e.application_id =
        applications_.id(kApplications[(static_cast<std::uint32_t>(e.user->id) * 5 + random_.below(4)) % 16]);
    e.mfa_method_id = random_.chance(0.25) ? mfa_methods_.id(kMfaMethods[1 + random_.below(3)]) : 0;
  }

  Event attack_event(const Attack &a, std::uint32_t at) {
    Event e{at, a.user, a.source, a.network, a.address, 0, 0, 0, 0, 0, static_cast<int>(at / 86400) * 3, false, false};
    switch (a.source) {
    case kCloudTrail:
      fill_cloudtrail(e, random_.below(kAwsActions), "aws-sdk-go/1.44.298 (go1.21.1; linux; amd64) S3Manager");
      break;
    case kOkta:
      fill_okta(e, "python-requests/2.31.0");
      break;
    case kEntra:
      fill_entra(e, "axios/1.6.2");
      break;
    default:
      fill_eks(e, "kubectl/v1.27.4 (linux/amd64) kubernetes/fa3d799");
    }
    return e;
  }

  std::string folder_;
  double rows_;
  int days_;
  std::time_t first_day_;
  std::array<int, 5> source_ids_;
  Random random_;
  std::vector<User> users_;
  std::vector<Attack> attacks_;
  Dictionary user_names_, agents_, actions_, device_events_, applications_, mfa_methods_, access_keys_;
  std::FILE *fact_ = nullptr, *detail_ = nullptr;
};

}  // namespace

int main(int count, char **arguments) {
  if (count != 12) {
    std::fputs("hunt_events FOLDER ROWS USERS DAYS FIRST_DAY SEED ENTRA OKTA CLOUDTRAIL EKS PROCESS\n", stderr);
    return 2;
  }
  std::array<int, 5> source_ids;
  for (std::size_t i = 0; i < 5; ++i)
    source_ids[i] = std::atoi(arguments[7 + i]);
  World(arguments[1], std::atof(arguments[2]), static_cast<std::uint32_t>(std::atoi(arguments[3])),
        std::atoi(arguments[4]), std::atoll(arguments[5]), std::strtoull(arguments[6], nullptr, 10), source_ids)
      .write();
}
