// Packed segments to arrays, whole or a part at a time. Nothing here believes a size or a code.

#include <algorithm>
#include <cmath>
#include <cstring>

#include "enclave/store/packing.h"
#include "enclave/store/segment.h"
#include "enclave/store/unpack_kernels.h"

namespace sceau::enclave {
namespace {

using disclosure::null_code;

struct Part {
  const SegmentInfo& info;
  std::span<const std::uint8_t> data;
  std::uint32_t first;
  std::uint32_t count;

  /// Calls take(i, symbol) for each, of any width.
  template <typename Take>
  void each_symbol(Take take) const {
    const auto bits = static_cast<std::size_t>(info.bits);
    const std::uint64_t mask =
        info.bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << info.bits) - 1;
    std::size_t position = first * bits;
    for (std::uint32_t i = 0; i < count; ++i, position += bits) {
      std::uint64_t word = 0;
      std::memcpy(&word, data.data() + position / 8, sizeof word);
      take(i, word >> (position % 8) & mask);
    }
  }

  /// The largest symbol.
  [[nodiscard]] std::uint64_t symbols(std::uint32_t* out) const {
    if (info.bits <= kernels::widest32) {
      return kernels::symbols32(data, info.bits, first, count, out);
    }
    std::uint64_t largest = 0;
    each_symbol([&](std::uint32_t i, std::uint64_t symbol) {
      out[i] = static_cast<std::uint32_t>(symbol);
      largest = std::max(largest, symbol);
    });
    return largest;
  }
};

std::uint64_t symbol_at(std::span<const std::uint8_t> data, int bits, std::size_t i) {
  const std::size_t position = i * static_cast<std::size_t>(bits);
  std::uint64_t word = 0;
  std::memcpy(&word, data.data() + position / 8, sizeof word);
  return word >> (position % 8) & ((std::uint64_t{1} << bits) - 1);
}

// Runs that meet the part, from the one that holds its first row. Ends that don't ascend are seen
// where they are met.
bool unpack_runs(const Part& part, std::uint64_t codes, std::vector<std::uint32_t>& out) {
  const SegmentInfo& info = part.info;
  const int wide = end_bits(info.rows);
  const auto ends = part.data.subspan(packed_size(info.runs, info.bits));
  std::uint32_t run = 0;
  for (std::uint32_t left = info.runs; left > 0;) {  // the first run that ends behind `first`
    const std::uint32_t half = left / 2;
    const bool before = symbol_at(ends, wide, run + half) <= part.first;
    run = before ? run + half + 1 : run;
    left = before ? left - half - 1 : half;
  }
  for (std::uint32_t at = 0; at < part.count; ++run) {
    if (run >= info.runs) return false;
    const std::uint64_t end = symbol_at(ends, wide, run);
    if (end <= std::uint64_t{part.first} + at || end > info.rows) return false;
    std::uint64_t code = symbol_at(part.data, info.bits, run);
    const bool null = info.nulls > 0 && code == 0;
    code += static_cast<std::uint64_t>(info.low) - (info.nulls > 0 ? 1 : 0);
    if (!null && code >= codes) return false;
    const auto until = std::min<std::uint64_t>(part.count, end - part.first);
    std::fill(out.begin() + at, out.begin() + static_cast<std::ptrdiff_t>(until),
              null ? null_code : static_cast<std::uint32_t>(code));
    at = static_cast<std::uint32_t>(until);
  }
  return true;
}

bool unpack_codes(const Part& part, std::uint64_t codes, std::vector<std::uint32_t>& out) {
  const SegmentInfo& info = part.info;
  if (info.bits > 32 || info.low < 0 || info.high >= null_code) return false;
  out.resize(part.count);
  if (info.runs > 0) return unpack_runs(part, codes, out);
  const bool has_nulls = info.nulls > 0;
  const std::uint64_t largest = part.symbols(out.data());
  const auto base = static_cast<std::uint32_t>(info.low);
  kernels::lift_codes(out.data(), out.size(), has_nulls ? base - 1 : base, has_nulls);
  if (part.count == 0) return true;
  return has_nulls ? largest == 0 || largest - 1 + base < codes : largest + base < codes;
}

bool unpack_present(const Part& part, std::span<const std::uint8_t> present,
                    std::vector<std::uint8_t>& out) {
  out.clear();
  if (part.info.nulls == 0) return present.empty();
  if (present.size() != (std::size_t{part.info.rows} + 7) / 8) return false;
  out.resize(part.count);
  kernels::bits_to_bytes(present.data(), part.first, part.count, out.data());
  return true;
}

bool unpack_scaled(const Part& part, disclosure::Segment& out) {
  const SegmentInfo& info = part.info;
  out.scaled.resize(part.count);
  std::int64_t* const to = out.scaled.data();
  const auto base = static_cast<std::uint64_t>(info.low);
  const std::uint64_t range = static_cast<std::uint64_t>(info.high) - base;
  std::uint64_t largest = 0;
  if (info.bits <= kernels::widest32) {
    constexpr std::uint32_t at_once = 1024;
    std::uint32_t symbols[at_once];
    for (std::uint32_t at = 0; at < part.count; at += at_once) {
      const std::uint32_t count = std::min(at_once, part.count - at);
      largest = std::max<std::uint64_t>(
          largest, kernels::symbols32(part.data, info.bits, part.first + at, count, symbols));
      kernels::widen(symbols, count, base, to + at);
    }
  } else {
    part.each_symbol([&](std::uint32_t i, std::uint64_t symbol) {
      largest = std::max(largest, symbol);
      to[i] = static_cast<std::int64_t>(base + symbol);
    });
  }
  for (std::size_t i = 0; base != 0 && i < out.present.size(); ++i) {
    if (out.present[i] == 0) to[i] = 0;
  }
  return largest <= range;
}

bool unpack_real(const Part& part, disclosure::Segment& out) {
  if (part.info.bits != 64) return false;
  out.real.resize(part.count);
  if (part.count > 0) {
    std::memcpy(out.real.data(), part.data.data() + std::size_t{part.first} * 8,
                std::size_t{part.count} * 8);
  }
  return std::ranges::none_of(out.real, [](double value) { return std::isnan(value); });
}

std::uint64_t nulls_of(const disclosure::Segment& segment) {
  return static_cast<std::uint64_t>(std::ranges::count(segment.codes, null_code) +
                                    std::ranges::count(segment.present, 0));
}

}  // namespace

bool unpack_part(Encoding encoding, const SegmentInfo& info, std::span<const std::uint8_t> present,
                 std::span<const std::uint8_t> data, std::uint64_t codes, std::uint32_t first,
                 std::uint32_t count, disclosure::Segment& out) {
  out.kind = kind_of(encoding);
  if (encoding != Encoding::dictionary) out.codes.clear();
  if (encoding != Encoding::scaled) out.scaled.clear();
  if (encoding != Encoding::real) out.real.clear();
  out.present.clear();
  const bool has_runs = info.runs > 0;
  if (info.rows > most_segment_rows || info.nulls > info.rows || info.runs > info.rows ||
      info.bits < 0 || (info.bits > widest_shifted && info.bits != 64) || info.low > info.high ||
      (has_runs && (encoding != Encoding::dictionary || info.bits > 32)) ||
      data.size() != (has_runs ? runs_size(info.rows, info.runs, info.bits)
                               : packed_size(info.rows, info.bits)) ||
      first % 64 != 0 || first > info.rows || count > info.rows - first) {
    return false;
  }
  const Part part{info, data, first, count};
  switch (encoding) {
    case Encoding::dictionary:
      return present.empty() && unpack_codes(part, codes, out.codes);
    case Encoding::scaled:
      return unpack_present(part, present, out.present) && unpack_scaled(part, out);
    case Encoding::real:
      return unpack_present(part, present, out.present) && unpack_real(part, out);
  }
  return false;
}

bool unpack(Encoding encoding, const SegmentInfo& info, std::span<const std::uint8_t> present,
            std::span<const std::uint8_t> data, std::uint64_t codes, disclosure::Segment& out) {
  return unpack_part(encoding, info, present, data, codes, 0, info.rows, out) &&
         nulls_of(out) == info.nulls;
}

}  // namespace sceau::enclave
