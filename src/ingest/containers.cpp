#include "ingest/containers.hpp"

#include "ingest/text_formats.hpp"

#include <algorithm>

namespace hunt::ingest {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr auto kNone = std::string_view::npos;
constexpr std::size_t kShortArray = 2048;

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(kBlanks);
  return first == kNone ? std::string_view{} : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// One past the string that starts at `at` (a quote), or kNone; a string never spans lines.
std::size_t string_end(std::string_view text, std::size_t at) noexcept {
  for (++at; at < text.size() && text[at] != '\n'; ++at) {
    if (text[at] == '"')
      return at + 1;
    if (text[at] == '\\')
      ++at;
  }
  return kNone;
}

// One past the bracket that closes the `depth` brackets open at `at`, or kNone when none does. `at` ends where the
// search stopped.
std::size_t balanced_end(std::string_view text, std::size_t &at, std::size_t depth) noexcept {
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      const std::size_t end = string_end(text, at);
      if (end == kNone)
        return kNone;
      at = end;
      continue;
    }
    ++at;
    if (c == '{' || c == '[')
      ++depth;
    else if ((c == '}' || c == ']') && --depth == 0)
      return at;
  }
  return kNone;
}

bool is_container(std::string_view key, bool is_first) noexcept {
  constexpr std::string_view names[] = {"Records", "records", "value", "results", "logEvents"};
  return std::find(std::begin(names), std::end(names), key) != std::end(names) ||
         (is_first && (key == "events" || key == "Events"));
}

// Where the array of a container starts in an object at the start of `text`, or kNone for other objects. Containers
// have their array behind a few scalars ("@odata.context") and short arrays ("subscriptionFilters") at most.
std::size_t container_array(std::string_view text) noexcept {
  std::size_t at = 0;
  for (int members = 0; members < 6; ++members) {
    at = text.find_first_not_of(kBlanks, at + 1);
    if (at == kNone || text[at] != '"')
      return kNone;
    const std::size_t key_end = string_end(text, at);
    if (key_end == kNone)
      return kNone;
    const std::string_view key = text.substr(at + 1, key_end - at - 2);
    at = text.find_first_not_of(kBlanks, key_end);
    if (at == kNone || text[at] != ':')
      return kNone;
    at = text.find_first_not_of(kBlanks, at + 1);
    if (at == kNone || text[at] == '{')
      return kNone;
    if (text[at] == '[') {
      if (is_container(key, members == 0))
        return at;
      at = balanced_end(text.substr(0, std::min(text.size(), at + kShortArray)), at, 0);
    } else if (text[at] == '"') {
      at = string_end(text, at);
    }
    at = at == kNone ? kNone : text.find_first_of(",}\n", at);
    if (at == kNone || text[at] != ',')
      return kNone;
  }
  return kNone;
}

class PayloadReader {
public:
  PayloadReader(std::string_view payload, Scratch &scratch, DocumentSink &sink, core::Poll poll, std::size_t line,
                int depth)
      : text_(payload), scratch_(scratch), sink_(sink), poll_(poll), line_(line), depth_(depth),
        lookahead_(8 * payload.size() + 4096) {}

  void run() {
    while (skip(kBlanks)) {
      const std::size_t array = text_[at_] == '{' ? container_array(text_.substr(at_)) : kNone;
      if (array != kNone) {
        move_to(at_ + array);
        elements();
        close_container();
      } else if (text_[at_] == '[') {
        elements();
      } else {
        document();
      }
    }
  }

private:
  // Moves to the next byte that is none of `bytes`; false at the end.
  bool skip(std::string_view bytes) {
    move_to(std::min(text_.find_first_not_of(bytes, at_), text_.size()));
    return at_ < text_.size();
  }
  void move_to(std::size_t at) {
    line_ += static_cast<std::size_t>(std::count(text_.begin() + at_, text_.begin() + at, '\n'));
    at_ = at;
  }
  std::size_t line_end() const noexcept { return std::min(text_.find('\n', at_), text_.size()); }

  // A document that starts here: this line, or several when they close the brackets that it opens.
  void document() {
    const std::size_t end = line_end();
    if (take(end, false))
      return;
    std::size_t stop = at_;
    // Looking ahead in vain costs time, so all of it together is limited.
    if ((text_[at_] == '{') && lookahead_ > 0) {
      const std::size_t close = balanced_end(text_, stop, 0);
      if (close != kNone && close != end && take(close, false))
        return;
      lookahead_ -= std::min(lookahead_, stop - at_);
    }
    take(end, true);
  }

  // The elements of an array whose bracket is here, and the bracket that closes it.
  void elements() {
    move_to(at_ + 1);
    while (skip(" \t\r\n,")) {
      if (text_[at_] == ']') {
        move_to(at_ + 1);
        return;
      }
      std::size_t end = at_;
      if (text_[at_] == '{' || text_[at_] == '[')
        end = balanced_end(text_, end, 0);
      else
        end = text_[at_] == '"' ? string_end(text_, at_) : std::min(text_.find_first_of(",]\n", at_), text_.size());
      take(end == kNone ? line_end() : end, true);
    }
  }

  // Passes over what a container holds behind its array.
  void close_container() {
    std::size_t at = at_;
    const std::size_t end = balanced_end(text_, at, 1);
    move_to(end == kNone ? line_end() : end);
  }

  // Hands over the text from here to `end` and moves there. False, and nothing is done, if it is broken, unless
  // `report`.
  bool take(std::size_t end, bool report) {
    poll_();
    const std::string_view raw = trimmed(text_.substr(at_, end - at_));
    scratch_.reset();
    const Scratch::Parsed parsed = scratch_.parse(raw);
    std::string_view inner;
    if (!parsed.error.empty()) {
      if (!report)
        return false;
      sink_.broken(raw, parsed.error, line_);
    } else if (parsed.root.get(inner) == simdjson::SUCCESS && depth_ < 3) {
      const std::string text(inner);
      PayloadReader(text, scratch_, sink_, poll_, line_, depth_ + 1).run();
    } else {
      sink_.document(raw, parsed.root, line_);
    }
    move_to(end);
    return true;
  }

  std::string_view text_;
  Scratch &scratch_;
  DocumentSink &sink_;
  core::Poll poll_;
  std::size_t at_ = 0;
  std::size_t line_;
  int depth_;
  std::size_t lookahead_;
};

}  // namespace

void read_documents(std::string_view payload, Scratch &scratch, DocumentSink &sink, core::Poll poll) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (payload.starts_with(byte_order_mark))
    payload.remove_prefix(byte_order_mark.size());
  if (is_audit_log(payload))
    read_audit_log(payload, scratch, sink, poll);
  else if (is_csv(payload))
    read_csv(payload, scratch, sink, poll);
  else
    PayloadReader(payload, scratch, sink, poll, 1, 0).run();
}

namespace {

enum Wrapper : std::size_t {
  kSource,
  kRaw,
  kMessage,
  kAtMessage,
  kCloudTrailEvent,
  kResult,
  kPreview,
  kDetail,
  kDetailType,
  kWrapperCount
};
constexpr Members<kWrapperCount> kWrappers({"_source", "_raw", "message", "@message", "cloudtrailevent", "result",
                                            "preview", "detail", "detail-type"});

}  // namespace

JsonObject unwrapped(JsonObject document, Scratch &scratch) {
  for (int depth = 0; depth < 4; ++depth) {
    const auto found = kWrappers(document);
    std::optional<JsonObject> inner;
    for (const Wrapper wrapper : {kSource, kRaw, kMessage, kAtMessage, kCloudTrailEvent})
      if (!inner && found[wrapper])
        inner = scratch.object(*found[wrapper]);
    if (!inner && found[kPreview] && found[kResult])
      inner = scratch.object(*found[kResult]);
    if (!inner && found[kDetailType] && found[kDetail])
      inner = scratch.object(*found[kDetail]);
    if (!inner)
      return document;
    document = *inner;
  }
  return document;
}

}  // namespace hunt::ingest
