#include "months_theft.hpp"

#include "signin_event.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace hunt::tools {
namespace {

enum class From { HostingAbroad, HostingHome, CarrierHome, OwnCarrier, CarrierAbroad, OtherCloud, OwnCloud, OwnLaptop };
enum class With { OwnBrowser, OtherBrowser, EitherBrowser, Script, OwnTool, OtherTool };
enum class What { Session, Prompts, Consent, LongKey, ShortKey, RoleKey, Cluster, Commands };

struct Kind {
  const char *name;
  From from;
  With with;
  What what;
  bool slow;  // one or two uses a day for ten days, else one burst
  const char *note;
};

constexpr Kind kKinds[] = {
    {"cookie_hosting", From::HostingAbroad, With::OtherBrowser, What::Session, false,
     "cookie replayed from a rented server abroad, another browser"},
    {"cookie_own_browser", From::HostingAbroad, With::OwnBrowser, What::Session, false,
     "cookie replayed from a rented server abroad, the victim's browser string"},
    {"hosting_in_country", From::HostingHome, With::EitherBrowser, What::Session, false,
     "cookie replayed from a rented server in the victim's country, his browser string or another"},
    {"residential_proxy", From::CarrierHome, With::OwnBrowser, What::Session, false,
     "another carrier of the victim's country with changing addresses, his browser string"},
    {"token_abroad", From::CarrierAbroad, With::OwnBrowser, What::Session, false,
     "token replayed from an ordinary carrier of another country, the victim's browser string"},
    {"slow_hosting", From::HostingAbroad, With::OwnBrowser, What::Session, true,
     "one or two uses a day for ten days from a rented server abroad, the victim's browser string"},
    {"slow_residential", From::CarrierHome, With::OwnBrowser, What::Session, true,
     "one or two uses a day for ten days from another carrier of the country, his browser string"},
    {"own_carrier_other_browser", From::OwnCarrier, With::OtherBrowser, What::Session, false,
     "the victim's own carrier, another browser"},
    {"own_carrier_own_browser", From::OwnCarrier, With::OwnBrowser, What::Session, false,
     "the victim's own carrier, his browser string: only the address is another"},
    {"mfa_fatigue", From::CarrierHome, With::OtherBrowser, What::Prompts, false,
     "password known, prompts until one is approved, from another carrier of the country"},
    {"device_code", From::HostingAbroad, With::Script, What::Session, false,
     "device code phished, tokens used by a script on a rented server"},
    {"oauth_consent", From::OtherCloud, With::Script, What::Consent, false,
     "the victim consented to an application that reads his mail from a cloud"},
    {"key_other_cloud", From::OtherCloud, With::OtherTool, What::LongKey, false,
     "a long-lived access key used from another cloud with another tool"},
    {"key_own_tool", From::HostingAbroad, With::OwnTool, What::LongKey, false,
     "a long-lived access key used from a rented server abroad with the tool that its owner uses"},
    {"sso_credentials", From::CarrierHome, With::OwnTool, What::ShortKey, false,
     "the day's credentials copied from a laptop, used from another carrier of the country with the same tool"},
    {"instance_credentials", From::OwnCloud, With::OwnTool, What::RoleKey, false,
     "a server's credentials used from another account of the same cloud with the same tool"},
    {"kubeconfig", From::HostingAbroad, With::OtherTool, What::Cluster, false,
     "credentials of the cluster used from a rented server with kubectl of another system"},
    {"laptop_kubectl", From::OwnLaptop, With::OwnTool, What::Commands, false,
     "kubectl on the laptop of an employee who does not use it: process starts only"},
};

constexpr int kSlowDays = 10;

class Theft {
public:
  Theft(Months &months, const Kind &kind, const Actor &victim, int day, int number, Random random)
      : months_(months), kind_(kind), victim_(victim), day_(day), number_(number), random_(random),
        laptop_(victim.machine(victim.laptops, day)) {}

  void steal(MonthsLog &log) {
    place_ = choose_place();
    choose_program();
    Stolen stolen{.number = number_, .victim = &victim_, .kind = kind_.name, .note = kind_.note, .place = place_};
    for (const std::int64_t when : moments())
      use(when, log);
    stolen.key = key_;
    stolen.events = static_cast<int>(log.events.size());
    log.stolen.push_back(stolen);
  }

private:
  const Networks &networks() const { return months_.networks; }

  Place choose_place() {
    const bool service = victim_.kind != Actor::Kind::Employee;
    const std::string home = service ? victim_.addresses[0].country : victim_.person.country->iso;
    const Place own_home = service ? Place{} : victim_.person.homes[static_cast<std::size_t>(day_ / 14)];
    const auto abroad = [&](const std::vector<std::uint32_t> &asns) {
      for (;;)
        if (const Place place = networks().address(random_, asns, ""); place.country != home)
          return place;
    };
    switch (kind_.from) {
    case From::HostingAbroad:
      return abroad(random_.chance(0.25) ? vpn_asns() : hosting_asns());
    case From::HostingHome:
      return networks().address(random_, hosting_asns(), home);
    case From::CarrierHome: {
      std::vector<std::uint32_t> others;
      for (const std::uint32_t asn : victim_.person.country->access)
        if (asn != own_home.asn)
          others.push_back(asn);
      return networks().address(random_, others, home);
    }
    case From::OwnCarrier:
      return networks().address(random_, {own_home.asn}, home);
    case From::CarrierAbroad:
      for (;;)
        if (const Country &country = random_.pick(random_.chance(0.5) ? countries() : destinations());
            country.iso != home)
          return networks().address(random_, country.access, country.iso);
    case From::OtherCloud:
      for (;;)
        if (const Place place = networks().address(random_, {8075, 396982, 14061, 63949, 20473}, "");
            !service || place.asn != victim_.addresses[0].asn)
          return place;
    case From::OwnCloud:
      return networks().address(random_, {victim_.addresses[0].asn}, "");
    case From::OwnLaptop:
      break;
    }
    return {};
  }

  // A browser that the victim's laptop is not known for. Thieves use what everybody uses.
  const Program *other_browser() {
    const bool windows = laptop_->system() == System::Windows;
    if (random_.chance(0.15))
      return months_.firefox(System::Linux, months_.date(day_), 10);
    const DeviceKind kind = laptop_->kind == DeviceKind::WindowsEdge || !windows ? DeviceKind::WindowsChrome
                            : random_.chance(0.5)                                ? DeviceKind::WindowsEdge
                                                                                 : DeviceKind::MacChrome;
    return months_.browser({.used = {}, .kind = kind, .lag_days = static_cast<int>(random_.between(0, 25))},
                           months_.date(day_));
  }

  void choose_program() {
    const std::int64_t date = months_.date(day_);
    const bool service = victim_.kind != Actor::Kind::Employee;
    const Tool own = service ? victim_.tool : victim_.tools.empty() ? Tool::Boto3 : victim_.tools[0];
    const System system = service ? System::Linux : system_of(victim_, day_);
    const Tool tool = kind_.what == What::Cluster   ? Tool::Kubectl
                      : kind_.with == With::OwnTool ? own
                      : own == Tool::AwsCli         ? Tool::Boto3
                                                    : Tool::AwsCli;
    switch (kind_.with) {
    case With::OwnBrowser:
      program_ = months_.browser(*laptop_, date);
      return;
    case With::OtherBrowser:
      program_ = other_browser();
      return;
    case With::EitherBrowser:
      program_ = random_.chance(0.5) ? other_browser() : months_.browser(*laptop_, date);
      return;
    case With::Script:
      program_ = kind_.what == What::Consent ? months_.other(cloud_apps()[2].agent, cloud_apps()[2].family)
                                             : months_.tool(Tool::AzureIdentity, System::Linux, date, 30, "");
      return;
    case With::OwnTool:
      program_ = months_.tool(tool, system, date, service ? 5 : laptop_->lag_days, "s3.call");
      return;
    case With::OtherTool:
      program_ =
          months_.tool(tool, system == System::Linux && kind_.what == What::Cluster ? System::Windows : System::Linux,
                       date, static_cast<int>(random_.between(0, 40)), "s3.call");
    }
  }

  // A burst in the victim's working day, or at any hour; or a trickle over days.
  std::vector<std::int64_t> moments() {
    const bool service = victim_.kind != Actor::Kind::Employee;
    const int start = service ? 540 : victim_.person.day_start - victim_.person.country->utc_minutes;
    std::vector<std::int64_t> list;
    for (int day = day_; day < day_ + (kind_.slow ? kSlowDays : 1); ++day) {
      const std::int64_t minute = random_.chance(0.6) ? start + random_.between(0, 560) : random_.between(0, 1439);
      std::int64_t at = months_.start + day * kDayLength + minute * kMinuteLength;
      for (auto uses = kind_.slow ? random_.between(1, 2) : random_.between(3, 16); uses > 0; --uses) {
        list.push_back(at + random_.between(0, kMinuteLength - 1));
        at += random_.between(1, 14) * kMinuteLength;
      }
    }
    return list;
  }

  void use(std::int64_t when, MonthsLog &log) {
    const bool first = uses_++ == 0;
    if ((kind_.from == From::CarrierHome) && random_.chance(0.2))  // a proxy's exits change
      place_ = networks().address(random_, {place_.asn}, place_.country);
    switch (kind_.what) {
    case What::Prompts:
      if (first) {
        session_ = random_.bits();
        prompts(when, log);
      }
      return signin_or_sso(when, first, log);
    case What::Session:
    case What::Consent:
      if (first) {
        const bool replay = kind_.with != With::Script;
        session_ = replay ? entra_session(*laptop_, day_) : random_.bits();
        // A cookie stolen from a managed machine may carry its identity along.
        device_ = replay && kind_.with != With::OtherBrowser && random_.chance(0.4) ? laptop_->number : 0;
        okta_ = replay && random_.chance(0.5);
      }
      return signin_or_sso(when, first, log);
    case What::LongKey:
    case What::RoleKey:
    case What::ShortKey:
      return call(when, log);
    case What::Cluster:
      return cluster(when, log);
    case What::Commands:
      return command(when, log);
    }
  }

  void add(MonthEvent e, MonthsLog &log) {
    e.theft = number_;
    log.events.push_back(e);
  }

  void signin_or_sso(std::int64_t when, bool first, MonthsLog &log) {
    if (okta_ && random_.chance(0.4)) {
      MonthEvent e = make_event(random_, Log::Okta, victim_, when, place_, program_);
      e.action = "user.authentication.sso";
      e.application =
          random_.chance(0.75) ? victim_.apps[random_.zipf(victim_.apps.size())].second : random_.pick(okta_apps());
      e.session = kind_.what == What::Prompts ? session_ : okta_session(*laptop_, day_);
      return add(e, log);
    }
    MonthEvent e = make_event(random_, Log::EntraSignin, victim_, when, place_, program_);
    e.application = kind_.what == What::Consent  ? "Calendar Assistant"
                    : kind_.with == With::Script ? "Microsoft Azure CLI"
                                                 : apps()[random_.zipf(apps().size() - 2)].name;
    e.session = session_;
    e.device = device_;
    e.interactive = kind_.what != What::Consent && (first || random_.chance(0.4));
    if (first && kind_.what == What::Prompts)
      e.detail = "Mobile app notification";
    add(e, log);
  }

  void prompts(std::int64_t when, MonthsLog &log) {
    okta_ = random_.chance(0.5);
    for (std::int64_t i = random_.between(3, 9); i > 0; --i) {
      MonthEvent e = make_event(random_, okta_ ? Log::Okta : Log::EntraSignin, victim_, when - i * kMinuteLength,
                                place_, program_);
      e.action = "user.authentication.auth_via_mfa";
      e.application = okta_ ? "" : apps()[2].name;
      e.detail = okta_ ? "OKTA_VERIFY_PUSH" : "";
      e.error = okta_ ? 1 : 50074;
      e.session = session_;
      add(e, log);
    }
    if (okta_) {
      MonthEvent e = make_event(random_, Log::Okta, victim_, when - 5'000, place_, program_);
      e.action = "user.authentication.auth_via_mfa";
      e.detail = "PASSWORD_AS_FACTOR";
      e.session = session_;
      add(e, log);
    }
  }

  void call(std::int64_t when, MonthsLog &log) {
    if (!key_)
      key_ = kind_.what == What::LongKey    ? victim_.access_key
             : kind_.what == What::ShortKey ? aws_session_key(victim_, laptop_->number, day_)
                                            : aws_session_key(victim_, 0, day_ * 4 + 1);
    MonthEvent e = make_event(random_, Log::CloudTrail, victim_, when, place_, program_);
    // Half of it the victim does as well; the rest is to look around, and the beginning is who one is.
    const auto &all = hunt::tools::calls();
    const Call &one = uses_ == 1            ? all[0]
                      : random_.chance(0.5) ? *random_.pick(victim_.calls).second
                                            : all[all.size() - 24 + random_.below(24)];
    e.action = one.name;
    e.application = one.source;
    e.key = key_;
    e.session = key_;
    e.error = random_.chance(0.3);
    add(e, log);
  }

  void cluster(std::int64_t when, MonthsLog &log) {
    if (!key_)
      key_ = aws_session_key(victim_, laptop_->number, day_);
    MonthEvent e = make_event(random_, Log::EksAudit, victim_, when, place_, program_);
    const auto &all = hunt::tools::verbs();
    const Verb &one =
        random_.chance(0.5) ? *random_.pick(victim_.verbs).second : all[all.size() - 5 + random_.below(5)];
    e.action = one.verb;
    e.application = one.resource;
    e.detail = one.subresource;
    e.key = key_;
    e.session = key_;
    e.error = random_.chance(0.2);
    add(e, log);
  }

  void command(std::int64_t when, MonthsLog &log) {
    MonthEvent e = make_event(random_, Log::MdeProcess, victim_, when, {}, nullptr);
    e.action = "kubectl";
    e.detail = random_.pick(hunt::tools::verbs()).command;
    e.device = laptop_->number;
    e.session = okta_session(*laptop_, day_);
    add(e, log);
  }

  Months &months_;
  const Kind &kind_;
  const Actor &victim_;
  int day_, number_;
  Random random_;
  const Machine *laptop_;
  Place place_{};
  const Program *program_ = nullptr;
  std::uint64_t session_ = 0, device_ = 0, key_ = 0;
  bool okta_ = false;
  int uses_ = 0;
};

// Whom it can happen to: anybody who is there and has what is stolen. Thieves do not ask whether he travels.
bool fits(const Months &months, const Kind &kind, const Actor &actor, int day) {
  const int last = day + (kind.slow ? kSlowDays : 1);
  if (!actor.employed.holds(day - 14) || !actor.employed.holds(last))
    return false;
  const bool person = actor.kind == Actor::Kind::Employee;
  switch (kind.what) {
  case What::LongKey:
    return actor.access_key != 0;
  case What::RoleKey:
    return actor.kind == Actor::Kind::Role;
  case What::ShortKey:
    return person && actor.engineer;
  case What::Cluster:
    return person && actor.kubernetes && actor.verbs[0].first < day - 7;
  case What::Commands:
    return person && !actor.kubernetes;
  case What::Session:
  case What::Prompts:
  case What::Consent:
    break;
  }
  return person && (kind.from != From::HostingHome || months.networks.has(hosting_asns(), actor.person.country->iso));
}

}  // namespace

void steal_sessions(Months &months, int each, MonthsLog &log) {
  std::set<const Actor *> taken;
  int number = 0;
  for (std::size_t k = 0; k < std::size(kKinds); ++k)
    for (int i = 0; i < each; ++i) {
      const Kind &kind = kKinds[k];
      Random random = stream(months.seed, 100 + k, static_cast<std::uint64_t>(i));
      const int last = months.days - (kind.slow ? kSlowDays : 1) - 2;
      for (int attempt = 0; attempt < 5'000; ++attempt) {
        const Actor &victim = months.actors[random.below(months.actors.size())];
        const int day = static_cast<int>(random.between(std::min(21, last), last));
        if (taken.contains(&victim) || !fits(months, kind, victim, day))
          continue;
        taken.insert(&victim);
        Theft(months, kind, victim, day, number++, stream(months.seed, 200 + k, static_cast<std::uint64_t>(i)))
            .steal(log);
        break;
      }
    }
}

void compare_thefts(MonthsLog &log) {
  std::map<int, Stolen *> by_number;
  std::map<const Actor *, Stolen *> by_victim;
  for (Stolen &stolen : log.stolen) {
    by_number[stolen.number] = &stolen;
    by_victim[stolen.victim] = &stolen;
    stolen.start = stolen.events = 0;
  }
  struct Shown {
    std::set<std::uint32_t> asns;
    std::set<std::string> countries, families;
  };
  std::map<const Actor *, Shown> own;
  for (const MonthEvent &e : log.events) {
    const auto victim = by_victim.find(e.actor);
    if (victim == by_victim.end())
      continue;
    Stolen &stolen = *victim->second;
    Shown &shown = own[e.actor];
    if (e.theft >= 0) {
      if (stolen.events++ == 0)
        stolen.start = e.at;
      stolen.end = e.at;
      if (e.place.asn) {
        stolen.new_asn |= !shown.asns.contains(e.place.asn);
        stolen.new_country |= !shown.countries.contains(e.place.country);
      }
      stolen.new_agent |= e.program && !shown.families.contains(e.program->family);
    } else if (stolen.events == 0 && e.error == 0) {
      if (e.place.asn) {
        shown.asns.insert(e.place.asn);
        shown.countries.insert(e.place.country);
      }
      if (e.program)
        shown.families.insert(e.program->family);
    }
  }
  std::sort(log.stolen.begin(), log.stolen.end(), [](const Stolen &a, const Stolen &b) { return a.start < b.start; });
}

std::vector<std::pair<std::string, std::string>> theft_kinds() {
  std::vector<std::pair<std::string, std::string>> list;
  for (const Kind &kind : kKinds)
    list.emplace_back(kind.name, kind.note);
  return list;
}

}  // namespace hunt::tools
