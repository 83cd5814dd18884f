// SQL values in and out of C++.
//
// Taking an argument may detoast and ereport: do it before the first C++ object with a destructor lives. Building a
// result allocates; these helpers go through pg::call, so they are safe below live objects, but for those named
// new_..., which save its 12 ns where no such object lives.
#pragma once

#include "core/ip.hpp"
#include "pg/compat.hpp"

#include <optional>
#include <string_view>

#include <sys/socket.h>  // AF_INET, which utils/inet.h uses

extern "C" {
#include "utils/builtins.h"
#include "utils/inet.h"
}

namespace pg {

// Argument n, a text or bytea, as the bytes it holds; valid as long as the caller's memory context.
inline std::string_view bytes_arg(FunctionCallInfo fcinfo, int n) {
  const varlena *value = PG_GETARG_VARLENA_PP(n);
  return {VARDATA_ANY(value), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(value))};
}

// Argument n, an inet: its address without its netmask.
inline hunt::core::Ip ip_arg(FunctionCallInfo fcinfo, int n) {
  const inet *value = PG_GETARG_INET_PP(n);
  const auto *bytes = reinterpret_cast<const std::uint8_t *>(ip_addr(value));
  return ip_family(value) == PGSQL_AF_INET ? hunt::core::Ip::v4_bytes(bytes) : hunt::core::Ip::v6_bytes(bytes);
}

// A new text or bytea in the current context.
inline Datum bytes_datum(std::string_view bytes) {
  return call([bytes] {
    auto *value = static_cast<varlena *>(palloc(VARHDRSZ + bytes.size()));
    SET_VARSIZE(value, VARHDRSZ + bytes.size());
    std::memcpy(VARDATA(value), bytes.data(), bytes.size());
    return PointerGetDatum(value);
  });
}

// A new inet in the current context; `prefix` bits of netmask, the whole address by default. May ereport.
inline Datum new_inet(const hunt::core::Ip &ip, int prefix = -1) {
  auto *value = static_cast<inet *>(palloc0(sizeof(inet)));
  ip_family(value) = ip.is_v6() ? PGSQL_AF_INET6 : PGSQL_AF_INET;
  ip_bits(value) = static_cast<unsigned char>(prefix < 0 ? ip.bits() : prefix);
  ip.to_bytes(reinterpret_cast<std::uint8_t *>(ip_addr(value)));
  SET_INET_VARSIZE(value);
  return PointerGetDatum(value);
}

// The same below live objects.
inline Datum inet_datum(const hunt::core::Ip &ip, int prefix = -1) {
  return call([&ip, prefix] { return new_inet(ip, prefix); });
}

}  // namespace pg
