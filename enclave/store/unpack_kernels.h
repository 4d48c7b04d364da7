#pragma once
// Packed symbols to arrays, with a processor's wide registers where it has them (chosen when the
// program runs; all give the same results). Symbol i of a run stands at bit i · bits, least
// significant bit first.

#include <cstddef>
#include <cstdint>
#include <span>

namespace sceau::enclave::kernels {

/// The widest symbols that symbols32 takes.
inline constexpr int widest32 = 25;

/// out[i] = symbol first + i. `first` is a multiple of 64, 0 <= bits <= widest32. Every symbol and
/// eight bytes behind the last one lie in `data`. Returns the largest symbol.
std::uint32_t symbols32(std::span<const std::uint8_t> data, int bits, std::size_t first,
                        std::size_t count, std::uint32_t* out);

/// values[i] += add, modulo 2^32; where `zero_is_null`, 0 becomes 0xffffffff instead.
void lift_codes(std::uint32_t* values, std::size_t count, std::uint32_t add, bool zero_is_null);

/// out[i] = base + symbols[i], modulo 2^64.
void widen(const std::uint32_t* symbols, std::size_t count, std::uint64_t base, std::int64_t* out);

/// out[i] = bit first + i of `bits`, as 0 or 1. `first` is a multiple of 8.
void bits_to_bytes(const std::uint8_t* bits, std::size_t first, std::size_t count,
                   std::uint8_t* out);

}  // namespace sceau::enclave::kernels
