#include "ingest/load_pg.hpp"

#include "ingest/event_row_pg.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <tuple>

extern "C" {
#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/typcache.h"
}

namespace hunt::ingest {

namespace {

// The texts of an event.
constexpr std::string_view Event::*kTexts[] = {&Event::payload,
                                               &Event::event_id,
                                               &Event::tenant,
                                               &Event::metadata_device_event_id,
                                               &Event::action,
                                               &Event::application,
                                               &Event::target,
                                               &Event::region,
                                               &Event::user_username,
                                               &Event::user_userid,
                                               &Event::user_type,
                                               &Event::user_arn,
                                               &Event::user_email,
                                               &Event::effective_user,
                                               &Event::device_ip_text,
                                               &Event::http_user_agent,
                                               &Event::error_code,
                                               &Event::error_text,
                                               &Event::session_id,
                                               &Event::access_key_id,
                                               &Event::mfa_method,
                                               &Event::client_application,
                                               &Event::command_line,
                                               &Event::parent_process,
                                               &Event::parent_command_line,
                                               &Event::device_hostname,
                                               &Event::device_os,
                                               &Event::device_browser,
                                               &Event::vendor_country_code,
                                               &Event::vendor_country_name,
                                               &Event::vendor_city,
                                               &Event::reject_reason};

// Runs a statement that returns one row, or none for a function that returns void, and hands its first value to `use`,
// which may ereport. Call inside pg::call.
template <std::size_t N, class Use>
void run(const char *statement, const Oid (&types)[N], const Datum (&values)[N], Use use) {
  SPI_connect();
  if (SPI_execute_with_args(statement, N, const_cast<Oid *>(types), const_cast<Datum *>(values), nullptr, false, 0) !=
          SPI_OK_SELECT ||
      SPI_processed != 1)
    elog(ERROR, "unexpected result of \"%s\"", statement);
  bool null;
  use(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &null));
  SPI_finish();
}

Datum new_text(std::string_view text) {
  return PointerGetDatum(cstring_to_text_with_len(text.data(), static_cast<int>(text.size())));
}

// pg::call with another memory context; f returns nothing or what is trivial.
template <class F> auto call_in(MemoryContext context, F f) {
  return pg::call([&] {
    const MemoryContext caller = MemoryContextSwitchTo(context);
    if constexpr (std::is_void_v<std::invoke_result_t<F>>) {
      f();
      MemoryContextSwitchTo(caller);
    } else {
      const auto result = f();
      MemoryContextSwitchTo(caller);
      return result;
    }
  });
}

// Arrays for SQL. May ereport.
template <class Item> Datum new_array(std::size_t count, Oid type, Item item) {
  auto *const values = static_cast<Datum *>(palloc(std::max(count, std::size_t{1}) * sizeof(Datum)));
  for (std::size_t i = 0; i < count; ++i)
    values[i] = item(i);
  int16 length;
  bool by_value;
  char align;
  get_typlenbyvalalign(type, &length, &by_value, &align);
  return PointerGetDatum(construct_array(values, static_cast<int>(count), type, length, by_value, align));
}

// Reads it with a snapshot that sees what was committed while the load waited.
std::optional<FieldMapping> begin_load(std::string_view source) {
  pg::call([source] {
    if (GetDatabaseEncoding() != PG_UTF8)
      ereport(ERROR,
              (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("log payloads need a database with the encoding UTF8")));
    constexpr Oid types[] = {TEXTOID};
    const Datum values[] = {new_text(source)};
    run("select hunt.begin_load($1)", types, values, [](Datum) {});
  });
  if (built_in_source(source) != nullptr)
    return std::nullopt;
  pg::call([] { PushActiveSnapshot(GetTransactionSnapshot()); });
  FieldMapping mapping = stored_mapping(source);
  pg::call([] { PopActiveSnapshot(); });
  return mapping;
}

void read_constants(std::string_view source, LoadConstants &constants) {
  constexpr Oid types[] = {TEXTOID};
  const Datum values[] = {new_text(source)};
  run("select hunt.current_epoch()", types, values, [&](Datum epoch) { constants.epoch = DatumGetInt32(epoch); });
  run("select (hunt.dictionary_ids('source', array[$1]))[1]", types, values,
      [&](Datum id) { constants.source_id = DatumGetInt32(id); });
}

// A text that BatchTexts keeps.
Datum kept_datum(std::string_view text) { return PointerGetDatum(text.data() - VARHDRSZ); }

auto order_of(const Event &event) noexcept {
  return std::tuple(*event.event_time, event.event_key.high, event.event_key.low);
}
// Of two versions the later: by its time, and if that is equal by its hash.
auto version_of(const Event &event) noexcept {
  return std::tuple(timestamp_of(*event.version_time), event.content_hash.high, event.content_hash.low);
}
core::Hash128 hash_of(const pg_uuid_t &uuid) noexcept {
  core::Hash128 hash{};
  for (int i = 0; i < 8; ++i) {
    hash.high = hash.high << 8 | uuid.data[i];
    hash.low = hash.low << 8 | uuid.data[8 + i];
  }
  return hash;
}

}  // namespace

std::string_view BatchTexts::keep(std::string_view text) {
  const std::size_t size = (VARHDRSZ + text.size() + 7) / 8 * 8;
  char *to = nullptr;
  if (size > kChunk / 4) {
    to = large_.emplace_back(new char[size]).get();
  } else {
    if (at_ + size > kChunk) {
      if (chunks_used_ == chunks_.size())
        chunks_.emplace_back(new char[kChunk]);
      ++chunks_used_;
      at_ = 0;
    }
    to = chunks_[chunks_used_ - 1].get() + at_;
    at_ += size;
  }
  bytes_ += size;
  SET_VARSIZE(to, VARHDRSZ + text.size());
  if (!text.empty())
    std::memcpy(to + VARHDRSZ, text.data(), text.size());
  return {to + VARHDRSZ, text.size()};
}

void BatchTexts::clear() noexcept {
  large_.clear();
  chunks_used_ = 0;
  at_ = kChunk;
  bytes_ = 0;
}

const std::int32_t *DictionaryCache::find(std::string_view text) {
  const auto found = ids_.find(text);
  if (found != ids_.end())
    return &found->second;
  Ids::value_type &added = *ids_.emplace(std::string(text), 0).first;
  bytes_ += text.size() + 128;
  unresolved_.push_back(&added);
  return &added.second;
}

void DictionaryCache::resolve(MemoryContext context) {
  if (unresolved_.empty())
    return;
  call_in(context, [this] {
    constexpr Oid types[] = {TEXTOID, TEXTARRAYOID};
    const std::size_t count = unresolved_.size();
    const Datum values[] = {new_text(name_),
                            new_array(count, TEXTOID, [&](std::size_t i) { return new_text(unresolved_[i]->first); })};
    run("select hunt.dictionary_ids($1, $2)", types, values, [&](Datum ids) {
      const ArrayType *const array = DatumGetArrayTypeP(ids);
      if (ARR_HASNULL(array) || ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) != static_cast<int>(count))
        elog(ERROR, "the dictionary \"%s\" lacks values", name_);
      for (std::size_t i = 0; i < count; ++i)
        unresolved_[i]->second = reinterpret_cast<const std::int32_t *>(ARR_DATA_PTR(array))[i];
    });
  });
  unresolved_.clear();
}

void DictionaryCache::clear_if_large() {
  if (bytes_ <= kMaxBytes)
    return;
  ids_.clear();
  bytes_ = 0;
}

Load::Load(std::string_view source, LoadKind kind)
    : source_(source), kind_(kind), started_at_(GetCurrentTimestamp()), mapping_(begin_load(source)),
      normalizer_(normalizer()) {
  for (const Dictionary &dictionary : kDictionaries)
    dictionaries_.emplace_back(dictionary.name);
  context_ = pg::call([this] {
    read_constants(source_, constants_);
    // Its first block survives resets, so a batch finds its memory again.
    return AllocSetContextCreate(CurrentMemoryContext, "session_hunt load", 0, 4 << 20, 8 << 20);
  });
}

Normalizer Load::normalizer() {
  return mapping_ ? Normalizer(*mapping_, scratch_, *this, pg::check_interrupts)
                  : Normalizer(*built_in_source(source_), scratch_, *this, pg::check_interrupts);
}

const LoadCounts &Load::finish() {
  flush();
  if (pages_ != nullptr)
    pg::call([this] { FreeBulkInsertState(pages_); });
  pages_ = nullptr;
  counts_.received = counts_.inserted + counts_.updated + counts_.duplicates + counts_.rejected;
  if (kind_ != LoadKind::kRetry)
    log();
  return counts_;
}

Event Load::kept(const Event &event) {
  Event copy = event;
  for (const auto text : kTexts)
    if (!(copy.*text).empty())
      copy.*text = texts_.keep(copy.*text);
  return copy;
}

void Load::event(const Event &event) {
  if (!event.reject_reason.empty()) {
    Event reject;
    reject.position = event.position;
    reject.content_hash = event.content_hash;
    reject.reject_reason = texts_.keep(event.reject_reason);
    reject.payload = texts_.keep(valid_text(event.payload));
    rejects_.push_back(reject);
  } else {
    LoadedEvent &loaded = events_.emplace_back();
    loaded.event = kept(event);
    for (std::size_t i = 0; i < kDictionaries.size(); ++i) {
      const std::string_view text = event.*kDictionaries[i].column;
      loaded.ids[i] = text.empty() ? nullptr : dictionaries_[i].find(text);
    }
  }
  if (events_.size() + rejects_.size() >= kMaxEvents || texts_.bytes() >= kMaxBytes)
    flush();
}

void Load::flush() {
  if (!events_.empty()) {
    create_months();
    for (DictionaryCache &dictionary : dictionaries_)
      dictionary.resolve(context_);
    compare_and_store();
    if (pages_ == nullptr)
      pages_ = call_in(MemoryContextGetParent(context_), [] { return GetBulkInsertState(); });
    for (DictionaryCache &dictionary : dictionaries_)
      dictionary.clear_if_large();
  }
  if (!rejects_.empty())
    store_rejects();
  events_.clear();
  rejects_.clear();
  texts_.clear();
  pg::call([this] { MemoryContextReset(context_); });
}

// Before any table is open, since a partition cannot be added to a table in use.
void Load::create_months() {
  std::int64_t last_day = -1;
  for (const LoadedEvent &loaded : events_) {
    const std::int64_t day = *loaded.event.event_time / 86'400'000'000;
    if (day == last_day)
      continue;
    last_day = day;
    const std::chrono::sys_days date{std::chrono::days{day}};
    const std::chrono::year_month_day parts{date};
    if (!months_.insert(int{parts.year()} * 12 + static_cast<int>(unsigned{parts.month()})).second)
      continue;
    constexpr std::int64_t epoch = POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE;
    call_in(context_, [day] {
      constexpr Oid types[] = {DATEOID};
      const Datum values[] = {Int32GetDatum(static_cast<std::int32_t>(day - epoch))};
      run("select hunt.add_month($1)", types, values, [](Datum) {});
    });
  }
}

// Sorted, so that documents of one event stand together, its newest version first, and that indexes grow at one place.
void Load::compare_and_store() {
  std::vector<const LoadedEvent *> sorted;
  sorted.reserve(events_.size());
  for (const LoadedEvent &loaded : events_)
    sorted.push_back(&loaded);
  std::sort(sorted.begin(), sorted.end(), [](const LoadedEvent *a, const LoadedEvent *b) {
    const auto order_a = order_of(a->event), order_b = order_of(b->event);
    return order_a != order_b ? order_a < order_b : version_of(a->event) > version_of(b->event);
  });

  EventTables *const tables = call_in(context_, [this] { return EventTables::open(constants_, pages_); });
  std::vector<const LoadedEvent *> added, changed;
  for (std::size_t i = 0; i < sorted.size();) {
    const Event &first = sorted[i]->event;
    const StoredVersion stored = call_in(context_, [&] { return tables->find(first); });
    const core::Hash128 stored_hash = hash_of(stored.content_hash);
    std::int64_t documents = 0, contents = 0;
    const LoadedEvent *newest = nullptr;
    const Event *before = nullptr;
    for (; i < sorted.size() && order_of(sorted[i]->event) == order_of(first); ++i, ++documents) {
      const Event &event = sorted[i]->event;
      if (stored.found && event.content_hash == stored_hash)
        continue;
      if (newest == nullptr)
        newest = sorted[i];
      if (before == nullptr || before->content_hash != event.content_hash)
        ++contents;
      before = &event;
    }
    counts_.inserted += stored.found ? 0 : 1;
    counts_.updated += contents - (stored.found ? 0 : 1);
    counts_.duplicates += documents - contents;
    if (!stored.found)
      added.push_back(newest);
    else if (newest != nullptr &&
             version_of(newest->event) > std::tuple(stored.version_time, stored_hash.high, stored_hash.low))
      changed.push_back(newest);
  }
  call_in(context_, [&] {
    tables->insert(added);
    tables->close();
  });
  if (!changed.empty())
    update(changed);
}

void Load::update(const std::vector<const LoadedEvent *> &events) {
  call_in(context_, [&] {
    const Oid type = typenameTypeId(
        nullptr, makeTypeNameFromNameList(list_make2(makeString(pstrdup("hunt")), makeString(pstrdup("event_row")))));
    const TupleDesc shape = lookup_rowtype_tupdesc_copy(type, -1);
    auto *const row = static_cast<RowValues *>(palloc(sizeof(RowValues)));
    const Oid types[] = {get_array_type(type)};
    const Datum values[] = {new_array(events.size(), type, [&](std::size_t i) {
      row->count = 0;
      put_event(*row, events[i]->event, source_);
      return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(shape), row->values, row->nulls));
    })};
    run("select hunt.update_events($1)", types, values, [](Datum) {});
  });
}

void Load::store_rejects() {
  counts_.rejected += static_cast<std::int64_t>(rejects_.size());
  call_in(context_, [this] {
    const std::size_t count = rejects_.size();
    constexpr Oid types[] = {TEXTOID, BOOLOID, TEXTARRAYOID, UUIDARRAYOID, INT8ARRAYOID, TEXTARRAYOID};
    const Datum values[] = {
        new_text(source_),
        BoolGetDatum(kind_ == LoadKind::kInbox),
        new_array(count, TEXTOID, [&](std::size_t i) { return kept_datum(rejects_[i].reject_reason); }),
        new_array(count, UUIDOID,
                  [&](std::size_t i) {
                    auto *const uuid = static_cast<pg_uuid_t *>(palloc(sizeof(pg_uuid_t)));
                    uuid_bytes(rejects_[i].content_hash, *uuid);
                    return UUIDPGetDatum(uuid);
                  }),
        new_array(count, INT8OID,
                  [&](std::size_t i) { return Int64GetDatum(static_cast<std::int64_t>(rejects_[i].position)); }),
        new_array(count, TEXTOID, [&](std::size_t i) { return kept_datum(rejects_[i].payload); })};
    run("select hunt.store_rejects($1, $2, $3, $4, $5, $6)", types, values, [](Datum) {});
  });
}

void Load::log() {
  call_in(context_, [this] {
    constexpr Oid types[] = {TEXTOID, TEXTOID, TIMESTAMPTZOID, INT8OID, INT8OID, INT8OID, INT8OID, INT8OID};
    const Datum values[] = {new_text(source_),
                            new_text(kind_ == LoadKind::kInbox ? "inbox" : "ingest"),
                            TimestampTzGetDatum(started_at_),
                            Int64GetDatum(counts_.received),
                            Int64GetDatum(counts_.inserted),
                            Int64GetDatum(counts_.updated),
                            Int64GetDatum(counts_.duplicates),
                            Int64GetDatum(counts_.rejected)};
    run("select hunt.log_load($1, $2, $3, row($4, $5, $6, $7, $8)::hunt.ingest_counts)", types, values, [](Datum) {});
  });
}

}  // namespace hunt::ingest
