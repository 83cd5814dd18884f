// How often we agree with the makers of outside corpora of user agents. The figures are printed; the bounds are what
// docs/agent.md promises. Families are compared as uap-core's own truth states them.
#include "agent/user_agent.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace hunt::agent {
namespace {

enum Column : std::size_t { kText, kFamily, kMajor, kMinor, kOs, kOsMajor, kDevice, kColumns };
using Row = std::vector<std::string>;

std::vector<Row> read(const char *file) {
  const char *folder = std::getenv("SESSION_HUNT_DATA");
  std::vector<Row> rows;
  std::ifstream in(std::filesystem::path(folder == nullptr ? "" : folder) / "ua" / file);
  std::string line;
  for (bool is_header = true; std::getline(in, line); is_header = false) {
    if (is_header)
      continue;
    Row row;
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t end = std::min(line.find('\t', at), line.size());
      row.push_back(line.substr(at, end - at));
      at = end + 1;
    }
    row.resize(std::max<std::size_t>(row.size(), kColumns));
    rows.push_back(std::move(row));
  }
  return rows;
}

UserAgentParser &parser() {
  static UserAgentParser one;
  return one;
}
UserAgent parse(const std::string &text) { return parser().parse(examined_part(text)); }

// Share of strings whose key's most frequent true family is their own.
double purity(const std::vector<Row> &rows) {
  std::map<std::string, std::map<std::string, int>> families_of_key;
  int total = 0;
  for (const Row &row : rows)
    if (!row[kFamily].empty())
      ++families_of_key[agent_key(parse(row[kText]))][row[kFamily]], ++total;
  int own = 0;
  for (const auto &[key, families] : families_of_key) {
    const auto most = std::max_element(families.begin(), families.end(),
                                       [](const auto &a, const auto &b) { return a.second < b.second; });
    own += most->second;
    if (std::getenv("USER_AGENT_VERBOSE") != nullptr && families.size() > 1)
      for (const auto &[family, count] : families)
        if (family != most->first)
          std::printf("impure %s: %s not %s (%d)\n", key.c_str(), family.c_str(), most->first.c_str(), count);
  }
  return static_cast<double>(own) / total;
}

class UserAgentAccuracy : public testing::Test {
protected:
  void SetUp() override {
    rows_ = read("uap_core.tsv");
    if (rows_.empty())
      GTEST_SKIP() << "SESSION_HUNT_DATA names no folder with ua/uap_core.tsv";
  }
  std::vector<Row> rows_;
};

// Counts the rows that state a column and those for which `answer` is the same.
template <class F> double agreement(const std::vector<Row> &rows, Column column, F answer) {
  int stated = 0, same = 0;
  for (const Row &row : rows) {
    if (row[column].empty())
      continue;
    ++stated;
    const std::string ours = answer(parse(row[kText]), row[column]);
    same += ours == row[column];
    if (std::getenv("USER_AGENT_VERBOSE") != nullptr && ours != row[column])
      std::printf("%s, not %s: %.160s\n", ours.c_str(), row[column].c_str(), row[kText].c_str());
  }
  std::printf("%d of %d: %.4f\n", same, stated, static_cast<double>(same) / stated);
  return static_cast<double>(same) / stated;
}

TEST_F(UserAgentAccuracy, Family) {
  // uap-core's "Other" is any client that it does not know; we name it by its product.
  EXPECT_GE(agreement(rows_, kFamily,
                      [](const UserAgent &agent, const std::string &truth) {
                        return truth == "Other" && agent.is_named_by_product ? truth : agent.family;
                      }),
            .995);
}

TEST_F(UserAgentAccuracy, Os) {
  EXPECT_GE(
      agreement(rows_, kOs,
                [](const UserAgent &agent, const std::string &) { return agent.os.empty() ? "Other" : agent.os; }),
      .99);
}

TEST_F(UserAgentAccuracy, MajorVersion) {
  EXPECT_GE(agreement(rows_, kMajor,
                      [](const UserAgent &agent, const std::string &) {
                        return agent.version.substr(0, agent.version.find('.'));
                      }),
            .99);
}

TEST_F(UserAgentAccuracy, KeysArePure) {
  for (const char *file : {"uap_core.tsv", "matomo_device_detector.tsv", "ua_parser_js.tsv", "api_clients.tsv"})
    std::printf("purity of %s: %.4f\n", file, purity(read(file)));
  EXPECT_GE(purity(rows_), .999);
}

// A literal that is not required would silently hide a pattern.
TEST_F(UserAgentAccuracy, LiteralsHideNoMatch) {
  for (std::size_t i = 0; i < rows_.size(); i += 40) {
    const std::string_view text = examined_part(rows_[i][kText]);
    parser().matcher().scan(text);
    for (std::size_t table = 0; table < UserAgentParser::kTables; ++table) {
      const Match quick = parser().matcher().first_match(table, text);
      const Match slow = parser().matcher().first_match_slowly(table, text);
      EXPECT_EQ(quick.pattern, slow.pattern) << text << ": " << (slow.pattern ? slow.pattern->regex : "none");
    }
  }
}

}  // namespace
}  // namespace hunt::agent
