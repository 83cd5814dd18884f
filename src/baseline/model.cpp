#include "baseline/model.hpp"

#include "core/error.hpp"
#include "core/varint.hpp"

#include <algorithm>
#include <cstring>

namespace hunt::baseline {

namespace {

using timeline::floor_div;

constexpr std::uint8_t kVersion = 0x10, kDaily = 1, kMax = 2, kPruned = 4, kOpen = 8;
constexpr std::size_t kMostZone = 63;

// An open model: this header, the zone's name in as many whole words of 4 bytes as it needs, then points, ascending
// by slice, the last ones of a capacity. Bytes are read and written by memcpy: a varlena aligns to 4.
struct Header {
  std::uint8_t form;
  std::uint8_t zone_size;
  std::uint16_t unused;
  std::uint32_t limit;
  std::int32_t first;
  std::uint32_t size;
};
struct Slot {
  std::int32_t slice;
  std::uint32_t low, high;

  std::uint64_t count() const noexcept { return std::uint64_t{high} << 32 | low; }
  static Slot of(const Point &p) noexcept {
    return {p.slice, static_cast<std::uint32_t>(p.count), static_cast<std::uint32_t>(p.count >> 32)};
  }
};
static_assert(sizeof(Header) == 16 && sizeof(Slot) == 12 && alignof(Slot) == 4);

constexpr std::size_t words(std::size_t size) noexcept { return (size + 3) & ~std::size_t{3}; }

class Open {
public:
  explicit Open(OpenBytes bytes) noexcept : bytes_(bytes) {}
  Header &header() const noexcept { return *reinterpret_cast<Header *>(bytes_.data()); }
  Slot *slots() const noexcept {
    return reinterpret_cast<Slot *>(bytes_.data() + sizeof(Header) + words(header().zone_size));
  }
  std::size_t capacity() const noexcept {
    return (bytes_.size() - sizeof(Header) - words(header().zone_size)) / sizeof(Slot);
  }

private:
  OpenBytes bytes_;
};

Open view(Bytes model) noexcept { return Open({const_cast<std::uint8_t *>(model.data()), model.size()}); }

std::size_t open_size(const Settings &settings, std::size_t capacity) noexcept {
  return sizeof(Header) + words(settings.zone.size()) + capacity * sizeof(Slot);
}

std::uint8_t form_of(const Settings &settings, bool pruned) noexcept {
  return static_cast<std::uint8_t>(kVersion | (settings.unit == Unit::kDay ? kDaily : 0) |
                                   (settings.combine == Combine::kMax ? kMax : 0) | (pruned ? kPruned : 0));
}

OpenBytes allocate_open(const Settings &settings, std::size_t capacity, Allocate allocate) {
  const OpenBytes bytes = allocate(open_size(settings, capacity));
  std::fill(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(open_size(settings, 0)), 0);
  Header &header = Open(bytes).header();
  header = {static_cast<std::uint8_t>(form_of(settings, false) | kOpen),
            static_cast<std::uint8_t>(settings.zone.size()),
            0,
            settings.limit,
            0,
            0};
  if (!settings.zone.empty())
    std::memcpy(bytes.data() + sizeof(Header), settings.zone.data(), settings.zone.size());
  return bytes;
}

std::uint64_t combined(Combine combine, std::uint64_t a, std::uint64_t b) noexcept {
  return combine == Combine::kMax ? std::max(a, b) : std::min(a + b, kMostCount);
}

// The token of a slice: how many slices after the one before it, and its count if that is 1, 2 or 3; a count of 0 or
// more than 3 follows.
constexpr std::uint64_t kApart = 3;
std::uint64_t token(std::int32_t before, const Point &p) noexcept {
  const auto gap = static_cast<std::uint64_t>(std::int64_t{p.slice} - before - 1);
  return gap << 2 | (p.count >= 1 && p.count <= 3 ? p.count - 1 : kApart);
}
std::uint64_t count_apart(const Point &p) noexcept { return p.count == 0 ? 0 : p.count - 3; }

// What stands before the slices in stored bytes.
struct Head {
  Settings settings;
  std::int32_t first;
  std::uint32_t count;
  bool pruned;
};

std::size_t size_of(const Head &head) noexcept {
  return 2 + head.settings.zone.size() + core::varint_size(head.settings.limit) + 4 + core::varint_size(head.count);
}
std::uint8_t *put_head(std::uint8_t *to, const Head &head) noexcept {
  const std::string_view zone = head.settings.zone;
  *to++ = form_of(head.settings, head.pruned);
  *to++ = static_cast<std::uint8_t>(zone.size());
  to = core::put_varint(std::copy(zone.begin(), zone.end(), to), head.settings.limit);
  std::memcpy(to, &head.first, 4);
  return core::put_varint(to + 4, head.count);
}
// Of bytes that are known to be a model; `tokens` becomes where its slices begin.
Head head_of(Bytes model, const std::uint8_t *&tokens) noexcept {
  Head head{settings_of(model), 0, 0, (model[0] & kPruned) != 0};
  tokens = model.data() + 2 + model[1];
  core::get_varint(tokens);
  std::memcpy(&head.first, tokens, 4);
  tokens += 4;
  head.count = core::get_varint(tokens);
  return head;
}

std::size_t size_of(std::int32_t before, const std::vector<Point> &points) noexcept {
  std::size_t size = 0;
  for (const Point &p : points) {
    const std::uint64_t head = token(before, p);
    size += core::varint_size(head) + ((head & 3) == kApart ? core::varint_size(count_apart(p)) : 0);
    before = p.slice;
  }
  return size;
}
void put_points(std::uint8_t *to, std::int32_t before, const std::vector<Point> &points) noexcept {
  for (const Point &p : points) {
    const std::uint64_t head = token(before, p);
    to = core::put_varint(to, head);
    if ((head & 3) == kApart)
      to = core::put_varint(to, count_apart(p));
    before = p.slice;
  }
}
// The last of a model's slices.
std::int32_t newest_slice(const Head &head, const std::uint8_t *tokens) noexcept {
  std::int32_t slice = head.first - 1;
  for (std::uint32_t i = 0; i < head.count; ++i) {
    const std::uint32_t token = core::get_varint(tokens);
    slice += 1 + static_cast<std::int32_t>(token >> 2);
    if ((token & 3) == kApart)
      while ((*tokens++ & 0x80) != 0) {
      }
  }
  return slice;
}

[[noreturn]] void refuse_bytes(const char *detail) {
  throw core::Error(core::kInvalidBinary, "not a baseline", "It is read back as it was written. Copy it as a whole.",
                    detail);
}

// Reads stored bytes; with `report`, raises for those that no model has.
Model parse(Bytes bytes, bool report) {
  const auto require = [report](bool is_so, const char *detail) {
    if (!is_so && report)
      refuse_bytes(detail);
  };
  Model model;
  require(bytes.size() >= 2 && (bytes[0] & 0xF8) == kVersion, "It begins with an unknown version.");
  model.settings.unit = (bytes[0] & kDaily) != 0 ? Unit::kDay : Unit::kHour;
  model.settings.combine = (bytes[0] & kMax) != 0 ? Combine::kMax : Combine::kSum;
  model.pruned = (bytes[0] & kPruned) != 0;
  const std::size_t zone_size = bytes[1];
  require(zone_size <= kMostZone && bytes.size() >= 2 + zone_size, "The name of the time zone is too long.");
  model.settings.zone = {reinterpret_cast<const char *>(bytes.data()) + 2, zone_size};
  require(zone_size == 0 || (zone_size > 3 && timeline::is_zone_name(model.settings.zone)) ||
              timeline::parse_offset(model.settings.zone).has_value(),
          "There is no such time zone.");
  std::span<const std::uint8_t> rest = bytes.subspan(2 + zone_size);
  std::uint32_t size = 0;
  const bool has_limit = core::read_varint(rest, model.settings.limit);
  require(has_limit && model.settings.limit >= 1 && model.settings.limit <= kMostSlices, "Its limit is out of range.");
  require(rest.size() >= 4, "It ends too early.");
  std::memcpy(&model.first, rest.data(), 4);
  rest = rest.subspan(4);
  require(core::read_varint(rest, size) && size <= model.settings.limit && size <= rest.size(),
          "Its number of slices is out of range.");
  require(model.first >= kFirstSlice && model.first <= kLastSlice, "A slice is out of range.");
  model.points.reserve(size);
  std::int64_t slice = std::int64_t{model.first} - 1;
  for (std::uint32_t i = 0; i < size; ++i) {
    std::uint32_t head = 0;
    require(core::read_varint(rest, head), "A slice is broken.");
    slice += 1 + (head >> 2);
    require(slice <= kLastSlice, "A slice is out of range.");
    std::uint64_t count = (head & 3) + 1;
    if ((head & 3) == kApart) {
      require(core::read_varint(rest, count) && count <= kMostCount - 3, "A count is out of range.");
      count += count > 0 ? 3 : 0;
    }
    model.points.push_back({static_cast<std::int32_t>(slice), count});
  }
  require(rest.empty(), "There are bytes behind its end.");
  require(model.pruned == (model.points.empty() || model.points.front().slice > model.first),
          "It does not say rightly whether slices were dropped.");
  return model;
}

}  // namespace

std::int32_t slice_of(timeline::Micros local, Unit unit) {
  const timeline::Micros length = Settings{.unit = unit, .zone = {}}.slice_length();
  const std::int64_t slice = floor_div(local, length) - timeline::kOrigin / length;
  if (slice < kFirstSlice || slice > kLastSlice)
    throw core::Error(core::kDatetimeOverflow, "timestamp out of range for a baseline",
                      "Give finite times between the years 1 and 9999.");
  return static_cast<std::int32_t>(slice);
}

timeline::Micros start_of(std::int32_t slice, Unit unit) noexcept {
  return slice * Settings{.unit = unit, .zone = {}}.slice_length() + timeline::kOrigin;
}

bool is_open(Bytes model) noexcept { return (model[0] & kOpen) != 0; }

Settings settings_of(Bytes model) noexcept {
  Settings settings{(model[0] & kDaily) != 0 ? Unit::kDay : Unit::kHour,
                    (model[0] & kMax) != 0 ? Combine::kMax : Combine::kSum,
                    0,
                    {}};
  if (is_open(model)) {
    settings.limit = view(model).header().limit;
    settings.zone = {reinterpret_cast<const char *>(model.data()) + sizeof(Header), model[1]};
    return settings;
  }
  settings.zone = {reinterpret_cast<const char *>(model.data()) + 2, model[1]};
  const std::uint8_t *limit = model.data() + 2 + model[1];
  settings.limit = core::get_varint(limit);
  return settings;
}

OpenBytes create(const Settings &settings, Allocate allocate) {
  if (settings.limit < 1 || settings.limit > kMostSlices)
    throw core::Error(core::kInvalidParameter, "retention is out of range",
                      "Give an interval between one slice and 65536 slices.");
  return allocate_open(settings, 4, allocate);
}

OpenBytes add(OpenBytes model, Point point, Allocate allocate) {
  Open open(model);
  Header &header = open.header();
  const std::uint32_t size = header.size;
  header.first = size == 0 && (header.form & kPruned) == 0 ? point.slice : std::min(header.first, point.slice);
  Slot *const slots = open.slots(), *const end = slots + size;
  Slot *place = end;
  if (size > 0 && end[-1].slice >= point.slice)
    place =
        std::lower_bound(slots, end, point.slice, [](const Slot &s, std::int32_t slice) { return s.slice < slice; });
  if (place != end && place->slice == point.slice) {
    *place = Slot::of({point.slice, combined(settings_of(model).combine, place->count(), point.count)});
    return model;
  }
  if (size == header.limit) {
    header.form |= kPruned;
    if (place == slots)
      return model;
    std::move(slots + 1, place, slots);
    place[-1] = Slot::of(point);
    return model;
  }
  const auto at = static_cast<std::size_t>(place - slots);
  if (size == open.capacity()) {
    const Settings settings = settings_of(model);
    const std::size_t capacity = std::min<std::size_t>(settings.limit, std::size_t{size} * 2);
    const OpenBytes larger = allocate(open_size(settings, std::max<std::size_t>(capacity, size + 1)));
    std::copy(model.begin(), model.end(), larger.begin());
    model = larger;
  }
  Open grown(model);
  std::move_backward(grown.slots() + at, grown.slots() + size, grown.slots() + size + 1);
  grown.slots()[at] = Slot::of(point);
  ++grown.header().size;
  return model;
}

OpenBytes open(Bytes model, Allocate allocate) {
  const Model from = read(model);
  const OpenBytes bytes = allocate_open(from.settings, from.points.size() + 4, allocate);
  const Open copy(bytes);
  copy.header().form |= from.pruned ? kPruned : 0;
  copy.header().first = from.first;
  copy.header().size = static_cast<std::uint32_t>(from.points.size());
  std::transform(from.points.begin(), from.points.end(), copy.slots(), Slot::of);
  return bytes;
}

OpenBytes merge(OpenBytes model, Bytes other, Allocate allocate) {
  const Model from = read(other);
  if (settings_of(model) != from.settings)
    throw core::Error(core::kInvalidParameter, "baselines of different settings do not merge",
                      "Slice, combine, time zone and retention must be the same: see baseline_info().");
  const bool is_new = Open(model).header().size == 0 && (model[0] & kPruned) == 0;
  for (const Point &p : from.points)
    model = add(model, p, allocate);
  Header &header = Open(model).header();
  header.form |= from.pruned ? kPruned : 0;
  header.first = is_new ? from.first : std::min(header.first, from.first);
  return model;
}

Model read(Bytes model) {
  if (!is_open(model))
    return parse(model, false);
  const Open open = view(model);
  Model result{settings_of(model), open.header().first, (open.header().form & kPruned) != 0, {}};
  result.points.reserve(open.header().size);
  for (std::uint32_t i = 0; i < open.header().size; ++i)
    result.points.push_back({open.slots()[i].slice, open.slots()[i].count()});
  return result;
}

Bytes write(const Model &model, Allocate allocate) {
  const std::int32_t before = model.first - 1;
  const Head head{model.settings, model.first, static_cast<std::uint32_t>(model.points.size()), model.pruned};
  const OpenBytes bytes = allocate(size_of(head) + size_of(before, model.points));
  put_points(put_head(bytes.data(), head), before, model.points);
  return bytes;
}

Bytes concat(Bytes a, Bytes b, Allocate allocate) {
  if (is_open(a) || is_open(b))
    return close(merge(open(a, allocate), b, allocate), allocate);
  const std::uint8_t *tokens = nullptr;
  Head head = head_of(a, tokens);
  const std::uint8_t *const end = a.data() + a.size();
  const Model later = parse(b, false);
  const std::int32_t newest = newest_slice(head, tokens);
  const std::size_t count = head.count + later.points.size();
  if (head.count == 0 || later.pruned || later.first <= newest || head.settings != later.settings ||
      count > head.settings.limit)
    return close(merge(open(a, allocate), b, allocate), allocate);
  head.count = static_cast<std::uint32_t>(count);
  const OpenBytes bytes =
      allocate(size_of(head) + static_cast<std::size_t>(end - tokens) + size_of(newest, later.points));
  put_points(std::copy(tokens, end, put_head(bytes.data(), head)), newest, later.points);
  return bytes;
}

Bytes close(Bytes model, Allocate allocate) { return is_open(model) ? write(read(model), allocate) : model; }

void validate(Bytes bytes) {
  if (bytes.empty())
    refuse_bytes("It is empty.");
  (void)parse(bytes, true);
}

Model without_before(Model model, std::int32_t slice) {
  const auto kept =
      std::find_if(model.points.begin(), model.points.end(), [slice](const Point &p) { return p.slice >= slice; });
  model.pruned |= kept != model.points.begin();
  model.points.erase(model.points.begin(), kept);
  return model;
}

}  // namespace hunt::baseline
