#pragma once
// What packing and unpacking must agree on (segment.h says what a segment is).

#include <cstddef>
#include <cstdint>

namespace sceau::enclave {

inline constexpr std::size_t segment_padding = 8;  // so that whole words may be loaded
inline constexpr int widest_shifted = 57;  // a symbol and its offset in a byte fit one 64-bit load

inline std::size_t packed_size(std::uint32_t rows, int bits) {
  return (static_cast<std::size_t>(rows) * static_cast<std::size_t>(bits) + 7) / 8 +
         segment_padding;
}

}  // namespace sceau::enclave
