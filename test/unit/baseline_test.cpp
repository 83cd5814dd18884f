// Baselines against brute force: whatever the order, the batches and the merge tree, the model is the map of exact
// counts, and a verdict is what those counts say.
#include "baseline/count_tail.hpp"
#include "baseline/judge.hpp"
#include "baseline/outlier.hpp"
#include "core/error.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <map>
#include <random>
#include <set>

using namespace hunt::baseline;

namespace {

std::deque<std::vector<std::uint32_t>> memory;  // aligned as the server aligns
OpenBytes allocate(std::size_t size) {
  auto &block = memory.emplace_back((size + 3) / 4, 0xDEADBEEF);
  return {reinterpret_cast<std::uint8_t *>(block.data()), size};
}

std::string stored(Bytes model) {
  const Bytes bytes = close(model, allocate);
  validate(bytes);
  return {bytes.begin(), bytes.end()};
}

Bytes bytes_of(const std::string &text) { return {reinterpret_cast<const std::uint8_t *>(text.data()), text.size()}; }

std::string model_of(const Settings &settings, const std::vector<Point> &points) {
  OpenBytes model = create(settings, allocate);
  for (const Point &p : points)
    model = add(model, p, allocate);
  return stored(model);
}

// What the contract says that a model holds.
std::map<std::int32_t, std::uint64_t> expected_counts(const Settings &settings, const std::vector<Point> &points) {
  std::map<std::int32_t, std::uint64_t> counts;
  for (const Point &p : points) {
    std::uint64_t &count = counts[p.slice];
    count = settings.combine == Combine::kMax ? std::max(count, p.count) : std::min(count + p.count, kMostCount);
  }
  while (counts.size() > settings.limit)
    counts.erase(counts.begin());
  return counts;
}

std::string merged(const std::string &a, const std::string &b) {
  const std::string bytes = stored(merge(open(bytes_of(a), allocate), bytes_of(b), allocate));
  EXPECT_EQ(stored(concat(bytes_of(a), bytes_of(b), allocate)), bytes);
  return bytes;
}

// The model of points in a random tree of batches.
std::string by_random_tree(const Settings &settings, std::vector<Point> points, std::mt19937 &random) {
  std::shuffle(points.begin(), points.end(), random);
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < points.size();) {
    const std::size_t size = std::min<std::size_t>(1 + random() % 20, points.size() - at);
    parts.push_back(model_of(settings, {points.begin() + static_cast<std::ptrdiff_t>(at),
                                        points.begin() + static_cast<std::ptrdiff_t>(at + size)}));
    at += size;
  }
  while (parts.size() > 1) {
    std::swap(parts[random() % parts.size()], parts.back());
    const std::string last = parts.back();
    parts.pop_back();
    std::string &other = parts[random() % parts.size()];
    other = random() % 2 == 0 ? merged(other, last) : merged(last, other);
  }
  return parts.front();
}

Question question(std::uint64_t value, std::int32_t slice) {
  return {.value = value,
          .slice = slice,
          .as_of = slice,
          .sigma = 3,
          .floor = 1,
          .direction = Direction::kHigh,
          .learning = 30,
          .silent = false,
          .rhythm = true};
}

Verdict verdict_of(const std::vector<Point> &points, const Question &q, Unit unit = Unit::kDay) {
  const std::string bytes = model_of({unit, Combine::kSum, 2160, {}}, points);
  return judge(read(bytes_of(bytes)), q);
}

std::vector<Point> constant(std::uint64_t count, int n) {
  std::vector<Point> points;
  for (int i = 0; i < n; ++i)
    points.push_back({i, count});
  return points;
}

}  // namespace

TEST(Baseline, IsTheSameForAnyOrderBatchesAndMergeTree) {
  std::mt19937 random(1);
  for (int round = 0; round < 60; ++round) {
    memory.clear();
    const Settings settings{round % 2 == 0 ? Unit::kHour : Unit::kDay, round % 3 == 0 ? Combine::kMax : Combine::kSum,
                            static_cast<std::uint32_t>(1 + random() % 60), round % 4 == 0 ? "Europe/Berlin" : ""};
    std::vector<Point> points;
    const int size = static_cast<int>(1 + random() % 300), span = static_cast<int>(1 + random() % 200);
    for (int i = 0; i < size; ++i) {
      const std::uint64_t count = random() % 4 == 0 ? random() : random() % 5;
      points.push_back({static_cast<std::int32_t>(random() % span) - 50, random() % 50 == 0 ? kMostCount - 1 : count});
    }
    const std::string bytes = model_of(settings, points);
    for (int tree = 0; tree < 4; ++tree)
      ASSERT_EQ(by_random_tree(settings, points, random), bytes);

    const Model model = read(bytes_of(bytes));
    const auto counts = expected_counts(settings, points);
    std::set<std::int32_t> slices;
    for (const Point &p : points)
      slices.insert(p.slice);
    EXPECT_TRUE(model.settings == settings);
    EXPECT_EQ(model.first, *slices.begin());
    EXPECT_EQ(model.pruned, slices.size() > settings.limit);
    ASSERT_EQ(model.points.size(), counts.size());
    auto want = counts.begin();
    for (const Point &p : model.points) {
      EXPECT_EQ(p.slice, want->first);
      EXPECT_EQ(p.count, want->second);
      ++want;
    }
  }
}

TEST(Baseline, AddsThePiecesOfASliceBeforeItSquares) {
  std::vector<Point> whole = constant(6, 40), pieces;
  for (const Point &p : whole)
    for (int i = 0; i < 6; ++i)
      pieces.push_back({p.slice, 1});
  EXPECT_EQ(verdict_of(pieces, question(7, 40)).reason, verdict_of(whole, question(7, 40)).reason);
  EXPECT_EQ(verdict_of(pieces, question(7, 40)).n, 40);
}

TEST(Baseline, KeepsTheLargerCountOfASliceThatIsGivenAgain) {
  const Settings settings{Unit::kHour, Combine::kMax, 100, {}};
  const std::string once = model_of(settings, {{1, 3}});
  EXPECT_EQ(model_of(settings, {{1, 2}, {1, 3}, {1, 3}}), once);
  EXPECT_EQ(merged(once, once), once);
}

TEST(Baseline, GrowsByNewerSlices) {
  const Settings settings{Unit::kHour, Combine::kSum, 20, "UTC/x"};
  std::string bytes = model_of(settings, {{0, 1}});
  std::vector<Point> points{{0, 1}};
  for (int slice = 1; slice < 200; slice += 1 + slice % 40) {
    points.push_back({slice, static_cast<std::uint64_t>(slice % 7)});
    bytes = merged(bytes, model_of(settings, {points.back()}));
    EXPECT_EQ(bytes, model_of(settings, points));
  }
}

TEST(Baseline, DoesNotForgetForATimeInTheFuture) {
  std::vector<Point> points = constant(1, 90);
  points.push_back({kLastSlice, 1});
  const std::string bytes = model_of({Unit::kDay, Combine::kSum, 90, {}}, points);
  const Verdict v = judge(read(bytes_of(bytes)), question(6, 90));
  EXPECT_EQ(v.n, 89);
  EXPECT_EQ(v.finding, Finding::kHigh);
}

TEST(Baseline, RefusesOtherSettingsAndLimits) {
  const Settings settings{Unit::kHour, Combine::kSum, 10, {}};
  Settings other = settings;
  other.combine = Combine::kMax;
  EXPECT_THROW(merged(model_of(settings, {{1, 1}}), model_of(other, {{1, 1}})), hunt::core::Error);
  other.limit = 0;
  EXPECT_THROW(create(other, allocate), hunt::core::Error);
  other.limit = kMostSlices + 1;
  EXPECT_THROW(create(other, allocate), hunt::core::Error);
  EXPECT_THROW(slice_of(INT64_MAX, Unit::kHour), hunt::core::Error);
  EXPECT_THROW(slice_of(INT64_MIN, Unit::kDay), hunt::core::Error);
}

TEST(Baseline, RefusesBytesThatNoModelHas) {
  const std::string good = model_of({Unit::kHour, Combine::kSum, 3, "Europe/Berlin"}, {{1, 1}, {2, 9}, {7, 0}, {9, 2}});
  std::size_t refused = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_THROW(validate(bytes_of(good.substr(0, i))), hunt::core::Error);
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ 1 << bit);
      try {
        validate(bytes_of(bad));
        // What passes is what a writer makes of it.
        EXPECT_EQ(stored(open(bytes_of(bad), allocate)), bad);
      } catch (const hunt::core::Error &) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 20u);
  EXPECT_THROW(validate(bytes_of(good + '\0')), hunt::core::Error);
  EXPECT_THROW(validate(bytes_of(std::string(1, '\x20') + good.substr(1))), hunt::core::Error);
}

TEST(CountTail, IncompleteBetaIsTheSumOfTheNegativeBinomial) {
  for (const double mean : {0.01, 0.5, 3.0, 80.0})
    for (const double size : {0.05, 0.5, 7.0, 3000.0}) {
      const double share = mean / (mean + size);
      long double sum = 0;
      for (int y = 0; y < 400; ++y) {
        sum += std::exp(std::lgammal(y + size) - std::lgammal(size) - std::lgammal(y + 1.0L) +
                        size * std::log1pl(-share) + y * std::log(static_cast<long double>(share)));
        EXPECT_NEAR(incomplete_beta(1 - share, size, y + 1), static_cast<double>(sum), 1e-9);
        EXPECT_NEAR(incomplete_beta(share, y + 1, size), static_cast<double>(1 - sum), 1e-9);
      }
    }
}

TEST(CountTail, ThresholdsAreTheFirstCountsThatAreImprobableEnough) {
  std::mt19937 random(2);
  for (int round = 0; round < 200; ++round) {
    Moments counts;
    double smallest = 1e9;
    const double scale = std::pow(10.0, static_cast<double>(random() % 300) / 100 - 1);
    for (int n = static_cast<int>(1 + random() % 50); n > 0; --n) {
      const double value = std::floor(scale * static_cast<double>(random() % 1000) / 500);
      counts = counts + Moments::of(value);
      smallest = std::min(smallest, value);
    }
    const CountTail tail(counts, smallest);
    for (const double p : {0.1, 0.00135, 3e-7}) {
      const double upper = tail.upper_threshold(p), lower = tail.lower_threshold(p);
      EXPECT_LT(tail.at_least(upper), p);
      EXPECT_GE(tail.at_least(upper - 1), p);
      EXPECT_LT(tail.at_most(lower), p);
      EXPECT_GE(tail.at_most(lower + 1), p);
    }
  }
}

TEST(CountTail, IsPoissonsForALongHistoryOfPoissonCounts) {
  // The distribution function of Poisson's at mean 4: sum of e^-4 4^k / k!.
  const CountTail tail({1'000'000, 4, 4e6}, 0);
  EXPECT_NEAR(tail.at_least(10), 0.0081322, 1e-5);
  EXPECT_NEAR(tail.at_most(0), 0.0183156, 1e-5);
}

TEST(CountTail, TakesLargeCountsInUnits) {
  const CountTail tail({90, 5e12, 90 * 1e20}, 4e12);
  EXPECT_NEAR(tail.mean() / 5e12, 1, 1e-6);
  EXPECT_NEAR(tail.spread() / 1e10, 1, 0.2);
  const double threshold = tail.upper_threshold(0.00135);
  EXPECT_LT(tail.at_least(threshold), 0.00135);
  EXPECT_GE(tail.at_least(threshold - 1), 0.00135);
  EXPECT_EQ(tail.at_least(9e15), 0);
}

TEST(Verdict, OneNetworkForAMonthAndSixToday) {
  const Verdict v = verdict_of(constant(1, 31), question(6, 31));
  EXPECT_EQ(v.finding, Finding::kHigh);
  EXPECT_LT(v.p, 1e-7);
  EXPECT_GT(v.spread, 0);
  EXPECT_EQ(v.upper, 3);
  EXPECT_EQ(verdict_of(constant(1, 31), question(1, 31)).finding, Finding::kNormal);
  EXPECT_EQ(verdict_of(constant(1, 31), question(2, 31)).finding, Finding::kNormal);
}

TEST(Verdict, ThreeDaysAreLearning) {
  EXPECT_EQ(verdict_of(constant(1, 3), question(6, 3)).finding, Finding::kLearning);
  EXPECT_EQ(judge(Model(), question(6, 3)).finding, Finding::kLearning);
}

TEST(Verdict, ReturningAfterTheRetentionKnowsNothing) {
  const Verdict v = verdict_of(constant(1, 31), question(6, 31 + 2160));
  EXPECT_FALSE(v.known);
  EXPECT_EQ(v.finding, Finding::kLearning);
}

TEST(Verdict, ReturningAfterTheRetentionLearnsAnew) {
  const std::int32_t gap = 2161, back = 39 + gap;
  std::vector<Point> points = constant(1, 40);
  for (std::int32_t n = 0; n < 40; ++n)
    points.push_back({back + n, 1});
  Question q = question(6, back + 10);
  q.learning = 20;
  EXPECT_EQ(verdict_of(points, q).finding, Finding::kLearning);
  q.slice = q.as_of = back + 19;
  EXPECT_EQ(verdict_of(points, q).finding, Finding::kLearning);
  q.slice = q.as_of = back + 20;
  EXPECT_EQ(verdict_of(points, q).finding, Finding::kHigh);
  // Of the gap that is a slice shorter something was known on the day of return.
  for (std::size_t i = 40; i < points.size(); ++i)
    --points[i].slice;
  q.slice = q.as_of = back + 10;
  EXPECT_NE(verdict_of(points, q).finding, Finding::kLearning);
  // Whose silence counts was never gone.
  for (std::size_t i = 40; i < points.size(); ++i)
    ++points[i].slice;
  q.silent = true;
  EXPECT_NE(verdict_of(points, q).finding, Finding::kLearning);
}

TEST(Verdict, FloorAndDirection) {
  Question q = question(6, 31);
  q.floor = 7;
  EXPECT_EQ(verdict_of(constant(1, 31), q).finding, Finding::kNormal);
  EXPECT_NE(verdict_of(constant(1, 31), q).reason.find("below the floor of 7"), std::string::npos);
  q = question(0, 31);
  EXPECT_EQ(verdict_of(constant(50, 31), q).finding, Finding::kNormal);
  q.direction = Direction::kBoth;
  EXPECT_EQ(verdict_of(constant(50, 31), q).finding, Finding::kLow);
  q.sigma = 0.5;
  EXPECT_THROW(verdict_of(constant(50, 31), q), hunt::core::Error);
}

TEST(Verdict, LooksOnlyAtWhatWasBefore) {
  std::vector<Point> points = constant(1, 31);
  const Verdict before = verdict_of(points, question(6, 31));
  points.push_back({31, 6});
  points.push_back({32, 100});
  EXPECT_EQ(verdict_of(points, question(6, 31)).reason, before.reason);
  Question q = question(6, 31);
  q.as_of = 20;
  EXPECT_EQ(verdict_of(points, q).n, 20);
}

TEST(Verdict, CountsSilentSlicesIfTold) {
  std::vector<Point> points;
  for (int i = 0; i < 1000; i += 50)
    points.push_back({i, 5});
  Question q = question(5, 1000);
  EXPECT_EQ(verdict_of(points, q, Unit::kHour).n, 20);
  EXPECT_NEAR(verdict_of(points, q, Unit::kHour).expected, 5, 0.1);
  q.silent = true;
  q.rhythm = false;
  EXPECT_EQ(verdict_of(points, q, Unit::kHour).n, 1000);
  EXPECT_NEAR(verdict_of(points, q, Unit::kHour).expected, 0.1, 0.01);
}

TEST(Verdict, SeesTheRhythmOfTheWeek) {
  std::mt19937 random(3);
  std::poisson_distribution<int> busy(20);
  std::vector<Point> points;
  for (int i = 0; i < 60 * 24; ++i)
    if (i / 24 % 7 < 5 && i % 24 >= 8 && i % 24 < 18)
      points.push_back({i, static_cast<std::uint64_t>(busy(random))});
  Question q = question(20, 63 * 24 + 10);
  q.silent = true;
  EXPECT_TRUE(verdict_of(points, q, Unit::kHour).by_rhythm);
  EXPECT_EQ(verdict_of(points, q, Unit::kHour).finding, Finding::kNormal);
  q.slice = q.as_of = 63 * 24 + 3;
  EXPECT_TRUE(verdict_of(points, q, Unit::kHour).by_rhythm);
  EXPECT_EQ(verdict_of(points, q, Unit::kHour).finding, Finding::kHigh);
  q.rhythm = false;
  EXPECT_EQ(verdict_of(points, q, Unit::kHour).finding, Finding::kNormal);
}

TEST(Verdict, SeesNoRhythmInNoise) {
  std::mt19937 random(4);
  std::poisson_distribution<int> noise(3);
  int seen = 0;
  for (int series = 0; series < 100; ++series) {
    std::vector<Point> points;
    for (int i = 0; i < 60 * 24; ++i)
      points.push_back({i, static_cast<std::uint64_t>(noise(random))});
    seen += verdict_of(points, question(3, 60 * 24), Unit::kHour).by_rhythm;
  }
  EXPECT_EQ(seen, 0);
}

TEST(Outlier, IsTheMovingBandOfThePointsBefore) {
  std::mt19937 random(5);
  for (int round = 0; round < 100; ++round) {
    const auto lookback = static_cast<std::int64_t>(2 + random() % 30);
    const bool by_time = round % 2 == 0;
    const double offset = round % 4 < 2 ? 0 : 1e9;  // where sums of squares would cancel
    const OutlierRule rule{lookback, by_time, 2, 2, round % 3 == 0 ? Direction::kHigh : Direction::kBoth};
    OutlierSeries series(rule, std::pmr::get_default_resource());
    std::vector<std::pair<std::int64_t, double>> before;
    std::int64_t time = 0, run = 0;
    for (int i = 0; i < 300; ++i) {
      time += static_cast<std::int64_t>(1 + random() % 3);
      if (random() % 20 == 0) {
        series.skip();
        run = 0;
        continue;
      }
      const double value = offset + static_cast<double>(random() % 7);
      std::vector<double> window;
      for (std::size_t j = before.size(); j-- > 0;)
        if (by_time ? before[j].first >= time - lookback : std::cmp_less(window.size(), lookback))
          window.push_back(before[j].second);
      const auto point = series.next(value, time);
      before.emplace_back(time, value);
      ASSERT_EQ(point.has_value(), window.size() >= 2);
      if (!point) {
        run = 0;
        continue;
      }
      long double mean = 0, squares = 0;
      for (const double v : window)
        mean += v / static_cast<long double>(window.size());
      for (const double v : window)
        squares += (v - mean) * (v - mean);
      const auto band = static_cast<double>(2 * std::sqrt(squares / static_cast<long double>(window.size() - 1)));
      EXPECT_NEAR(point->error, static_cast<double>(value - mean), 1e-6);
      EXPECT_NEAR(point->upper - point->lower, 2 * band, 1e-6);
      if (std::fabs(std::fabs(point->error) - band) > 1e-6) {
        const bool outside = point->error > band || (rule.direction == Direction::kBoth && point->error < -band);
        EXPECT_EQ(point->indicator, outside);
      }
      run = point->indicator ? run + 1 : 0;
      EXPECT_EQ(point->violation, run >= 2);
    }
  }
}

TEST(Outlier, AConstantSeriesHasNoSpreadAndSeesAnyChange) {
  OutlierSeries series({10, false, 3, 1, Direction::kBoth}, std::pmr::get_default_resource());
  for (int i = 0; i < 50; ++i) {
    const auto point = series.next(0.1, 0);
    if (point) {
      EXPECT_EQ(point->lower, 0.1);
      EXPECT_EQ(point->upper, 0.1);
      EXPECT_FALSE(point->indicator);
    }
  }
  EXPECT_TRUE(series.next(0.2, 0)->violation);
}

TEST(Outlier, RefusesWhatIsNoRule) {
  EXPECT_THROW(direction_of("up"), hunt::core::Error);
  EXPECT_THROW((OutlierRule{1, false, 3, 1, Direction::kBoth}.check()), hunt::core::Error);
  EXPECT_THROW((OutlierRule{0, true, 3, 1, Direction::kBoth}.check()), hunt::core::Error);
  EXPECT_THROW((OutlierRule{10, false, -1, 1, Direction::kBoth}.check()), hunt::core::Error);
  EXPECT_THROW((OutlierRule{10, false, NAN, 1, Direction::kBoth}.check()), hunt::core::Error);
  EXPECT_THROW((OutlierRule{10, false, 3, 0, Direction::kBoth}.check()), hunt::core::Error);
  OutlierSeries series({10, true, 3, 1, Direction::kBoth}, std::pmr::get_default_resource());
  series.next(1, 5);
  EXPECT_THROW(series.next(1, 5), hunt::core::Error);
}
