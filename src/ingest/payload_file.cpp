#include "ingest/payload_file.hpp"

#include "core/error.hpp"

#include <cerrno>
#include <new>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

namespace hunt::ingest {

namespace {

constexpr unsigned kBuffer = 256 * 1024;

[[noreturn]] void fail(const char *what, const std::string &path, int error) {
  constexpr const char *undefined_file = "58P01", *io_error = "58030";
  throw core::Error(error == ENOENT ? undefined_file : io_error, std::string("could not ") + what + " file \"" + path +
                                                                     "\": " + std::system_category().message(error));
}

gzFile handle(void *file) noexcept { return static_cast<gzFile>(file); }

}  // namespace

void PayloadFile::Close::operator()(void *file) const noexcept { gzclose(handle(file)); }

PayloadFile::PayloadFile(const std::string &path) : path_(path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (descriptor < 0 || fstat(descriptor, &status) != 0 || S_ISDIR(status.st_mode)) {
    const int error = descriptor >= 0 && S_ISDIR(status.st_mode) ? EISDIR : errno;
    if (descriptor >= 0)
      close(descriptor);
    fail("open", path, error);
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
  file_.reset(gzdopen(descriptor, "rb"));
  if (!file_) {
    close(descriptor);
    throw std::bad_alloc();
  }
  gzbuffer(handle(file_.get()), kBuffer);
}

bool PayloadFile::read(std::size_t bytes, std::string &out) {
  const std::size_t before = out.size();
  out.resize(before + bytes);
  const int count = gzread(handle(file_.get()), out.data() + before, static_cast<unsigned>(bytes));
  out.resize(before + static_cast<std::size_t>(count > 0 ? count : 0));
  int error = Z_OK;
  const char *const message = gzerror(handle(file_.get()), &error);
  if (error == Z_ERRNO)
    fail("read", path_, errno);
  // A file that ends within its compressed data only says so at its end.
  if (count < 0 || (count == 0 && error == Z_BUF_ERROR))
    throw core::Error("58030", "could not read file \"" + path_ + "\": " + message,
                      "The file is compressed by gzip and is broken or incomplete.");
  return count > 0;
}

std::uint64_t PayloadFile::position() const noexcept {
  const z_off_t offset = gzoffset(handle(file_.get()));
  return offset > 0 ? static_cast<std::uint64_t>(offset) : 0;
}

}  // namespace hunt::ingest
