// What it means that an entity showed a value at a time: whether anybody had seen it before.
#pragma once

#include "history/history.hpp"

namespace hunt::history {

// In the order in which they are asked for: the first that is true.
enum class Verdict : std::uint8_t {
  new_entity,        // the entity itself had shown nothing within the retention
  learning,          // it began to show anything less than the learning interval before
  too_many_values,   // whether it had shown this value is not known: its history left values out
  new_for_everyone,  // nobody had shown this value, within the retention; asked where everybody's history is given
  new_for_peers,     // nobody of its group had; asked where the group's history is given
  new_for_entity,    // it had not shown this value
  rare,              // it had, on fewer than rare_days of the days before, within the retention
  known,
};

const char *verdict_name(Verdict verdict) noexcept;

// Just before `at`; peers and everyone are unset where no history is given.
struct Question {
  Answer entity;
  std::optional<Presence> peers;
  std::optional<Presence> everyone;
  Time at;
  std::int64_t learning;  // microseconds, at least 0
  std::uint32_t rare_days;
};

// A value that the peers' or everyone's history left out counts as seen there.
Verdict verdict(const Question &question) noexcept;

}  // namespace hunt::history
