#include "ingest/timestamp.hpp"

#include <gtest/gtest.h>

namespace hunt::ingest {
namespace {

constexpr std::int64_t kBase = 1'589'958'361'000'000;  // 2020-05-20T07:06:01Z

TEST(Timestamp, ReadsWhatLogsWrite) {
  EXPECT_EQ(parse_timestamp("2020-05-20T07:06:01Z"), kBase);
  EXPECT_EQ(parse_timestamp("2020-05-20 07:06:01"), kBase);
  EXPECT_EQ(parse_timestamp("2020-05-20T07:06:01.735000"), kBase + 735'000);
  EXPECT_EQ(parse_timestamp("2020-05-20T07:06:01.7354887+00:00"), kBase + 735'488);
  EXPECT_EQ(parse_timestamp("2020-05-20 07:06:01.983201999"), kBase + 983'201);
  EXPECT_EQ(parse_timestamp("2020-05-20T09:06:01+02:00"), kBase);
  EXPECT_EQ(parse_timestamp("2020-05-20T01:36:01-0530"), kBase);
  EXPECT_EQ(parse_timestamp("2020-05-20T06:06:01-01"), kBase);
  EXPECT_EQ(parse_timestamp("1969-12-31T23:59:59.5Z"), -500'000);
  EXPECT_EQ(parse_timestamp("2016-12-31T23:59:60Z"), parse_timestamp("2017-01-01T00:00:00Z"));
  EXPECT_TRUE(parse_timestamp("2024-02-29T00:00:00Z"));
}

TEST(Timestamp, RefusesEverythingElse) {
  for (const char *text : {"",
                           "2020",
                           "2020-05-20",
                           "2020-05-20T07:06",
                           "2023-02-29T00:00:00Z",
                           "2020-13-01T00:00:00Z",
                           "2020-00-01T00:00:00Z",
                           "2020-04-31T00:00:00Z",
                           "2020-05-20T24:00:00Z",
                           "2020-05-20T07:60:00Z",
                           "2020-05-20T07:06:61Z",
                           "2020-05-20T07:06:01.Z",
                           "2020-05-20T07:06:01.1234567890Z",
                           "2020-05-20T07:06:01Zx",
                           "2020-05-20T07:06:01+",
                           "2020-05-20T07:06:01+2",
                           "2020-05-20T07:06:01+02:",
                           "2020-05-20T07:06:01+16:00",
                           "3/24/2022 2:42:35 PM",
                           " 2020-05-20T07:06:01Z",
                           "-020-05-20T07:06:01Z"})
    EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
}

TEST(Timestamp, EpochByItsSize) {
  constexpr std::int64_t second = 1'698'841'238'000'000;
  EXPECT_EQ(parse_epoch("1698841238"), second);
  EXPECT_EQ(parse_epoch("1698841238.851668"), second + 851'668);
  EXPECT_EQ(parse_epoch("1698841238."), second);
  EXPECT_EQ(parse_epoch("1698841238851"), second + 851'000);
  EXPECT_EQ(parse_epoch("1698841238851.5"), second + 851'500);
  EXPECT_EQ(parse_epoch("1698841238851668"), second + 851'668);
  EXPECT_EQ(parse_epoch("1698841238851668123"), second + 851'668);
  EXPECT_EQ(parse_epoch("0"), 0);
  for (const char *text : {"", "-1", ".5", "1e9", "12a", "1.2.3", "99999999999999999999", "9999999999999999999"})
    EXPECT_EQ(parse_epoch(text), std::nullopt) << text;
}

TEST(Timestamp, CalendarTime) {
  EXPECT_EQ(parse_calendar_time("Tue Sep 11 16:14:21 2018 UTC"), parse_timestamp("2018-09-11T16:14:21Z"));
  EXPECT_EQ(parse_calendar_time("Fri Mar  1 09:15:00 2024"), parse_timestamp("2024-03-01T09:15:00Z"));
  for (const char *text : {"", "Fri Mar  1 09:15:00 2024 CET", "Fri Xxx  1 09:15:00 2024", "Fri arA  1 09:15:00 2024",
                           "Fri Feb 30 09:15:00 2024", "Fri Mar  1 09:15:00 20x4"})
    EXPECT_EQ(parse_calendar_time(text), std::nullopt) << text;
}

}  // namespace
}  // namespace hunt::ingest
