// SQL functions over session profiles.
#include "address/blank.hpp"
#include "agent/agent_cache_pg.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "pg/datum.hpp"
#include "pg/state.hpp"
#include "profile/session_profile.hpp"
#include "signature/encoding_pg.hpp"
#include "signature/lexer.hpp"

namespace {

using namespace hunt;
using profile::Fields;

// The bytes of argument n. May detoast.
profile::Bytes profile_arg(FunctionCallInfo fcinfo, int n) { return pg::state_bytes(pg::state_arg(fcinfo, n)); }

Datum profile_datum(const Fields &fields) {
  const std::size_t size = profile::stored_size(fields);
  const Datum value = pg::call([size] { return pg::new_state(size); });
  profile::write(fields, pg::state_bytes(value).data());
  return value;
}

std::optional<std::string_view> text_arg(FunctionCallInfo fcinfo, int n) {
  if (PG_ARGISNULL(n))
    return std::nullopt;
  return pg::bytes_arg(fcinfo, n);
}

std::string_view hashed(FunctionCallInfo fcinfo) {
  const profile::Bytes bytes = profile_arg(fcinfo, 0);
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

int order_of_args(FunctionCallInfo fcinfo) {
  const profile::Bytes a = profile_arg(fcinfo, 0), b = profile_arg(fcinfo, 1);
  return profile::compare(profile::read(a), profile::read(b));
}

Datum field_of(FunctionCallInfo fcinfo, profile::Field field) {
  const auto value = profile::read(profile_arg(fcinfo, 0))[field];
  if (!value)
    PG_RETURN_NULL();
  return pg::bytes_datum(*value);
}

}  // namespace

SQL_FUNCTION(session_profile_in) {
  const auto texts = profile::parse(PG_GETARG_CSTRING(0));
  Fields fields;
  for (std::size_t i = 0; i < profile::kFields; ++i)
    if (texts[i])
      fields[i] = *texts[i];
  return profile_datum(fields);
}

SQL_FUNCTION(session_profile_out) {
  const std::string text = profile::spell(profile::read(profile_arg(fcinfo, 0)));
  PG_RETURN_CSTRING(pg::call([&text] { return pnstrdup(text.data(), text.size()); }));
}

SQL_FUNCTION(session_profile_recv) {
  const Datum value = pg::state_of_message(fcinfo);
  const profile::Bytes bytes = pg::state_bytes(value);
  profile::check(bytes);
  for (const auto &field : profile::read(bytes))
    if (field)
      pg::call(
          [&field] { pg_verify_mbstr(GetDatabaseEncoding(), field->data(), static_cast<int>(field->size()), false); });
  return value;
}

SQL_FUNCTION(session_profile_send) { PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0)); }

SQL_FUNCTION(session_profile_of_org) {
  return profile_datum({text_arg(fcinfo, 0), text_arg(fcinfo, 1), text_arg(fcinfo, 2), text_arg(fcinfo, 3)});
}

SQL_FUNCTION(session_profile_of_number) {
  const auto country = text_arg(fcinfo, 1), user_agent = text_arg(fcinfo, 2), username = text_arg(fcinfo, 3);
  if (PG_ARGISNULL(0))
    return profile_datum({std::nullopt, country, user_agent, username});
  const int64 number = PG_GETARG_INT64(0);
  if (number < 0 || number > PG_UINT32_MAX)
    throw core::Error(core::kInvalidParameter, "AS number " + std::to_string(number) + " is out of range",
                      "AS numbers are 0 to 4294967295.");
  const std::string network = "AS" + std::to_string(number);
  return profile_datum({network, country, user_agent, username});
}

SQL_FUNCTION(profile_network) { return field_of(fcinfo, profile::kNetwork); }
SQL_FUNCTION(profile_country) { return field_of(fcinfo, profile::kCountry); }
SQL_FUNCTION(profile_user_agent) { return field_of(fcinfo, profile::kUserAgent); }
SQL_FUNCTION(profile_username) { return field_of(fcinfo, profile::kUsername); }

SQL_FUNCTION(profile_key) {
  Fields fields = profile::read(profile_arg(fcinfo, 0));
  auto &user_agent = fields[profile::kUserAgent];
  if (user_agent && address::is_blank(*user_agent))
    user_agent.reset();
  if (user_agent)
    user_agent = agent::backend_cache().find(*user_agent).key;
  return profile_datum(fields);
}

SQL_FUNCTION(profile_signature_of_profile) {
  signature::check_encoding();
  Fields fields = profile::read(profile_arg(fcinfo, 0));
  signature::MaskBuffer buffer;
  std::string masked;
  if (auto &user_agent = fields[profile::kUserAgent]) {
    masked = signature::spell(signature::mask(*user_agent, signature::MaskMode::kProfile, buffer), true);
    user_agent = masked;
  }
  return profile_datum(fields);
}

SQL_FUNCTION(session_profile_cmp) { PG_RETURN_INT32(order_of_args(fcinfo)); }
SQL_FUNCTION(session_profile_lt) { PG_RETURN_BOOL(order_of_args(fcinfo) < 0); }
SQL_FUNCTION(session_profile_le) { PG_RETURN_BOOL(order_of_args(fcinfo) <= 0); }
SQL_FUNCTION(session_profile_ge) { PG_RETURN_BOOL(order_of_args(fcinfo) >= 0); }
SQL_FUNCTION(session_profile_gt) { PG_RETURN_BOOL(order_of_args(fcinfo) > 0); }

SQL_FUNCTION(session_profile_hash) { PG_RETURN_UINT32(static_cast<std::uint32_t>(core::hash64(hashed(fcinfo)))); }
// With seed 0 the low half has to be what session_profile_hash() gives.
SQL_FUNCTION(session_profile_hash_extended) {
  PG_RETURN_UINT64(core::hash64(hashed(fcinfo), static_cast<std::uint64_t>(PG_GETARG_INT64(1))));
}
