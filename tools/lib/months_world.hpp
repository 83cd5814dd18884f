// A company as five logs see it: employees with machines, habits and journeys, and services. Built upon the people of
// signin_world.hpp; only the networks are real.
#pragma once

#include "signin_world.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace hunt::tools {

inline constexpr std::int64_t kDayLength = 86'400'000, kMinuteLength = 60'000;

// Days of the log, counted from 0; both ends included.
struct Span {
  int first = 0, last = -1;
  bool holds(int day) const { return day >= first && day <= last; }
};

// What a client calls itself. Programs of one family differ in versions only.
struct Program {
  std::string agent, os, browser, family;
};

enum class System { Windows, Mac, Linux };
enum class Tool { AwsCli, Boto3, Terraform, JavaSdk, GoSdk, Kubectl, AzureIdentity };

struct Machine {
  Span used;
  DeviceKind kind;
  int lag_days = 0;      // how long after its release a version arrives here
  int session_days = 7;  // how long a session of Entra ID lasts before it is begun anew
  std::uint64_t number = 0;
  bool registered = true;
  double silent = 0;      // share of sign-ins in which the browser does not tell which machine it runs on
  int firefox_from = -1;  // the day from which a second browser is used now and then; -1: none
  bool relay = false;     // hides its address behind a privacy relay
  System system() const {
    return kind == DeviceKind::WindowsEdge || kind == DeviceKind::WindowsChrome ? System::Windows : System::Mac;
  }
  bool mobile() const { return kind == DeviceKind::Iphone || kind == DeviceKind::Android; }
};

struct Journey {
  Span days;
  const Country *to;
  Place hotel, airport;
  bool local_sim;  // else the phone roams, and its traffic leaves the network at home
};

struct Call {
  const char *name, *source;
};
// An application that was granted access to mail or files, and renews its tokens from its maker's servers.
struct CloudApp {
  const char *name, *agent, *family;
  std::uint32_t asn;
};
struct Verb {
  const char *verb, *resource, *subresource, *command;
};

// Whoever acts: an employee, or one of three kinds of service.
struct Actor {
  enum class Kind { Employee, Role, IamUser, ServiceAccount };
  Kind kind = Kind::Employee;
  std::string name{};  // user001, etl-worker: how the truth calls it
  std::uint64_t number = 0;
  Person person{};  // its name is the login at Entra ID and Okta
  Span employed{};
  std::vector<Span> holidays{};
  std::vector<Machine> laptops{}, phones{};
  std::vector<Journey> journeys{};
  std::vector<Place> elsewhere{};  // a café, the family: places of one's own that come back
  double corporate_vpn = 0;        // share of the days at home on which traffic leaves through the company
  int vpn_from = 0;                // of a private VPN (person.vpn)
  std::vector<std::pair<int, const char *>> apps{};            // the day from which an application is used
  std::vector<std::pair<int, const CloudApp *>> cloud_apps{};  // the same for what acts on his behalf from a cloud
  bool engineer = false, kubernetes = false;
  std::uint64_t access_key = 0;  // a long-lived one; 0: none
  std::vector<Tool> tools{};
  std::vector<std::pair<int, const Call *>> calls{};
  std::vector<std::pair<int, const Verb *>> verbs{};
  Place build_box{};  // a machine of his own in the cloud, without a browser; asn 0: none
  int build_box_from = 0;
  std::vector<Machine> desktops{};  // in the cloud, with a browser: none or one
  Place desktop_place{};
  std::vector<Place> addresses{};  // of a service
  Tool tool = Tool::Boto3;
  double rate = 0;     // events of a service a day
  bool roams = false;  // a new address each run (build runners)

  const Machine *machine(const std::vector<Machine> &machines, int day) const;
  const Journey *journey(int day) const;
  bool works(int day) const;  // employed and not on holiday
};

class Months {
public:
  Months(std::uint64_t seed, const std::string &networks_csv, int users, std::int64_t start, int days);

  const Networks networks;
  const std::int64_t start;  // midnight UTC of the first day, in milliseconds since 1970
  const int days;
  const std::uint64_t seed;
  std::deque<Actor> actors;

  // Interned: every pointer stays valid. `day` counts from 1970.
  const Program *browser(const Machine &machine, std::int64_t day);
  const Program *firefox(System system, std::int64_t day, int lag_days);
  const Program *native(const Machine &machine, std::int64_t day);  // mail and office programs
  const Program *tool(Tool tool, System system, std::int64_t day, int lag_days, const std::string &command);
  const Program *other(const std::string &agent, const std::string &family);
  std::int64_t date(int day) const { return start / kDayLength + day; }
  const std::map<std::string, Program> &programs() const { return programs_; }

private:
  const Program *keep(Program program);
  void employees(Random &random, int users);
  void make_machines(Random &random, Actor &actor) const;
  void make_journeys(Random &random, Actor &actor) const;
  void make_engineer(Random &random, Actor &actor) const;
  void services(Random &random);

  std::map<std::string, Program> programs_;  // by agent
};

const std::vector<const char *> &okta_apps();
const std::vector<Call> &calls();
const std::vector<CloudApp> &cloud_apps();
const std::vector<Verb> &verbs();
const std::vector<Country> &destinations();
System system_of(const Actor &actor, int day);

// A random stream of one purpose, so that more of one thing leaves the others as they were.
Random stream(std::uint64_t seed, std::uint64_t purpose, std::uint64_t number);
std::string uuid_of(std::uint64_t number);
// What `number` is known by in AWS: AKIA... for long-lived keys (`number` odd), else ASIA...
std::string key_text(std::uint64_t number);

}  // namespace hunt::tools
