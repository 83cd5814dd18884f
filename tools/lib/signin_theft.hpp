// Stolen sessions among ordinary sign-ins, of kinds that are easy and hard to see.
#pragma once

#include "signin_life.hpp"

namespace hunt::tools {

inline constexpr std::int64_t kDay = 86'400'000;

// The journey a person is on, or nullptr.
const Trip *trip_on(const Person &person, int day);

// A successful interactive sign-in with everything filled in.
SignIn make_signin(Random &random, const Person &person, std::int64_t at, const Device &device, const Place &place);

// Adds one theft of each kind of the list in the implementation, from the third week on, to `life`.
void steal_sessions(Random &random, const Networks &networks, const std::vector<Person> &people, std::int64_t start,
                    int days, Life &life);

}  // namespace hunt::tools
