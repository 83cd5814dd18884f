#include "baseline/judge.hpp"

#include "baseline/count_tail.hpp"
#include "core/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>

namespace hunt::baseline {

namespace {

constexpr std::int64_t kRhythmSlices = 4;
constexpr double kRhythmF = 2;
constexpr double kRhythmChance = 0.001;

// Counts of like slices.
struct Group {
  Moments moments;
  std::uint64_t smallest = kMostCount;
  std::uint64_t highest = 0;

  void add(std::uint64_t count, std::int64_t times = 1) noexcept {
    moments = moments + Moments{times, static_cast<double>(count), 0};
    smallest = std::min(smallest, count);
    highest = std::max(highest, count);
  }
  friend Group operator+(const Group &a, const Group &b) noexcept {
    return {a.moments + b.moments, std::min(a.smallest, b.smallest), std::max(a.highest, b.highest)};
  }
};

using Week = std::array<Group, 168>;

std::size_t place_in_week(std::int64_t slice, std::int64_t length) noexcept {
  return static_cast<std::size_t>(slice - timeline::floor_div(slice, length) * length);
}

// The known slices, by their place in the week.
Week known_slices(const Model &model, const Question &q) {
  Week week;
  const std::int64_t length = model.settings.slices_per_week();
  const std::int64_t end = std::min(q.slice, q.as_of);
  std::int64_t start = std::int64_t{q.slice} - model.settings.limit;
  std::array<std::int64_t, 168> active{};
  for (const Point &p : model.points) {
    if (p.slice < start || p.slice >= end)
      continue;
    const std::size_t place = place_in_week(p.slice, length);
    week[place].add(p.count);
    ++active[place];
  }
  if (!q.silent || model.points.empty())
    return week;
  // What was dropped is not known to have been silent.
  start = std::max<std::int64_t>(start, model.pruned ? model.points.front().slice : model.first);
  if (start >= end)
    return week;
  for (std::int64_t place = 0; place < length; ++place) {
    const auto before = [place, length](std::int64_t slice) { return timeline::floor_div(slice - place - 1, length); };
    const std::int64_t silent = before(end) - before(start) - active[static_cast<std::size_t>(place)];
    if (silent > 0)
      week[static_cast<std::size_t>(place)].add(0, silent);
  }
  return week;
}

// Since when the entity has been there: its first slice, or the first one behind a gap longer than the retention, in
// which all that was known before was forgotten. One whose silent slices count was never gone.
std::int64_t began(const Model &model, const Question &q) {
  const std::int64_t end = std::min(q.slice, q.as_of);
  std::int64_t first = model.first;
  if (q.silent || model.points.empty())
    return first;
  std::int64_t last = model.pruned ? model.points.front().slice : first;
  for (const Point &p : model.points) {
    if (p.slice >= end)
      break;
    if (p.slice - last > model.settings.limit)
      first = p.slice;
    last = p.slice;
  }
  return first;
}

bool has_rhythm(const Week &week, const Moments &all) noexcept {
  double within = 0;
  std::int64_t places = 0;
  for (const Group &g : week) {
    within += g.moments.m2;
    places += g.moments.n > 0;
  }
  const double between = all.m2 - within;
  if (places < 2 || all.n <= places || between <= 1e-9 * all.m2)
    return false;
  const auto freedom_between = static_cast<double>(places - 1), freedom_within = static_cast<double>(all.n - places);
  if (between * freedom_within <= kRhythmF * within * freedom_between)
    return false;
  // The upper tail of the F distribution (DLMF 8.17; Abramowitz and Stegun 26.6.2).
  return incomplete_beta(within / (within + between), freedom_within / 2, freedom_between / 2) < kRhythmChance;
}

std::string number(double value) {
  char text[32];
  const double size = std::fabs(value);
  const char *const form = size >= 1e15 || (size < 0.01 && size > 0) ? "%.3g"
                           : value == std::floor(value)              ? "%.0f"
                                                                     : "%.2f";
  return {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, form, value))};
}

std::string slices(std::int64_t n, Unit unit) {
  return std::to_string(n) + (unit == Unit::kDay ? " day" : " hour") + (n == 1 ? "" : "s");
}

// Which slices the value was compared with.
std::string basis(const Question &q, const Verdict &v, Unit unit) {
  const std::string text = slices(v.n, unit);
  if (v.by_rhythm)
    return text + (unit == Unit::kDay ? " of the same day of the week" : " of the same hour of the week");
  return q.silent ? text : text + " with a count";
}

// Why a value beyond the limit is no outlier; empty if it is one.
std::string excuse(const Question &q, const Verdict &v) {
  if (v.finding != Finding::kNormal)
    return "";
  const bool is_looked_at = v.z < 0 ? looks_down(q.direction) : looks_up(q.direction);
  return is_looked_at ? ", but below the floor of " + std::to_string(q.floor)
                      : ", but on the side that is not looked at";
}

std::string explain(const Question &q, const Verdict &v, Unit unit, double limit, std::int64_t age) {
  std::string text;
  if (v.known) {
    const std::string value = std::to_string(q.value);
    text = value + ": in " + basis(q, v, unit) + " expected " + number(v.expected) + " with a spread of " +
           number(v.spread) + ", at most " + std::to_string(v.highest) + " seen; " + value +
           (v.z < 0 ? " or less" : " or more") + " has a probability of " + number(v.p);
    text += v.p >= limit ? ", not below " + number(limit) : ", below " + number(limit) + excuse(q, v);
  } else {
    text = "nothing is known of the time before";
  }
  if (v.known && v.finding == Finding::kLearning)
    text += "; learning: " + slices(age, unit) + " of " + slices(q.learning, unit) + " have passed";
  return text;
}

}  // namespace

void Question::check() const {
  if (!(sigma >= 1 && sigma <= 10))
    throw core::Error(core::kInvalidParameter, "sigma is " + number(sigma), "Give a number from 1 to 10; 3 is usual.");
}

std::string_view name_of(Finding finding) noexcept {
  constexpr std::string_view kNames[] = {"normal", "high", "low", "learning"};
  return kNames[static_cast<int>(finding)];
}

Verdict judge(const Model &model, const Question &q) {
  q.check();
  const Week week = known_slices(model, q);
  Group group;
  for (const Group &g : week)
    group = group + g;
  Verdict v{};
  v.n = group.moments.n;
  v.known = v.n > 0;
  const std::int64_t age = std::int64_t{std::min(q.slice, q.as_of)} - began(model, q);
  if (!v.known) {
    v.finding = Finding::kLearning;
    v.reason = explain(q, v, model.settings.unit, 0, age);
    return v;
  }
  const Group &same = week[place_in_week(q.slice, model.settings.slices_per_week())];
  v.by_rhythm = q.rhythm && same.moments.n >= kRhythmSlices && has_rhythm(week, group.moments);
  if (v.by_rhythm)
    group = same;

  const CountTail tail(group.moments, static_cast<double>(group.smallest));
  const auto value = static_cast<double>(q.value);
  const double limit = 0.5 * std::erfc(q.sigma / std::numbers::sqrt2);
  v.n = group.moments.n;
  v.expected = tail.mean();
  v.spread = tail.spread();
  v.highest = group.highest;
  v.z = (value - v.expected) / v.spread;
  v.p = v.z < 0 ? tail.at_most(value) : tail.at_least(value);
  if (looks_up(q.direction))
    v.upper = std::max(static_cast<std::int64_t>(std::min(tail.upper_threshold(limit), 9e18)),
                       static_cast<std::int64_t>(q.floor));
  if (looks_down(q.direction) && v.expected >= static_cast<double>(q.floor)) {
    const double lower = tail.lower_threshold(limit);
    if (lower >= 0)
      v.lower = static_cast<std::int64_t>(lower);
  }
  const auto count = static_cast<std::int64_t>(q.value);
  if (age < q.learning)
    v.finding = Finding::kLearning;
  else if (v.upper && count >= *v.upper)
    v.finding = Finding::kHigh;
  else if (v.lower && count <= *v.lower)
    v.finding = Finding::kLow;
  v.reason = explain(q, v, model.settings.unit, limit, age);
  return v;
}

}  // namespace hunt::baseline
