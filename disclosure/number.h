#pragma once
// Results as exact numbers: a sum is an integer over a power of ten, a mean or a ratio the quotient
// of two such. Rounding happens once, when a number is written.

#include <cstdint>
#include <string>

namespace sceau::disclosure {

__extension__ typedef __int128 Int128;

struct Number {
  enum class Kind : std::uint8_t { null, exact, quotient, real };
  Kind kind = Kind::null;
  std::int16_t scale = 0;              ///< of the numerator
  std::int16_t denominator_scale = 0;  ///< of the denominator
  double real = 0;                     ///< real: sums over double columns (compensated)
  Int128 numerator = 0;                ///< exact, quotient: numerator / 10^scale
  Int128 denominator = 1;              ///< quotient: denominator / 10^denominator_scale, never 0
};

[[nodiscard]] Number exact(Int128 mantissa, int scale);
[[nodiscard]] Number real(double value);
/// null where the divisor is null or 0.
[[nodiscard]] Number quotient(const Number& dividend, const Number& divisor);

[[nodiscard]] double to_double(const Number& number);
/// Rounded half away from zero to `decimals` digits, exact for exact and quotient; "" for null.
[[nodiscard]] std::string to_string(const Number& number, int decimals);

}  // namespace sceau::disclosure
