// Parsing user agents in the core: strings that come again, strings that are all different, the first one of a process,
// and memory.
//
//   agent_bench [FILE.tsv]     FILE: real user agents in its first column, behind a line of headings; without it a
//                              few dozen forms of our own
#include "agent/agent_cache.hpp"

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace hunt::bench {
namespace {

using agent::AgentCache;

long resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:"))
      return std::stol(line.substr(8));
  return 0;
}

// Forms as logs hold them: `#` stands for a number.
std::vector<std::string> forms() {
  return {
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.#.# Safari/537.36",
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.0.0 Safari/537.36 "
      "Edg/#.0.#.#",
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.#.# "
      "Safari/537.36",
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.# "
      "Safari/605.1.#",
      "Mozilla/5.0 (iPhone; CPU iPhone OS 17_# like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.# "
      "Mobile/15E# Safari/604.1",
      "Mozilla/5.0 (Linux; Android 13; SM-G#B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.#.# Mobile "
      "Safari/537.36",
      "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:#.0) Gecko/20100101 Firefox/#.#",
      "aws-cli/2.#.# Python/3.11.# Linux/5.10.# exe/x86_64.amzn.2 prompt/off command/s3.ls",
      "Boto3/1.26.# Python/3.10.# Linux/5.19.0-#-generic Botocore/1.29.#",
      "aws-sdk-go/1.44.# (go1.19.#; linux; amd64)",
      "kubectl/v1.28.# (darwin/amd64) kubernetes/#",
      "python-requests/2.#.#"};
}

std::vector<std::string> different(std::size_t count) {
  std::mt19937 random(1);
  const auto all = forms();
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text;
    for (const char c : all[i % all.size()])
      text += c == '#' ? std::to_string(random() % 100000) : std::string(1, c);
    texts.push_back(std::move(text));
  }
  return texts;
}

std::vector<std::string> first_column(const char *path) {
  std::vector<std::string> texts;
  std::ifstream in(path);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line))
    texts.push_back(line.substr(0, line.find('\t')));
  return texts;
}

void repeated(benchmark::State &state) {
  AgentCache cache(std::pmr::new_delete_resource());
  const auto texts = different(1000);
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(cache.find(texts[at]));
    at = at + 1 == texts.size() ? 0 : at + 1;
  }
  state.SetItemsProcessed(state.iterations());
}

void all_different(benchmark::State &state, const std::vector<std::string> &texts) {
  AgentCache cache(std::pmr::new_delete_resource());
  for (const auto &text : texts)
    benchmark::DoNotOptimize(cache.parser().parse(text));
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(cache.parser().parse(agent::examined_part(texts[at])));
    at = at + 1 == texts.size() ? 0 : at + 1;
  }
  state.SetItemsProcessed(state.iterations());
}

void first_parse() {
  const auto text = different(1).front();
  const long before = resident_kib();
  const auto begun = std::chrono::steady_clock::now();
  AgentCache cache(std::pmr::new_delete_resource());
  benchmark::DoNotOptimize(cache.find(text));
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
  std::printf("first parse: %.2f ms, %zu expressions compiled, %ld KiB (target <= 50 ms)\n", took.count(),
              cache.parser().matcher().compiled(), resident_kib() - before);
}

void memory_after(const std::vector<std::string> &texts) {
  const long before = resident_kib();
  AgentCache cache(std::pmr::new_delete_resource());
  for (const auto &text : texts)
    cache.find(text);
  std::printf("memory after %zu strings: %ld KiB, of which entries about %zu KiB; %zu expressions compiled\n",
              texts.size(), resident_kib() - before, cache.bytes() / 1024, cache.parser().matcher().compiled());
}

}  // namespace
}  // namespace hunt::bench

int main(int argc, char **argv) {
  using namespace hunt::bench;
  first_parse();
  benchmark::Initialize(&argc, argv);
  const auto texts = argc > 1 ? first_column(argv[1]) : different(20000);
  const auto made = different(20000);
  memory_after(texts);
  benchmark::RegisterBenchmark("repeated", repeated);
  benchmark::RegisterBenchmark("all_different", [&](benchmark::State &state) { all_different(state, made); });
  if (argc > 1)
    benchmark::RegisterBenchmark("of_file", [&](benchmark::State &state) { all_different(state, texts); });
  benchmark::RunSpecifiedBenchmarks();
}
