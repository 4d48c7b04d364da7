#include "enclave/store/segment.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "enclave/store/packing.h"

namespace sceau::enclave {
namespace {

static_assert(std::endian::native == std::endian::little, "packed segments are little-endian");

using disclosure::null_code;

int width_of(std::uint64_t largest) {
  const int bits = static_cast<int>(std::bit_width(largest));
  return bits > widest_shifted ? 64 : bits;
}

/// Words are put together in a register: or-ing into memory would wait for each store in turn.
template <typename Symbol>
std::vector<std::uint8_t> pack(std::uint32_t rows, int bits, Symbol symbol) {
  std::vector<std::uint8_t> data(packed_size(rows, bits));
  if (bits == 0) return data;
  std::uint8_t* out = data.data();
  std::uint64_t word = 0;
  int filled = 0;
  for (std::uint32_t i = 0; i < rows; ++i) {
    const std::uint64_t value = symbol(i);
    word |= value << filled;
    filled += bits;
    if (filled < 64) continue;
    std::memcpy(out, &word, sizeof word);
    out += sizeof word;
    filled -= 64;
    word = filled == 0 ? 0 : value >> (bits - filled);
  }
  std::memcpy(out, &word, static_cast<std::size_t>(filled + 7) / 8);
  return data;
}

template <typename SymbolOf>
std::vector<std::uint8_t> pack_runs(std::span<const std::uint32_t> codes, std::uint32_t runs,
                                    int bits, SymbolOf symbol_of) {
  std::vector<std::uint32_t> ends;
  ends.reserve(runs);
  for (std::uint32_t i = 1; i < codes.size(); ++i) {
    if (codes[i] != codes[i - 1]) ends.push_back(i);
  }
  const auto rows = static_cast<std::uint32_t>(codes.size());
  ends.push_back(rows);
  auto data = pack(runs, bits, [&](std::uint32_t i) { return symbol_of(codes[ends[i] - 1]); });
  const auto packed_ends =
      pack(runs, end_bits(rows), [&](std::uint32_t i) -> std::uint64_t { return ends[i]; });
  data.insert(data.end(), packed_ends.begin(), packed_ends.end());
  return data;
}

std::vector<std::uint8_t> bitmap(std::span<const std::uint8_t> present) {
  std::vector<std::uint8_t> bits((present.size() + 7) / 8);
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (present[i] != 0) bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] | 1U << (i % 8));
  }
  return bits;
}

/// Sets info.nulls and segment.present; `present` may be empty.
void count_nulls(std::span<const std::uint8_t> present, PackedSegment& segment) {
  segment.info.nulls = static_cast<std::uint32_t>(std::ranges::count(present, 0));
  if (segment.info.nulls > 0) segment.present = bitmap(present);
}

bool is_present(std::span<const std::uint8_t> present, std::size_t i) {
  return present.empty() || present[i] != 0;
}

/// How many different values `each` tells of. It calls what it is given with value - low for each,
/// which is `range` at most.
template <typename Each>
std::uint32_t count_distinct(std::uint64_t range, std::size_t rows, Each each) {
  constexpr std::uint64_t most_marks = 1U << 22;
  if (range < most_marks) {
    std::vector<std::uint8_t> seen(range + 1);
    each([&](std::uint64_t value) { seen[value] = 1; });
    return static_cast<std::uint32_t>(std::ranges::count(seen, 1));
  }
  std::vector<std::uint64_t> values;
  values.reserve(rows);
  each([&](std::uint64_t value) { values.push_back(value); });
  std::ranges::sort(values);
  return static_cast<std::uint32_t>(std::unique(values.begin(), values.end()) - values.begin());
}

}  // namespace

std::string_view to_string(Encoding encoding) {
  switch (encoding) {
    case Encoding::dictionary:
      return "dictionary";
    case Encoding::scaled:
      return "scaled";
    case Encoding::real:
      return "real";
  }
  return "";
}

disclosure::ColumnKind kind_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::dictionary:
      return disclosure::ColumnKind::codes;
    case Encoding::scaled:
      return disclosure::ColumnKind::scaled;
    case Encoding::real:
      return disclosure::ColumnKind::real;
  }
  return disclosure::ColumnKind::codes;
}

PackedSegment pack_codes(std::span<const std::uint32_t> codes) {
  PackedSegment segment;
  segment.info.rows = static_cast<std::uint32_t>(codes.size());
  std::uint32_t low = null_code;
  std::uint32_t high = 0;
  std::uint32_t runs = codes.empty() ? 0 : 1;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] == null_code) {
      ++segment.info.nulls;
    } else {
      low = std::min(low, codes[i]);
      high = std::max(high, codes[i]);
    }
    runs += i > 0 && codes[i] != codes[i - 1] ? 1 : 0;
  }
  if (!segment.info.has_values()) low = high = 0;
  segment.info.low = low;
  segment.info.high = high;
  if (segment.info.has_values()) {
    segment.info.distinct = count_distinct(high - low, codes.size(), [&](auto tell) {
      for (std::size_t i = 0; i < codes.size(); ++i) {
        if (codes[i] != null_code && (i == 0 || codes[i] != codes[i - 1])) tell(codes[i] - low);
      }
    });
  }
  const std::uint32_t lift = segment.info.nulls > 0 ? 1 : 0;
  const bool only_nulls = !segment.info.has_values();
  const int bits = only_nulls ? 0 : width_of(std::uint64_t{high} - low + lift);
  segment.info.bits = bits;
  const auto symbol_of = [&](std::uint32_t code) -> std::uint64_t {
    return code == null_code ? 0 : std::uint64_t{code} - low + lift;
  };
  if (runs_size(segment.info.rows, runs, bits) < packed_size(segment.info.rows, bits)) {
    segment.info.runs = runs;
    segment.data = pack_runs(codes, runs, bits, symbol_of);
  } else {
    segment.data = pack(segment.info.rows, bits,
                        [&](std::uint32_t i) -> std::uint64_t { return symbol_of(codes[i]); });
  }
  return segment;
}

PackedSegment pack_scaled(std::span<const std::int64_t> values,
                          std::span<const std::uint8_t> present) {
  PackedSegment segment;
  segment.info.rows = static_cast<std::uint32_t>(values.size());
  count_nulls(present, segment);
  std::int64_t low = std::numeric_limits<std::int64_t>::max();
  std::int64_t high = std::numeric_limits<std::int64_t>::min();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!is_present(present, i)) continue;
    low = std::min(low, values[i]);
    high = std::max(high, values[i]);
  }
  if (!segment.info.has_values()) low = high = 0;
  segment.info.low = low;
  segment.info.high = high;
  const auto base = static_cast<std::uint64_t>(low);
  if (segment.info.has_values()) {
    const std::uint64_t range = static_cast<std::uint64_t>(high) - base;
    segment.info.distinct = count_distinct(range, values.size(), [&](auto tell) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (is_present(present, i)) tell(static_cast<std::uint64_t>(values[i]) - base);
      }
    });
  }
  segment.info.bits = width_of(static_cast<std::uint64_t>(high) - base);
  segment.data = pack(segment.info.rows, segment.info.bits, [&](std::uint32_t i) -> std::uint64_t {
    return is_present(present, i) ? static_cast<std::uint64_t>(values[i]) - base : 0;
  });
  return segment;
}

PackedSegment pack_real(std::span<const double> values, std::span<const std::uint8_t> present) {
  PackedSegment segment;
  segment.info.rows = static_cast<std::uint32_t>(values.size());
  segment.info.bits = 64;
  count_nulls(present, segment);
  bool first = true;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!is_present(present, i)) continue;
    segment.info.real_low = first ? values[i] : std::min(segment.info.real_low, values[i]);
    segment.info.real_high = first ? values[i] : std::max(segment.info.real_high, values[i]);
    first = false;
  }
  if (segment.info.has_values()) {
    segment.info.distinct = count_distinct(~std::uint64_t{0}, values.size(), [&](auto tell) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (is_present(present, i))
          tell(std::bit_cast<std::uint64_t>(values[i] + 0.0));  // one zero
      }
    });
  }
  segment.data = pack(segment.info.rows, 64, [&](std::uint32_t i) -> std::uint64_t {
    return is_present(present, i) ? std::bit_cast<std::uint64_t>(values[i]) : 0;
  });
  return segment;
}

SegmentInfo summarise(const disclosure::Segment& segment) {
  SegmentInfo info;
  switch (segment.kind) {
    case disclosure::ColumnKind::codes:
      info = pack_codes(segment.codes).info;
      break;
    case disclosure::ColumnKind::scaled:
      info = pack_scaled(segment.scaled, segment.present).info;
      break;
    case disclosure::ColumnKind::real:
      info = pack_real(segment.real, segment.present).info;
      break;
  }
  info.bits = 0;
  info.runs = 0;
  return info;
}

}  // namespace sceau::enclave
