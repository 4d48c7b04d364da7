#pragma once
// Texts of numbers and dates, read exactly and without the locale.

#include <cstdint>
#include <optional>
#include <string_view>

namespace sceau::enclave {

/// Optional sign and digits, within int64. "12", "-3", "+4"; never "", "1.0", "1e3", " 1".
[[nodiscard]] std::optional<std::int64_t> read_integer(std::string_view text);

struct ReadDecimal {
  bool is_number = false;     ///< false: nothing else holds
  bool exact = false;         ///< fits int64 / 10^scale without loss
  std::int64_t mantissa = 0;  ///< where exact
  double real = 0;            ///< the nearest double; where not exact only
};

/// Optional sign, digits with at most one `point` among or around them, optional exponent.
/// "12,50" with point ',' and scale 2 is 1250; ".5" and "5." are numbers, "." and "inf" none. A
/// magnitude beyond double's is none.
[[nodiscard]] ReadDecimal read_decimal(std::string_view text, char point, int scale);

/// YYYY-MM-DD, a day of the Gregorian calendar.
[[nodiscard]] bool is_date(std::string_view text);

/// The double nearest to mantissa / 10^scale; 0 <= scale <= 18.
[[nodiscard]] double to_real(std::int64_t mantissa, int scale);

/// mantissa * 10^digits, or nullopt beyond int64; 0 <= digits <= 18.
[[nodiscard]] std::optional<std::int64_t> raise(std::int64_t mantissa, int digits);

[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace sceau::enclave
