// SQL functions of session risk: states, their aggregates, and the scorer.
#include "profile/session_risk.hpp"

#include "address/blank.hpp"
#include "agent/agent_cache_pg.hpp"
#include "pg/datum.hpp"
#include "pg/result_shape.hpp"
#include "pg/state.hpp"
#include "profile/session_profile.hpp"

extern "C" {
#include "access/detoast.h"
#include "access/htup_details.h"
}

namespace {

using namespace hunt;
using profile::Observation;
namespace risk_state = profile::risk_state;
using risk_state::Bytes;
using risk_state::OpenBytes;

OpenBytes new_bytes(std::size_t size) {
  return pg::call([size] { return pg::state_bytes(pg::new_state(size)); });
}
Datum varlena_of(OpenBytes bytes) { return PointerGetDatum(bytes.data() - VARHDRSZ); }

Datum closed(Bytes state) { return varlena_of(risk_state::close(state, new_bytes)); }

// Argument 0, open: as it is if it is the state of an aggregate, else a copy.
OpenBytes open_arg(FunctionCallInfo fcinfo, Datum state) {
  const OpenBytes bytes = pg::state_bytes(state);
  return pg::is_aggregate(fcinfo) && risk_state::is_open(bytes) ? bytes : risk_state::open(bytes, new_bytes);
}

// What has become of it: still open for an aggregate, closed for anybody else.
Datum changed(FunctionCallInfo fcinfo, OpenBytes state) {
  return pg::is_aggregate(fcinfo) ? varlena_of(state) : closed(state);
}

Datum checked(Datum state) {
  risk_state::check(pg::state_bytes(state));
  return state;
}

Observation observation_arg(FunctionCallInfo fcinfo, int n) {
  const profile::Fields fields = profile::read(pg::state_bytes(pg::state_arg(fcinfo, n)));
  const std::string_view user_agent = fields[profile::kUserAgent].value_or("");
  const std::string_view client =
      address::is_blank(user_agent) ? std::string_view() : agent::backend_cache().find(user_agent).key;
  return profile::observe(fields[profile::kNetwork].value_or(""), fields[profile::kCountry].value_or(""), client);
}

// A state that lies out of line, kept for the next row: a state of everyone is large and the same for all rows.
struct KeptState {
  char pointer[VARHDRSZ_EXTERNAL + sizeof(varatt_external)];
  varlena *state;
};
struct CallSite {
  TupleDesc shape;
  KeptState kept[3];
};

CallSite &call_site(FunctionCallInfo fcinfo) {
  if (fcinfo->flinfo->fn_extra == nullptr) {
    auto *const site = static_cast<CallSite *>(MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CallSite)));
    site->shape = pg::result_shape(fcinfo);
    fcinfo->flinfo->fn_extra = site;
  }
  return *static_cast<CallSite *>(fcinfo->flinfo->fn_extra);
}

// The state that argument n is. May ereport.
Bytes kept_arg(FunctionCallInfo fcinfo, int n, KeptState &kept) {
  if (PG_ARGISNULL(n))
    return risk_state::kEmpty;
  auto *const value = reinterpret_cast<varlena *>(PG_GETARG_POINTER(n));
  if (!VARATT_IS_EXTERNAL_ONDISK(value))
    return pg::state_bytes(pg::state_arg(fcinfo, n));
  if (kept.state == nullptr || std::memcmp(kept.pointer, value, sizeof kept.pointer) != 0) {
    if (kept.state != nullptr)
      pfree(kept.state);
    kept.state = nullptr;
    const MemoryContext before = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
    kept.state = detoast_attr(value);
    MemoryContextSwitchTo(before);
    std::memcpy(kept.pointer, value, sizeof kept.pointer);
  }
  return pg::state_bytes(PointerGetDatum(kept.state));
}

Datum text_of(std::string_view text) {
  return PointerGetDatum(cstring_to_text_with_len(text.data(), static_cast<int>(text.size())));
}

Datum risk_datum(TupleDesc shape, const profile::Risk &risk) {
  static constexpr std::string_view kNames[] = {"network", "country", "client"};
  Datum values[8] = {Float8GetDatum(risk.bits)};
  bool is_null[8] = {};
  for (std::size_t i = 0; i < profile::kRiskFields; ++i) {
    const profile::FieldRisk &field = risk.fields[i];
    is_null[1 + i] = is_null[4 + i] = !field.is_known;
    values[1 + i] = Float8GetDatum(field.bits);
    values[4 + i] = field.is_known ? text_of(profile::name(field.level)) : Datum{0};
  }
  is_null[7] = risk.main_field < 0;
  values[7] = is_null[7] ? Datum{0} : text_of(kNames[risk.main_field]);
  return HeapTupleGetDatum(heap_form_tuple(shape, values, is_null));
}

}  // namespace

SQL_FUNCTION(session_risk_state_in) { return checked(pg::state_of_text(PG_GETARG_CSTRING(0), "a session_risk_state")); }
SQL_FUNCTION(session_risk_state_recv) { return checked(pg::state_of_message(fcinfo)); }
SQL_FUNCTION(session_risk_state_out) {
  PG_RETURN_CSTRING(pg::state_text(pg::state_bytes(closed(pg::state_bytes(pg::state_arg(fcinfo, 0))))));
}
SQL_FUNCTION(session_risk_state_send) { return closed(pg::state_bytes(pg::state_arg(fcinfo, 0))); }

SQL_FUNCTION(session_risk_trans) {
  const Datum state = pg::state_arg(fcinfo, 0);
  const Observation event = observation_arg(fcinfo, 1);
  return changed(fcinfo, risk_state::add(open_arg(fcinfo, state), event, new_bytes));
}

SQL_FUNCTION(session_risk_concat) {
  const Datum state = pg::state_arg(fcinfo, 0), other = pg::state_arg(fcinfo, 1);
  return changed(fcinfo, risk_state::merge(open_arg(fcinfo, state), pg::state_bytes(other), new_bytes));
}

SQL_FUNCTION(session_risk_close) { return closed(pg::state_bytes(pg::state_arg(fcinfo, 0))); }

// (user, peers, everyone, profile) or, with three arguments, (user, everyone, profile).
SQL_FUNCTION(session_risk) {
  const int peers = PG_NARGS() == 4 ? 1 : -1, everyone = PG_NARGS() - 2, session = PG_NARGS() - 1;
  if (PG_ARGISNULL(session))
    PG_RETURN_NULL();
  CallSite &site = call_site(fcinfo);
  const Bytes of_user = kept_arg(fcinfo, 0, site.kept[0]),
              of_peers = peers < 0 ? Bytes(risk_state::kEmpty) : kept_arg(fcinfo, peers, site.kept[1]),
              of_everyone = kept_arg(fcinfo, everyone, site.kept[2]);
  const profile::Risk risk = profile::session_risk(of_user, of_peers, of_everyone, observation_arg(fcinfo, session));
  return risk_datum(site.shape, risk);
}
