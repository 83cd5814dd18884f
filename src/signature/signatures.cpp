#include "signature/signatures.hpp"

#include "core/error.hpp"
#include "core/hash.hpp"
#include "signature/levels.hpp"
#include "signature/templates.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory_resource>

namespace hunt::signature {

namespace {

// The templates of a state's forms, in their order.
std::vector<std::string> templates_of(const std::vector<EntryView> &entries, MaskMode mode, core::Poll poll) {
  std::vector<std::string_view> forms;
  forms.reserve(entries.size());
  for (const EntryView &e : entries)
    forms.push_back(e.form);
  return find_templates(forms, mode, poll);
}

bool is_typed(MaskMode mode) noexcept { return mode == MaskMode::kProfile; }

std::size_t fixed_bytes(std::string_view masked) noexcept {
  return static_cast<std::size_t>(
      std::count_if(masked.begin(), masked.end(), [](char c) { return !is_placeholder(c); }));
}

// Whether a pattern, in which a placeholder stands for any text but none, is this form. O(pattern x form) at worst.
bool fits(std::string_view pattern, std::string_view form) noexcept {
  std::size_t p = 0, f = 0, again_p = std::string_view::npos, again_f = 0;
  while (f < form.size()) {
    if (p < pattern.size() && is_placeholder(pattern[p])) {
      again_p = ++p;
      again_f = ++f;
    } else if (p < pattern.size() && pattern[p] == form[f]) {
      ++p, ++f;
    } else if (again_p != std::string_view::npos) {
      p = again_p;
      f = ++again_f;
    } else {
      return false;
    }
  }
  return p == pattern.size();
}

}  // namespace

std::int64_t signature_id(std::string_view text) noexcept { return static_cast<std::int64_t>(core::hash64(text)); }

Criteria criteria_of(std::string_view name) {
  if (name == "least")
    return Criteria::kLeast;
  if (name == "most")
    return Criteria::kMost;
  throw core::Error(core::kInvalidParameter, "unknown criteria \"" + std::string(name) + "\"",
                    "Use \"least\" for the least common signatures first, or \"most\".");
}

MaskMode mode_of(std::string_view name) {
  if (name == "log")
    return MaskMode::kLog;
  if (name == "profile")
    return MaskMode::kProfile;
  throw core::Error(core::kInvalidParameter, "unknown mode \"" + std::string(name) + "\"",
                    "Use \"log\" for log messages, or \"profile\" for short descriptions of sessions and clients.");
}

std::vector<Signature> find_signatures(const StateView &state, Criteria criteria, core::Poll poll) {
  const std::vector<EntryView> entries = state.entries();
  const std::vector<std::string> templates = templates_of(entries, state.mode(), poll);
  std::map<std::string, Signature> by_text;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const EntryView &e = entries[i];
    Signature &signature = by_text[spell(templates[i], is_typed(state.mode()))];
    if (signature.lines == 0 || e.example < signature.example)
      signature.example = e.example;
    signature.lines += e.lines;
    signature.time.add(e.time);
  }
  std::vector<Signature> signatures;
  for (auto &[text, signature] : by_text) {
    signature.text = text;
    signatures.push_back(std::move(signature));
  }
  std::sort(signatures.begin(), signatures.end(), [criteria](const Signature &a, const Signature &b) {
    if (a.lines != b.lines)
      return criteria == Criteria::kLeast ? a.lines < b.lines : a.lines > b.lines;
    return a.text < b.text;
  });
  return signatures;
}

std::vector<Change> compare(const StateView &before, const StateView &after, core::Poll poll) {
  std::pmr::monotonic_buffer_resource memory;
  const std::uint8_t level = [&] {
    Dictionary both(before.mode(), std::min(before.max_entries(), after.max_entries()), &memory);
    both.merge(before, poll);
    both.merge(after, poll);
    return both.level();
  }();
  // The forms of both at one level, with the lines of each.
  std::map<std::string, Change> forms;
  double total_before = 0, total_after = 0;
  for (const EntryView &e : before.entries()) {
    forms[raise(e.form, before.level(), level)].before += e.lines;
    total_before += static_cast<double>(e.lines);
  }
  for (const EntryView &e : after.entries()) {
    forms[raise(e.form, after.level(), level)].after += e.lines;
    total_after += static_cast<double>(e.lines);
  }
  std::vector<std::string_view> keys;
  for (const auto &[form, change] : forms)
    keys.push_back(form);
  const std::vector<std::string> templates = find_templates(keys, before.mode(), poll);
  std::map<std::string, Change> by_text;
  std::size_t i = 0;
  for (const auto &[form, change] : forms) {
    Change &sum = by_text[spell(templates[i++], is_typed(before.mode()))];
    sum.before += change.before;
    sum.after += change.after;
  }
  std::vector<Change> changes;
  const double n = static_cast<double>(by_text.size());
  for (auto &[text, change] : by_text) {
    change.text = text;
    const double b = static_cast<double>(change.before), a = static_cast<double>(change.after);
    change.delta_percent = 100 * ((a / total_after) / (b / total_before) - 1);
    const double p = (b + 0.5) / (total_before + 0.5 * n), q = (a + 0.5) / (total_after + 0.5 * n);
    change.score = (q - p) * std::log(q / p);
    changes.push_back(std::move(change));
  }
  std::sort(changes.begin(), changes.end(),
            [](const Change &x, const Change &y) { return x.score != y.score ? x.score > y.score : x.text < y.text; });
  return changes;
}

Labels::Labels(const StateView &state, core::Poll poll) : mode_(state.mode()), level_(state.level()) {
  const std::vector<EntryView> entries = state.entries();
  const std::vector<std::string> templates = templates_of(entries, mode_, poll);
  std::vector<std::string_view> distinct(templates.begin(), templates.end());
  std::sort(distinct.begin(), distinct.end(), [](std::string_view a, std::string_view b) {
    const std::size_t x = fixed_bytes(a), y = fixed_bytes(b);
    return x != y ? x > y : a < b;
  });
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::unordered_map<std::string_view, std::uint32_t> number;
  for (const std::string_view t : distinct) {
    number[t] = static_cast<std::uint32_t>(patterns_.size());
    patterns_.push_back({std::string(t), spell(t, is_typed(mode_))});
  }
  for (std::size_t i = 0; i < entries.size(); ++i)
    pattern_of_.emplace(entries[i].form, number[templates[i]]);
}

std::string_view Labels::operator()(std::string_view line) const {
  MaskBuffer buffer;
  const std::string form = raise(mask(line, mode_, buffer), 0, level_);
  const auto known = pattern_of_.find(form);
  return known != pattern_of_.end() ? patterns_[known->second].text : fitting(form);
}

std::string_view Labels::fitting(std::string_view form) const {
  // In profile mode a form is its own signature: another form has none.
  if (mode_ == MaskMode::kLog)
    for (const Pattern &p : patterns_)
      if (fixed_bytes(p.masked) > 0 && fits(p.masked, form))
        return p.text;
  return {};
}

}  // namespace hunt::signature
