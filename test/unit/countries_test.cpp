#include "enrich/countries.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace hunt::enrich {
namespace {

TEST(Countries, KnowsEveryAssignedCode) {
  std::set<std::string_view> names;
  int codes = 0;
  for (char first = 'A'; first <= 'Z'; ++first)
    for (char second = 'A'; second <= 'Z'; ++second)
      if (const auto name = country_name_of(std::string{first, second}); !name.empty()) {
        ++codes;
        names.insert(name);
      }
  EXPECT_EQ(codes, 250);  // 249 of ISO 3166-1 and XK
  EXPECT_EQ(names.size(), 250u);
}

TEST(Countries, SpellsThem) {
  EXPECT_EQ(country_name_of("DE"), "Germany");
  EXPECT_EQ(country_name_of("AD"), "Andorra");
  EXPECT_EQ(country_name_of("ZW"), "Zimbabwe");
  EXPECT_EQ(country_name_of("XK"), "Kosovo");
}

TEST(Countries, HasNoNameForWhatIsNoCode) {
  for (const auto *text : {"", "D", "de", "DEU", "ZZ", "UK", "AN", "EU", "\xC3\x84"})
    EXPECT_EQ(country_name_of(text), "") << text;
}

}  // namespace
}  // namespace hunt::enrich
