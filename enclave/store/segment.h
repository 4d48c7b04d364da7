#pragma once
// One segment of one column in the bits that it needs. What is packed is a run of symbols:
//
//   dictionary  code - base, or, where the segment has NULLs, 0 for NULL and code - base + 1 else;
//               where neighbours are alike often enough, one symbol a run of rows, and behind the
//               symbols, packed in the same way, the row at which each run ends
//   scaled      mantissa - base (two's complement, so the whole int64 range works); 0 where NULL
//   real        the double's 64 bits; 0 where NULL
//
// Symbol i stands at bit i * bits, least significant bit first, in little-endian bytes; then follow
// 8 zero bytes, so that a reader may load whole words. `present` is a bitmap (scaled and real with
// NULLs only), bit i of byte i / 8. Widths: 0 to 57 and 64.
//
// `unpack` believes nothing: sizes, widths and codes are checked, and false means "damaged".

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "disclosure/source.h"

namespace sceau::enclave {

inline constexpr std::uint32_t most_segment_rows = 1U << 24;

enum class Encoding { dictionary, scaled, real };

[[nodiscard]] std::string_view to_string(Encoding encoding);
[[nodiscard]] disclosure::ColumnKind kind_of(Encoding encoding);

/// What is known of a segment without unpacking it.
struct SegmentInfo {
  std::uint32_t rows = 0;
  std::uint32_t nulls = 0;
  std::uint32_t distinct = 0;  ///< different values, NULL not among them
  std::uint32_t runs = 0;      ///< dictionary only; 0: a symbol a row
  int bits = 0;
  std::int64_t low = 0;   ///< smallest code or mantissa; 0 where there is no value, or real
  std::int64_t high = 0;  ///< largest; the base is `low`
  double real_low = 0;    ///< real only
  double real_high = 0;

  [[nodiscard]] bool has_values() const { return nulls < rows; }
  friend bool operator==(const SegmentInfo&, const SegmentInfo&) = default;
};

struct PackedSegment {
  SegmentInfo info;
  std::vector<std::uint8_t> present;
  std::vector<std::uint8_t> data;

  [[nodiscard]] std::size_t bytes() const { return present.size() + data.size(); }
};

/// `codes` holds null_code where NULL.
[[nodiscard]] PackedSegment pack_codes(std::span<const std::uint32_t> codes);
/// `present`: empty where nothing is NULL, else one byte a value; a NULL's value is not looked at.
[[nodiscard]] PackedSegment pack_scaled(std::span<const std::int64_t> values,
                                        std::span<const std::uint8_t> present);
/// No value may be NaN.
[[nodiscard]] PackedSegment pack_real(std::span<const double> values,
                                      std::span<const std::uint8_t> present);

/// Fills `out`, reusing its memory. False where the bytes are not what one of the above made of a
/// column whose dictionary has `codes` entries.
[[nodiscard]] bool unpack(Encoding encoding, const SegmentInfo& info,
                          std::span<const std::uint8_t> present, std::span<const std::uint8_t> data,
                          std::uint64_t codes, disclosure::Segment& out);

/// Rows first … first + count - 1 of the same. `first` is a multiple of 64. That the NULLs are as
/// many as `info` says is seen by `unpack` alone.
[[nodiscard]] bool unpack_part(Encoding encoding, const SegmentInfo& info,
                               std::span<const std::uint8_t> present,
                               std::span<const std::uint8_t> data, std::uint64_t codes,
                               std::uint32_t first, std::uint32_t count, disclosure::Segment& out);

/// The info that packing these values would give; `bits` and `runs` are left 0.
[[nodiscard]] SegmentInfo summarise(const disclosure::Segment& segment);

}  // namespace sceau::enclave
