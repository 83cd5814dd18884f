// Stolen sessions in the months: kinds that are easy to see, hard to see, and not to be seen by network or client.
#pragma once

#include "months_life.hpp"

namespace hunt::tools {

// Adds `each` thefts of every kind, from the third week on, each of another victim; fewer when nobody is left that the
// kind fits.
void steal_sessions(Months &months, int each, MonthsLog &log);

// Fills in what of each theft differs from what its victim had shown before it began. `log` is in order of time.
void compare_thefts(MonthsLog &log);

// Every kind with what the thief does.
std::vector<std::pair<std::string, std::string>> theft_kinds();

}  // namespace hunt::tools
