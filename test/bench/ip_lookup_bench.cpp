// Looking up addresses in the core, without PostgreSQL, beside libmaxminddb: CPU time, medians of alternating runs.
//
//   ip_lookup_bench ASN.mmdb|- CITY.mmdb     makes CITY.mmdb, a synthetic city database, if there is none
#include "core/huge_pages.hpp"
#include "enrich/ip_database.hpp"
#include "file.hpp"
#include "reference.hpp"
#include "report.hpp"
#include "synthetic_city.hpp"

#include <benchmark/benchmark.h>

#include <ctime>
#include <functional>
#include <map>
#include <memory>
#include <unistd.h>

namespace hunt::bench {
namespace {

using core::Ip;
using enrich::IpDatabase;

constexpr std::size_t kBatch = 1U << 16;

double cpu_ms() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

template <class F> double median_ms(int runs, F f) {
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    const double begun = cpu_ms();
    f();
    times.push_back(cpu_ms() - begun);
  }
  return median(times);
}

// Collects the nanoseconds of CPU per lookup of every repetition.
class Collector final : public benchmark::BenchmarkReporter {
public:
  bool ReportContext(const Context &) override { return true; }
  void ReportRuns(const std::vector<Run> &runs) override {
    for (const Run &run : runs)
      if (run.run_type == Run::RT_Iteration)
        times_[run.run_name.function_name].push_back(run.GetAdjustedCPUTime() / kBatch);
  }
  // NaN if options of the command line left it out.
  double of(const std::string &name) const {
    const auto at = times_.find(name);
    return at == times_.end() ? std::nan("") : median(at->second);
  }

private:
  std::map<std::string, std::vector<double>> times_;
};

// Goes through the addresses in batches. f(address) yields something to add up; `is_chain` makes each lookup wait for
// the one before.
template <class Address, class F>
void measure(const std::string &name, const std::vector<Address> &addresses, F f, bool is_chain = false) {
  benchmark::RegisterBenchmark(name.c_str(), [&addresses, f, is_chain](benchmark::State &state) {
    std::uint64_t sum = 0;
    std::size_t at = 0;
    for (auto _ : state) {
      for (std::size_t i = at; i < at + kBatch; ++i) {
        const std::size_t wait = is_chain ? sum >> 63 : 0;  // always 0, which the processor cannot know
        sum += f(to_ip(addresses[i + wait]));
      }
      at = (at + kBatch) % addresses.size();
    }
    benchmark::DoNotOptimize(sum);
  });
}

struct Opened {
  explicit Opened(const std::string &path)
      : file(tools::read_file(path)), compiled(enrich::compile_ip_database(file, "en", core::never_interrupted)),
        room(new char[core::size_for_huge_pages(compiled.table.size())]), ours(IpDatabase::open(place_table())),
        theirs(path) {}

  // Where a backend keeps it too.
  std::string_view place_table() {
    char *const place = core::in_huge_pages(room.get(), compiled.table.size());
    std::memcpy(place, compiled.table.data(), compiled.table.size());
    return {place, compiled.table.size()};
  }

  std::string file;
  enrich::CompiledIpDatabase compiled;
  std::unique_ptr<char[]> room;
  IpDatabase ours;
  Reference theirs;
};

// The field that a benchmark reads after finding the record.
std::uint64_t our_field(const IpDatabase &db, enrich::RecordId record, bool is_city) {
  if (record == 0)
    return 0;
  return is_city ? db.city(record) ? db.city(record).view().size() : 0 : db.asn_number(record);
}
std::uint64_t their_field(MMDB_lookup_result_s found, bool is_city) {
  return is_city ? Reference::city(found).size() : Reference::number(found);
}

template <class Address>
void register_stream(const std::string &stream, Opened &db, const std::vector<Address> &addresses, bool is_city) {
  measure(stream + " ours", addresses, [&db](const Ip &ip) { return db.ours.find(ip); });
  measure(stream + " ours, field", addresses,
          [&db, is_city](const Ip &ip) { return our_field(db.ours, db.ours.find(ip), is_city); });
  measure(stream + " libmaxminddb", addresses, [&db](const Ip &ip) { return db.theirs.find(ip).entry.offset; });
  measure(stream + " libmaxminddb, field", addresses,
          [&db, is_city](const Ip &ip) { return their_field(db.theirs.find(ip), is_city); });
  measure(
      stream + " ours, chain", addresses, [&db](const Ip &ip) { return db.ours.find(ip); }, true);
  measure(
      stream + " libmaxminddb, chain", addresses, [&db](const Ip &ip) { return db.theirs.find(ip).entry.offset; },
      true);
}

void print_stream(const Collector &times, const std::string &stream, double target) {
  print_row(stream + ": record", times.of(stream + " ours"), "ns", target);
  print_row(stream + ": record, libmaxminddb", times.of(stream + " libmaxminddb"), "ns");
  print_row("  times less", times.of(stream + " libmaxminddb") / times.of(stream + " ours"), "x");
  print_row(stream + ": record and field", times.of(stream + " ours, field"), "ns");
  print_row(stream + ": record and field, libmaxminddb", times.of(stream + " libmaxminddb, field"), "ns");
  print_row("  times less", times.of(stream + " libmaxminddb, field") / times.of(stream + " ours, field"), "x");
  print_row(stream + ": each waits for the last", times.of(stream + " ours, chain"), "ns");
  print_row(stream + ": each waits, libmaxminddb", times.of(stream + " libmaxminddb, chain"), "ns");
}

// How many of these addresses have another field by libmaxminddb; says so.
template <class Address>
bool verify(Opened &db, const std::vector<Address> &addresses, const char *family, bool is_city) {
  std::size_t differing = 0, found = 0;
  for (const Address &address : addresses) {
    const Ip ip = to_ip(address);
    const enrich::TrieMatch match = db.ours.match(ip);
    MMDB_lookup_result_s theirs = db.theirs.find(ip);
    const bool same_field = is_city ? match.value == 0 || !db.ours.city(match.value)
                                          ? Reference::city(theirs).empty()
                                          : db.ours.city(match.value).view() == Reference::city(theirs)
                                    : our_field(db.ours, match.value, false) == Reference::number(theirs);
    differing += (match.value != 0) != theirs.found_entry || match.value != db.ours.find(ip) || !same_field;
    found += match.value != 0;
  }
  std::printf("%zu of %zu random %s addresses differ from libmaxminddb (%zu have a record)\n", differing,
              addresses.size(), family, found);
  return differing == 0;
}

void print_costs(const std::string &path, Opened &db) {
  print_row(
      "compile the file",
      median_ms(5,
                [&] { benchmark::DoNotOptimize(enrich::compile_ip_database(db.file, "en", core::never_interrupted)); }),
      "ms");
  print_row("open a compiled table", median_ms(9, [&] { IpDatabase::open(db.compiled.table); }), "ms");
  print_row("open the file, libmaxminddb", median_ms(9, [&] { Reference again(path); }), "ms");
  const auto mib = [](std::size_t bytes) { return static_cast<double>(bytes) / (1U << 20); };
  print_row("file", mib(db.file.size()), "MiB");
  print_row("table", mib(db.compiled.table.size()), "MiB");
  print_row("documents", mib(db.compiled.documents.size()), "MiB");
}

// Benchmarks one database and prints its table; false if an answer differs.
bool run(const std::string &path, const std::string &title, bool is_city) {
  Opened db(path);
  const std::vector<std::uint32_t> uniform = uniform_v4(42), zipf = zipf_v4();
  const std::vector<Ip> v6 = announced_v6(db.theirs, 43);
  benchmark::ClearRegisteredBenchmarks();
  register_stream("IPv4 uniform", db, uniform, is_city);
  register_stream("IPv4 Zipf", db, zipf, is_city);
  register_stream("IPv6 announced", db, v6, is_city);
  Collector times;
  benchmark::RunSpecifiedBenchmarks(&times);
  print_title(title + ": " + std::to_string(db.compiled.summary.networks) + " networks, " +
              std::to_string(db.compiled.summary.records) + " records");
  print_stream(times, "IPv4 uniform", is_city ? 0 : 8);
  print_stream(times, "IPv4 Zipf", is_city ? 0 : 8);
  print_stream(times, "IPv6 announced", 0);
  print_costs(path, db);
  const bool same_v4 = verify(db, uniform_v4(1, 500000), "IPv4", is_city);
  return verify(db, announced_v6(db.theirs, 2, 500000), "IPv6", is_city) && same_v4;
}

int run_all(const std::string &asn, const std::string &city) {
  print_machine();
  bool agrees = true;
  if (asn == "-")
    std::puts("AS numbers: skipped, there is no ASN database (make ip-data fetches one)");
  else
    agrees = run(asn, "Core, AS numbers", false);
  if (access(city.c_str(), R_OK) != 0)
    tools::write_file(city, SyntheticCity().make());
  return run(city, "Core, cities (synthetic)", true) && agrees ? 0 : 1;
}

}  // namespace
}  // namespace hunt::bench

int main(int argc, char **argv) {
  std::vector<char *> options(argv, argv + argc);
  // Alternating runs, so that a noisy minute hits all alike; options given on the command line win.
  char repetitions[] = "--benchmark_repetitions=9", alternate[] = "--benchmark_enable_random_interleaving=true",
       brief[] = "--benchmark_min_time=0.05";
  options.insert(options.begin() + 1, {repetitions, alternate, brief});
  int count = static_cast<int>(options.size());
  benchmark::Initialize(&count, options.data());
  if (count != 3) {
    std::fprintf(stderr, "usage: %s ASN.mmdb|- CITY.mmdb\n", argv[0]);
    return 2;
  }
  try {
    return hunt::bench::run_all(options[1], options[2]);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
