#pragma once
// Loops over arrays for which a processor has wide registers, chosen when the program runs
// (AVX-512, AVX2, or what every processor has). All of them give the same results.

#include <cstddef>
#include <cstdint>

namespace sceau::disclosure::kernels {

/// numbers[i] = numbers[i] · size + members[i], modulo 2^32.
void fold(const std::uint32_t* members, std::uint32_t size, std::uint32_t* numbers,
          std::size_t count);

/// out[i] = the smaller of codes[i] and `most`: NULL's code becomes the last member.
void cap(const std::uint32_t* codes, std::uint32_t most, std::uint32_t* out, std::size_t count);

/// numbers[i] = table[numbers[i]] - 1, where the table has 0 for "not there". Returns whether all
/// were there; those that were not become 0xffffffff.
[[nodiscard]] bool look_up(const std::uint32_t* table, std::uint32_t* numbers, std::size_t count);

/// How many of the bytes are `wanted`.
[[nodiscard]] std::int64_t count_equal(const std::uint8_t* bytes, std::uint8_t wanted,
                                       std::size_t count);

/// Bytes behind `count` positions that `positions` may write to.
inline constexpr std::size_t positions_room = 64;

/// Writes the indexes of the bytes that are `wanted`, ascending, and returns how many there are.
[[nodiscard]] std::uint32_t positions(const std::uint8_t* bytes, std::uint8_t wanted,
                                      std::size_t count, std::uint32_t* out);

struct Span {
  std::uint32_t low = 0xffffffffU;  ///< above `high`: of no number
  std::uint32_t high = 0;
};

/// The smallest and the largest of the numbers.
[[nodiscard]] Span span_of(const std::uint32_t* numbers, std::size_t count);

/// Σ values[i] modulo 2^64.
[[nodiscard]] std::int64_t sum(const std::int64_t* values, std::size_t count);

}  // namespace sceau::disclosure::kernels
