#include "ingest/containers.hpp"

#include "ingest/text_formats.hpp"

#include <algorithm>

namespace hunt::ingest {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr auto kNone = std::string_view::npos;
constexpr auto kCut = kNone - 1;  // the text ends before what is sought could
constexpr std::size_t kShortArray = 2048;

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(kBlanks);
  return first == kNone ? std::string_view{} : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// One past the string that starts at `at` (a quote), kCut if the text ends before it, or kNone if its line does: a
// string never spans lines.
std::size_t string_end(std::string_view text, std::size_t at) noexcept {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"')
      return at + 1;
    if (text[at] == '\n')
      return kNone;
    if (text[at] == '\\')
      ++at;
  }
  return kCut;
}

// One past the bracket that closes the `depth` brackets open at `at`, or as string_end() when none does. `at` ends
// where the search stopped.
std::size_t balanced_end(std::string_view text, std::size_t &at, std::size_t depth) noexcept {
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      const std::size_t end = string_end(text, at);
      if (end >= kCut)
        return end;
      at = end;
      continue;
    }
    ++at;
    if (c == '{' || c == '[')
      ++depth;
    else if ((c == '}' || c == ']') && --depth == 0)
      return at;
  }
  return kCut;
}

bool is_container(std::string_view key, bool is_first) noexcept {
  constexpr std::string_view names[] = {"Records", "records", "value", "results", "logEvents"};
  return std::find(std::begin(names), std::end(names), key) != std::end(names) ||
         (is_first && (key == "events" || key == "Events"));
}

// Where the array of a container starts in an object at the start of `text`, kCut if more of the text might tell, or
// kNone for other objects. Containers have their array behind a few scalars ("@odata.context") and short arrays
// ("subscriptionFilters") at most.
std::size_t container_array(std::string_view text) noexcept {
  std::size_t at = 0;
  for (int members = 0; members < 6; ++members) {
    at = text.find_first_not_of(kBlanks, at + 1);
    if (at == kNone)
      return kCut;
    if (text[at] != '"')
      return kNone;
    const std::size_t key_end = string_end(text, at);
    if (key_end >= kCut)
      return key_end;
    const std::string_view key = text.substr(at + 1, key_end - at - 2);
    at = text.find_first_not_of(kBlanks, key_end);
    if (at == kNone)
      return kCut;
    if (text[at] != ':')
      return kNone;
    at = text.find_first_not_of(kBlanks, at + 1);
    if (at == kNone)
      return kCut;
    if (text[at] == '{')
      return kNone;
    if (text[at] == '[') {
      if (is_container(key, members == 0))
        return at;
      const bool whole = text.size() >= at + kShortArray;
      at = balanced_end(text.substr(0, std::min(text.size(), at + kShortArray)), at, 0);
      if (at == kCut && whole)
        return kNone;
    } else if (text[at] == '"') {
      at = string_end(text, at);
    }
    if (at >= kCut)
      return at;
    at = text.find_first_of(",}\n", at);
    if (at == kNone)
      return kCut;
    if (text[at] != ',')
      return kNone;
  }
  return kNone;
}

// JSON. At any time it stands at the top level, among the elements of an array, or behind the array of a container.
class JsonReader final : public PayloadReader {
public:
  JsonReader(Scratch &scratch, DocumentSink &sink, core::Poll poll, std::size_t line, int depth)
      : scratch_(scratch), sink_(sink), poll_(poll), line_(line), depth_(depth) {}

  std::size_t read(std::string_view text, bool last) override {
    lookahead_ += 8 * (text.size() - (text_.size() - at_));
    text_ = text;
    last_ = last;
    at_ = 0;
    while (step()) {
    }
    return at_;
  }

private:
  enum class Place : std::uint8_t { kTop, kArray, kContainer, kBehindContainer };

  // Reads on; false at the end of the text, or where more of it is needed.
  bool step() {
    switch (place_) {
    case Place::kTop:
      return skip(kBlanks) && top();
    case Place::kArray:
    case Place::kContainer:
      return skip(" \t\r\n,") && element();
    case Place::kBehindContainer:
      break;
    }
    std::size_t at = at_;
    const std::size_t end = balanced_end(text_, at, 1);
    if (end == kCut && !last_)
      return false;
    move_to(end >= kCut ? line_end() : end);
    place_ = Place::kTop;
    return true;
  }

  // Moves to the next byte that is none of `bytes`; false at the end.
  bool skip(std::string_view bytes) {
    move_to(std::min(text_.find_first_not_of(bytes, at_), text_.size()));
    return at_ < text_.size();
  }
  void move_to(std::size_t at) {
    const std::string_view passed = text_.substr(at_, at - at_);
    for (std::size_t line = passed.find('\n'); line != kNone; line = passed.find('\n', line + 1))
      ++line_;
    at_ = at;
  }
  std::size_t line_end() const noexcept { return std::min(text_.find('\n', at_), text_.size()); }

  bool top() {
    const std::size_t array = text_[at_] == '{' ? container_array(text_.substr(at_)) : kNone;
    if (array == kCut && !last_)
      return false;
    if (array >= kCut && text_[at_] != '[')
      return document();
    place_ = array < kCut ? Place::kContainer : Place::kArray;
    move_to(at_ + (array < kCut ? array : 0) + 1);
    return true;
  }

  // A document that starts here: this line, or several when they close the brackets that it opens.
  bool document() {
    const std::size_t end = line_end();
    if (end == text_.size() && !last_)
      return false;
    if (take(end, false))
      return true;
    // Looking ahead in vain costs time, so all of it together is limited.
    if (text_[at_] == '{' && lookahead_ > 0) {
      std::size_t stop = at_;
      const std::size_t close = balanced_end(text_, stop, 0);
      if (close == kCut && !last_)
        return false;
      if (close < kCut && close != end && take(close, false))
        return true;
      lookahead_ -= std::min(lookahead_, stop - at_);
    }
    return take(end, true);
  }

  // An element of an array, or the bracket that closes it.
  bool element() {
    if (text_[at_] == ']') {
      place_ = place_ == Place::kContainer ? Place::kBehindContainer : Place::kTop;
      move_to(at_ + 1);
      return true;
    }
    std::size_t end = at_;
    if (text_[at_] == '{' || text_[at_] == '[')
      end = balanced_end(text_, end, 0);
    else if (text_[at_] == '"')
      end = string_end(text_, at_);
    else if ((end = text_.find_first_of(",]\n", at_)) == kNone)
      end = kCut;
    if (end == kCut && !last_)
      return false;
    return take(end >= kCut ? line_end() : end, true);
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
      JsonReader(scratch_, sink_, poll_, line_, depth_ + 1).read(text, true);
    } else {
      sink_.document(raw, parsed.root, line_);
    }
    move_to(end);
    return true;
  }

  Scratch &scratch_;
  DocumentSink &sink_;
  core::Poll poll_;
  std::string_view text_;
  bool last_ = true;
  std::size_t at_ = 0;
  std::size_t line_;
  int depth_;
  std::size_t lookahead_ = 4096;
  Place place_ = Place::kTop;
};

}  // namespace

std::size_t DocumentReader::read(std::string_view text, bool last) {
  last = last || text.size() >= 2 * Scratch::kMaxDocument;
  if (reader_)
    return reader_->read(text, last);
  if (!last && text.size() < kPiece)
    return 0;
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  const std::size_t mark = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  text.remove_prefix(mark);
  if (is_audit_log(text))
    reader_ = audit_log_reader(scratch_, sink_, poll_);
  else if (is_csv(text))
    reader_ = csv_reader(scratch_, sink_, poll_);
  else
    reader_ = std::make_unique<JsonReader>(scratch_, sink_, poll_, 1, 0);
  return mark + reader_->read(text, last);
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
