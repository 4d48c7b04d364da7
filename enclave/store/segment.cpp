#include "enclave/store/segment.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace sceau::enclave {
namespace {

static_assert(std::endian::native == std::endian::little, "packed segments are little-endian");

using disclosure::null_code;

constexpr std::size_t padding = 8;
constexpr int widest_shifted = 57;  // a symbol and its offset within a byte fit one 64-bit load

int width_of(std::uint64_t largest) {
  const int bits = static_cast<int>(std::bit_width(largest));
  return bits > widest_shifted ? 64 : bits;
}

std::size_t packed_size(std::uint32_t rows, int bits) {
  return (static_cast<std::size_t>(rows) * static_cast<std::size_t>(bits) + 7) / 8 + padding;
}

std::uint64_t load(const std::uint8_t* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return word;
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

template <typename Take>
void each_symbol(const std::uint8_t* data, std::uint32_t rows, int bits, Take take) {
  if (bits == 64) {
    for (std::uint32_t i = 0; i < rows; ++i) take(i, load(data + std::size_t{i} * 8));
    return;
  }
  const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
  std::size_t position = 0;
  for (std::uint32_t i = 0; i < rows; ++i, position += static_cast<std::size_t>(bits)) {
    take(i, load(data + position / 8) >> (position % 8) & mask);
  }
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

bool unpack_codes(const SegmentInfo& info, std::span<const std::uint8_t> data, std::uint64_t codes,
                  std::vector<std::uint32_t>& out) {
  if (info.bits > 32 || info.low < 0 || info.high >= null_code) return false;
  out.resize(info.rows);
  std::uint32_t* const to = out.data();
  const auto base = static_cast<std::uint32_t>(info.low);
  std::uint64_t largest = 0;
  if (info.nulls == 0) {
    each_symbol(data.data(), info.rows, info.bits, [&](std::uint32_t i, std::uint64_t symbol) {
      largest = std::max(largest, symbol);
      to[i] = base + static_cast<std::uint32_t>(symbol);
    });
    return info.rows == 0 || largest + base < codes;
  }
  std::uint32_t nulls = 0;
  each_symbol(data.data(), info.rows, info.bits, [&](std::uint32_t i, std::uint64_t symbol) {
    largest = std::max(largest, symbol);
    nulls += symbol == 0 ? 1 : 0;
    to[i] = symbol == 0 ? null_code : base + static_cast<std::uint32_t>(symbol) - 1;
  });
  return nulls == info.nulls && (largest == 0 || largest - 1 + base < codes);
}

bool unpack_present(const SegmentInfo& info, std::span<const std::uint8_t> present,
                    std::vector<std::uint8_t>& out) {
  out.clear();
  if (info.nulls == 0) return present.empty();
  if (present.size() != (std::size_t{info.rows} + 7) / 8) return false;
  out.resize(info.rows);
  std::uint32_t nulls = 0;
  for (std::uint32_t i = 0; i < info.rows; ++i) {
    out[i] = present[i / 8] >> (i % 8) & 1U;
    nulls += out[i] == 0 ? 1 : 0;
  }
  return nulls == info.nulls;
}

bool unpack_scaled(const SegmentInfo& info, std::span<const std::uint8_t> data,
                   disclosure::Segment& out) {
  out.scaled.resize(info.rows);
  std::int64_t* const to = out.scaled.data();
  const auto base = static_cast<std::uint64_t>(info.low);
  const std::uint64_t range = static_cast<std::uint64_t>(info.high) - base;
  std::uint64_t largest = 0;
  each_symbol(data.data(), info.rows, info.bits, [&](std::uint32_t i, std::uint64_t symbol) {
    largest = std::max(largest, symbol);
    to[i] = static_cast<std::int64_t>(base + symbol);
  });
  for (std::size_t i = 0; i < out.present.size(); ++i) {
    if (out.present[i] == 0) to[i] = 0;
  }
  return largest <= range;
}

bool unpack_real(const SegmentInfo& info, std::span<const std::uint8_t> data,
                 disclosure::Segment& out) {
  if (info.bits != 64) return false;
  out.real.resize(info.rows);
  if (info.rows > 0) std::memcpy(out.real.data(), data.data(), std::size_t{info.rows} * 8);
  return std::ranges::none_of(out.real, [](double value) { return std::isnan(value); });
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
  for (const auto code : codes) {
    if (code == null_code) {
      ++segment.info.nulls;
    } else {
      low = std::min(low, code);
      high = std::max(high, code);
    }
  }
  if (!segment.info.has_values()) low = high = 0;
  segment.info.low = low;
  segment.info.high = high;
  const std::uint32_t lift = segment.info.nulls > 0 ? 1 : 0;
  const bool only_nulls = !segment.info.has_values();
  segment.info.bits = only_nulls ? 0 : width_of(std::uint64_t{high} - low + lift);
  segment.data = pack(segment.info.rows, segment.info.bits, [&](std::uint32_t i) -> std::uint64_t {
    return codes[i] == null_code ? 0 : std::uint64_t{codes[i]} - low + lift;
  });
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
  segment.data = pack(segment.info.rows, 64, [&](std::uint32_t i) -> std::uint64_t {
    return is_present(present, i) ? std::bit_cast<std::uint64_t>(values[i]) : 0;
  });
  return segment;
}

bool unpack(Encoding encoding, const SegmentInfo& info, std::span<const std::uint8_t> present,
            std::span<const std::uint8_t> data, std::uint64_t codes, disclosure::Segment& out) {
  out.kind = kind_of(encoding);
  if (encoding != Encoding::dictionary) out.codes.clear();
  if (encoding != Encoding::scaled) out.scaled.clear();
  if (encoding != Encoding::real) out.real.clear();
  out.present.clear();
  if (info.rows > most_segment_rows || info.nulls > info.rows || info.bits < 0 ||
      (info.bits > widest_shifted && info.bits != 64) || info.low > info.high ||
      data.size() != packed_size(info.rows, info.bits)) {
    return false;
  }
  switch (encoding) {
    case Encoding::dictionary:
      return present.empty() && unpack_codes(info, data, codes, out.codes);
    case Encoding::scaled:
      return unpack_present(info, present, out.present) && unpack_scaled(info, data, out);
    case Encoding::real:
      return unpack_present(info, present, out.present) && unpack_real(info, data, out);
  }
  return false;
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
  return info;
}

}  // namespace sceau::enclave
