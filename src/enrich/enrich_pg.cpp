// The SQL functions of the room `enrich`.
#include "address/ip_text.hpp"
#include "enrich/countries.hpp"
#include "enrich/database_cache_pg.hpp"
#include "enrich/geodesy.hpp"
#include "enrich/json_sink.hpp"
#include "pg/datum.hpp"
#include "pg/settings.hpp"

#include <cmath>

extern "C" {
#include "access/htup_details.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
}

namespace {

using hunt::core::Ip;
using namespace hunt::enrich;

// What runs for every row is inlined into each SQL function: an address that is handed on through memory costs more
// than finding it.
#define PER_ROW [[gnu::always_inline]] inline

// A record of a database, or none.
struct Found {
  const LoadedDatabase *database = nullptr;
  RecordId record = 0;

  explicit operator bool() const noexcept { return record != 0; }
  const IpDatabase &lookup() const noexcept { return database->lookup; }
};

PER_ROW Found find(const Choice &choice, const Ip &address) {
  const LoadedDatabase *database = choice.of(address);
  return database == nullptr ? Found{} : Found{database, database->lookup.find(address)};
}

PER_ROW std::optional<Ip> inet_address(FunctionCallInfo fcinfo) { return pg::ip_arg(fcinfo, 0).unmapped(); }
PER_ROW std::optional<Ip> text_address(FunctionCallInfo fcinfo) {
  return hunt::address::parse_ip(pg::bytes_arg(fcinfo, 0));
}

PER_ROW Datum null(FunctionCallInfo fcinfo) {
  fcinfo->isnull = true;
  return 0;
}

// A text of the database, where it lies.
PER_ROW Datum in_place(FunctionCallInfo fcinfo, PooledText text) {
  return text ? PointerGetDatum(text.header) : null(fcinfo);
}

PER_ROW Datum number_of(FunctionCallInfo fcinfo, std::optional<Ip> address) {
  const Choice &choice = choose(fcinfo, Capability::kAsn);
  const Found found = address ? find(choice, *address) : Found{};
  const std::uint32_t number = found ? found.lookup().asn_number(found.record) : 0;
  return number == 0 ? null(fcinfo) : Int64GetDatum(number);
}

PER_ROW Datum org_of(FunctionCallInfo fcinfo, std::optional<Ip> address) {
  const Choice &choice = choose(fcinfo, Capability::kAsn);
  const Found found = address ? find(choice, *address) : Found{};
  return found ? in_place(fcinfo, found.lookup().asn_org(found.record)) : null(fcinfo);
}

PER_ROW Datum iso_of(FunctionCallInfo fcinfo, std::optional<Ip> address) {
  const Choice &choice = choose(fcinfo, Capability::kCountry);
  const Found found = address ? find(choice, *address) : Found{};
  return found ? in_place(fcinfo, found.lookup().country_iso(found.record)) : null(fcinfo);
}

// The name that the database has, else the one that goes with its code.
std::string_view country_name_in(const Found &found) {
  if (const PooledText name = found.lookup().country_name(found.record))
    return name.view();
  const PooledText iso = found.lookup().country_iso(found.record);
  return iso ? country_name_of(iso.view()) : std::string_view{};
}

Datum country_name_for(FunctionCallInfo fcinfo, std::optional<Ip> address) {
  const Choice &choice = choose(fcinfo, Capability::kCountry);
  const Found found = address ? find(choice, *address) : Found{};
  const std::string_view name = found ? country_name_in(found) : std::string_view{};
  return name.empty() ? null(fcinfo) : pg::bytes_datum(name);
}

// The columns of a composite result in order.
class RowBuilder {
public:
  explicit RowBuilder(TupleDesc shape) : shape_(shape) {}
  void add(bool is_present, Datum value) {
    is_null_[count_] = !is_present;
    values_[count_++] = value;
  }
  void add(PooledText text) { add(static_cast<bool>(text), PointerGetDatum(text.header)); }
  void add(double value) { add(!std::isnan(value), Float8GetDatum(value)); }
  // May ereport.
  Datum finish() { return HeapTupleGetDatum(heap_form_tuple(shape_, values_, is_null_)); }

private:
  TupleDesc shape_;
  int count_ = 0;
  Datum values_[16];
  bool is_null_[16];
};

void add_country_name(RowBuilder &row, const Found &found) {
  if (const PooledText name = found.lookup().country_name(found.record))
    return row.add(name);
  const std::string_view name = country_name_in(found);
  row.add(!name.empty(), name.empty() ? 0 : pg::bytes_datum(name));
}

Datum network_datum(const Ip &address, int prefix) { return pg::new_inet(address.masked(prefix), prefix); }

Datum asn_row(FunctionCallInfo fcinfo, std::optional<Ip> address) {
  const Choice &choice = choose(fcinfo, Capability::kAsn, true);
  const LoadedDatabase *database = address ? choice.of(*address) : nullptr;
  const TrieMatch match = database ? database->lookup.match(*address) : TrieMatch{0, 0};
  if (match.value == 0)
    return null(fcinfo);
  const std::uint32_t number = database->lookup.asn_number(match.value);
  RowBuilder row(choice.result);
  row.add(number != 0, Int64GetDatum(number));
  row.add(database->lookup.asn_org(match.value));
  row.add(true, network_datum(*address, match.prefix));
  return row.finish();
}

Datum geo_row(FunctionCallInfo fcinfo, std::optional<Ip> address) {
  const Choice &choice = choose(fcinfo, Capability::kCity, true);
  const LoadedDatabase *database = address ? choice.of(*address) : nullptr;
  const TrieMatch match = database ? database->lookup.match(*address) : TrieMatch{0, 0};
  if (match.value == 0)
    return null(fcinfo);
  const IpDatabase &lookup = database->lookup;
  const std::uint32_t accuracy = lookup.accuracy_km(match.value);
  RowBuilder row(choice.result);
  row.add(lookup.country_iso(match.value));
  add_country_name(row, {database, match.value});
  row.add(lookup.region(match.value));
  row.add(lookup.city(match.value));
  row.add(lookup.latitude(match.value));
  row.add(lookup.longitude(match.value));
  row.add(accuracy != 0, Int32GetDatum(static_cast<int32>(accuracy)));
  row.add(lookup.time_zone(match.value));
  row.add(true, network_datum(*address, match.prefix));
  return row.finish();
}

Datum document_of(FunctionCallInfo fcinfo, std::optional<Ip> address) {
  const Choice &choice = choose_by_name(fcinfo, PG_GETARG_TEXT_PP(1));
  const Found found = address ? find(choice, *address) : Found{};
  if (!found)
    return null(fcinfo);
  const std::string_view documents = documents_of(*found.database);
  JsonSink json;
  visit_document(documents, found.lookup().record_count(), found.record, json);
  const char *text = json.text().c_str();
  return pg::call([text] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(text)); });
}

// Seconds since 1970 as a timestamp; the largest one where the file claims a later time.
TimestampTz timestamp_of(std::uint64_t epoch) {
  constexpr std::uint64_t kLast = 253402300799;  // 9999-12-31 23:59:59 UTC
  constexpr std::int64_t kPostgresEpoch = 946684800;
  return (static_cast<std::int64_t>(std::min(epoch, kLast)) - kPostgresEpoch) * USECS_PER_SEC;
}

}  // namespace

SQL_FUNCTION(asn_number) { return number_of(fcinfo, inet_address(fcinfo)); }
SQL_FUNCTION(asn_number_text) { return number_of(fcinfo, text_address(fcinfo)); }
SQL_FUNCTION(asn_org) { return org_of(fcinfo, inet_address(fcinfo)); }
SQL_FUNCTION(asn_org_text) { return org_of(fcinfo, text_address(fcinfo)); }
SQL_FUNCTION(asn_lookup) { return asn_row(fcinfo, inet_address(fcinfo)); }
SQL_FUNCTION(asn_lookup_text) { return asn_row(fcinfo, text_address(fcinfo)); }
SQL_FUNCTION(country_iso) { return iso_of(fcinfo, inet_address(fcinfo)); }
SQL_FUNCTION(country_iso_text) { return iso_of(fcinfo, text_address(fcinfo)); }
SQL_FUNCTION(country_name) { return country_name_for(fcinfo, inet_address(fcinfo)); }
SQL_FUNCTION(country_name_text) { return country_name_for(fcinfo, text_address(fcinfo)); }
SQL_FUNCTION(geo_lookup) { return geo_row(fcinfo, inet_address(fcinfo)); }
SQL_FUNCTION(geo_lookup_text) { return geo_row(fcinfo, text_address(fcinfo)); }
SQL_FUNCTION(ip_lookup) { return document_of(fcinfo, inet_address(fcinfo)); }
SQL_FUNCTION(ip_lookup_text) { return document_of(fcinfo, text_address(fcinfo)); }

SQL_FUNCTION(ip_network) {
  const Ip address = *inet_address(fcinfo);
  const LoadedDatabase *database = choose_by_name(fcinfo, PG_GETARG_TEXT_PP(1)).of(address);
  const TrieMatch match = database->lookup.match(address);
  return match.value == 0 ? null(fcinfo) : network_datum(address, match.prefix);
}

SQL_FUNCTION(asn_org_of_number) {
  const int64 number = PG_GETARG_INT64(0);
  const Choice &choice = choose(fcinfo, Capability::kAsn);
  if (number < 1 || number > PG_UINT32_MAX)
    return null(fcinfo);
  for (const LoadedDatabase *database : {choice.v4, choice.v6})
    if (const RecordId record = database ? database->lookup.record_of_asn(static_cast<std::uint32_t>(number)) : 0)
      return in_place(fcinfo, database->lookup.asn_org(record));
  return null(fcinfo);
}

SQL_FUNCTION(country_name_of) {
  const std::string_view name = country_name_of(pg::bytes_arg(fcinfo, 0));
  return name.empty() ? null(fcinfo) : pg::bytes_datum(name);
}

SQL_FUNCTION(distance_km) {
  PG_RETURN_FLOAT8(
      hunt::enrich::distance_km(PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3)));
}

SQL_FUNCTION(compile_ip_database) {
  TupleDesc shape;
  if (get_call_result_type(fcinfo, nullptr, &shape) != TYPEFUNC_COMPOSITE)
    elog(ERROR, "function does not return a composite type");
  const std::string_view file = pg::bytes_arg(fcinfo, 0);
  if (GetDatabaseEncoding() != PG_UTF8 && GetDatabaseEncoding() != PG_SQL_ASCII)
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("IP databases need a database with encoding UTF8"),
                    errdetail("This one has encoding %s.", GetDatabaseEncodingName())));
  const CompiledIpDatabase compiled =
      compile_ip_database(file, pg::settings::ip_database_language(), pg::check_interrupts);
  const IpDatabaseSummary &summary = compiled.summary;
  RowBuilder row(shape);
  row.add(true, BoolGetDatum(summary.has_asn));
  row.add(true, BoolGetDatum(summary.has_country));
  row.add(true, BoolGetDatum(summary.has_city));
  row.add(true, BoolGetDatum(summary.covers_v4));
  row.add(true, BoolGetDatum(summary.covers_v6));
  row.add(true, pg::bytes_datum(summary.metadata.database_type));
  row.add(true, pg::bytes_datum(summary.metadata.description));
  row.add(true, TimestampTzGetDatum(timestamp_of(summary.metadata.build_epoch)));
  row.add(true, Int64GetDatum(static_cast<int64>(summary.networks)));
  row.add(true, Int64GetDatum(static_cast<int64>(summary.records)));
  row.add(true, pg::bytes_datum(compiled.table));
  row.add(true, pg::bytes_datum(compiled.documents));
  return pg::call([&row] { return row.finish(); });
}
