#include "signature/templates.hpp"

#include "core/hash.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <unordered_map>

namespace hunt::signature {

namespace {

// A group with fewer distinct words at a position than this is split by it...
constexpr std::size_t kMaxSplit = 5;
// ...and words that stand where values stand are values from this many on.
constexpr std::size_t kMinValues = 3;

constexpr char kAny = static_cast<char>(Placeholder::kAny);

enum class Role : std::uint8_t { kMark, kWord, kKey, kValue, kSlot };

struct Token {
  std::string_view text;
  Role role;
};
using Tokens = std::vector<Token>;

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_mark(char c, const char *marks) noexcept { return c != '\0' && std::strchr(marks, c) != nullptr; }

// Splits a masked form (all placeholders already kAny).
class Tokenizer {
public:
  explicit Tokenizer(std::string_view text) : s_(text) {}

  Tokens run() {
    while (at_ < s_.size()) {
      const std::size_t begun = at_;
      Role role = Role::kMark;
      if (tokens_.size() + 1 >= kMaxWords)
        at_ = s_.size(), role = Role::kWord;
      else if (s_[at_] == kAny)
        slot(), role = Role::kSlot;
      else if (quoted() || word())
        role = Role::kWord;
      else
        ++at_;
      tokens_.push_back({s_.substr(begun, at_ - begun), role});
    }
    find_roles();
    return std::move(tokens_);
  }

private:
  char peek(std::size_t i) const noexcept { return i < s_.size() ? s_[i] : '\0'; }

  // A placeholder, its unit, and further placeholders of a list.
  void slot() {
    ++at_;
    for (bool in_list = false;;) {
      const std::size_t next = unit(at_);
      const std::size_t comma = next + (peek(next) == ',' && peek(next + 1) == ' ');
      if (peek(comma) == ' ' && peek(comma + 1) == kAny && (in_list || list_goes_on(comma + 1))) {
        in_list = true;
        at_ = comma + 2;
        continue;
      }
      at_ = next;
      return;
    }
  }

  // Three and more placeholders in a row are a list.
  bool list_goes_on(std::size_t i) const noexcept {
    const std::size_t next = i + 1;
    const std::size_t comma = next + (peek(next) == ',');
    return peek(comma) == ' ' && peek(comma + 1) == kAny;
  }

  // " KB", " bytes (12.0 KB)" after a placeholder; where it ends.
  std::size_t unit(std::size_t i) const noexcept {
    static constexpr std::string_view kUnits[] = {
        " B",  " KB",   " MB", " GB",  " TB",   " KiB", " MiB",    " GiB",     " TiB", " byte",    " bytes",
        " ms", " msec", " us", " sec", " secs", " s",   " second", " seconds", " min", " minutes", " hours"};
    for (const std::string_view u : kUnits)
      if (s_.substr(i, u.size()) == u && !is_letter(peek(i + u.size()))) {
        i += u.size();
        if (peek(i) == ' ' && peek(i + 1) == '(' && peek(i + 2) == kAny) {
          std::size_t inner = i + 3;
          for (const std::string_view v : kUnits)
            if (s_.substr(inner, v.size()) == v && peek(inner + v.size()) == ')')
              return inner + v.size() + 1;
        }
        return i;
      }
    return i;
  }

  // A short quoted text without placeholders after a blank or '='.
  bool quoted() {
    const char quote = s_[at_];
    if ((quote != '"' && quote != '\'') || at_ == 0 || !is_mark(s_[at_ - 1], "=: ("))
      return false;
    for (std::size_t i = at_ + 1; i < s_.size() && i <= at_ + 61; ++i) {
      if (s_[i] == quote && i > at_ + 1) {
        at_ = i + 1;
        return true;
      }
      if (s_[i] == '"' || s_[i] == '\'' || s_[i] == '<' || s_[i] == '>' || s_[i] == kAny)
        return false;
    }
    return false;
  }

  bool word() {
    if (!is_letter(s_[at_]))
      return false;
    for (;;) {
      while (at_ < s_.size() && is_letter(s_[at_]))
        ++at_;
      std::size_t joined = at_;
      if (peek(joined) == ':' && peek(joined + 1) == ':')
        joined += 2;
      else
        while (is_mark(peek(joined), "._$\\/@*~+'-"))
          ++joined;
      if (joined == at_ || joined >= s_.size() || !is_letter(s_[joined]))
        return true;
      at_ = joined;
    }
  }

  void find_roles() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      Token &t = tokens_[i];
      if (t.role != Role::kWord)
        continue;
      const char next = i + 1 < tokens_.size() ? tokens_[i + 1].text.front() : '\0';
      const char before = i > 0 ? tokens_[i - 1].text.back() : '\0';
      if (is_mark(next, "=:("))
        t.role = Role::kKey;
      else if (is_mark(t.text.front(), "\"'") || is_mark(before, "=:") ||
               (is_mark(before, "\"'") && is_mark(next, "\"'")) || (before == '(' && next == ')') ||
               (before == '[' && next == ']'))
        t.role = Role::kValue;
    }
  }

  std::string_view s_;
  std::size_t at_ = 0;
  Tokens tokens_;
};

// Letters only.
bool is_plain(std::string_view s) noexcept {
  for (const char c : s)
    if (!is_letter(c) || (c >= '0' && c <= '9'))
      return false;
  return true;
}
bool is_acronym(std::string_view s) noexcept {
  if (s.size() > 1 && s.back() >= '0' && s.back() <= '9')
    s.remove_suffix(1);
  for (const char c : s)
    if (c < 'A' || c > 'Z')
      return false;
  return true;
}
std::string_view unquoted(std::string_view s) noexcept {
  return s.size() > 2 && is_mark(s.front(), "\"'") ? s.substr(1, s.size() - 2) : s;
}
// Dotted, underscored or with slashes: a name of something.
bool is_identifier(std::string_view word) noexcept {
  const std::string_view s = unquoted(word);
  if (s.find("::") != std::string_view::npos)
    return false;
  return s.find_first_of("._$\\/@") != std::string_view::npos || (!is_plain(s) && !is_acronym(s));
}
bool is_path_like(std::string_view s) noexcept {
  std::size_t n = 0;
  for (const char c : s)
    n += c == '.' || c == '/' || c == '\\';
  return n >= 2;
}

// Words before which the one after them is likely a name: prepositions and what names belong to.
bool announces_name(std::string_view s) noexcept {
  static constexpr std::string_view kWords[] = {"for",      "from",     "by",      "user",   "host",  "named",
                                                "username", "hostname", "account", "client", "domain"};
  return std::find(std::begin(kWords), std::end(kWords), s) != std::end(kWords);
}

class Clusterer {
public:
  Clusterer(const std::vector<std::string_view> &masked, core::Poll poll) : poll_(poll) {
    forms_.reserve(masked.size());
    for (std::string_view m : masked) {
      std::string &form = forms_.emplace_back(m);
      for (char &c : form)
        if (is_placeholder(c) && c != static_cast<char>(Placeholder::kRest))
          c = kAny;
    }
  }

  std::vector<std::string> run() {
    tokenize();
    std::map<std::string, std::vector<std::uint32_t>> groups;
    for (std::uint32_t i = 0; i < forms_.size(); ++i)
      groups[skeleton(i)].push_back(i);
    templates_.resize(forms_.size());
    for (auto &[key, group] : groups)
      partition(std::move(group));
    subsume();
    return std::move(templates_);
  }

private:
  using Group = std::vector<std::uint32_t>;

  void tokenize() {
    std::unordered_map<std::string_view, std::uint32_t> ids;
    for (std::size_t i = 0; i < forms_.size(); ++i) {
      if (i % 1024 == 0)
        poll_();
      tokens_.push_back(Tokenizer(forms_[i]).run());
      auto &words = words_.emplace_back();
      for (const Token &t : tokens_.back())
        words.push_back(ids.try_emplace(t.text, static_cast<std::uint32_t>(ids.size())).first->second);
    }
  }

  std::string skeleton(std::uint32_t i) const {
    std::string s;
    for (const Token &t : tokens_[i])
      if (t.role == Role::kMark)
        s += t.text;
      else
        s += kAny;
    return s;
  }

  struct Position {
    std::size_t at;
    std::size_t words;  // distinct ones
    bool has_slot = false;
    bool has_key = false;
    bool only_values = true;
    std::size_t identifiers = 0;
    std::size_t path_like = 0;
  };

  Position look_at(const Group &group, std::size_t at) {
    Position p{at, 0};
    seen_.clear();
    for (const std::uint32_t i : group)
      seen_.push_back({words_[i][at], i});
    std::sort(seen_.begin(), seen_.end());
    for (std::size_t k = 0; k < seen_.size(); ++k) {
      const Token &t = tokens_[seen_[k].second][at];
      p.has_slot |= t.role == Role::kSlot;
      p.has_key |= t.role == Role::kKey;
      p.only_values &= t.role == Role::kValue || t.role == Role::kSlot;
      if (k > 0 && seen_[k].first == seen_[k - 1].first)
        continue;
      ++p.words;
      p.identifiers += t.role != Role::kSlot && is_identifier(t.text);
      p.path_like += is_path_like(t.text);
    }
    return p;
  }

  bool is_value(const Position &p, std::size_t first, const Group &group) const {
    if (p.has_slot)
      return true;
    const bool names = p.path_like * 2 >= p.words;
    if (p.at == first && names && p.words >= kMinValues)
      return true;
    if (p.has_key)
      return false;
    if (p.at == first)
      return names;
    if (p.only_values)
      return p.words >= kMinValues || p.identifiers > 0;
    if (p.at >= 2) {
      const Tokens &t = tokens_[group.front()];
      if (t[p.at - 1].text == " " && announces_name(t[p.at - 2].text))
        return true;
    }
    return p.identifiers * 2 >= p.words;
  }

  void partition(Group whole) {
    std::vector<Group> work;
    work.push_back(std::move(whole));
    while (!work.empty()) {
      poll_();
      const Group group = std::move(work.back());
      work.pop_back();
      split(group, work);
    }
  }

  // Settles the templates of a group, or pushes its parts.
  void split(const Group &group, std::vector<Group> &work) {
    const Tokens &tokens = tokens_[group.front()];
    std::size_t constant = 0, first = tokens.size();
    std::vector<Position> varying;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
      if (tokens[at].role == Role::kMark)
        continue;
      first = std::min(first, at);
      if (group.size() == 1)
        break;
      const Position p = look_at(group, at);
      if (p.words > 1)
        varying.push_back(p);
      else
        constant += tokens[at].role != Role::kSlot;
    }
    const Position *by = nullptr;
    for (const Position &p : varying)
      if (!is_value(p, first, group) && (by == nullptr || p.words < by->words))
        by = &p;
    if (by != nullptr) {
      const bool agrees = constant >= varying.size();
      if (by->has_key || by->at == first || by->words <= kMaxSplit || !agrees)
        return split_by(group, by->at, work);
    } else if (constant == 0 && !varying.empty()) {
      // Nothing in common: unrelated lines.
      by = &*std::min_element(varying.begin(), varying.end(),
                              [](const Position &a, const Position &b) { return a.words < b.words; });
      return split_by(group, by->at, work);
    }
    settle(group, varying);
  }

  void split_by(const Group &group, std::size_t at, std::vector<Group> &work) {
    std::unordered_map<std::uint32_t, std::size_t> part_of;
    for (const std::uint32_t i : group) {
      const auto [found, is_new] = part_of.try_emplace(words_[i][at], work.size());
      if (is_new)
        work.emplace_back();
      work[found->second].push_back(i);
    }
  }

  void settle(const Group &group, const std::vector<Position> &varying) {
    const Tokens &tokens = tokens_[group.front()];
    std::string text;
    std::size_t next = 0;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
      if (next == varying.size() || varying[next].at != at) {
        text += tokens[at].text;
        continue;
      }
      ++next;
      const char quote = tokens[at].text.front();
      if (is_mark(quote, "\"'"))
        (text += quote) += kAny, text += quote;
      else
        text += kAny;
    }
    text = joined(text);
    for (const std::uint32_t i : group)
      templates_[i] = text;
  }

  // Placeholders that touch each other or a word become one.
  static std::string joined(const std::string &text) {
    std::string spelled;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == kAny) {
        std::size_t end = spelled.size();
        while (end > 0 && (is_letter(spelled[end - 1]) || is_mark(spelled[end - 1], "_$#@~+-*")))
          --end;
        std::size_t glue = end;
        while (glue > 0 && is_mark(spelled[glue - 1], ".:,/_\\@#+-"))
          --glue;
        if (glue > 0 && spelled[glue - 1] == kAny)
          spelled.resize(glue - 1);
        else
          spelled.resize(end);
        spelled += kAny;
        while (i + 1 < text.size() && (is_letter(text[i + 1]) || is_mark(text[i + 1], "_$-")))
          ++i;
        continue;
      }
      spelled += c;
    }
    return spelled;
  }

  // Words between blanks, where a template may have a placeholder with text attached.
  static std::vector<std::string_view> words_of(std::string_view s) {
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i <= s.size();) {
      const std::size_t end = std::min(s.find(' ', i), s.size());
      words.push_back(s.substr(i, end - i));
      i = end + 1;
    }
    return words;
  }
  static bool is_bare(std::string_view w) {
    while (!w.empty() && is_mark(w.front(), "[(\"'"))
      w.remove_prefix(1);
    if (w.empty() || w.front() != kAny)
      return false;
    return w.substr(1).find_first_not_of("])\"',;:.") == std::string_view::npos;
  }

  void subsume() {
    std::map<std::string, std::vector<std::string_view>> alike;
    std::vector<std::string_view> distinct(templates_.begin(), templates_.end());
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    for (const std::string_view t : distinct) {
      std::string key;
      for (const std::string_view w : words_of(t)) {
        if (w.data() != t.data())
          key += ' ';
        if (w.find(kAny) == std::string_view::npos || w.find('=') != std::string_view::npos) {
          key += w;
          continue;
        }
        key += kAny;
        key += w.substr(w.find_last_not_of(",;:.") + 1);
      }
      alike[std::move(key)].push_back(t);
    }
    std::unordered_map<std::string_view, const std::string *> renamed;
    for (const auto &[key, members] : alike)
      if (members.size() > 1 && may_merge(members))
        for (const std::string_view t : members)
          renamed[t] = &key;
    std::vector<std::string> result(templates_.size());
    for (std::size_t i = 0; i < templates_.size(); ++i) {
      const auto found = renamed.find(templates_[i]);
      result[i] = found == renamed.end() ? templates_[i] : *found->second;
    }
    templates_ = std::move(result);
  }

  static bool may_merge(const std::vector<std::string_view> &members) {
    std::vector<std::vector<std::string_view>> all;
    for (const std::string_view t : members)
      all.push_back(words_of(t));
    for (std::size_t at = 0; at < all.front().size(); ++at) {
      bool same = true, bare = false;
      for (const auto &words : all) {
        same &= words[at] == all.front()[at];
        bare |= is_bare(words[at]);
      }
      if (!same && !bare)
        return false;
    }
    return true;
  }

  core::Poll poll_;
  std::vector<std::string> forms_;
  std::vector<Tokens> tokens_;
  std::vector<std::vector<std::uint32_t>> words_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> seen_;
  std::vector<std::string> templates_;
};

}  // namespace

std::vector<std::string> find_templates(const std::vector<std::string_view> &masked, MaskMode mode, core::Poll poll) {
  if (mode == MaskMode::kProfile)
    return {masked.begin(), masked.end()};
  return Clusterer(masked, poll).run();
}

}  // namespace hunt::signature
