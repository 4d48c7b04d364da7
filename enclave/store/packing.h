#pragma once
// What packing and unpacking must agree on (segment.h says what a segment is).

#include <bit>
#include <cstddef>
#include <cstdint>

namespace sceau::enclave {

inline constexpr std::size_t segment_padding = 8;  // so that whole words may be loaded
inline constexpr int widest_shifted = 57;  // a symbol and its offset in a byte fit one 64-bit load

inline std::size_t packed_size(std::uint32_t rows, int bits) {
  return (static_cast<std::size_t>(rows) * static_cast<std::size_t>(bits) + 7) / 8 +
         segment_padding;
}

/// Wide enough for the row at which a run ends.
inline int end_bits(std::uint32_t rows) { return static_cast<int>(std::bit_width(rows)); }

/// Of a segment of runs: their symbols, then their ends.
inline std::size_t runs_size(std::uint32_t rows, std::uint32_t runs, int bits) {
  return packed_size(runs, bits) + packed_size(runs, end_bits(rows));
}

}  // namespace sceau::enclave
