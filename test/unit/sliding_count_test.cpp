#include "distinct/sliding_count.hpp"

#include "distinct/sketch.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>
#include <memory>
#include <random>
#include <vector>

namespace {

using namespace hunt::distinct;

// What a sketch says that has never seen anything else.
std::int64_t counted_anew(const std::deque<std::uint64_t> &window) {
  std::vector<std::uint8_t> state(sketch::initial_size({}));
  sketch::create(state, sketch::kDefaultPrecision, {});
  for (const std::uint64_t hash : window)
    if (!sketch::insert(state, hash)) {
      std::vector<std::uint8_t> larger(sketch::grown_size(state));
      sketch::grow(state, larger);
      state = larger;
      sketch::insert(state, hash);
    }
  return std::llround(sketch::cardinality(state).value);
}

// Memory of a group goes with the group: what is left of it here is given back by hand.
class Blocks {
public:
  SlidingCount::Memory memory() {
    return {[](void *self, std::size_t bytes) -> void * {
              auto &blocks = static_cast<Blocks *>(self)->blocks_;
              return blocks.emplace_back(new std::uint64_t[bytes / 8 + 1]).get();
            },
            [](void *) {}, this};
  }

private:
  std::vector<std::unique_ptr<std::uint64_t[]>> blocks_;
};

// A window of random length over values of which some repeat: it grows beyond the exact numbers and shrinks again.
TEST(SlidingCount, IsWhatASketchOfTheWindowSays) {
  std::mt19937_64 random(7);
  std::vector<std::uint64_t> values(3000);
  for (std::uint64_t &value : values)
    value = random() >> (random() % 8 == 0 ? random() % 40 : 0);  // some with many leading zeros
  Blocks blocks;
  SlidingCount sliding(blocks.memory());
  std::deque<std::uint64_t> window;
  for (std::size_t step = 0; step < 20000; ++step) {
    const bool grows = step / 2500 % 2 == 0;
    if (window.empty() || random() % 8 < (grows ? 6U : 2U)) {
      window.push_back(values[random() % values.size()]);
      sliding.add(window.back());
    } else {
      sliding.remove(window.front());
      window.pop_front();
    }
    if (step % 50 == 0) {
      ASSERT_EQ(sliding.count(), counted_anew(window)) << "step " << step << ", " << window.size() << " rows";
    }
  }
}

TEST(SlidingCount, IsEmptyWhenAllHasLeft) {
  Blocks blocks;
  SlidingCount sliding(blocks.memory());
  EXPECT_EQ(sliding.count(), 0);
  for (std::uint64_t i = 0; i < 5000; ++i)
    sliding.add(i * 0x9E3779B97F4A7C15);
  for (std::uint64_t i = 0; i < 5000; ++i)
    sliding.remove(i * 0x9E3779B97F4A7C15);
  EXPECT_EQ(sliding.count(), 0);
}

}  // namespace
