// Moments of the newest values of a series, each value taken in and let go once.
//
// Nothing is ever subtracted, so nothing cancels: values wait in two stacks (the known way to make a queue of them),
// of which one holds the moments of each of its values and all newer ones. A value costs three additions of moments,
// whatever the length of the window; memory is 24 bytes a value in it.
#pragma once

#include "baseline/moments.hpp"

#include <memory_resource>
#include <vector>

namespace hunt::baseline {

class MovingWindow {
public:
  explicit MovingWindow(std::pmr::memory_resource *memory) : old_(memory), new_(memory) {}

  std::int64_t size() const noexcept { return static_cast<std::int64_t>(old_.size() + new_.size()); }
  // Times must not fall.
  void push(double value, std::int64_t time) {
    new_.push_back({value, time});
    newest_ = newest_ + Moments::of(value);
  }
  // Lets go the oldest values, of the given number all but the newest, and those before a time.
  void keep_newest(std::int64_t most) {
    while (size() > most)
      pop();
  }
  void drop_before(std::int64_t time) {
    while (size() > 0 && oldest_time() < time)
      pop();
  }
  Moments moments() const noexcept {
    return old_.empty() ? newest_
                        : Moments{static_cast<std::int64_t>(old_.size()), old_.back().mean, old_.back().m2} + newest_;
  }

private:
  struct Value {
    double value;
    std::int64_t time;
  };
  struct Suffix {  // the moments of a value and all newer ones of its stack
    double mean, m2;
    std::int64_t time;
  };

  std::int64_t oldest_time() const noexcept { return old_.empty() ? new_.front().time : old_.back().time; }
  void pop() {
    if (old_.empty()) {
      Moments sum;
      for (std::size_t i = new_.size(); i-- > 0;) {
        sum = Moments::of(new_[i].value) + sum;
        old_.push_back({sum.mean, sum.m2, new_[i].time});
      }
      new_.clear();
      newest_ = {};
    }
    old_.pop_back();
  }

  std::pmr::vector<Suffix> old_;  // the oldest value last
  std::pmr::vector<Value> new_;   // the newest value last
  Moments newest_;                // of new_
};

}  // namespace hunt::baseline
