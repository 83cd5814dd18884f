// How often a verdict is wrong on series whose truth is known: false alarms on usual days, and detection of a jump, for
// the stored baseline at sigma 3 beside mean + 3 standard deviations of the same days. Seeded; prints a table.
#include "baseline/judge.hpp"

#include <cmath>
#include <cstdio>
#include <functional>
#include <random>

using namespace hunt::baseline;

namespace {

constexpr int kSeries = 4000, kDays = 60, kTests = 20, kFirst = 120;
using Random = std::mt19937_64;

struct Kind {
  const char *name;
  std::function<std::uint64_t(int day, double scale, Random &)> usual;  // `scale` belongs to the series
  std::function<double(Random &)> scale;
  std::function<std::uint64_t(std::uint64_t usual, double scale)> attack;
};

std::uint64_t poisson(double mean, Random &random) {
  return static_cast<std::uint64_t>(std::poisson_distribution<int>(mean)(random));
}
double uniform(double from, double to, Random &random) { return std::uniform_real_distribution<>(from, to)(random); }

double mean_and_sigma(const std::vector<Point> &points, int day) {
  Moments m;
  for (const Point &p : points)
    if (p.slice < kFirst + day)
      m = m + Moments::of(static_cast<double>(p.count));
  return m.mean + 3 * std::sqrt(m.sample_variance());
}

void run(const Kind &kind) {
  Random random(7);
  int tests = 0, false_model = 0, false_sigma = 0, found_model = 0, found_sigma = 0;
  for (int series = 0; series < kSeries; ++series) {
    const double scale = kind.scale(random);
    Model model;
    model.settings = {Unit::kDay, Combine::kSum, 90, {}};
    model.first = kFirst;
    for (int day = 0; day < kDays + kTests; ++day)
      model.points.push_back({kFirst + day, kind.usual(day, scale, random)});
    for (int day = kDays; day < kDays + kTests; ++day) {
      const std::uint64_t usual = model.points[static_cast<std::size_t>(day)].count;
      const std::uint64_t attack = kind.attack(usual, scale);
      Question q{.value = usual,
                 .slice = kFirst + day,
                 .as_of = kFirst + day,
                 .sigma = 3,
                 .floor = 1,
                 .direction = Direction::kHigh,
                 .learning = 30,
                 .silent = true,
                 .rhythm = true};
      const double limit = mean_and_sigma(model.points, day);
      ++tests;
      false_model += judge(model, q).finding == Finding::kHigh;
      false_sigma += static_cast<double>(usual) > limit;
      q.value = attack;
      found_model += judge(model, q).finding == Finding::kHigh;
      found_sigma += static_cast<double>(attack) > limit;
    }
  }
  const double n = tests;
  std::printf("%-44s %8.3f %8.1f %10.3f %8.1f\n", kind.name, 1000 * false_model / n, 100 * found_model / n,
              1000 * false_sigma / n, 100 * found_sigma / n);
}

}  // namespace

int main() {
  const auto one = [](Random &) { return 1.0; };
  const auto plus = [](std::uint64_t more) { return [more](std::uint64_t usual, double) { return usual + more; }; };
  const std::vector<Kind> kinds = {
      {"always 1; attack: 6", [](int, double, Random &) { return std::uint64_t{1}; }, one, plus(5)},
      {"always 1; attack: 3", [](int, double, Random &) { return std::uint64_t{1}; }, one, plus(2)},
      {"1, on one day in 20 it is 2; attack: +4",
       [](int, double, Random &random) { return std::uint64_t{1} + (uniform(0, 1, random) < 0.05); }, one, plus(4)},
      {"1, with 1 or 2 more (mean 0.4); attack: +5",
       [](int, double, Random &random) { return 1 + poisson(0.4, random); }, one, plus(5)},
      {"sparse: Poisson, mean 0.02 to 0.2; attack: +4",
       [](int, double scale, Random &random) { return poisson(scale, random); },
       [](Random &random) { return uniform(0.02, 0.2, random); }, plus(4)},
      {"Poisson, mean 2 to 10; attack: +3 sqrt(mean) +5",
       [](int, double scale, Random &random) { return poisson(scale, random); },
       [](Random &random) { return uniform(2, 10, random); },
       [](std::uint64_t usual, double scale) { return usual + static_cast<std::uint64_t>(3 * std::sqrt(scale) + 5); }},
      {"Poisson, mean 100 to 1000; attack: x 1.5",
       [](int, double scale, Random &random) { return poisson(scale, random); },
       [](Random &random) { return uniform(100, 1000, random); },
       [](std::uint64_t usual, double) { return usual * 3 / 2; }},
      {"periodic: 40 on 5 days, 2 on 2; attack: x 3",
       [](int day, double, Random &random) { return poisson((kFirst + day) % 7 < 5 ? 40 : 2, random); }, one,
       [](std::uint64_t usual, double) { return std::max<std::uint64_t>(usual, 2) * 3; }},
      {"bursty: 9 of 10 days 0, else 20 to 60; attack: 200",
       [](int, double, Random &random) {
         return uniform(0, 1, random) < 0.9 ? 0 : static_cast<std::uint64_t>(uniform(20, 60, random));
       },
       one, [](std::uint64_t, double) { return std::uint64_t{200}; }},
      {"overdispersed: gamma-Poisson, size 2; attack: x 10",
       [](int, double scale, Random &random) {
         return poisson(std::gamma_distribution<>(2, scale / 2)(random), random);
       },
       [](Random &random) { return uniform(5, 50, random); },
       [](std::uint64_t, double scale) { return static_cast<std::uint64_t>(10 * scale); }},
      {"drifting: Poisson, mean 20 grows by 0.5 a day; x 2",
       [](int day, double, Random &random) { return poisson(20 + 0.5 * day, random); }, one,
       [](std::uint64_t usual, double) { return usual * 2; }},
  };
  std::printf("%d series a kind, %d days of history, %d days judged\n\n", kSeries, kDays, kTests);
  std::printf("%-44s %17s %19s\n", "", "baseline", "mean + 3 sigma");
  std::printf("%-44s %8s %8s %10s %8s\n", "series", "false/1000", "found %", "false/1000", "found %");
  for (const Kind &kind : kinds)
    run(kind);
}
