#include "policies/decimal.h"

#include <array>

namespace sceau::policies {
namespace {

__extension__ typedef __int128 Int128;

constexpr int max_digits = 18;

constexpr std::array<std::int64_t, max_digits + 1> powers_of_ten = [] {
  std::array<std::int64_t, max_digits + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::strong_ordering compare(const Decimal& a, const Decimal& b) {
  // |mantissa| < 2^63 and a power of at most 10^18 make at most 9.3e36: well inside 128 bits.
  const Int128 left = Int128{a.mantissa} * powers_of_ten.at(static_cast<std::size_t>(b.scale));
  const Int128 right = Int128{b.mantissa} * powers_of_ten.at(static_cast<std::size_t>(a.scale));
  if (left < right) return std::strong_ordering::less;
  if (left > right) return std::strong_ordering::greater;
  return std::strong_ordering::equal;
}

std::optional<Decimal> parse_decimal(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  Decimal value;
  int digits = 0;
  bool point = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.') {
      // Digits on both sides: ".5" and "5." are typing errors more often than numbers.
      if (point || digits == 0 || i + 1 == text.size()) return std::nullopt;
      point = true;
      continue;
    }
    if (!is_digit(c) || ++digits > max_digits) return std::nullopt;
    value.mantissa = value.mantissa * 10 + (c - '0');
    if (point) ++value.scale;
  }
  if (digits == 0) return std::nullopt;
  if (negative) value.mantissa = -value.mantissa;
  return value;
}

std::string to_string(const Decimal& value) {
  const bool negative = value.mantissa < 0;
  // Through unsigned, so that the smallest mantissa has a magnitude too.
  std::uint64_t magnitude = static_cast<std::uint64_t>(value.mantissa);
  if (negative) magnitude = std::uint64_t{0} - magnitude;
  std::string text = std::to_string(magnitude);
  const auto scale = static_cast<std::size_t>(value.scale);
  if (scale > 0) {
    if (text.size() <= scale) text.insert(0, scale + 1 - text.size(), '0');
    text.insert(text.size() - scale, 1, '.');
  }
  if (negative) text.insert(0, 1, '-');
  return text;
}

Decimal shortened(Decimal value) {
  while (value.scale > 0 && value.mantissa % 10 == 0) {
    value.mantissa /= 10;
    --value.scale;
  }
  return value;
}

double to_double(const Decimal& value) {
  return static_cast<double>(value.mantissa) /
         static_cast<double>(powers_of_ten.at(static_cast<std::size_t>(value.scale)));
}

}  // namespace sceau::policies
