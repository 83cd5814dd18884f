#include "ingest/json.hpp"

#include <gtest/gtest.h>

namespace hunt::ingest {
namespace {

std::uint64_t of(std::string_view json) {
  Scratch scratch;
  JsonObject object;
  EXPECT_EQ(scratch.parse(json).root.get(object), simdjson::SUCCESS) << json;
  return content_fingerprint(object);
}

TEST(Fingerprint, OrderOfMembersAndBlanksDoNotCount) {
  EXPECT_EQ(of(R"({"a":1,"b":{"c":[1,2],"d":null}})"), of(R"({ "b" : {"d":null, "c":[1, 2]}, "a":1 })"));
  EXPECT_EQ(of(R"({"a":"\u0041"})"), of(R"({"a":"A"})"));
}

TEST(Fingerprint, EverythingElseCounts) {
  const char *documents[] = {
      R"({})",
      R"({"a":1})",
      R"({"a":"1"})",
      R"({"a":1.0})",
      R"({"a":true})",
      R"({"a":null})",
      R"({"a":false})",
      R"({"a":[]})",
      R"({"a":{}})",
      R"({"a":[1]})",
      R"({"a":[[1]]})",
      R"({"a":[1,2]})",
      R"({"a":[2,1]})",
      R"({"a":[1],"b":[2]})",
      R"({"a":[2],"b":[1]})",
      R"({"b":1})",
      R"({"a":{"b":1}})",
      R"({"a":1,"b":1})",
      R"({"a":1,"a":1})",
      R"({"a":-1})",
      R"({"a":18446744073709551615,"b":""})",
      R"({"a":""})",
  };
  for (const char *one : documents)
    for (const char *other : documents)
      EXPECT_EQ(of(one) == of(other), one == other) << one << " " << other;
}

TEST(Fingerprint, NeverChanges) {
  EXPECT_EQ(of(R"({"a":[1,-2,3.5,"x",true,null,18446744073709551615],"b":{"c":""}})"), 8775508967667595787u);
}

}  // namespace
}  // namespace hunt::ingest
