// Masking lines and adding them to a dictionary, without PostgreSQL: generated lines, and those of the labelled logs in
// $SESSION_HUNT_DATA/logreduce where there are any. items_per_second is lines per second of one core.
#include "csv.hpp"
#include "file.hpp"
#include "signature/dictionary.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>

namespace hunt::bench {
namespace {

std::vector<std::string> generated_lines() {
  std::vector<std::string> lines;
  for (int i = 0; i < 20000; ++i) {
    const std::string n = std::to_string(i);
    lines.push_back(i % 3 == 0 ? "Failed password for user" + n + " from 10.0.1." + std::to_string(i % 250) + " port " +
                                     n + " ssh2"
                    : i % 3 == 1 ? "GET /api/v1/items/" + n + " status=200 bytes=" + n + " took " + n + "ms"
                                 : "session opened by service worker " + n + " with state active");
  }
  return lines;
}

std::vector<std::string> logged_lines() {
  std::vector<std::string> lines;
  const char *const data = std::getenv("SESSION_HUNT_DATA");
  const std::filesystem::path folder = std::filesystem::path(data == nullptr ? "../shared/data" : data) / "logreduce";
  if (!std::filesystem::exists(folder))
    return lines;
  for (const auto &file : std::filesystem::directory_iterator(folder)) {
    const std::string text = tools::read_file(file.path());
    tools::CsvReader reader(text);
    std::vector<std::string> record;
    reader.next(record);
    while (reader.next(record))
      lines.push_back(record.at(1));
  }
  return lines;
}

void mask_lines(benchmark::State &state, const std::vector<std::string> &lines) {
  signature::MaskBuffer buffer;
  for (auto _ : state)
    for (const std::string &line : lines)
      benchmark::DoNotOptimize(signature::mask(line, signature::MaskMode::kLog, buffer));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * lines.size()));
}

void add_lines(benchmark::State &state, const std::vector<std::string> &lines) {
  signature::Dictionary dictionary(signature::MaskMode::kLog, signature::kDefaultMaxEntries,
                                   std::pmr::get_default_resource());
  for (auto _ : state)
    for (const std::string &line : lines)
      dictionary.add(line, {0, 0});
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * lines.size()));
}

}  // namespace
}  // namespace hunt::bench

int main(int argc, char **argv) {
  using namespace hunt::bench;
  const std::vector<std::string> generated = generated_lines(), logged = logged_lines();
  benchmark::RegisterBenchmark("mask/generated", mask_lines, generated);
  benchmark::RegisterBenchmark("add/generated", add_lines, generated);
  if (logged.empty()) {
    std::puts("SKIPPED: labelled logs; set SESSION_HUNT_DATA");
  } else {
    benchmark::RegisterBenchmark("mask/logged", mask_lines, logged);
    benchmark::RegisterBenchmark("add/logged", add_lines, logged);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
