// The tables hunt.event_fact, hunt.event_detail and hunt.event_payload as a load sees them: which versions of its
// events are stored, and where new events go.
//
// Rows go to their partitions in blocks (table_multi_insert) as COPY puts them, with the indexes, constraints,
// generated columns and row triggers of the partitions; triggers for statements do not run, and row triggers may see
// rows of their block late. A column that is not ours is NULL. Row-level security that applies to the caller is
// refused.
#pragma once

#include "ingest/event.hpp"
#include "pg/boundary.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

extern "C" {
#include "access/heapam.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

namespace hunt::ingest {

// What is stored as an id: the dictionary, hunt.dictionary_<name>, and the column of an event.
struct Dictionary {
  const char *name;
  std::string_view Event::*column;
};
inline constexpr std::array<Dictionary, 8> kDictionaries{{{"tenant", &Event::tenant},
                                                          {"user", &Event::user_username},
                                                          {"agent", &Event::http_user_agent},
                                                          {"action", &Event::action},
                                                          {"device_event", &Event::metadata_device_event_id},
                                                          {"application", &Event::application},
                                                          {"mfa_method", &Event::mfa_method},
                                                          {"access_key", &Event::access_key_id}}};

// An event with the ids of its dictionary values, nullptr where it has none. Each text of the event is the content of a
// varlena: four bytes of header stand in front of it.
struct LoadedEvent {
  Event event;
  std::array<const std::int32_t *, kDictionaries.size()> ids;
};

// What all events of a load share.
struct LoadConstants {
  std::int32_t source_id;
  std::int32_t epoch;
};

struct StoredVersion {
  bool found;
  TimestampTz version_time;
  pg_uuid_t content_hash;
};

// All members may ereport, so they run inside pg::call. Lives from open() to close() in the memory context that was
// current at open(), with a snapshot of its own; meanwhile no partition can be created.
class EventTables {
public:
  static EventTables *open(const LoadConstants &constants, BulkInsertState pages);
  StoredVersion find(const Event &event);
  // Of events that are not stored, sorted by time.
  void insert(std::span<const LoadedEvent *const> events);
  void close();

private:
  struct Table;
  Table *fact_;
  Table *detail_;
  Table *payload_;
};

}  // namespace hunt::ingest
