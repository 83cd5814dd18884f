#include "months_life.hpp"

#include "months_theft.hpp"
#include "signin_event.hpp"

#include <algorithm>

namespace hunt::tools {

MonthEvent make_event(Random &random, Log log, const Actor &actor, std::int64_t at, const Place &place,
                      const Program *program) {
  MonthEvent e{.at = at, .log = log, .actor = &actor, .place = place, .program = program};
  e.noise = random.bits();
  return e;
}

std::uint64_t entra_session(const Machine &machine, int day) {
  const auto age = static_cast<std::uint64_t>(day + static_cast<int>(machine.number % 64));
  return machine.number ^ (age / static_cast<std::uint64_t>(machine.session_days) + 1) * 0x9E3779B97F4A7C15;
}

std::uint64_t okta_session(const Machine &machine, int day) {
  return machine.number ^ (static_cast<std::uint64_t>(day) + 1) * 0xC2B2AE3D27D4EB4F;
}

std::uint64_t aws_session_key(const Actor &actor, std::uint64_t machine, int day) {
  return stream(actor.number, machine, static_cast<std::uint64_t>(day)).bits() & ~std::uint64_t{1};
}

namespace {

bool is_weekend(std::int64_t day) { return (day + 3) % 7 >= 5; }  // 1970-01-01 was a Thursday; 0 is Monday

std::uint64_t family_number(const Program &program) {
  std::uint64_t number = 0;
  for (const char c : program.family)
    number = number * 31 + static_cast<unsigned char>(c);
  return number;
}

// Local minute of the day: two humps around a lunch, and a tail into the evening.
int working_minute(Random &random, const Person &person) {
  const double x = random.fraction();
  const double minute = x < 0.45   ? 100 + 55 * random.normal()
                        : x < 0.88 ? 350 + 75 * random.normal()
                                   : 700 + 90 * random.normal();
  return person.day_start + std::clamp(static_cast<int>(minute), 0, 900);
}

class EmployeeDay {
public:
  EmployeeDay(Months &months, const Actor &actor, int day, std::vector<MonthEvent> &out)
      : months_(months), actor_(actor), day_(day), out_(out),
        random_(stream(months.seed, 2 + actor.number, static_cast<std::uint64_t>(day))),
        where_(random_, months, actor, day), laptop_(actor.machine(actor.laptops, day)),
        phone_(actor.machine(actor.phones, day)), desktop_(actor.machine(actor.desktops, day)) {}

  void live() {
    const bool working = actor_.works(day_);
    // On holiday the phone is looked at now and then.
    const double weekday = is_weekend(months_.date(day_)) ? (actor_.person.weekend_worker ? 0.5 : 0.08) : 1;
    const double activity = working ? weekday : 0.12;
    sign_ins(actor_.person.rate * 0.45 * activity, !working);
    okta(activity, !working);
    if (working && actor_.engineer && laptop_) {
      bursts(random_.poisson(1.6 * weekday), &EmployeeDay::call_burst);
      if (actor_.kubernetes)
        bursts(random_.poisson(0.9 * weekday), &EmployeeDay::cluster_burst);
      processes(random_.poisson(4 * weekday));
    } else if (working && laptop_) {
      processes(random_.poisson(0.6 * weekday));
    }
  }

private:
  std::int64_t at(int local_minute) {
    return months_.start + day_ * kDayLength + (local_minute - where_.minutes_east()) * kMinuteLength +
           random_.between(0, kMinuteLength - 1);
  }

  const Machine *choose(bool phone_only) {
    const bool on_phone = phone_ && (phone_only || !laptop_ || random_.chance(0.3));
    if (on_phone || phone_only)
      return on_phone ? phone_ : nullptr;
    return desktop_ && random_.chance(0.35) ? desktop_ : laptop_;
  }

  Place place(const Machine &machine, int minute) {
    if (&machine == desktop_)
      return actor_.desktop_place;
    return machine.mobile() ? where_.phone(random_, machine, minute) : where_.laptop(random_, minute);
  }

  const Program *browser(const Machine &machine) {
    if (machine.firefox_from >= 0 && day_ >= machine.firefox_from && random_.chance(0.15))
      return months_.firefox(machine.system(), months_.date(day_), machine.lag_days);
    return months_.browser(machine, months_.date(day_));
  }

  MonthEvent signin(const Machine &machine, std::int64_t when, const Place &from, const Program *program) {
    MonthEvent e = make_event(random_, Log::EntraSignin, actor_, when, from, program);
    e.application = apps()[random_.zipf(apps().size() - (actor_.engineer ? 0 : 2))].name;
    // A registered machine gets tokens for all its programs in one session; a second browser does not know the machine,
    // and without registration each program has a session of its own.
    const bool second = program->family.starts_with("Firefox");
    const bool first = program == months_.browser(machine, months_.date(day_)) || (machine.registered && !second);
    e.session = entra_session(machine, day_) ^ (first ? 0 : family_number(*program));
    e.device = machine.registered && !second && !random_.chance(machine.silent) ? machine.number : 0;
    return e;
  }

  void failed(MonthEvent e, int error, std::int64_t seconds_before) {
    e.error = error;
    e.at -= seconds_before * 1000;
    e.noise = random_.bits();
    e.detail = "";
    out_.push_back(e);
  }

  void sign_ins(double mean, bool phone_only) {
    for (int n = random_.poisson(mean); n > 0; --n) {
      const int minute = working_minute(random_, actor_.person);
      const Machine *machine = choose(phone_only);
      if (!machine)
        continue;
      const Place from = place(*machine, minute);
      std::int64_t when = at(minute);
      MonthEvent e = signin(*machine, when, from, browser(*machine));
      if (random_.chance(0.05))
        failed(e, 50126, random_.between(12, 40));
      if (random_.chance(0.1)) {
        e.detail = random_.chance(0.75)  ? "Mobile app notification"
                   : random_.chance(0.6) ? "FIDO2 security key"
                                         : "Text message";
        failed(e, 50074, random_.between(4, 11));
      }
      if (random_.chance(0.008))
        e.error = 53003;
      out_.push_back(e);
      if (!actor_.cloud_apps.empty() && random_.chance(0.1))
        cloud_app(when);
      std::int64_t later = 0;
      for (int refreshes = e.error ? 0 : random_.poisson(1.2); refreshes > 0; --refreshes) {
        later += random_.between(3, 55);
        refresh(*machine, when + later * kMinuteLength, minute + static_cast<int>(later));
      }
    }
  }

  // Applications renew their tokens: from where the machine is by then, or a back end of the provider does so for them.
  void refresh(const Machine &machine, std::int64_t when, int minute) {
    const bool back_end = random_.chance(0.02);
    MonthEvent e =
        signin(machine, when, back_end ? months_.networks.address(random_, {8075}, "") : place(machine, minute),
               random_.chance(0.35) ? months_.native(machine, months_.date(day_)) : browser(machine));
    e.interactive = false;
    out_.push_back(e);
  }

  void cloud_app(std::int64_t when) {
    const auto &[from, app] = random_.pick(actor_.cloud_apps);
    if (day_ < from)
      return;
    MonthEvent e =
        make_event(random_, Log::EntraSignin, actor_, when + random_.between(1, 600) * kMinuteLength,
                   months_.networks.address(random_, {app->asn}, ""), months_.other(app->agent, app->family));
    e.application = app->name;
    e.session = stream(actor_.number, 6, static_cast<std::uint64_t>(from)).bits();
    e.interactive = false;
    out_.push_back(e);
  }

  MonthEvent okta_event(const char *type, std::int64_t when, const Machine &machine, const Place &from,
                        const Program *program) {
    MonthEvent e = make_event(random_, Log::Okta, actor_, when, from, program);
    e.action = type;
    e.session = okta_session(machine, day_);
    return e;
  }

  void okta(double activity, bool phone_only) {
    for (const Machine *machine : {phone_only ? nullptr : laptop_, phone_, phone_only ? nullptr : desktop_}) {
      if (!machine || !random_.chance(activity * (machine->mobile() ? 0.35 : 0.9)))
        continue;
      const int first = working_minute(random_, actor_.person);
      const std::int64_t when = at(first);
      const Place from = place(*machine, first);
      const Program *program = browser(*machine);
      MonthEvent password = okta_event("user.authentication.auth_via_mfa", when, *machine, from, program);
      password.detail = "PASSWORD_AS_FACTOR";
      if (random_.chance(0.05)) {
        MonthEvent wrong = password;
        wrong.at -= 15'000;
        wrong.noise = random_.bits();
        wrong.error = 1;
        out_.push_back(wrong);
      }
      out_.push_back(password);
      push(when, *machine, first);
      out_.push_back(okta_event("policy.evaluate_sign_on", when + 9'000, *machine, from, program));
      out_.push_back(okta_event("user.session.start", when + 9'100, *machine, from, program));
      for (int n = machine->mobile() ? random_.poisson(0.8) : 1 + random_.poisson(2.2); n > 0; --n) {
        const int minute = std::min(first + static_cast<int>(random_.between(0, 420)), 23 * 60 + 59);
        MonthEvent sso =
            okta_event("user.authentication.sso", at(minute) + 10'000, *machine, place(*machine, minute), program);
        sso.application = app();
        if (*sso.application)
          out_.push_back(sso);
      }
    }
  }

  // The prompt is answered on the phone, where the phone is.
  void push(std::int64_t when, const Machine &machine, int minute) {
    const Machine &answering = phone_ ? *phone_ : machine;
    MonthEvent e = okta_event("user.authentication.auth_via_mfa", when + random_.between(4'000, 8'900), machine,
                              place(answering, minute), months_.browser(answering, months_.date(day_)));
    e.detail = phone_ ? "OKTA_VERIFY_PUSH" : "FIDO2_WEBAUTHN";
    if (phone_ && random_.chance(0.015)) {  // the wrong button
      MonthEvent denied = e;
      denied.at -= 60'000;
      denied.noise = random_.bits();
      denied.error = 1;
      out_.push_back(denied);
    }
    out_.push_back(e);
  }

  const char *app() {
    std::vector<const char *> known;
    for (const auto &[from, name] : actor_.apps)
      if (day_ >= from)
        known.push_back(name);
    return known.empty() ? "" : known[random_.zipf(known.size())];
  }

  template <class Burst> void bursts(int number, Burst burst) {
    for (; number > 0; --number) {
      const int minute = working_minute(random_, actor_.person);
      const bool remote = actor_.build_box.asn && day_ >= actor_.build_box_from && random_.chance(0.5);
      (this->*burst)(at(minute), remote ? actor_.build_box : where_.laptop(random_, minute),
                     remote ? System::Linux : laptop_->system(), remote ? actor_.number : laptop_->number);
    }
  }

  template <class Habits> auto habit(const Habits &habits) {
    std::vector<decltype(habits[0].second)> known;
    for (const auto &[from, one] : habits)
      if (day_ >= from)
        known.push_back(one);
    return known.empty() ? nullptr : known[random_.zipf(known.size())];
  }

  void call_burst(std::int64_t when, const Place &from, System system, std::uint64_t machine) {
    const std::uint64_t key =
        actor_.access_key && random_.chance(0.5) ? actor_.access_key : aws_session_key(actor_, machine, day_);
    const bool console = !(key & 1) && random_.chance(0.3);
    const Tool tool = actor_.tools[random_.zipf(actor_.tools.size())];
    for (std::int64_t n = random_.between(2, 22); n > 0; --n, when += random_.between(500, 90'000)) {
      const Call *call = random_.chance(0.004) ? &random_.pick(hunt::tools::calls()) : habit(actor_.calls);
      const Program *program = console ? months_.browser(*laptop_, months_.date(day_))
                                       : months_.tool(tool, system, months_.date(day_), laptop_->lag_days,
                                                      std::string(call->source) + ".call");
      MonthEvent e = make_event(random_, Log::CloudTrail, actor_, when, from, program);
      e.action = call->name;
      e.application = call->source;
      e.key = key;
      e.session = key;
      e.error = random_.chance(0.02);
      out_.push_back(e);
      if (random_.chance(0.03)) {  // AWS calls further on behalf of the user
        e.place = {};
        e.program = months_.other("cloudformation.amazonaws.com", "cloudformation.amazonaws.com");
        e.noise = random_.bits();
        out_.push_back(e);
      }
    }
  }

  void cluster_burst(std::int64_t when, const Place &from, System system, std::uint64_t machine) {
    const std::uint64_t key = aws_session_key(actor_, machine, day_);
    for (std::int64_t n = random_.between(2, 16); n > 0; --n, when += random_.between(500, 120'000)) {
      const Verb *verb = habit(actor_.verbs);
      if (!verb)
        return;
      MonthEvent e = make_event(random_, Log::EksAudit, actor_, when, from,
                                months_.tool(Tool::Kubectl, system, months_.date(day_), laptop_->lag_days, ""));
      e.action = verb->verb;
      e.application = verb->resource;
      e.detail = verb->subresource;
      e.key = key;
      e.session = key;
      e.error = random_.chance(0.01);
      out_.push_back(e);
      if (random_.chance(0.5))
        start_process(when - 50, "kubectl", verb->command);
    }
  }

  void start_process(std::int64_t when, const char *file, const char *command) {
    MonthEvent e = make_event(random_, Log::MdeProcess, actor_, when, {}, nullptr);
    e.action = file;
    e.detail = command;
    e.device = laptop_->number;
    e.session = okta_session(*laptop_, day_);
    out_.push_back(e);
  }

  void processes(int number) {
    static constexpr const char *kPrograms[][2] = {{"git", "git pull"},
                                                   {"git", "git push"},
                                                   {"docker", "docker ps"},
                                                   {"code", "code ."},
                                                   {"python3", "python3 -m http.server"},
                                                   {"ssh", "ssh build.example.com"},
                                                   {"aws", "aws sso login"},
                                                   {"npm", "npm ci"}};
    static constexpr const char *kOffice[][2] = {{"excel", "excel /dde"}, {"outlook", "outlook"}, {"zoom", "zoom"}};
    for (; number > 0; --number) {
      const auto &one = actor_.engineer ? kPrograms[random_.zipf(8)] : kOffice[random_.zipf(3)];
      start_process(at(working_minute(random_, actor_.person)), one[0], one[1]);
    }
  }

  Months &months_;
  const Actor &actor_;
  int day_;
  std::vector<MonthEvent> &out_;
  Random random_;
  WhereDay where_;
  const Machine *laptop_, *phone_, *desktop_;
};

void service_day(Months &months, const Actor &actor, int day, std::vector<MonthEvent> &out) {
  Random random = stream(months.seed, 3 + actor.number, static_cast<std::uint64_t>(day));
  const bool cluster = actor.kind == Actor::Kind::ServiceAccount;
  const auto number = static_cast<std::int64_t>(actor.rate * (0.8 + 0.4 * random.fraction()));
  // An address in a hundred days is another from then on; a build runner has another one each run of some events.
  Place from = actor.addresses[random.below(actor.addresses.size())];
  if (!actor.roams && stream(months.seed, 4 + actor.number, static_cast<std::uint64_t>(day)).chance(0.01))
    from = months.networks.address(random, {from.asn}, from.country);
  for (std::int64_t i = 0; i < number; ++i) {
    if (actor.roams && i % 12 == 0)
      from = months.networks.address(random, {actor.addresses[0].asn}, "US");
    else if (!actor.roams && i % 20 == 0 && random.chance(0.5))
      from = actor.addresses[random.below(actor.addresses.size())];
    const std::int64_t when = months.start + day * kDayLength + i * kDayLength / std::max<std::int64_t>(1, number) +
                              random.between(0, 20 * kMinuteLength);
    MonthEvent e = make_event(random, cluster ? Log::EksAudit : Log::CloudTrail, actor, when, from,
                              months.tool(actor.tool, System::Linux, months.date(day), 5, "s3.call"));
    if (cluster) {
      const Verb &verb = *actor.verbs[random.zipf(actor.verbs.size())].second;
      e.action = verb.verb;
      e.application = verb.resource;
      e.detail = verb.subresource;
    } else {
      const Call &call = *actor.calls[random.zipf(actor.calls.size())].second;
      e.action = call.name;
      e.application = call.source;
      e.key =
          actor.access_key ? actor.access_key : aws_session_key(actor, 0, day * 4 + static_cast<int>(i * 4 / number));
      e.session = e.key;
    }
    e.error = random.chance(0.01);
    out.push_back(e);
  }
}

// Someone tries common passwords on many accounts; nobody gets in.
void spray(Months &months, std::uint64_t number, std::vector<MonthEvent> &out) {
  Random random = stream(months.seed, 5, number);
  const Place from = months.networks.address(random, hosting_asns(), "");
  const Machine script{.used = {}, .kind = DeviceKind::WindowsChrome, .lag_days = 60};
  std::int64_t when = months.start + random.between(0, months.days * kDayLength - kDayLength);
  for (const Actor &actor : months.actors)
    if (actor.kind == Actor::Kind::Employee && random.chance(0.3)) {
      when += random.between(1000, 6000);
      MonthEvent e = make_event(random, Log::EntraSignin, actor, when, from, months.browser(script, when / kDayLength));
      e.application = apps()[1].name;
      e.error = random.chance(0.06) ? 50053 : 50126;
      e.session = random.bits();
      out.push_back(e);
    }
}

}  // namespace

MonthsLog live_months(Months &months, int each) {
  MonthsLog log;
  for (const Actor &actor : months.actors)
    for (int day = 0; day < months.days; ++day) {
      if (!actor.employed.holds(day))
        continue;
      if (actor.kind == Actor::Kind::Employee)
        EmployeeDay(months, actor, day, log.events).live();
      else
        service_day(months, actor, day, log.events);
    }
  for (int i = 0; i < std::max(1, months.days / 14); ++i)
    spray(months, static_cast<std::uint64_t>(i), log.events);
  steal_sessions(months, each, log);
  std::erase_if(log.events, [&](const MonthEvent &e) {
    return e.theft < 0 && (e.at < months.start || e.at >= months.start + months.days * kDayLength);
  });
  std::stable_sort(log.events.begin(), log.events.end(),
                   [](const MonthEvent &a, const MonthEvent &b) { return a.at < b.at; });
  compare_thefts(log);
  return log;
}

}  // namespace hunt::tools
