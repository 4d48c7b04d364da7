#pragma once
// Exact decimals: what a codebook, a policy or a condition writes, without rounding.
//
//   parse_decimal("0.85")  -> mantissa 85, scale 2
//   parse_decimal("12")    -> mantissa 12, scale 0
//   parse_decimal("1e3"), parse_decimal(""), parse_decimal("1,5") -> nullopt
//
// Shares of a policy are compared with these in integers, never as doubles: in the real lycée
// file a cell of 17 of 20 is exactly 0.85.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sceau::policies {

struct Decimal {
  std::int64_t mantissa = 0;
  int scale = 0;  ///< digits behind the decimal point, 0..18

  friend bool operator==(const Decimal&, const Decimal&) = default;  ///< same bytes, not same value
};

/// Order by value: 0.50 and 0.5 are equivalent. Exact for every pair of values.
[[nodiscard]] std::strong_ordering compare(const Decimal& a, const Decimal& b);

/// Optional sign, digits, optional point and digits; at most 18 digits in all. Else nullopt.
[[nodiscard]] std::optional<Decimal> parse_decimal(std::string_view text);

/// "0.85", "12", "-3.10": the scale is kept.
[[nodiscard]] std::string to_string(const Decimal& value);

/// The same value without zeros at its end: 0.90 -> 0.9, 12.00 -> 12.
[[nodiscard]] Decimal shortened(Decimal value);

[[nodiscard]] double to_double(const Decimal& value);

}  // namespace sceau::policies
