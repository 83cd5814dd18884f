// What happens: the ordinary days of people, password spraying that fails, and stolen sessions.
#pragma once

#include "signin_event.hpp"

#include <string>
#include <vector>

namespace hunt::tools {

struct Truth {
  std::string user;
  std::string kind;
  std::int64_t start, end;
  Place place;
  std::string note;
};

struct Life {
  std::vector<SignIn> signins;  // in order of time
  std::vector<Truth> stolen;
};

// `start` is midnight UTC of the first day, in milliseconds since 1970. The people must outlive the result.
Life live(Random &random, const Networks &networks, const std::vector<Person> &people, std::int64_t start, int days);

}  // namespace hunt::tools
