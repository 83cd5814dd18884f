// Labels the lines of a csv file (column `line`, after `line_id`) with their templates: line_id, group, template.
//   signatures FILE.csv > PREDICTION.csv
#include "csv.hpp"
#include "file.hpp"
#include "signature/lexer.hpp"
#include "signature/templates.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

using namespace hunt;

int main(int argc, char **argv) {
  if (argc != 2)
    return std::fprintf(stderr, "usage: signatures FILE.csv\n"), 2;
  const std::string text = tools::read_file(argv[1]);
  tools::CsvReader reader(text);
  std::vector<std::string> record;
  std::map<std::string, std::string> template_of;
  std::vector<std::pair<std::string, std::string>> lines;
  signature::MaskBuffer buffer;
  for (bool header = true; reader.next(record); header = false) {
    if (header)
      continue;
    const std::string masked(signature::mask(record.at(1), signature::MaskMode::kLog, buffer));
    template_of.try_emplace(masked);
    lines.emplace_back(record.at(0), masked);
  }
  std::vector<std::string_view> forms;
  for (const auto &[form, unused] : template_of)
    forms.push_back(form);
  const std::vector<std::string> templates = signature::find_templates(forms, signature::MaskMode::kLog);
  std::size_t i = 0;
  for (auto &[form, spelled] : template_of)
    spelled = signature::spell(templates[i++], false);
  std::puts("line_id,group_id,template");
  for (const auto &[id, form] : lines) {
    const std::string field = tools::csv_field(template_of[form]);
    std::printf("%s,%s,%s\n", id.c_str(), field.c_str(), field.c_str());
  }
}
