// is_own_network(): hunt.own_network is read once per call site and snapshot and kept in fn_extra, as IP databases are
// (enrich/database_cache_pg.hpp says why), so a scan of events costs a search among ranges per row.
#include "enrich/database_cache_pg.hpp"
#include "ingest/ip_ranges.hpp"
#include "pg/datum.hpp"

extern "C" {
#include "executor/spi.h"
}

using namespace hunt;

namespace {

struct OwnNetworks {
  enrich::SnapshotMark snapshot;
  ingest::IpRange *ranges;
  std::size_t count;
};

// An IPv4-mapped network is found by either form of an address, as look-ups in IP databases are.
ingest::IpRange range_of(const inet *network) {
  const auto *bytes = reinterpret_cast<const std::uint8_t *>(ip_addr(network));
  const bool is_v4 = ip_family(network) == PGSQL_AF_INET;
  const core::Ip ip = is_v4 ? core::Ip::v4_bytes(bytes) : core::Ip::v6_bytes(bytes);
  const int prefix = ip_bits(network);
  return ip.is_v4_mapped() && prefix >= 96 ? ingest::network_range(ip.unmapped(), prefix - 96)
                                           : ingest::network_range(ip, prefix);
}

// May ereport.
OwnNetworks *read_networks(FunctionCallInfo fcinfo) {
  auto *networks = static_cast<OwnNetworks *>(fcinfo->flinfo->fn_extra);
  MemoryContext memory = fcinfo->flinfo->fn_mcxt;
  if (networks == nullptr)
    networks = static_cast<OwnNetworks *>(MemoryContextAllocZero(memory, sizeof(OwnNetworks)));
  SPI_connect();
  SPI_execute("select n.network from hunt.own_network n", true, 0);
  auto *ranges =
      static_cast<ingest::IpRange *>(MemoryContextAllocHuge(memory, (SPI_processed + 1) * sizeof(ingest::IpRange)));
  for (std::uint64_t i = 0; i < SPI_processed; ++i) {
    bool is_null;
    ranges[i] = range_of(DatumGetInetPP(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null)));
  }
  const std::size_t count = ingest::join_ranges({ranges, SPI_processed});
  SPI_finish();
  if (networks->ranges != nullptr)
    pfree(networks->ranges);
  *networks = {enrich::mark_of_active_snapshot(), ranges, count};
  fcinfo->flinfo->fn_extra = networks;
  return networks;
}

}  // namespace

SQL_FUNCTION(is_own_network) {
  const core::Ip ip = pg::ip_arg(fcinfo, 0).unmapped();
  const auto *networks = static_cast<const OwnNetworks *>(fcinfo->flinfo->fn_extra);
  if (networks == nullptr || networks->snapshot != enrich::mark_of_active_snapshot())
    networks = read_networks(fcinfo);
  PG_RETURN_BOOL(ingest::contains({networks->ranges, networks->count}, ip));
}
