#pragma once
// PostgreSQL's numeric: an exact decimal that remembers how many digits it shows. What both paths,
// engine and SQLite, print goes through here, so that the same number is the same text.
//
//   divide(*Numeric::parse("1"), *Numeric::parse("3")).text()   // 0.33333333333333333333
//   Numeric::parse("1,5")                                       // nullopt
//
// Digits are bounded (max_digits): an operation past that throws SqlError 22003.
// Source of the scales: PostgreSQL 15, numeric.c (select_div_scale and its users).

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "disclosure/number.h"

namespace sceau::enclave::sql {

using BigInteger = boost::multiprecision::cpp_int;

inline constexpr int max_digits = 1000;

struct Numeric {
  BigInteger mantissa;
  int scale = 0;  ///< digits shown behind the point, 0..max_digits; value = mantissa / 10^scale

  /// Sign, digits, point, exponent; blanks around. No NaN, no infinity.
  [[nodiscard]] static std::optional<Numeric> parse(std::string_view text);
  [[nodiscard]] static Numeric of(std::int64_t value) { return {BigInteger(value), 0}; }
  /// The 15 significant digits that PostgreSQL's cast takes.
  [[nodiscard]] static std::optional<Numeric> of(double value);
  [[nodiscard]] static Numeric of(disclosure::Int128 mantissa, int scale);

  [[nodiscard]] std::string text() const;
  [[nodiscard]] double real() const;
  [[nodiscard]] std::optional<std::int64_t> integer() const;  ///< rounded half away from zero
  [[nodiscard]] bool zero() const { return mantissa == 0; }
};

[[nodiscard]] BigInteger power_of_ten(int exponent);

[[nodiscard]] int compare(const Numeric& a, const Numeric& b);  ///< -1, 0, 1
[[nodiscard]] Numeric add(const Numeric& a, const Numeric& b);
[[nodiscard]] Numeric subtract(const Numeric& a, const Numeric& b);
[[nodiscard]] Numeric multiply(const Numeric& a, const Numeric& b);
/// `b` is not zero. Rounded half away from zero to division_scale digits.
[[nodiscard]] Numeric divide(const Numeric& a, const Numeric& b);
[[nodiscard]] int division_scale(const Numeric& a, const Numeric& b);
[[nodiscard]] Numeric remainder(const Numeric& a, const Numeric& b);       ///< sign of a
[[nodiscard]] Numeric whole_quotient(const Numeric& a, const Numeric& b);  ///< towards zero
/// To `scale` digits (negative: tens, hundreds …), half away from zero, or towards zero.
[[nodiscard]] Numeric round_to(const Numeric& a, int scale);
[[nodiscard]] Numeric truncate_to(const Numeric& a, int scale);
[[nodiscard]] Numeric ceiling(const Numeric& a);
[[nodiscard]] Numeric floor(const Numeric& a);
/// `a` is not negative.
[[nodiscard]] Numeric square_root(const Numeric& a, int scale);

/// (n·Σx² − (Σx)²) / (n·(n−1)), or / n² for the population; its root where `deviation`.
/// nullopt where there are too few rows.
[[nodiscard]] std::optional<Numeric> variance(std::int64_t count, const Numeric& sum,
                                              const Numeric& squares, bool sample, bool deviation);

}  // namespace sceau::enclave::sql
