#include "options.hpp"

#include <chrono>
#include <cstdio>
#include <stdexcept>

namespace hunt::tools {

void read_options(const std::vector<std::string> &arguments, std::map<std::string, std::string> &options) {
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const auto known = options.find(arguments[i]);
    if (known == options.end() || i + 1 == arguments.size())
      throw std::runtime_error("unknown option or no value: " + arguments[i]);
    known->second = arguments[i + 1];
  }
}

std::int64_t midnight(const std::string &date) {
  int y = 0;
  unsigned m = 0, d = 0;
  char rest = 0;
  const bool read = std::sscanf(date.c_str(), "%d-%u-%u%c", &y, &m, &d, &rest) == 3;
  const std::chrono::year_month_day day{std::chrono::year{y}, std::chrono::month{m}, std::chrono::day{d}};
  if (!read || !day.ok())
    throw std::runtime_error("not a date: " + date);
  return std::chrono::sys_days{day}.time_since_epoch().count() * std::int64_t{86'400'000};
}

int count(const std::string &text, int low, int high) {
  const int value = std::stoi(text);
  if (value < low || value > high)
    throw std::runtime_error(text + " is outside " + std::to_string(low) + " to " + std::to_string(high));
  return value;
}

}  // namespace hunt::tools
