// A file that holds a payload, plain or compressed by gzip (RFC 1952, of several members too), read from its start to
// its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace hunt::ingest {

class PayloadFile {
public:
  // Throws core::Error if the file cannot be opened.
  explicit PayloadFile(const std::string &path);

  // Appends up to `bytes` of what the file holds; false at its end. Throws core::Error if it cannot be read, or is
  // compressed and broken or cut off.
  bool read(std::size_t bytes, std::string &out);

  std::uint64_t size() const noexcept { return size_; }  // as it lies on the disk
  std::uint64_t position() const noexcept;               // how far of that has been read

private:
  struct Close {
    void operator()(void *file) const noexcept;
  };
  std::unique_ptr<void, Close> file_;
  std::string path_;
  std::uint64_t size_ = 0;
};

}  // namespace hunt::ingest
