// Readable tables of figures with their targets, and on which machine they were measured.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace hunt::bench {

inline double median(std::vector<double> values) {
  if (values.empty())
    return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

inline void print_machine() {
  std::string model = "unknown processor", line;
  int processors = 0;
  for (std::ifstream info("/proc/cpuinfo"); std::getline(info, line);)
    if (line.rfind("model name", 0) == 0)
      model = line.substr(line.find(':') + 2), ++processors;
  double load[3] = {};
  if (getloadavg(load, 3) < 0)
    load[0] = -1;
  std::printf("%s, %d processors, load average %.2f %.2f %.2f\n", model.c_str(), processors, load[0], load[1], load[2]);
}

inline void print_title(const std::string &title) {
  std::printf("\n%s\n%-52s %10s  %-6s %10s  %s\n", title.c_str(), "", "median", "unit", "target", "met");
}

// `target` is the most (or, of a ratio, the least) that is good; 0: none was set.
inline void print_row(const std::string &what, double value, const char *unit, double target = 0,
                      bool at_least = false) {
  if (target == 0) {
    std::printf("%-52s %10.2f  %-6s %10s\n", what.c_str(), value, unit, "-");
    return;
  }
  const bool met = at_least ? value >= target : value <= target;
  std::printf("%-52s %10.2f  %-6s %2s %7.2f  %s\n", what.c_str(), value, unit, at_least ? ">=" : "<=", target,
              met ? "yes" : "NO");
}

}  // namespace hunt::bench
