// One record of the Linux audit log: "node=h type=SYSCALL msg=audit(1551485718.785:324): arch=c000003e ...".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hunt::ingest {

struct AuditRecord {
  struct Field {
    std::string_view key;
    std::string_view value;
    bool quoted;
  };

  std::string_view node;  // empty if none
  std::string_view type;
  std::string_view id;        // "1551485718.785:324": seconds, milliseconds and the serial of the event
  std::vector<Field> fields;  // in order; those inside msg='...' follow the others

  const Field *find(std::string_view key) const noexcept;
};

// The record in a line, which may have what syslog writes in front of it; nothing if it has no type or id. Texts point
// into the line.
std::optional<AuditRecord> parse_audit_record(std::string_view line);

// The head of it only, without fields: for grouping.
std::optional<AuditRecord> parse_audit_head(std::string_view line);

// What a field that programs can influence says: such values are quoted, or in hexadecimal when they hold blanks,
// quotes or control characters.
std::string decoded(const AuditRecord::Field &field);

}  // namespace hunt::ingest
