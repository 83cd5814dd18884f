#include "file.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace hunt::tools {
namespace {

[[noreturn]] void fail(const std::string &path) { throw std::system_error(errno, std::generic_category(), path); }

}  // namespace

std::string read_file(const std::string &path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE *)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file)
    fail(path);
  std::string content;
  char block[1 << 16];
  while (const std::size_t size = std::fread(block, 1, sizeof block, file.get()))
    content.append(block, size);
  if (std::ferror(file.get()))
    fail(path);
  return content;
}

void write_file(const std::string &path, const std::string &content) {
  const std::string unfinished = path + ".new";
  std::FILE *file = std::fopen(unfinished.c_str(), "wb");
  if (!file)
    fail(unfinished);
  const bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size();
  if (std::fclose(file) != 0 || !written)
    fail(unfinished);
  if (std::rename(unfinished.c_str(), path.c_str()) != 0)
    fail(path);
}

}  // namespace hunt::tools
