#include "enclave/sql/numeric.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "enclave/sql/fault.h"
#include "enclave/sql/values.h"

namespace sceau::enclave::sql {
namespace {

constexpr int group_digits = 4;        // PostgreSQL counts weights in groups of four digits
constexpr int least_significant = 16;  // NUMERIC_MIN_SIG_DIGITS

const BigInteger& bound() {
  static const BigInteger value = boost::multiprecision::pow(BigInteger(10), max_digits);
  return value;
}

Numeric checked(Numeric value) {
  if (value.scale > max_digits || boost::multiprecision::abs(value.mantissa) >= bound()) {
    throw SqlError("22003", "sql.numeric_range");
  }
  return value;
}

/// Quotient of integers, half away from zero; `b` > 0.
BigInteger rounded_quotient(const BigInteger& a, const BigInteger& b) {
  const BigInteger magnitude = boost::multiprecision::abs(a);
  BigInteger quotient = (magnitude * 2 + b) / (b * 2);
  return a < 0 ? BigInteger(-quotient) : quotient;
}

BigInteger at_scale(const Numeric& value, int scale) {
  return value.mantissa * power_of_ten(scale - value.scale);
}

/// Weight (in groups of four) and leading group of a value, as numeric.c keeps them.
struct Leading {
  int weight = 0;
  int digits = 0;
};

Leading leading(const Numeric& value) {
  if (value.zero()) return {};
  const auto digits = BigInteger(boost::multiprecision::abs(value.mantissa)).str();
  // The position of the first digit left of the point: 0 for 1..9, -1 for 0.1 …
  const int first = static_cast<int>(digits.size()) - value.scale - 1;
  const int weight =
      first >= 0 ? first / group_digits : -((-first + group_digits - 1) / group_digits);
  const int length = first - weight * group_digits + 1;
  int group = 0;
  for (int i = 0; i < length; ++i) {
    const auto index = static_cast<std::size_t>(i);
    group = group * 10 + (index < digits.size() ? digits[index] - '0' : 0);
  }
  return {weight, group};
}

}  // namespace

BigInteger power_of_ten(int exponent) {
  static const auto small = [] {
    std::array<BigInteger, 40> powers;
    BigInteger value = 1;
    for (auto& power : powers) {
      power = value;
      value *= 10;
    }
    return powers;
  }();
  if (exponent < 0) return 0;
  if (exponent < static_cast<int>(small.size())) return small[static_cast<std::size_t>(exponent)];
  return boost::multiprecision::pow(BigInteger(10), static_cast<unsigned>(exponent));
}

std::optional<Numeric> Numeric::parse(std::string_view text) {
  text = trimmed(text);
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  std::string digits;
  int scale = 0, exponent = 0;
  bool point = false, any = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      any = true;
      digits += c;
      if (point) ++scale;
    } else {
      break;
    }
  }
  if (!any) return std::nullopt;
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') return std::nullopt;
    auto rest = text.substr(i + 1);
    if (!rest.empty() && rest[0] == '+') rest.remove_prefix(1);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), exponent);
    if (error != std::errc() || end != rest.data() + rest.size()) return std::nullopt;
  }
  if (exponent > max_digits || exponent < -max_digits) return std::nullopt;
  scale -= exponent;
  if (scale < 0) {
    digits.append(static_cast<std::size_t>(-scale), '0');
    scale = 0;
  }
  if (digits.size() > static_cast<std::size_t>(max_digits) || scale > max_digits) {
    return std::nullopt;
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  BigInteger mantissa(digits);
  return Numeric{negative ? BigInteger(-mantissa) : mantissa, scale};
}

std::optional<Numeric> Numeric::of(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  std::array<char, 64> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                    std::chars_format::general, 15);
  return parse({buffer.data(), static_cast<std::size_t>(result.ptr - buffer.data())});
}

Numeric Numeric::of(disclosure::Int128 mantissa, int scale) {
  return {BigInteger(mantissa), scale};
}

std::string Numeric::text() const {
  auto digits = BigInteger(boost::multiprecision::abs(mantissa)).str();
  if (scale > 0) {
    const auto places = static_cast<std::size_t>(scale);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, 1, '.');
  }
  return (mantissa < 0 ? "-" : "") + digits;
}

double Numeric::real() const {
  const auto digits = text();
  double value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::optional<std::int64_t> Numeric::integer() const {
  const auto whole = round_to(*this, 0).mantissa;
  if (whole > std::numeric_limits<std::int64_t>::max() ||
      whole < std::numeric_limits<std::int64_t>::min()) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(whole);
}

int compare(const Numeric& a, const Numeric& b) {
  if (a.scale == b.scale) return a.mantissa.compare(b.mantissa);
  const int scale = std::max(a.scale, b.scale);
  return at_scale(a, scale).compare(at_scale(b, scale));
}

Numeric add(const Numeric& a, const Numeric& b) {
  const int scale = std::max(a.scale, b.scale);
  return checked({at_scale(a, scale) + at_scale(b, scale), scale});
}

Numeric subtract(const Numeric& a, const Numeric& b) {
  const int scale = std::max(a.scale, b.scale);
  return checked({at_scale(a, scale) - at_scale(b, scale), scale});
}

Numeric multiply(const Numeric& a, const Numeric& b) {
  return checked({a.mantissa * b.mantissa, a.scale + b.scale});
}

int division_scale(const Numeric& a, const Numeric& b) {
  const auto over = leading(a), under = leading(b);
  int weight = over.weight - under.weight;
  if (over.digits <= under.digits) --weight;
  const int scale = least_significant - weight * group_digits;
  return std::clamp(std::max({scale, a.scale, b.scale}), 0, max_digits);
}

Numeric divide(const Numeric& a, const Numeric& b) {
  const int scale = division_scale(a, b);
  // a / b at `scale` digits: mantissas brought to integers over a common denominator.
  BigInteger over = a.mantissa * power_of_ten(scale + b.scale);
  BigInteger under = b.mantissa * power_of_ten(a.scale);
  if (under < 0) {
    under = -under;
    over = -over;
  }
  return checked({rounded_quotient(over, under), scale});
}

Numeric remainder(const Numeric& a, const Numeric& b) {
  const int scale = std::max(a.scale, b.scale);
  return {at_scale(a, scale) % at_scale(b, scale), scale};
}

Numeric whole_quotient(const Numeric& a, const Numeric& b) {
  const int scale = std::max(a.scale, b.scale);
  return {at_scale(a, scale) / at_scale(b, scale), 0};
}

Numeric round_to(const Numeric& a, int scale) {
  if (scale >= a.scale) return {at_scale(a, scale), scale};
  BigInteger mantissa = rounded_quotient(a.mantissa, power_of_ten(a.scale - scale));
  if (scale >= 0) return {mantissa, scale};
  return checked({mantissa * power_of_ten(-scale), 0});
}

Numeric truncate_to(const Numeric& a, int scale) {
  if (scale >= a.scale) return {at_scale(a, scale), scale};
  BigInteger mantissa = a.mantissa / power_of_ten(a.scale - scale);
  if (scale >= 0) return {mantissa, scale};
  return checked({mantissa * power_of_ten(-scale), 0});
}

Numeric ceiling(const Numeric& a) {
  auto whole = truncate_to(a, 0);
  if (compare(whole, a) < 0) whole.mantissa += 1;
  return whole;
}

Numeric floor(const Numeric& a) {
  auto whole = truncate_to(a, 0);
  if (compare(whole, a) > 0) whole.mantissa -= 1;
  return whole;
}

Numeric square_root(const Numeric& a, int scale) {
  // One digit more than asked for, then rounded.
  const int work = scale + 1;
  const int shift = 2 * work - a.scale;
  const BigInteger raised = shift >= 0 ? BigInteger(a.mantissa * power_of_ten(shift))
                                       : BigInteger(a.mantissa / power_of_ten(-shift));
  return round_to({boost::multiprecision::sqrt(raised), work}, scale);
}

std::optional<Numeric> variance(std::int64_t count, const Numeric& sum, const Numeric& squares,
                                bool sample, bool deviation) {
  if (count < (sample ? 2 : 1)) return std::nullopt;
  const auto n = Numeric::of(count);
  const auto over = subtract(multiply(n, squares), multiply(sum, sum));
  if (over.mantissa <= 0) return Numeric{};
  const auto under = multiply(n, sample ? Numeric::of(count - 1) : n);
  const auto result = divide(over, under);
  return deviation ? square_root(result, result.scale) : result;
}

}  // namespace sceau::enclave::sql
