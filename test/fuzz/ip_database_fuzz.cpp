// Any bytes as a MaxMind DB file: refused with an Error, or compiled to a table that opens and can be used.
#include "core/error.hpp"
#include "enrich/json_sink.hpp"
#include "ip_database_use.hpp"

using namespace hunt;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::string_view file(reinterpret_cast<const char *>(data), size);
  enrich::CompiledIpDatabase compiled;
  try {
    compiled = enrich::compile_ip_database(file, "en", core::never_interrupted);
  } catch (const core::Error &) {
    return 0;
  }
  // What the compiler made must open and every record must be readable: an Error from here on ends the fuzzer.
  const auto database = enrich::IpDatabase::open(compiled.table);
  fuzz::for_addresses(data, size, [&](const core::Ip &ip) {
    if (const enrich::RecordId record = fuzz::look_up(database, ip)) {
      enrich::JsonSink json;
      enrich::visit_document(compiled.documents, database.record_count(), record, json);
    }
  });
  return 0;
}
