// SQL functions of the room `address`. A text that is no address gives NULL.
#include "address/blank.hpp"
#include "address/ip_class.hpp"
#include "address/ip_text.hpp"
#include "pg/datum.hpp"

namespace {

using hunt::core::Ip;
namespace address = hunt::address;

std::optional<Ip> text_ip_arg(FunctionCallInfo fcinfo, int n) { return address::parse_ip(pg::bytes_arg(fcinfo, n)); }

Datum class_datum(const Ip &ip) { return pg::bytes_datum(address::class_name(address::ip_class(ip))); }

}  // namespace

SQL_FUNCTION(try_inet) {
  const auto ip = text_ip_arg(fcinfo, 0);
  if (!ip)
    PG_RETURN_NULL();
  return pg::new_inet(*ip);
}

SQL_FUNCTION(is_public_ip) { PG_RETURN_BOOL(address::is_public(pg::ip_arg(fcinfo, 0))); }

SQL_FUNCTION(is_public_ip_text) {
  const auto ip = text_ip_arg(fcinfo, 0);
  if (!ip)
    PG_RETURN_NULL();
  PG_RETURN_BOOL(address::is_public(*ip));
}

SQL_FUNCTION(is_private_ip) { PG_RETURN_BOOL(address::is_private(pg::ip_arg(fcinfo, 0))); }

SQL_FUNCTION(is_private_ip_text) {
  const auto ip = text_ip_arg(fcinfo, 0);
  if (!ip)
    PG_RETURN_NULL();
  PG_RETURN_BOOL(address::is_private(*ip));
}

SQL_FUNCTION(ip_class) { return class_datum(pg::ip_arg(fcinfo, 0)); }

SQL_FUNCTION(ip_class_text) {
  const auto ip = text_ip_arg(fcinfo, 0);
  if (!ip)
    PG_RETURN_NULL();
  return class_datum(*ip);
}

SQL_FUNCTION(is_blank) { PG_RETURN_BOOL(PG_ARGISNULL(0) || address::is_blank(pg::bytes_arg(fcinfo, 0))); }
