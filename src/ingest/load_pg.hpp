// A load: the documents of one source on their way into the tables, in batches, by one pass over the payload. Memory is
// that of a batch, of the largest document and of the dictionary values that the load knows, which are bounded.
#pragma once

#include "ingest/event_tables_pg.hpp"
#include "ingest/normalize.hpp"
#include "ingest/source_mapping_pg.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace hunt::ingest {

// received is the sum of the others.
struct LoadCounts {
  std::int64_t received = 0;
  std::int64_t inserted = 0;
  std::int64_t updated = 0;
  std::int64_t duplicates = 0;
  std::int64_t rejected = 0;
};

// Memory for the texts of a batch, each behind the header of a varlena, used again for the next batch.
class BatchTexts {
public:
  std::string_view keep(std::string_view text);
  void clear() noexcept;
  std::size_t bytes() const noexcept { return bytes_; }

private:
  static constexpr std::size_t kChunk = std::size_t{1} << 20;
  std::vector<std::unique_ptr<char[]>> chunks_;
  std::vector<std::unique_ptr<char[]>> large_;
  std::size_t chunks_used_ = 0;
  std::size_t at_ = kChunk;
  std::size_t bytes_ = 0;
};

// The texts of one dictionary that a load has seen, with their ids.
class DictionaryCache {
public:
  explicit DictionaryCache(const char *name) : name_(name) {}

  // The id of a text, 0 until resolve(). Lives until clear_if_large().
  const std::int32_t *find(std::string_view text);
  // Gets the ids of new texts from the dictionary, adding what it does not have; leaves garbage in the context.
  void resolve(MemoryContext context);
  void clear_if_large();

private:
  static constexpr std::size_t kMaxBytes = std::size_t{16} << 20;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return core::hash64(text); }
  };
  using Ids = std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>>;

  const char *name_;
  Ids ids_;
  std::vector<Ids::value_type *> unresolved_;
  std::size_t bytes_ = 0;
};

// What hunt.ingest_log calls a load. A retry is a part of one: hunt.retry_rejects() logs all of its parts as one load.
enum class LoadKind : std::uint8_t { kIngest, kInbox, kRetry };

// The caller's statement is a transaction's part as any: an error undoes all of the load.
class Load final : private EventSink {
public:
  // Waits for other loads of the source and for edits of its mapping, which the load reads once. Throws for an unknown
  // source.
  Load(std::string_view source, LoadKind kind);

  // As DocumentReader::read().
  std::size_t read(std::string_view text, bool last) { return normalizer_.read(text, last); }
  // A payload of its own, whatever read() is at.
  void read_whole(std::string_view payload) { normalizer().read(payload, true); }
  // The counts, once the last piece was read. Writes the load into hunt.ingest_log.
  const LoadCounts &finish();

  std::string_view source() const noexcept { return source_; }
  const LoadCounts &counts() const noexcept { return counts_; }

private:
  static constexpr std::size_t kMaxEvents = 2048;
  static constexpr std::size_t kMaxBytes = std::size_t{4} << 20;

  Normalizer normalizer();
  void event(const Event &event) override;
  Event kept(const Event &event);
  void flush();
  void create_months();
  void compare_and_store();
  void update(const std::vector<const LoadedEvent *> &events);
  void store_rejects();
  void log();

  std::string source_;
  LoadKind kind_;
  TimestampTz started_at_;
  std::optional<FieldMapping> mapping_;  // of a source that is not built in
  Scratch scratch_;
  Normalizer normalizer_;
  MemoryContext context_;
  LoadConstants constants_{};
  BulkInsertState pages_ = nullptr;  // from the second batch on: a small load leaves its events in the buffer pool
  LoadCounts counts_;
  BatchTexts texts_;
  std::vector<DictionaryCache> dictionaries_;
  std::unordered_set<std::int64_t> months_;
  std::vector<LoadedEvent> events_;
  std::vector<Event> rejects_;
};

}  // namespace hunt::ingest
