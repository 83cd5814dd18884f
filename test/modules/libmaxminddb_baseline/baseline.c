/* libmaxminddb called straight from SQL, to measure against; and the CPU time of this backend, to measure with. */
#include "postgres.h"

#include <arpa/inet.h>
#include <maxminddb.h>
#include <time.h>

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/inet.h"
#include "utils/tuplestore.h"

PG_MODULE_MAGIC;

static MMDB_s asn, city;

PG_FUNCTION_INFO_V1(baseline_open);
Datum baseline_open(PG_FUNCTION_ARGS) {
  int status = MMDB_open(text_to_cstring(PG_GETARG_TEXT_PP(0)), MMDB_MODE_MMAP, &asn);
  if (status == MMDB_SUCCESS)
    status = MMDB_open(text_to_cstring(PG_GETARG_TEXT_PP(1)), MMDB_MODE_MMAP, &city);
  if (status != MMDB_SUCCESS)
    elog(ERROR, "libmaxminddb: %s", MMDB_strerror(status));
  PG_RETURN_VOID();
}

PG_FUNCTION_INFO_V1(cpu_seconds);
Datum cpu_seconds(PG_FUNCTION_ARGS) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  PG_RETURN_FLOAT8(now.tv_sec + now.tv_nsec * 1e-9);
}

static MMDB_lookup_result_s find(MMDB_s *db, inet *ip) {
  int status = MMDB_SUCCESS;
  struct sockaddr_in v4 = {.sin_family = AF_INET};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
  if (ip_family(ip) == PGSQL_AF_INET) {
    memcpy(&v4.sin_addr, ip_addr(ip), 4);
    return MMDB_lookup_sockaddr(db, (struct sockaddr *)&v4, &status);
  }
  memcpy(&v6.sin6_addr, ip_addr(ip), 16);
  return MMDB_lookup_sockaddr(db, (struct sockaddr *)&v6, &status);
}

static MMDB_lookup_result_s find_text(MMDB_s *db, text *address) {
  int gai_status = 0, status = MMDB_SUCCESS;
  char *spelled = text_to_cstring(address);
  MMDB_lookup_result_s found = MMDB_lookup_string(db, spelled, &gai_status, &status);
  pfree(spelled);
  if (gai_status != 0)
    found.found_entry = false;
  return found;
}

static const char *const number_path[] = {"autonomous_system_number", NULL};
static const char *const org_path[] = {"autonomous_system_organization", NULL};

static bool value_at(MMDB_lookup_result_s *found, const char *const *path, MMDB_entry_data_s *data) {
  return found->found_entry && MMDB_aget_value(&found->entry, data, path) == MMDB_SUCCESS && data->has_data;
}

static Datum number_of(FunctionCallInfo fcinfo, MMDB_lookup_result_s found) {
  MMDB_entry_data_s data;
  if (!value_at(&found, number_path, &data))
    PG_RETURN_NULL();
  PG_RETURN_INT64(data.uint32);
}

static Datum text_of(FunctionCallInfo fcinfo, MMDB_lookup_result_s found, const char *const *path) {
  MMDB_entry_data_s data;
  if (!value_at(&found, path, &data))
    PG_RETURN_NULL();
  PG_RETURN_TEXT_P(cstring_to_text_with_len(data.utf8_string, data.data_size));
}

PG_FUNCTION_INFO_V1(baseline_asn_number);
Datum baseline_asn_number(PG_FUNCTION_ARGS) { return number_of(fcinfo, find(&asn, PG_GETARG_INET_PP(0))); }

PG_FUNCTION_INFO_V1(baseline_asn_number_text);
Datum baseline_asn_number_text(PG_FUNCTION_ARGS) { return number_of(fcinfo, find_text(&asn, PG_GETARG_TEXT_PP(0))); }

PG_FUNCTION_INFO_V1(baseline_asn_org);
Datum baseline_asn_org(PG_FUNCTION_ARGS) { return text_of(fcinfo, find(&asn, PG_GETARG_INET_PP(0)), org_path); }

PG_FUNCTION_INFO_V1(baseline_country_iso);
Datum baseline_country_iso(PG_FUNCTION_ARGS) {
  static const char *const path[] = {"country", "iso_code", NULL};
  return text_of(fcinfo, find(&city, PG_GETARG_INET_PP(0)), path);
}

/* The row type is resolved once per call site. */
static TupleDesc row_shape(FunctionCallInfo fcinfo) {
  if (fcinfo->flinfo->fn_extra == NULL) {
    MemoryContext before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
    TupleDesc shape;
    if (get_call_result_type(fcinfo, NULL, &shape) != TYPEFUNC_COMPOSITE)
      elog(ERROR, "function does not return a composite type");
    fcinfo->flinfo->fn_extra = BlessTupleDesc(CreateTupleDescCopy(shape));
    MemoryContextSwitchTo(before);
  }
  return fcinfo->flinfo->fn_extra;
}

static Datum value_datum(const MMDB_entry_data_s *data) {
  switch (data->type) {
  case MMDB_DATA_TYPE_UINT16:
    return Int32GetDatum(data->uint16);
  case MMDB_DATA_TYPE_UINT32:
    return Int64GetDatum(data->uint32);
  case MMDB_DATA_TYPE_DOUBLE:
    return Float8GetDatum(data->double_value);
  default:
    return PointerGetDatum(cstring_to_text_with_len(data->utf8_string, data->data_size));
  }
}

/* The network around an address of which the first `prefix` bits are common; of IPv4 in a tree of IPv6, 96 more. */
static Datum network_of(inet *address, int prefix) {
  if (ip_family(address) == PGSQL_AF_INET && prefix > 32)
    prefix -= 96;
  return DirectFunctionCall2(cidr_set_masklen, InetPGetDatum(address), Int32GetDatum(prefix));
}

/* The values at the paths and then the network, as a row. */
static Datum row_of(FunctionCallInfo fcinfo, MMDB_s *db, const char *const *const *paths, int count) {
  inet *address = PG_GETARG_INET_PP(0);
  MMDB_lookup_result_s found = find(db, address);
  TupleDesc shape = row_shape(fcinfo);
  Datum values[16];
  bool nulls[16] = {false};
  if (!found.found_entry)
    PG_RETURN_NULL();
  for (int i = 0; i < count; ++i) {
    MMDB_entry_data_s data;
    nulls[i] = !value_at(&found, paths[i], &data);
    values[i] = nulls[i] ? (Datum)0 : value_datum(&data);
  }
  values[count] = network_of(address, found.netmask);
  return HeapTupleGetDatum(heap_form_tuple(shape, values, nulls));
}

PG_FUNCTION_INFO_V1(baseline_asn_lookup);
Datum baseline_asn_lookup(PG_FUNCTION_ARGS) {
  static const char *const *const paths[] = {number_path, org_path};
  return row_of(fcinfo, &asn, paths, 2);
}

PG_FUNCTION_INFO_V1(baseline_geo_lookup);
Datum baseline_geo_lookup(PG_FUNCTION_ARGS) {
  static const char *const
      iso[] = {"country", "iso_code", NULL},
      *const country[] = {"country", "names", "en", NULL}, *const region[] = {"subdivisions", "0", "names", "en", NULL},
      *const name[] = {"city", "names", "en", NULL}, *const latitude[] = {"location", "latitude", NULL},
      *const longitude[] = {"location", "longitude", NULL}, *const accuracy[] = {"location", "accuracy_radius", NULL},
      *const zone[] = {"location", "time_zone", NULL};
  static const char *const *const paths[] = {iso, country, region, name, latitude, longitude, accuracy, zone};
  return row_of(fcinfo, &city, paths, 8);
}

/* A place in the tree: an address of 16 bytes whose first `prefix` bits count. */
typedef struct {
  uint8 bytes[16];
  int prefix;
} Place;

static void put_network(ReturnSetInfo *result, const Place *at, MMDB_entry_s *entry) {
  MMDB_lookup_result_s found = {.found_entry = true, .entry = *entry};
  MMDB_entry_data_s data;
  bool is_v4 = at->prefix >= 96 && memcmp(at->bytes, (uint8[12]){0}, 12) == 0;
  inet *network = palloc0(sizeof(inet));
  Datum values[2];
  bool nulls[2] = {false, !value_at(&found, number_path, &data)};
  ip_family(network) = is_v4 ? PGSQL_AF_INET : PGSQL_AF_INET6;
  ip_bits(network) = is_v4 ? at->prefix - 96 : at->prefix;
  memcpy(ip_addr(network), at->bytes + (is_v4 ? 12 : 0), is_v4 ? 4 : 16);
  SET_INET_VARSIZE(network);
  values[0] = InetPGetDatum(network);
  values[1] = nulls[1] ? (Datum)0 : Int64GetDatum(data.uint32);
  tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
  pfree(network);
}

/* Walks the tree below a node, without 2002::/16 and 2001::/32, which stand for IPv4. */
static void put_networks(ReturnSetInfo *result, uint32_t number, Place at) {
  MMDB_search_node_s node;
  CHECK_FOR_INTERRUPTS();
  if ((at.prefix == 16 && at.bytes[0] == 0x20 && at.bytes[1] == 0x02) ||
      (at.prefix == 32 && memcmp(at.bytes, "\x20\x01\0\0", 4) == 0) ||
      MMDB_read_node(&asn, number, &node) != MMDB_SUCCESS)
    return;
  for (int bit = 0; bit < 2; ++bit) {
    Place below = at;
    uint8_t type = bit ? node.right_record_type : node.left_record_type;
    if (bit)
      below.bytes[at.prefix / 8] |= 0x80 >> at.prefix % 8;
    ++below.prefix;
    if (type == MMDB_RECORD_TYPE_SEARCH_NODE)
      put_networks(result, bit ? node.right_record : node.left_record, below);
    else if (type == MMDB_RECORD_TYPE_DATA)
      put_network(result, &below, bit ? &node.right_record_entry : &node.left_record_entry);
  }
}

PG_FUNCTION_INFO_V1(baseline_networks);
Datum baseline_networks(PG_FUNCTION_ARGS) {
  Place top = {.prefix = 0};
  InitMaterializedSRF(fcinfo, 0);
  put_networks((ReturnSetInfo *)fcinfo->resultinfo, 0, top);
  return (Datum)0;
}
