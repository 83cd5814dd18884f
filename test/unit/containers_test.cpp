#include "ingest/containers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace hunt::ingest {
namespace {

// Documents as "line:text", broken ones as "line!text".
struct Collector final : DocumentSink {
  void document(std::string_view raw, JsonElement, std::size_t line) override { add(raw, line, ':'); }
  void broken(std::string_view raw, std::string_view, std::size_t line) override { add(raw, line, '!'); }
  void add(std::string_view raw, std::size_t line, char mark) {
    seen.push_back(std::to_string(line) + mark + std::string(raw));
  }
  std::vector<std::string> seen;
};

using Seen = std::vector<std::string>;

Seen read(std::string_view payload) {
  Scratch scratch;
  Collector collector;
  read_documents(payload, scratch, collector);
  return collector.seen;
}

TEST(Containers, Lines) {
  EXPECT_EQ(read(""), Seen{});
  EXPECT_EQ(read("\xEF\xBB\xBF\n \r\n{\"a\":1}\r\n\n{\"a\":2}"), (Seen{"3:{\"a\":1}", "5:{\"a\":2}"}));
}

TEST(Containers, DocumentsOverLines) {
  EXPECT_EQ(read("{\n \"a\": 1\n}\n{\n\"b\":\n{}}"), (Seen{"1:{\n \"a\": 1\n}", "4:{\n\"b\":\n{}}"}));
}

TEST(Containers, Arrays) {
  const Seen both{"1:{\"a\":1}", "1:{\"a\":2}"};
  EXPECT_EQ(read(R"([{"a":1},{"a":2}])"), both);
  EXPECT_EQ(read(R"({"Records":[{"a":1},{"a":2}]})"), both);
  EXPECT_EQ(read(R"({"records": [{"a":1} , {"a":2}], "x": {"y": 1}})"), both);
  EXPECT_EQ(
      read(
          R"({"@odata.context":"https://example.com/$metadata","n":2,"value":[{"a":1},{"a":2}],"@odata.nextLink":"]}"})"),
      both);
  EXPECT_EQ(read("[\n{\"a\":1},\n{\"a\":2}\n]\n[{\"b\":1}]"), (Seen{"2:{\"a\":1}", "3:{\"a\":2}", "5:{\"b\":1}"}));
  EXPECT_EQ(read("[]"), Seen{});
  EXPECT_EQ(read(R"({"Records":[]}
{"Records":[{"a":1}]})"),
            Seen{"2:{\"a\":1}"});
}

TEST(Containers, ArraysOfCloudServices) {
  const Seen both{"1:{\"a\":1}", "1:{\"a\":2}"};
  EXPECT_EQ(read(R"({"messageType":"DATA_MESSAGE","subscriptionFilters":["f, ]"],"logEvents":[{"a":1},{"a":2}]})"),
            both);
  EXPECT_EQ(read(R"({"Events":[{"a":1},{"a":2}],"NextToken":"x"})"), both);
  EXPECT_EQ(read(R"({"preview":false,"messages":[],"results":[{"a":1},{"a":2}]})"), both);
  // Behind another member, "events" is a part of a document.
  EXPECT_EQ(read(R"({"kind":"x","events":[{"a":1}]})"), Seen{R"(1:{"kind":"x","events":[{"a":1}]})"});
}

TEST(Containers, Csv) {
  EXPECT_EQ(
      read("name,\"User ID\",\r\nx,\"a \"\"b\"\",\nc\",1\r\n\r\n,y,\r\n"),
      (Seen{"2:{\"name\":\"x\",\"User ID\":\"a \\\"b\\\",\\u000ac\",\"column3\":\"1\"}", "5:{\"User ID\":\"y\"}"}));
  EXPECT_EQ(read("a,b\n1,2"), Seen{R"(2:{"a":"1","b":"2"})"});
  EXPECT_EQ(read("a,b\n1,2\n1\n1,\"2\n3,4\n"),
            (Seen{R"(2:{"a":"1","b":"2"})", "3!1", "4!1,\"2", R"(5:{"a":"3","b":"4"})"}));
  // No header, or no row that fits: lines of their own.
  EXPECT_EQ(read("a,a\n1,2\n"), (Seen{"1!a,a", "2!1,2"}));
  EXPECT_EQ(read("a,b\n1\n"), (Seen{"1!a,b", "2:1"}));
  EXPECT_EQ(read("hello, world!\n1,2\n"), (Seen{"1!hello, world!", "2!1,2"}));
}

TEST(Containers, AuditLog) {
  EXPECT_EQ(read("\ntype=A msg=audit(1.5:7): x=\"y\"\r\ntype=B msg=audit(1.5:7): \n"),
            Seen{R"(2:{"audit":["type=A msg=audit(1.5:7): x=\"y\"","type=B msg=audit(1.5:7): "]})"});
  EXPECT_EQ(read("Mar  1 09:15:00 h audispd: node=n type=A msg=audit(1.5:7): \n").size(), 1u);
}

TEST(Containers, JsonInAString) {
  EXPECT_EQ(read(R"("{\"a\":\"b\\n\"}")"), Seen{R"(1:{"a":"b\n"})"});
  EXPECT_EQ(read(R"(["{\"Records\":[{\"a\":1}]}"])"), Seen{R"(1:{"a":1})"});
}

TEST(Containers, BrokenGoesAlone) {
  EXPECT_EQ(read("{\"a\":\n{\"b\":2}\nnot json\n{\"c\":\"\n{\"d\":4}"),
            (Seen{"1!{\"a\":", "2:{\"b\":2}", "3!not json", "4!{\"c\":\"", "5:{\"d\":4}"}));
  EXPECT_EQ(read(R"([{"a":1},{"b":tru},{"c":3}])"), (Seen{R"(1:{"a":1})", R"(1!{"b":tru})", R"(1:{"c":3})"}));
  EXPECT_EQ(read("{\"Records\":[{\"a\":1},{\"b\":"), (Seen{R"(1:{"a":1})", R"(1!{"b":)"}));
  EXPECT_EQ(read("]"), Seen{"1!]"});
  EXPECT_EQ(read("{\"a\":1}}"), (Seen{"1:{\"a\":1}", "1!}"}));
  EXPECT_EQ(read("{\"a\":1}{\"a\":2}"), (Seen{"1:{\"a\":1}", "1:{\"a\":2}"}));
}

TEST(Containers, LoneSurrogatesAreNoReasonToRefuse) {
  EXPECT_EQ(read(R"({"a":"\ud800"})"), Seen{R"(1:{"a":"\ud800"})"});
}

// Lines that each look as if they began a long document must not cost a search to the end each.
TEST(Containers, LinearOnHostileInput) {
  std::string payload;
  for (int i = 0; i < 200'000; ++i)
    payload += "{\n";
  EXPECT_EQ(read(payload).size(), 200'000u);
  EXPECT_EQ(read(std::string(1'000'000, '[')).size(), 1u);
}

TEST(Json, Repair) {
  EXPECT_EQ(repaired_json(R"({"a":"x\u0000\\u0000\ud83d\ude00\udc00\ud800y\"","n":[1,-2.5e3,1e-99999]})"),
            R"({"a":"x\ufffd\\u0000\ud83d\ude00\ufffd\ufffdy\"","n":[1,-2.5e3,"1e-99999"]})");
  EXPECT_EQ(repaired_json("\"\\u12"), "\"\\u12");
  EXPECT_EQ(repaired_json("\"\\"), "\"\\");
}

TEST(Json, MissingAndCut) {
  Scratch scratch;
  const auto text = [&](std::string_view json) { return scratch.text(scratch.parse(json).root); };
  for (const char *json : {R"("")", R"(" ")", R"("-")", R"("Unknown")", R"("<null>")", "null", "{}", "[]"})
    EXPECT_EQ(text(json), "") << json;
  EXPECT_EQ(text(R"(" a ")"), "a");
  EXPECT_EQ(text("17"), "17");
  EXPECT_EQ(text("true"), "true");
  const std::string_view cut = text('"' + std::string(5000, 'x') + '"');
  EXPECT_LE(cut.size(), Scratch::kMaxText);
  EXPECT_NE(cut.find(" ... [5000 bytes, "), cut.npos);
}

// What is seen of a payload that comes in pieces, and the most that waited for more to come.
Seen read_in_pieces(std::string_view payload, std::size_t piece, std::size_t &most) {
  Scratch scratch;
  Collector collector;
  DocumentReader reader(scratch, collector);
  std::string text;
  while (!payload.empty()) {
    text += payload.substr(0, piece);
    payload.remove_prefix(std::min(piece, payload.size()));
    text.erase(0, reader.read(text, payload.empty()));
    most = std::max(most, text.size());
  }
  return collector.seen;
}

std::string repeated(std::size_t times, const std::function<std::string(std::size_t)> &text) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i)
    all += text(i);
  return all;
}

TEST(Containers, PiecesMakeNoDifference) {
  const auto number = [](std::size_t n) { return std::to_string(n); };
  const std::string long_text(700, 'x');
  const auto object = [&](std::size_t n) { return R"({"n":)" + number(n) + R"(,"t":"\"]}\\)" + long_text + "\"}"; };
  const std::string elements = repeated(3000, [&](std::size_t n) { return (n == 0 ? "" : ",\n") + object(n); });
  const std::string payloads[] = {
      repeated(3000, [&](std::size_t n) { return object(n) + (n % 7 == 0 ? "\r\n\n" : "\n"); }),
      repeated(3000,
               [&](std::size_t n) { return n % 50 == 3 ? R"({"cut":"short)" + long_text + "\n" : object(n) + "\n"; }),
      repeated(3000, [&](std::size_t n) { return "{\n\"n\":\n" + object(n) + "}\n"; }),
      "[" + elements + "]\n" + object(1),
      R"({"@odata.context":"x","value":[)" + elements + R"(],"next":{"a":"]}"}})" + "\n" + object(1),
      repeated(2, [&](std::size_t) { return R"({"Records": [)" + elements + "]}"; }),
      "n,text\n" + repeated(3000, [&](std::size_t n) { return number(n) + ",\"a \"\"b\"\"\n" + long_text + "\"\n"; }),
      repeated(3000,
               [&](std::size_t n) {
                 return "type=SYSCALL msg=audit(" + number(1551485718 + n / 2) + ".785:" + number(n / 2) +
                        "): a=" + long_text + "\n";
               }),
  };
  for (const std::string &payload : payloads) {
    ASSERT_GT(payload.size(), 2 * DocumentReader::kPiece);
    const Seen whole = read(payload);
    for (const std::size_t piece : {DocumentReader::kPiece, DocumentReader::kPiece + 777, std::size_t{100'000}}) {
      std::size_t most = 0;
      EXPECT_EQ(read_in_pieces(payload, piece, most), whole) << payload.substr(0, 60);
      EXPECT_LT(most, DocumentReader::kPiece + 8192);
    }
  }
}

}  // namespace
}  // namespace hunt::ingest
