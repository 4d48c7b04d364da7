#pragma once
// Integer arithmetic that rules and results rest on: products compared without rounding, powers of
// ten, sums that say when they overflow.

#include <compare>
#include <cstdint>

#include "disclosure/number.h"
#include "policies/decimal.h"

namespace sceau::disclosure {

__extension__ typedef unsigned __int128 UInt128;

/// 10^exponent; 0 <= exponent <= 38, else DisclosureError(overflow).
[[nodiscard]] Int128 power_of_ten(int exponent);

/// |value|, also of the smallest Int128.
[[nodiscard]] constexpr UInt128 magnitude(Int128 value) {
  return value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
}

/// a·b against c·d, exact for every input.
[[nodiscard]] std::strong_ordering compare_products(UInt128 a, std::uint64_t b, UInt128 c,
                                                    std::uint64_t d);

/// Throw DisclosureError(overflow) where the result doesn't fit.
[[nodiscard]] Int128 add(Int128 a, Int128 b);
[[nodiscard]] Int128 subtract(Int128 a, Int128 b);
[[nodiscard]] Int128 multiply(Int128 a, Int128 b);

/// Order by value of two numbers that are exact with one scale, or real.
[[nodiscard]] bool less(const Number& a, const Number& b);

/// `part` against `share` · `whole`; both are exact with one scale, or real. Exact ones are
/// compared in integers. Doubles can't tell a limit from what is next to it: within 1e-12 of the
/// limit they are equal.
[[nodiscard]] std::strong_ordering compare_share(const Number& part, const policies::Decimal& share,
                                                 const Number& whole);

/// a - b, a + b of two numbers that are exact with one scale, or real.
[[nodiscard]] Number difference(const Number& a, const Number& b);
[[nodiscard]] Number sum(const Number& a, const Number& b);
[[nodiscard]] Number absolute(const Number& value);
[[nodiscard]] bool is_zero(const Number& value);
/// Of an exact whole number that fits; a count, say.
[[nodiscard]] std::int64_t to_int64(const Number& value);

}  // namespace sceau::disclosure
