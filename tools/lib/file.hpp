// Whole files as text.
#pragma once

#include <string>

namespace hunt::tools {

// Throw std::system_error.
std::string read_file(const std::string &path);
// Writes beside the file and renames, so that nobody ever sees half of it.
void write_file(const std::string &path, const std::string &content);

}  // namespace hunt::tools
