// Sketches in the core: the errors of their estimates over seeded trials, and what a merge costs.
#include "core/hash.hpp"
#include "distinct/exaloglog.hpp"
#include "distinct/exaloglog_registers.hpp"
#include "distinct/sketch.hpp"
#include "report.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <cmath>
#include <random>
#include <string>
#include <thread>

namespace hunt::bench {
namespace {

using namespace distinct;
using State = std::vector<std::uint8_t>;

void insert(State &state, std::uint64_t hash) {
  if (sketch::insert(state, hash))
    return;
  State larger(sketch::grown_size(state));
  sketch::grow(state, larger);
  sketch::insert(larger, hash);
  state = std::move(larger);
}

struct Errors {
  double squares = 0, sum = 0;
  int wrong = 0, trials = 0;
  double rmse() const { return std::sqrt(squares / trials); }
  double bias() const { return sum / trials; }
  double bias_noise() const { return rmse() / std::sqrt(trials); }
};

// Trial t counts the numbers t * n .. t * n + n - 1, hashed as SQL does; the estimate is taken at every size in `at`,
// which ascends. Relative errors.
std::vector<Errors> measure(int precision, const std::vector<std::uint64_t> &at, int trials) {
  const auto work = [&](int first, int last) {
    std::vector<Errors> errors(at.size());
    for (int trial = first; trial < last; ++trial) {
      State state(sketch::initial_size({}));
      sketch::create(state, precision, {});
      std::uint64_t value = static_cast<std::uint64_t>(trial) << 40, n = 0;
      for (std::size_t i = 0; i < at.size(); ++i) {
        for (; n < at[i]; ++n, ++value)
          insert(state, core::hash64({reinterpret_cast<const char *>(&value), sizeof value}));
        const double error = sketch::cardinality(state).value / static_cast<double>(n) - 1;
        errors[i].squares += error * error;
        errors[i].sum += error;
        errors[i].wrong += error != 0;
        ++errors[i].trials;
      }
    }
    return errors;
  };
  std::vector<Errors> halves[2];
  std::thread other([&] { halves[1] = work(trials / 2, trials); });
  halves[0] = work(0, trials / 2);
  other.join();
  for (std::size_t i = 0; i < at.size(); ++i) {
    halves[0][i].squares += halves[1][i].squares;
    halves[0][i].sum += halves[1][i].sum;
    halves[0][i].wrong += halves[1][i].wrong;
    halves[0][i].trials += halves[1][i].trials;
  }
  return halves[0];
}

void print_errors(int precision, double standard_error, int trials) {
  const std::vector<std::uint64_t> at{10, 100, 1000, 10000, 100000, 1000000};
  print_title("Errors at precision " + std::to_string(precision) + ", " + std::to_string(trials) + " trials");
  const auto errors = measure(precision, at, trials);
  for (std::size_t i = 0; i < at.size(); ++i) {
    const std::string n = "n = " + std::to_string(at[i]);
    if (at[i] <= 100)
      print_row(n + ", trials that are not exact", errors[i].wrong, "");
    else
      print_row(n + ", RMSE", 100 * errors[i].rmse(), "%", 1.05 * standard_error);
    if (at[i] > 100 && errors[i].squares > 0)
      print_row(n + ", bias in standard errors of its mean", std::abs(errors[i].bias()) / errors[i].bias_noise(), "");
  }
}

// The largest bias on a fine grid of n, where other estimators have bumps.
void print_grid(int precision, double standard_error, int trials) {
  std::vector<std::uint64_t> at;
  for (double n = 100; n < 200000; n *= 1.05)
    at.push_back(static_cast<std::uint64_t>(n));
  const auto errors = measure(precision, at, trials);
  double bias = 0, rmse = 0, noises = 0;
  for (const Errors &e : errors) {
    bias = std::max(bias, std::abs(e.bias()));
    rmse = std::max(rmse, e.rmse());
    noises = std::max(noises, e.squares == 0 ? 0 : std::abs(e.bias()) / e.bias_noise());
  }
  print_title("A grid of " + std::to_string(at.size()) + " sizes at precision " + std::to_string(precision) + ", " +
              std::to_string(trials) + " trials");
  print_row("largest RMSE", 100 * rmse, "%", 1.05 * standard_error * (1 + 2 / std::sqrt(trials)));
  print_row("largest bias", 100 * bias, "%");
  print_row("largest bias in standard errors of its mean", noises, "", 4.5);
}

void print_merge(int precision, double target) {
  std::mt19937_64 random(1);
  State a(exaloglog::size(precision)), b(a);
  for (int i = 0; i < 20000; ++i) {
    exaloglog::insert(a, precision, random());
    exaloglog::insert(b, precision, random());
  }
  const char *const names[] = {"plain", "AVX2", "AVX-512"};
  print_title("Merge of two dense states of precision " + std::to_string(precision));
  for (int i = 0; i <= static_cast<int>(exaloglog::best_instructions()); ++i) {
    const auto instructions = static_cast<exaloglog::Instructions>(i);
    std::vector<double> times;
    for (int run = 0; run < 101; ++run) {
      State state = a;
      const auto begun = std::chrono::steady_clock::now();
      for (int repeat = 0; repeat < 1000; ++repeat) {
        exaloglog::unite_registers(state, b, instructions);
        benchmark::DoNotOptimize(state.data());
      }
      times.push_back(std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begun).count() /
                      1000);
    }
    const bool best = instructions == exaloglog::best_instructions();
    print_row(std::string(names[i]) + (best ? ", chosen here" : ""), median(times), "ns", best ? target : 0);
  }
}

}  // namespace
}  // namespace hunt::bench

int main() {
  using namespace hunt::bench;
  print_machine();
  print_merge(9, 120);
  print_merge(11, 0);
  print_errors(9, 1.60, 1000);
  print_errors(11, 0.80, 1000);
  print_grid(9, 1.60, 1000);
}
