// Where the machines of an employee are.
#include "months_life.hpp"

namespace hunt::tools {

WhereDay::WhereDay(Random &random, Months &months, const Actor &actor, int day)
    : months_(months), actor_(actor), day_(day), journey_(actor.journey(day)) {
  office_ = !journey_ && random.chance(actor.person.office_share);
  corporate_vpn_ = !office_ && random.chance(actor.corporate_vpn);
  if (actor.person.vpn.asn && day >= actor.vpn_from && random.chance(0.4)) {  // switched on and off
    vpn_from_ = random.chance(0.5) ? 0 : actor.person.day_start + static_cast<int>(random.between(0, 600));
    vpn_to_ = vpn_from_ == 0 ? 2 * 1440 : vpn_from_ + static_cast<int>(random.between(20, 300));
  }
  const Country &home = *actor.person.country;
  if (!journey_ && random.chance(0.035)) {
    away_from_ = actor.person.day_start + static_cast<int>(random.between(0, 600));
    away_to_ = away_from_ + static_cast<int>(random.between(25, 240));
    // Mostly a place that comes back, now and then one that does not.
    away_ = !actor.elsewhere.empty() && random.chance(0.6) ? random.pick(actor.elsewhere)
                                                           : months.networks.address(random, home.access, home.iso);
  }
  if (random.chance(0.04)) {
    tether_from_ = actor.person.day_start + static_cast<int>(random.between(-60, 660));
    tether_ = months.networks.address(random, actor.person.mobile, home.iso);
  }
}

int WhereDay::minutes_east() const { return (journey_ ? journey_->to : actor_.person.country)->utc_minutes; }

Place WhereDay::home(Random &random) const {
  Place home = actor_.person.homes[static_cast<std::size_t>(day_ / 14)];
  if (home.ip.is_v6())  // the prefix stays, the rest of the address changes (RFC 8981)
    home.ip = core::Ip::v6(home.ip.high(), random.bits());
  return home;
}

Place WhereDay::laptop(Random &random, int local_minute) const {
  if (tether_from_ >= 0 && local_minute >= tether_from_ && local_minute < tether_from_ + 50)
    return tether_;
  if (corporate_vpn_)
    return actor_.person.office;
  if (local_minute >= vpn_from_ && local_minute < vpn_to_)
    return actor_.person.vpn;
  if (journey_)
    return (day_ == journey_->days.first || day_ == journey_->days.last) && local_minute < 13 * 60 ? journey_->airport
                                                                                                   : journey_->hotel;
  if (away_from_ >= 0 && local_minute >= away_from_ && local_minute < away_to_)
    return away_;
  const int start = actor_.person.day_start;
  return office_ && local_minute >= start && local_minute < start + 9 * 60 ? actor_.person.office : home(random);
}

Place WhereDay::phone(Random &random, const Machine &phone, int local_minute) const {
  if (phone.relay && random.chance(0.7)) {
    const std::vector<std::uint32_t> relays{36183, 13335, 54113};
    return months_.networks.address(random, relays, "");
  }
  if (random.chance(0.55)) {
    if (journey_ && journey_->local_sim)
      return months_.networks.address(random, random.pick(journey_->to->mobile), journey_->to->iso);
    return months_.networks.address(random, actor_.person.mobile, actor_.person.country->iso);
  }
  const int start = actor_.person.day_start;
  if (journey_)
    return journey_->hotel;
  if (away_from_ >= 0 && local_minute >= away_from_ && local_minute < away_to_)
    return away_;
  return office_ && local_minute >= start && local_minute < start + 9 * 60 ? actor_.person.office : home(random);
}

}  // namespace hunt::tools
