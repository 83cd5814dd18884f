#include "ingest/audit_record.hpp"
#include "ingest/text_formats.hpp"
#include "ingest/timestamp.hpp"

#include <algorithm>
#include <list>
#include <string>
#include <unordered_map>

namespace hunt::ingest {

namespace {

using std::string_view;

constexpr std::int64_t kEventSpan = 2'000'000;  // microseconds; auditd's end_of_event_timeout
constexpr std::size_t kOpenEvents = 10'000;     // more events at one time than any machine logs

// An event whose records are still coming.
struct OpenEvent {
  std::string key;
  std::size_t line;
  std::int64_t time;
  std::string json;
};

class AuditLogReader final : public PayloadReader {
public:
  AuditLogReader(Scratch &scratch, DocumentSink &sink, core::Poll poll) : scratch_(scratch), sink_(sink), poll_(poll) {}

  std::size_t read(string_view text, bool last) override {
    std::size_t at = 0;
    while (at < text.size()) {
      poll_();
      const std::size_t end = std::min(text.find('\n', at), text.size());
      if (end == text.size() && !last)
        return at;
      ++number_;
      string_view record = text.substr(at, end - at);
      at = std::min(end + 1, text.size());
      if (record.ends_with('\r'))
        record.remove_suffix(1);
      if (record.find_first_not_of(" \t\r") != record.npos)
        line(record, number_);
    }
    while (last && !open_.empty())
      close(open_.begin());
    return at;
  }

private:
  void line(string_view text, std::size_t number) {
    const auto record = parse_audit_head(text);
    const auto time = record ? parse_epoch(record->id.substr(0, record->id.find(':'))) : std::nullopt;
    if (!time) {
      scratch_.reset();
      sink_.broken(text, "not a record of the Linux audit log", number);
      return;
    }
    while (!open_.empty() && (open_.front().time + kEventSpan < *time || open_.size() > kOpenEvents))
      close(open_.begin());
    const std::string key = std::string(record->node) + ' ' + std::string(record->id);
    auto found = index_.find(key);
    if (found == index_.end()) {
      open_.push_back({key, number, *time, "{\"audit\":["});
      found = index_.emplace(key, std::prev(open_.end())).first;
    }
    std::string &json = found->second->json;
    json += json.back() == '[' ? "\"" : ",\"";
    append_json_text(text, json);
    json += '"';
    if (record->type == "EOE")
      close(found->second);
  }

  void close(std::list<OpenEvent>::iterator event) {
    event->json += "]}";
    scratch_.reset();
    const Scratch::Parsed parsed = scratch_.parse(event->json);
    if (parsed.error.empty())
      sink_.document(event->json, parsed.root, event->line);
    else
      sink_.broken(event->json, parsed.error, event->line);
    index_.erase(event->key);
    open_.erase(event);
  }

  Scratch &scratch_;
  DocumentSink &sink_;
  core::Poll poll_;
  std::size_t number_ = 0;
  std::list<OpenEvent> open_;
  std::unordered_map<std::string, std::list<OpenEvent>::iterator> index_;
};

}  // namespace

bool is_audit_log(string_view payload) {
  const std::size_t first = payload.find_first_not_of(" \t\r\n");
  if (first == payload.npos || payload[first] == '{' || payload[first] == '[' || payload[first] == '"')
    return false;
  return parse_audit_head(payload.substr(first, payload.find('\n', first) - first)).has_value();
}

std::unique_ptr<PayloadReader> audit_log_reader(Scratch &scratch, DocumentSink &sink, core::Poll poll) {
  return std::make_unique<AuditLogReader>(scratch, sink, poll);
}

}  // namespace hunt::ingest
