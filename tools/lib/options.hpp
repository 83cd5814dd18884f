// Options of our programs: pairs of a name and a value.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hunt::tools {

// `options` comes with every known name and its default. Throws when an argument is not known or has no value.
void read_options(const std::vector<std::string> &arguments, std::map<std::string, std::string> &options);

// Milliseconds since 1970 of midnight UTC before a date such as 2026-11-22. Throws.
std::int64_t midnight(const std::string &date);

// A whole number within bounds. Throws.
int count(const std::string &text, int low, int high);

}  // namespace hunt::tools
