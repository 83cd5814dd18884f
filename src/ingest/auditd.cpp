#include "ingest/auditd.hpp"

#include "ingest/audit_record.hpp"
#include "ingest/fields.hpp"
#include "ingest/timestamp.hpp"

#include <algorithm>
#include <map>

namespace hunt::ingest {

namespace {

using std::string_view;

constexpr string_view kUnset = "4294967295";  // (uid_t)-1: nobody logged in

// Values of audit records are bytes; what is no UTF-8 is replaced, since events are text.
std::string as_text(std::string bytes) {
  const bool is_utf8 = simdjson::validate_utf8(bytes);
  for (char &c : bytes)
    if (c == '\0' || (!is_utf8 && static_cast<unsigned char>(c) >= 0x80))
      c = '?';
  return bytes;
}

// The words of a command line in the form of command_of(), from bytes.
string_view command_of_words(const std::vector<std::string> &words, Scratch &scratch) {
  std::string json = "[";
  for (const std::string &word : words) {
    json += json.size() > 1 ? ",\"" : "\"";
    append_json_text(as_text(word), json);
    json += '"';
  }
  const auto parsed = scratch.parse(scratch.keep(json + ']'));
  simdjson::dom::array list;
  return parsed.error.empty() && parsed.root.get(list) == simdjson::SUCCESS ? command_of(list, scratch) : string_view{};
}

// The raw records of an event.
class RawRecords {
public:
  RawRecords(std::vector<AuditRecord> records, Scratch &scratch) : records_(std::move(records)), scratch_(scratch) {}

  string_view id() const { return short_text(records_.front().id); }
  string_view node() const { return short_text(records_.front().node); }
  string_view first_type() const { return short_text(records_.front().type); }
  bool has(string_view type) const { return find(type) != nullptr; }
  // A field of the first record of the type, of the first record of any type if that is empty.
  string_view text(string_view type, string_view key) const {
    const AuditRecord *record = type.empty() ? &records_.front() : find(type);
    const AuditRecord::Field *field = record ? record->find(key) : nullptr;
    if (!field || field->value == "?" || field->value == "(null)" || field->value == "(none)")
      return {};
    const bool is_untrusted = key == "exe" || key == "comm" || key == "acct" || key == "cmd" || key == "name";
    return short_text(is_untrusted ? decoded(*field) : std::string(field->value));
  }
  // Arguments are a0, a1, ...; long ones come in pieces a1[0], a1[1], ..., in one or several records.
  string_view command() const {
    std::map<int, std::string> arguments;
    for (const AuditRecord &record : records_)
      if (record.type == "EXECVE")
        for (const AuditRecord::Field &field : record.fields)
          if (const auto number = argument_number(field.key))
            arguments[*number] += decoded(field);
    std::vector<std::string> words;
    for (auto &[number, word] : arguments)
      words.push_back(std::move(word));
    if (words.empty())
      words = title();
    if (!words.empty())
      return command_of_words(words, scratch_);
    const AuditRecord::Field *typed = records_.front().find("cmd");
    return typed ? scratch_.keep(as_text(decoded(*typed))) : string_view{};
  }

private:
  string_view short_text(string_view text) const { return scratch_.short_text(as_text(std::string(text))); }
  const AuditRecord *find(string_view type) const {
    for (const AuditRecord &record : records_)
      if (record.type == type)
        return &record;
    return nullptr;
  }
  static std::optional<int> argument_number(string_view key) {
    if (!key.starts_with('a'))
      return std::nullopt;
    const auto number = integer(key.substr(1, key.find('[') - 1));
    return number && *number >= 0 && *number < 1'000'000 ? std::optional(static_cast<int>(*number)) : std::nullopt;
  }
  // The process title is its arguments with a zero byte between them, cut after 128 bytes.
  std::vector<std::string> title() const {
    std::vector<std::string> words;
    const AuditRecord *record = find("PROCTITLE");
    const AuditRecord::Field *field = record ? record->find("proctitle") : nullptr;
    if (!field)
      return words;
    const std::string all = decoded(*field);
    for (std::size_t at = 0; at < all.size();) {
      const std::size_t end = std::min(all.find('\0', at), all.size());
      words.push_back(all.substr(at, end - at));
      at = end + 1;
    }
    return words;
  }

  std::vector<AuditRecord> records_;
  Scratch &scratch_;
};

// The JSON of LAUREL, whose names are case-sensitive: "auid" is the number and "AUID" the name.
class LaurelRecords {
public:
  LaurelRecords(JsonObject document, Scratch &scratch) : document_(document), scratch_(scratch) {}

  string_view id() const { return scratch_.text(at(document_, "ID")); }
  string_view node() const { return scratch_.text(at(document_, "NODE")); }
  string_view first_type() const {
    for (const auto field : document_)
      if (field.key != "ID" && field.key != "NODE" && (field.value.is_object() || field.value.is_array()))
        return scratch_.short_text(as_text(std::string(field.key)));
    return {};
  }
  bool has(string_view type) const { return at(document_, type).has_value(); }
  string_view text(string_view type, string_view key) const {
    const auto found = record(type.empty() ? first_type() : type);
    const string_view value = found ? scratch_.text(at(*found, key)) : string_view{};
    return value == "?" || value == "(none)" ? string_view{} : value;
  }
  string_view command() const {
    for (const string_view type : {"EXECVE", "PROCTITLE"})
      if (const string_view command = command_in(type); !command.empty())
        return command;
    return text("", "cmd");
  }
  string_view command_in(string_view type) const {
    const auto found = record(type);
    const auto words = found ? array(at(*found, "ARGV"), scratch_) : std::nullopt;
    return words ? command_of(*words, scratch_) : string_view{};
  }

private:
  static std::optional<JsonElement> at(JsonObject object, string_view key) {
    JsonElement value;
    return object.at_key(key).get(value) == simdjson::SUCCESS ? std::optional(value) : std::nullopt;
  }
  // Types that an event can have several of are lists.
  std::optional<JsonObject> record(string_view type) const {
    const auto found = at(document_, type);
    const auto list = array(found, scratch_);
    if (!list)
      return object(found, scratch_);
    return list->size() > 0 ? scratch_.object(list->at(0).value()) : std::nullopt;
  }

  JsonObject document_;
  Scratch &scratch_;
};

// execve and execveat on x86-64, i386 and 64-bit Arm.
bool is_exec(string_view arch, string_view number) noexcept {
  if (arch.starts_with("0x"))
    arch.remove_prefix(2);
  return (arch == "c000003e" && (number == "59" || number == "322")) ||
         (arch == "40000003" && (number == "11" || number == "358")) ||
         (arch == "c00000b7" && (number == "221" || number == "281"));
}

template <class Records> void set_action(Event &event, const Records &records, Scratch &scratch) {
  const string_view number = records.text("SYSCALL", "syscall"), name = records.text("SYSCALL", "SYSCALL");
  event.metadata_device_event_id = records.has("EXECVE") ? "EXECVE" : records.first_type();
  if (records.has("EXECVE") || name == "execve" || name == "execveat" ||
      is_exec(records.text("SYSCALL", "arch"), number))
    event.action = "process start";
  else if (event.metadata_device_event_id != "SYSCALL")
    event.action = event.metadata_device_event_id;
  else
    event.action = name.empty() ? joined({"syscall", number}, " ", scratch) : name;
}

// The login uid stays the same through su and sudo; the account of a record is whom the user became, or wants to.
template <class Records> void set_user(Event &event, const Records &records) {
  const string_view type = records.has("SYSCALL") ? "SYSCALL" : "";
  const auto known = [](string_view text) { return text == kUnset || text == "unset" ? string_view{} : text; };
  const string_view login = known(records.text(type, "auid"));
  const string_view login_name = login.empty() ? login : known(records.text(type, "AUID"));
  const string_view account = records.text("", "acct");
  const string_view uid = records.text(type, "euid").empty() ? records.text(type, "uid") : records.text(type, "euid");
  const string_view uid_name = first_of(records.text(type, "EUID"), records.text(type, "UID"), uid);
  event.user_username = first_of(login_name, login, account, uid_name);
  event.user_userid = first_of(login, records.text(type, "uid"));
  event.effective_user = first_of(account, uid_name);
  event.session_id = known(records.text(type, "ses"));
}

template <class Records> void set_result(Event &event, const Records &records) {
  const string_view success = records.text("SYSCALL", "success"), result = records.text("", "res");
  if (success == "yes" || success == "no")
    event.success = success == "yes";
  else if (result == "success" || result == "1" || result == "failed" || result == "0")
    event.success = result == "success" || result == "1";
  if (!event.success.value_or(true))
    event.error_code = first_of(records.text("SYSCALL", "exit"), result);
}

template <class Records> string_view map_records(const Records &records, Scratch &scratch, Event &event) {
  const string_view id = records.id();
  const string_view seconds = id.substr(0, id.find(':'));
  event.event_time = parse_epoch(seconds);
  event.device_hostname = records.node();
  event.device_os = "Linux";
  event.event_id = joined({records.node(), id}, "/", scratch);
  set_action(event, records, scratch);
  set_user(event, records);
  set_result(event, records);
  set_address(event, records.text("", "addr"));
  const string_view program = first_of(records.text("SYSCALL", "exe"), records.text("", "exe"));
  event.application = first_of(base_name(program), records.text("SYSCALL", "comm"));
  event.target = event.action == "process start" ? program : first_of(records.text("PATH", "name"), program);
  event.command_line = records.command();
  event.parent_process = first_of(records.text("PARENT_INFO", "exe"), records.text("PARENT_INFO", "comm"));
  return {};
}

// What belongs to a system call and is no event without it: counted alone it would be a second event.
bool is_part(const AuditRecord &record) {
  constexpr string_view types[] = {"EXECVE", "CWD",        "PATH", "PROCTITLE", "SOCKADDR",
                                   "EOE",    "BPRM_FCAPS", "MMAP", "FD_PAIR"};
  return std::find(std::begin(types), std::end(types), record.type) != std::end(types);
}

string_view map_lines(std::vector<AuditRecord> records, Scratch &scratch, Event &event) {
  if (records.empty())
    return "not an audit event: no record with a type and audit(time:serial)";
  if (std::all_of(records.begin(), records.end(), is_part))
    return "part of an audit event without its SYSCALL record";
  return map_records(RawRecords(std::move(records), scratch), scratch, event);
}

void add_record(std::string_view line, std::vector<AuditRecord> &records) {
  if (auto record = parse_audit_record(line); record && (records.empty() || records.front().id == record->id))
    records.push_back(std::move(*record));
}

}  // namespace

string_view map_auditd(JsonObject document, Scratch &scratch, Event &event) {
  std::vector<AuditRecord> records;
  JsonElement found;
  simdjson::dom::array lines;
  if (document.at_key("audit").get(lines) == simdjson::SUCCESS) {
    for (const JsonElement element : lines)
      if (string_view line; element.get(line) == simdjson::SUCCESS)
        add_record(line, records);
    return map_lines(std::move(records), scratch, event);
  }
  if (document.at_key("ID").get(found) == simdjson::SUCCESS) {
    const LaurelRecords laurel(document, scratch);
    if (const string_view reason = map_records(laurel, scratch, event); !reason.empty())
      return reason;
    event.parent_command_line = laurel.command_in("PARENT_INFO");
    return {};
  }
  for (const string_view name : {"_raw", "message", "@message"})
    if (string_view line; document.at_key(name).get(line) == simdjson::SUCCESS)
      add_record(line, records);
  return map_lines(std::move(records), scratch, event);
}

}  // namespace hunt::ingest
