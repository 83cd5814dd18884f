#include "ingest/payload_file.hpp"

#include "core/error.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>
#include <zlib.h>

namespace hunt::ingest {
namespace {

std::string temporary(const char *name) {
  return (std::filesystem::temp_directory_path() / (std::to_string(getpid()) + name)).string();
}

std::string content_of(const std::string &path, std::size_t piece) {
  PayloadFile file(path);
  std::string all;
  while (file.read(piece, all)) {
  }
  return all;
}

void write(const std::string &path, const std::string &bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string compressed(const std::string &text) {
  const std::string path = temporary("member.gz");
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::remove(path.c_str());
  return bytes;
}

std::string many_lines() {
  std::string text;
  for (int i = 0; i < 100'000; ++i)
    text += "line " + std::to_string(i) + "\n";
  return text;
}

TEST(PayloadFile, PlainAndCompressed) {
  const std::string text = many_lines();
  const std::string path = temporary("payload");
  for (const std::size_t piece : {std::size_t{1000}, std::size_t{1} << 20}) {
    write(path, text);
    EXPECT_EQ(content_of(path, piece), text);
    write(path, compressed(text) + compressed("more"));
    EXPECT_EQ(content_of(path, piece), text + "more");
  }
  write(path, "");
  EXPECT_EQ(content_of(path, 10), "");
  std::remove(path.c_str());
}

TEST(PayloadFile, WhatCannotBeRead) {
  EXPECT_THROW(PayloadFile("/nowhere/at/all"), core::Error);
  EXPECT_THROW(PayloadFile(std::filesystem::temp_directory_path().string()), core::Error);
  const std::string path = temporary("broken");
  std::string bytes = compressed(many_lines());
  write(path, bytes.substr(0, bytes.size() / 2));
  EXPECT_THROW(content_of(path, 1000), core::Error);
  bytes[bytes.size() / 2] ^= 0x55;
  write(path, bytes);
  EXPECT_THROW(content_of(path, 1000), core::Error);
  std::remove(path.c_str());
}

}  // namespace
}  // namespace hunt::ingest
