#include "enrich/ip_fields.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string>
#include <vector>

namespace hunt::enrich {

namespace {

constexpr double kLargestAccuracy = 20038;  // half the equator in kilometres: somewhere on Earth

enum class Field {
  kAsnNumber,
  kAsnOrg,
  kCountryIso,
  kCountryName,
  kCountry,
  kRegion,
  kCity,
  kTimeZone,
  kLatitude,
  kLongitude,
  kAccuracy
};

struct Alias {
  std::string_view path;
  Field field;
};

// Where vendors keep each field, sorted by path. A number in a path is an array index; `names.*` is handled apart.
constexpr Alias kAliases[] = {
    {"accuracy_radius", Field::kAccuracy},
    {"as_name", Field::kAsnOrg},
    {"asn", Field::kAsnNumber},
    {"autonomous_system_number", Field::kAsnNumber},
    {"autonomous_system_organization", Field::kAsnOrg},
    {"city", Field::kCity},
    {"country", Field::kCountry},
    {"country.iso_code", Field::kCountryIso},
    {"country_code", Field::kCountryIso},
    {"country_name", Field::kCountryName},
    {"lat", Field::kLatitude},
    {"latitude", Field::kLatitude},
    {"lng", Field::kLongitude},
    {"location.accuracy_radius", Field::kAccuracy},
    {"location.latitude", Field::kLatitude},
    {"location.longitude", Field::kLongitude},
    {"location.time_zone", Field::kTimeZone},
    {"longitude", Field::kLongitude},
    {"radius", Field::kAccuracy},
    {"region", Field::kRegion},
    {"region_name", Field::kRegion},
    {"state1", Field::kRegion},
    {"time_zone", Field::kTimeZone},
    {"timezone", Field::kTimeZone},
    {"traits.autonomous_system_number", Field::kAsnNumber},
    {"traits.autonomous_system_organization", Field::kAsnOrg},
};
static_assert(std::is_sorted(std::begin(kAliases), std::end(kAliases),
                             [](const Alias &a, const Alias &b) { return a.path < b.path; }));

const Alias *find_alias(std::string_view path) {
  const auto *at = std::lower_bound(std::begin(kAliases), std::end(kAliases), path,
                                    [](const Alias &alias, std::string_view wanted) { return alias.path < wanted; });
  return at != std::end(kAliases) && at->path == path ? at : nullptr;
}

bool is_iso_code(std::string_view text) {
  return text.size() == 2 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

template <class Number> bool parse(std::string_view text, Number &number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

class FieldSink final : public MmdbValueSink {
public:
  FieldSink(IpFields &fields, std::string_view language) : fields_(fields), language_(language) {}

  void map(std::uint32_t) override { open(false); }
  void array(std::uint32_t) override { open(true); }
  void end() override {
    levels_.pop_back();
    close_value();
  }
  void key(std::string_view key) override { replace_last(key); }
  void string(std::string_view value) override {
    if (!value.empty())
      take(value);
    close_value();
  }
  void number(double value) override {
    if (const Alias *alias = find_alias(path_))
      take_number(alias->field, value);
    close_value();
  }
  void unsigned_integer(std::uint64_t value) override { number(static_cast<double>(value)); }
  void integer(std::int64_t value) override { number(static_cast<double>(value)); }
  void bytes(std::string_view) override { close_value(); }
  void uint128(std::uint64_t, std::uint64_t) override { close_value(); }
  void boolean(bool) override { close_value(); }

private:
  struct Level {
    std::size_t path_length;  // of the container's own path
    bool is_array;
    std::uint32_t index;
  };

  void open(bool is_array) {
    levels_.push_back({path_.size(), is_array, 0});
    if (is_array)
      replace_last("0");
  }
  void replace_last(std::string_view step) {
    path_.resize(levels_.back().path_length);
    if (!path_.empty())
      path_ += '.';
    path_ += step;
  }
  // A value is complete: its path becomes that of the container, or of the array's next element.
  void close_value() {
    if (levels_.empty())
      return;
    path_.resize(levels_.back().path_length);
    if (levels_.back().is_array)
      replace_last(std::to_string(++levels_.back().index));
  }

  void take(std::string_view value) {
    if (take_localised("country.names.", fields_.country_name, value) ||
        take_localised("subdivisions.0.names.", fields_.region, value) ||
        take_localised("city.names.", fields_.city, value))
      return;
    if (const Alias *alias = find_alias(path_))
      take_text(alias->field, value);
  }

  bool take_localised(std::string_view prefix, std::string_view &field, std::string_view value) const {
    if (path_.size() <= prefix.size() || path_.compare(0, prefix.size(), prefix) != 0)
      return false;
    if (field.empty() || std::string_view(path_).substr(prefix.size()) == language_)
      field = value;
    return true;
  }

  void take_text(Field field, std::string_view value) {
    switch (field) {
    case Field::kAsnOrg:
      fields_.asn_org = value;
      break;
    case Field::kCountryIso:
      if (is_iso_code(value))
        fields_.country_iso = value;
      break;
    case Field::kCountryName:
      fields_.country_name = value;
      break;
    case Field::kCountry:  // IPinfo has had the code and the name under this key
      (is_iso_code(value) ? fields_.country_iso : fields_.country_name) = value;
      break;
    case Field::kRegion:
      fields_.region = value;
      break;
    case Field::kCity:
      fields_.city = value;
      break;
    case Field::kTimeZone:
      fields_.time_zone = value;
      break;
    default:
      take_number_text(field, value);
    }
  }

  void take_number_text(Field field, std::string_view value) {
    if (field == Field::kAsnNumber && (value.starts_with("AS") || value.starts_with("as")))
      value.remove_prefix(2);
    if (double number = 0; parse(value, number))
      take_number(field, number);
  }

  void take_number(Field field, double value) {
    const bool is_uint32 = value >= 0 && value <= 4294967295.0;
    if (field == Field::kAsnNumber && is_uint32)
      fields_.asn_number = static_cast<std::uint32_t>(value);
    else if (field == Field::kAccuracy && value >= 0 && value <= kLargestAccuracy)
      fields_.accuracy_km = static_cast<std::uint32_t>(value);
    else if (field == Field::kLatitude && value >= -90 && value <= 90)
      fields_.latitude = value;
    else if (field == Field::kLongitude && value >= -180 && value <= 180)
      fields_.longitude = value;
  }

  IpFields &fields_;
  std::string_view language_;
  std::string path_;
  std::vector<Level> levels_;
};

}  // namespace

IpFields read_ip_fields(const MmdbData &data, std::uint32_t offset, std::string_view language, std::uint64_t &values) {
  IpFields fields;
  FieldSink sink(fields, language);
  values += data.visit(offset, sink);
  return fields;
}

}  // namespace hunt::enrich
