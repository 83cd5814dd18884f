// The SQL functions of the room `signature`.
#include "core/error.hpp"
#include "pg/datum.hpp"
#include "pg/memory.hpp"
#include "pg/state.hpp"
#include "signature/encoding_pg.hpp"
#include "signature/signatures.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

extern "C" {
#include "funcapi.h"
#include "utils/expandeddatum.h"
#include "utils/timestamp.h"
#include "windowapi.h"
}

namespace {

using namespace hunt::signature;

// A state that is being added to: a dictionary in a memory context of its own, so that a row costs what its line costs.
// Reading it as a value flattens it to its stored bytes.
struct ExpandedState {
  ExpandedObjectHeader header;
  pg::ContextResource memory;
  Dictionary dictionary;

  ExpandedState(const ExpandedObjectHeader &prepared, MemoryContext context, MaskMode mode, std::uint32_t max_entries)
      : header(prepared), memory(context), dictionary(mode, max_entries, &memory) {}
};
static_assert(alignof(ExpandedState) <= MAXIMUM_ALIGNOF);

ExpandedState &state_of(ExpandedObjectHeader *header) { return *reinterpret_cast<ExpandedState *>(header); }

Size flat_size(ExpandedObjectHeader *header) {
  return pg::guarded([header] {
    const std::size_t size = VARHDRSZ + state_of(header).dictionary.stored_size();
    if (size > MaxAllocSize)
      throw hunt::core::Error(hunt::core::kLimitExceeded, "logreduce state exceeds 1 GB",
                              "Give a smaller max_entries, or group the rows.");
    return size;
  });
}

void flatten(ExpandedObjectHeader *header, void *result, Size size) {
  pg::guarded([=] {
    SET_VARSIZE(result, size);
    state_of(header).dictionary.write(VARDATA(result));
  });
}

constexpr ExpandedObjectMethods kMethods = {flat_size, flatten};

// No destructor ever runs: all that a state has lies in its memory context.
ExpandedState *new_state(MemoryContext parent, MaskMode mode, std::uint32_t max_entries) {
  check_encoding();
  MemoryContext context = AllocSetContextCreate(parent, "logreduce state", ALLOCSET_START_SMALL_SIZES);
  void *place = MemoryContextAlloc(context, sizeof(ExpandedState));
  ExpandedObjectHeader header;
  EOH_init_header(&header, &kMethods, context);
  auto *state = new (place) ExpandedState(header, context, mode, max_entries);
  // The header holds pointers to itself.
  EOH_init_header(&state->header, &kMethods, context);
  return state;
}

StateView state_arg(FunctionCallInfo fcinfo, int n) { return StateView(pg::bytes_arg(fcinfo, n)); }

MemoryContext aggregate_context(FunctionCallInfo fcinfo) {
  MemoryContext context;
  if (AggCheckCallContext(fcinfo, &context) == 0)
    ereport(ERROR,
            (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("this function is a part of the aggregate logreduce"),
             errhint("Call logreduce(), logreduce_merge() or the operator ||.")));
  return context;
}

// The state of the group that argument 0 holds, to be changed in place; nullptr: it has none yet.
ExpandedState *group_state(FunctionCallInfo fcinfo, MemoryContext context) {
  if (PG_ARGISNULL(0))
    return nullptr;
  const Datum value = PG_GETARG_DATUM(0);
  if (VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(value)))
    return &state_of(DatumGetEOHP(value));
  const StateView stored = state_arg(fcinfo, 0);
  ExpandedState *state = new_state(context, stored.mode(), stored.max_entries());
  state->dictionary.merge(stored, pg::check_interrupts);
  return state;
}

// What the aggregate's optional arguments say.
struct Options {
  int time = 0, mode = 0, max_entries = 0;  // the numbers of the arguments; 0: not given
};

MaskMode mode_arg(FunctionCallInfo fcinfo, const Options &options) {
  if (options.mode == 0)
    return MaskMode::kLog;
  if (PG_ARGISNULL(options.mode))
    throw hunt::core::Error(hunt::core::kInvalidParameter, "mode is NULL", "Use \"log\" or \"profile\".");
  return mode_of(pg::bytes_arg(fcinfo, options.mode));
}

std::uint32_t max_entries_arg(FunctionCallInfo fcinfo, const Options &options) {
  if (options.max_entries == 0)
    return kDefaultMaxEntries;
  return PG_ARGISNULL(options.max_entries) || PG_GETARG_INT32(options.max_entries) < 1
             ? 0
             : static_cast<std::uint32_t>(PG_GETARG_INT32(options.max_entries));
}

TimeSpan time_arg(FunctionCallInfo fcinfo, const Options &options) {
  if (options.time == 0 || PG_ARGISNULL(options.time))
    return {};
  const TimestampTz time = PG_GETARG_TIMESTAMPTZ(options.time);
  return TIMESTAMP_NOT_FINITE(time) ? TimeSpan{} : TimeSpan{time, time};
}

Datum transition(FunctionCallInfo fcinfo, const Options &options) {
  MemoryContext context = aggregate_context(fcinfo);
  if (PG_ARGISNULL(1)) {
    if (PG_ARGISNULL(0))
      PG_RETURN_NULL();
    PG_RETURN_DATUM(PG_GETARG_DATUM(0));
  }
  const std::string_view line = pg::bytes_arg(fcinfo, 1);
  const MaskMode mode = mode_arg(fcinfo, options);
  ExpandedState *state = group_state(fcinfo, context);
  if (state == nullptr)
    state = new_state(context, mode, max_entries_arg(fcinfo, options));
  Dictionary &dictionary = state->dictionary;
  if (dictionary.mode() != mode || dictionary.max_entries() != max_entries_arg(fcinfo, options))
    throw hunt::core::Error(hunt::core::kInvalidParameter,
                            "mode and max_entries must be the same for all rows of a group");
  dictionary.add(line, time_arg(fcinfo, options));
  PG_RETURN_DATUM(EOHPGetRWDatum(&state->header));
}

Datum flat(const Dictionary &dictionary) {
  const std::size_t size = VARHDRSZ + dictionary.stored_size();
  auto *value = pg::call([size] { return static_cast<varlena *>(palloc(size)); });
  SET_VARSIZE(value, size);
  dictionary.write(VARDATA(value));
  return PointerGetDatum(value);
}

// A state from outside: refused if it is none, or holds text that the database's encoding does not allow.
Datum checked(Datum state) {
  const auto raw = pg::state_bytes(state);
  const std::string_view bytes(reinterpret_cast<const char *>(raw.data()), raw.size());
  StateView::check(bytes, pg::check_interrupts);
  for (const EntryView &e : StateView(bytes).entries())
    for (const std::string_view text : {e.form, e.example})
      pg::call([text] { pg_verify_mbstr(GetDatabaseEncoding(), text.data(), static_cast<int>(text.size()), false); });
  return state;
}

// Rows of a set-returning function.
class Rows {
public:
  explicit Rows(FunctionCallInfo fcinfo) {
    InitMaterializedSRF(fcinfo, 0);
    result_ = reinterpret_cast<ReturnSetInfo *>(fcinfo->resultinfo);
  }
  template <std::size_t N> void add(Datum (&values)[N], bool (&is_null)[N]) {
    pg::call([&] { tuplestore_putvalues(result_->setResult, result_->setDesc, values, is_null); });
    for (std::size_t i = 0; i < N; ++i)
      if (!is_null[i] && !TupleDescAttr(result_->setDesc, static_cast<int>(i))->attbyval)
        pfree(DatumGetPointer(values[i]));
  }

private:
  ReturnSetInfo *result_;
};

std::int64_t max_count_arg(FunctionCallInfo fcinfo, int n) {
  if (PG_ARGISNULL(n))
    return PG_INT64_MAX;
  if (PG_GETARG_INT32(n) < 0)
    throw hunt::core::Error(hunt::core::kInvalidParameter, "max_count is negative",
                            "Give a number of lines, or NULL for all.");
  return PG_GETARG_INT32(n);
}

// The labels of a state, kept for the next call with the same state.
struct CachedLabels {
  std::string key;
  std::optional<Labels> labels;
};

void drop_labels(void *cached) { delete static_cast<CachedLabels *>(cached); }

CachedLabels &cached_labels(FunctionCallInfo fcinfo) {
  auto *cached = static_cast<CachedLabels *>(fcinfo->flinfo->fn_extra);
  if (cached == nullptr) {
    auto *callback = static_cast<MemoryContextCallback *>(
        MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(MemoryContextCallback)));
    cached = new CachedLabels;
    callback->func = drop_labels;
    callback->arg = cached;
    MemoryContextRegisterResetCallback(fcinfo->flinfo->fn_mcxt, callback);
    fcinfo->flinfo->fn_extra = cached;
  }
  return *cached;
}

// What tells one value of argument 0 from another without reading it where it lies out of line.
std::string_view identity_of(FunctionCallInfo fcinfo) {
  const auto *value = reinterpret_cast<const varlena *>(PG_GETARG_POINTER(0));
  if (VARATT_IS_EXTERNAL(value) && !VARATT_IS_EXTERNAL_ONDISK(value))
    return pg::bytes_arg(fcinfo, 0);
  return {reinterpret_cast<const char *>(value), VARSIZE_ANY(value)};
}

// What a partition of a window knows: filled at its first row.
struct PartitionLabels {
  MemoryContextCallback callback;
  Labels *labels;
};

void drop_partition(void *labels) { delete static_cast<Labels *>(labels); }

// Reads all rows of the partition.
Labels *labels_of_partition(WindowObject window) {
  std::pmr::monotonic_buffer_resource memory;
  Dictionary dictionary(MaskMode::kLog, kDefaultMaxEntries, &memory);
  const int64 rows = pg::call([window] { return WinGetPartitionRowCount(window); });
  for (int64 i = 0; i < rows; ++i) {
    bool is_null = false, is_out = false;
    const varlena *line = pg::call([&] {
      const Datum value =
          WinGetFuncArgInPartition(window, 0, static_cast<int>(i), WINDOW_SEEK_HEAD, false, &is_null, &is_out);
      return is_null ? nullptr : reinterpret_cast<const varlena *>(PG_DETOAST_DATUM_PACKED(value));
    });
    if (line != nullptr)
      dictionary.add({VARDATA_ANY(line), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(line))});
    pg::check_interrupts();
  }
  std::string bytes(dictionary.stored_size(), '\0');
  dictionary.write(bytes.data());
  return new Labels(StateView(bytes), pg::check_interrupts);
}

Datum masked_text(FunctionCallInfo fcinfo, MaskMode mode) {
  check_encoding();
  MaskBuffer buffer;
  return pg::bytes_datum(spell(mask(pg::bytes_arg(fcinfo, 0), mode, buffer), true));
}

}  // namespace

SQL_FUNCTION(logreduce_state_in) { return checked(pg::state_of_text(PG_GETARG_CSTRING(0), "a logreduce_state")); }
SQL_FUNCTION(logreduce_state_out) { PG_RETURN_CSTRING(pg::state_text(pg::state_bytes(pg::state_arg(fcinfo, 0)))); }

SQL_FUNCTION(logreduce_state_recv) { return checked(pg::state_of_message(fcinfo)); }
SQL_FUNCTION(logreduce_state_send) { PG_RETURN_BYTEA_P(PG_GETARG_BYTEA_P_COPY(0)); }

SQL_FUNCTION(logreduce_trans) { return transition(fcinfo, {}); }
SQL_FUNCTION(logreduce_trans_time) { return transition(fcinfo, {.time = 2}); }
SQL_FUNCTION(logreduce_trans_mode) { return transition(fcinfo, {.mode = 2}); }
SQL_FUNCTION(logreduce_trans_time_mode) {
  return transition(fcinfo, {.time = 2, .mode = 3, .max_entries = PG_NARGS() > 4 ? 4 : 0});
}

SQL_FUNCTION(logreduce_combine) {
  MemoryContext context = aggregate_context(fcinfo);
  const StateView other = state_arg(fcinfo, 1);
  ExpandedState *state = group_state(fcinfo, context);
  state->dictionary.merge(other, pg::check_interrupts);
  PG_RETURN_DATUM(EOHPGetRWDatum(&state->header));
}

SQL_FUNCTION(logreduce_concat) {
  const StateView a = state_arg(fcinfo, 0), b = state_arg(fcinfo, 1);
  std::pmr::monotonic_buffer_resource memory;
  Dictionary both(a.mode(), std::min(a.max_entries(), b.max_entries()), &memory);
  both.merge(a, pg::check_interrupts);
  both.merge(b, pg::check_interrupts);
  return flat(both);
}

SQL_FUNCTION(logreduce_level) { PG_RETURN_INT32(state_arg(fcinfo, 0).level()); }

SQL_FUNCTION(signatures) {
  if (PG_ARGISNULL(0) || PG_ARGISNULL(1)) {
    InitMaterializedSRF(fcinfo, 0);
    PG_RETURN_NULL();
  }
  const StateView state = state_arg(fcinfo, 0);
  const Criteria criteria = criteria_of(pg::bytes_arg(fcinfo, 1));
  const auto most = static_cast<std::uint64_t>(max_count_arg(fcinfo, 2));
  if (state.level() > 0)
    ereport(NOTICE,
            (errmsg("there were more different lines than the state may hold: masked more coarsely, at level %d",
                    state.level()),
             errhint("Give a larger max_entries, or a part of the rows, to see more detail.")));
  Rows rows(fcinfo);
  const std::vector<Signature> all = find_signatures(state, criteria, pg::check_interrupts);
  double total = 0;
  for (const Signature &s : all)
    total += static_cast<double>(s.lines);
  for (const Signature &s : all) {
    if (s.lines > most)
      continue;
    Datum values[] = {Int64GetDatum(signature_id(s.text)),
                      pg::bytes_datum(s.text),
                      Int64GetDatum(static_cast<int64>(s.lines)),
                      Float8GetDatum(static_cast<double>(s.lines) / total),
                      pg::bytes_datum(s.example),
                      TimestampTzGetDatum(s.time.first),
                      TimestampTzGetDatum(s.time.last)};
    bool is_null[] = {false, false, false, false, false, !s.time.is_known(), !s.time.is_known()};
    rows.add(values, is_null);
  }
  PG_RETURN_NULL();
}

SQL_FUNCTION(logreduce_compare) {
  const StateView before = state_arg(fcinfo, 0), after = state_arg(fcinfo, 1);
  Rows rows(fcinfo);
  for (const Change &c : compare(before, after, pg::check_interrupts)) {
    const char *const status = c.before == 0 ? "new" : c.after == 0 ? "gone" : "both";
    Datum values[] = {Int64GetDatum(signature_id(c.text)),
                      pg::bytes_datum(c.text),
                      Int64GetDatum(static_cast<int64>(c.before)),
                      Int64GetDatum(static_cast<int64>(c.after)),
                      pg::bytes_datum(status),
                      Float8GetDatum(c.delta_percent),
                      Float8GetDatum(c.score)};
    bool is_null[] = {false, false, false, false, false, !std::isfinite(c.delta_percent), false};
    rows.add(values, is_null);
  }
  PG_RETURN_NULL();
}

SQL_FUNCTION(log_signature) { return masked_text(fcinfo, MaskMode::kLog); }
SQL_FUNCTION(profile_signature) { return masked_text(fcinfo, MaskMode::kProfile); }
SQL_FUNCTION(signature_id) { PG_RETURN_INT64(hunt::signature::signature_id(pg::bytes_arg(fcinfo, 0))); }

SQL_FUNCTION(logreduce_match) {
  const std::string_view line = pg::bytes_arg(fcinfo, 1);
  const std::string_view key = identity_of(fcinfo);
  CachedLabels &cached = cached_labels(fcinfo);
  if (!cached.labels || cached.key != key) {
    const StateView state = state_arg(fcinfo, 0);
    cached.labels.reset();
    cached.labels.emplace(state, pg::check_interrupts);
    cached.key = key;
  }
  const std::string_view text = (*cached.labels)(line);
  if (text.empty())
    PG_RETURN_NULL();
  return pg::bytes_datum(text);
}

SQL_FUNCTION(logreduce_signature) {
  const WindowObject window = PG_WINDOW_OBJECT();
  auto *partition = static_cast<PartitionLabels *>(WinGetPartitionLocalMemory(window, sizeof(PartitionLabels)));
  if (partition->labels == nullptr) {
    check_encoding();
    MemoryContext context = GetMemoryChunkContext(partition);
    partition->labels = labels_of_partition(window);
    partition->callback.func = drop_partition;
    partition->callback.arg = partition->labels;
    MemoryContextRegisterResetCallback(context, &partition->callback);
  }
  bool is_null = false;
  const Datum value = WinGetFuncArgCurrent(window, 0, &is_null);
  if (is_null)
    PG_RETURN_NULL();
  const varlena *line = PG_DETOAST_DATUM_PACKED(value);
  const std::string_view text =
      (*partition->labels)({VARDATA_ANY(line), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(line))});
  return pg::bytes_datum(text);
}
