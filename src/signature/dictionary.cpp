#include "signature/dictionary.hpp"

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "signature/levels.hpp"

#include <algorithm>
#include <cstring>

namespace hunt::signature {

namespace {

using core::Error;
using core::read_little_endian;

constexpr std::size_t kHeader = 12;
constexpr std::size_t kEntryHeader = 28;
constexpr std::size_t kFormBytesPerEntry = 256;

[[noreturn]] void refuse(const std::string &why) {
  throw Error(core::kInvalidBinary, "invalid logreduce_state", "Use a value that logreduce() made.", why);
}

EntryView entry_at(std::string_view bytes, std::size_t at) {
  const char *const p = bytes.data() + at;
  const std::size_t form = read_little_endian<std::uint16_t>(p + 24);
  const std::size_t example = read_little_endian<std::uint16_t>(p + 26);
  return {{p + kEntryHeader, form},
          {p + kEntryHeader + form, example},
          read_little_endian<std::uint64_t>(p),
          {read_little_endian<Time>(p + 8), read_little_endian<Time>(p + 16)}};
}

std::size_t stored_size_of(const EntryView &e) { return kEntryHeader + e.form.size() + e.example.size(); }

bool is_masked(std::string_view form) noexcept {
  for (const char c : form)
    if (static_cast<unsigned char>(c) < ' ' && !is_placeholder(c))
      return false;
  return true;
}

void check_entry(const EntryView &e) {
  if (e.form.size() > kMaxMasked || e.example.size() > kMaxExample)
    refuse("A form or an example is too long.");
  if (!is_masked(e.form) || e.example.find('\0') != std::string_view::npos)
    refuse("A form or an example holds bytes that it cannot hold.");
  if (e.lines == 0)
    refuse("A form has no lines.");
  if (!e.time.is_known() && (e.time.first != TimeSpan{}.first || e.time.last != TimeSpan{}.last))
    refuse("A time ends before it begins.");
}

}  // namespace

std::uint32_t StateView::max_entries() const noexcept { return read_little_endian<std::uint32_t>(bytes_.data() + 4); }
std::uint32_t StateView::size() const noexcept { return read_little_endian<std::uint32_t>(bytes_.data() + 8); }

std::vector<EntryView> StateView::entries() const {
  std::vector<EntryView> entries;
  entries.reserve(size());
  std::size_t at = kHeader;
  for (std::uint32_t i = 0; i < size(); ++i) {
    entries.push_back(entry_at(bytes_, at));
    at += stored_size_of(entries.back());
  }
  return entries;
}

void StateView::check(std::string_view bytes, core::Poll poll) {
  if (bytes.size() < kHeader)
    refuse("It is too short.");
  const StateView state(bytes);
  if (static_cast<std::uint8_t>(bytes[0]) != kFormatVersion)
    refuse("It has format version " + std::to_string(static_cast<std::uint8_t>(bytes[0])) + ", known is " +
           std::to_string(kFormatVersion) + ".");
  if (state.mode() != MaskMode::kLog && state.mode() != MaskMode::kProfile)
    refuse("It has an unknown mode.");
  if (state.lexer_version() == 0 || state.lexer_version() > kLexerVersion)
    refuse("It was made by a newer version of session_hunt.");
  if (state.level() > kTopLevel || state.max_entries() == 0 || state.max_entries() > kMostMaxEntries ||
      state.size() > state.max_entries())
    refuse("Its level or its number of entries is out of range.");
  std::size_t at = kHeader, form_bytes = 0;
  std::uint64_t lines = 0;
  std::string_view last;
  for (std::uint32_t i = 0; i < state.size(); ++i) {
    if (i % 4096 == 0)
      poll();
    if (bytes.size() - at < kEntryHeader)
      refuse("It ends within an entry.");
    const EntryView e = entry_at(bytes, at);
    if (bytes.size() - at < stored_size_of(e))
      refuse("It ends within an entry.");
    check_entry(e);
    if (i > 0 && e.form <= last)
      refuse("Its forms are not in order.");
    if (e.lines > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) - lines)
      refuse("It counts more lines than there can be.");
    lines += e.lines;
    form_bytes += e.form.size();
    last = e.form;
    at += stored_size_of(e);
  }
  if (at != bytes.size())
    refuse("It goes on behind its last entry.");
  if (state.level() < kTopLevel && form_bytes > kFormBytesPerEntry * state.max_entries())
    refuse("Its forms are longer than its level allows.");
}

std::string_view example_of(std::string_view line) noexcept {
  if (line.size() <= kMaxExample)
    return line;
  std::size_t size = kMaxExample;
  while (size > kMaxExample - 4 && (static_cast<unsigned char>(line[size]) & 0xC0) == 0x80)
    --size;
  return line.substr(0, size);
}

Dictionary::Dictionary(MaskMode mode, std::uint32_t max_entries, std::pmr::memory_resource *memory)
    : memory_(memory), mode_(mode), max_entries_(max_entries), stored_size_(kHeader), entries_(memory), index_(memory) {
  if (max_entries == 0 || max_entries > kMostMaxEntries)
    throw Error(core::kInvalidParameter, "max_entries is out of range",
                "Give a number from 1 to " + std::to_string(kMostMaxEntries) + ".");
}

void Dictionary::add(std::string_view line, const TimeSpan &time) {
  MaskBuffer buffer;
  const std::string_view form = mask(line, mode_, buffer);
  if (level_ == 0)
    add({form, example_of(line), 1, time});
  else
    add({raise(form, 0, level_), example_of(line), 1, time});
  raise_until_it_fits();
}

void Dictionary::merge(const StateView &other, core::Poll poll) {
  if (other.mode() != mode_ || other.lexer_version() != kLexerVersion)
    throw Error(core::kInvalidParameter,
                other.mode() != mode_ ? "cannot merge logreduce states of different modes"
                                      : "cannot merge logreduce states of different lexer versions",
                other.mode() != mode_ ? "Merge states in log mode apart from those in profile mode."
                                      : "Compute the older state anew.");
  max_entries_ = std::min(max_entries_, other.max_entries());
  if (other.level() > level_)
    raise_to(other.level());
  std::size_t done = 0;
  for (EntryView entry : other.entries()) {
    if (++done % 1024 == 0)
      poll();
    std::string raised;
    if (other.level() < level_) {
      raised = raise(entry.form, other.level(), level_);
      entry.form = raised;
    }
    add(entry);
    raise_until_it_fits();
  }
  raise_until_it_fits();
}

void Dictionary::add(const EntryView &e) {
  if (entries_.size() * 2 >= index_.size())
    grow_index();
  const std::uint64_t hash = core::hash64(e.form);
  const std::size_t wrap = index_.size() - 1;
  for (std::size_t slot = hash & wrap;; slot = (slot + 1) & wrap) {
    if (index_[slot] == 0) {
      entries_.push_back(
          Entry{std::pmr::string(e.form, memory_), std::pmr::string(e.example, memory_), hash, e.lines, e.time});
      index_[slot] = static_cast<std::uint32_t>(entries_.size());
      form_bytes_ += e.form.size();
      stored_size_ += stored_size_of(e);
      return;
    }
    Entry &entry = entries_[index_[slot] - 1];
    if (entry.hash != hash || std::string_view(entry.form) != e.form)
      continue;
    entry.lines += e.lines;
    entry.time.add(e.time);
    if (e.example < std::string_view(entry.example)) {
      stored_size_ = stored_size_ - entry.example.size() + e.example.size();
      entry.example = e.example;
    }
    return;
  }
}

bool Dictionary::fits() const noexcept {
  return level_ == kTopLevel ||
         (entries_.size() <= max_entries_ && form_bytes_ <= kFormBytesPerEntry * std::size_t{max_entries_});
}

void Dictionary::raise_until_it_fits() {
  while (!fits())
    raise_to(level_ + 1);
}

void Dictionary::raise_to(std::uint8_t level) {
  std::pmr::vector<Entry> old(memory_);
  old.swap(entries_);
  std::fill(index_.begin(), index_.end(), 0);
  form_bytes_ = 0;
  stored_size_ = kHeader;
  for (const Entry &e : old)
    add({raise(e.form, level_, level), e.example, e.lines, e.time});
  level_ = level;
}

void Dictionary::grow_index() {
  index_.assign(std::max<std::size_t>(8, index_.size() * 2), 0);
  const std::size_t wrap = index_.size() - 1;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    std::size_t slot = entries_[i].hash & wrap;
    while (index_[slot] != 0)
      slot = (slot + 1) & wrap;
    index_[slot] = static_cast<std::uint32_t>(i + 1);
  }
}

void Dictionary::write(char *to) const {
  const auto put = [&to](auto value) {
    std::memcpy(to, &value, sizeof value);
    to += sizeof value;
  };
  put(kFormatVersion);
  put(kLexerVersion);
  put(static_cast<std::uint8_t>(mode_));
  put(level_);
  put(max_entries_);
  put(static_cast<std::uint32_t>(entries_.size()));
  std::vector<const Entry *> sorted;
  sorted.reserve(entries_.size());
  for (const Entry &e : entries_)
    sorted.push_back(&e);
  std::sort(sorted.begin(), sorted.end(), [](const Entry *a, const Entry *b) { return a->form < b->form; });
  for (const Entry *e : sorted) {
    put(e->lines);
    put(e->time.first);
    put(e->time.last);
    put(static_cast<std::uint16_t>(e->form.size()));
    put(static_cast<std::uint16_t>(e->example.size()));
    to += e->form.copy(to, e->form.size());
    to += e->example.copy(to, e->example.size());
  }
}

}  // namespace hunt::signature
