#include "disclosure/number.h"

#include <array>
#include <charconv>
#include <cmath>

#include "disclosure/exact.h"
#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

// Decimal digits of round(numerator · 10^exponent / denominator), half away from zero.
std::string rounded_quotient(UInt128 numerator, UInt128 denominator, int exponent) {
  constexpr UInt128 widest = static_cast<UInt128>(1) << 124;  // ten times a rest must fit
  for (; exponent < 0; ++exponent) {
    if (denominator > widest / 10) {
      throw DisclosureError(Fault::overflow, "a quotient is too fine to be written");
    }
    denominator *= 10;
  }
  if (denominator > widest) {
    throw DisclosureError(Fault::overflow, "a divisor is too large to be written");
  }
  std::string digits;
  for (UInt128 whole = numerator / denominator; whole != 0; whole /= 10) {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(whole % 10)));
  }
  UInt128 rest = numerator % denominator;
  for (; exponent > 0; --exponent) {
    rest *= 10;
    digits += static_cast<char>('0' + static_cast<int>(rest / denominator));
    rest %= denominator;
  }
  if (rest * 2 >= denominator) {
    auto digit = digits.rbegin();
    while (digit != digits.rend() && *digit == '9') *digit++ = '0';
    if (digit == digits.rend()) {
      digits.insert(digits.begin(), '1');
    } else {
      ++*digit;
    }
  }
  return digits;
}

std::string with_point(std::string digits, int decimals, bool negative) {
  const auto places = static_cast<std::size_t>(decimals);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  const std::size_t leading = digits.find_first_not_of('0');
  if (leading == std::string::npos) negative = false;  // no "-0.00"
  const std::size_t whole = digits.size() - places;
  digits.erase(0, std::min(leading == std::string::npos ? whole - 1 : leading, whole - 1));
  if (places > 0) digits.insert(digits.size() - places, ".");
  return negative ? "-" + digits : digits;
}

std::string real_to_string(double value, int decimals) {
  if (!std::isfinite(value)) return {};
  std::array<char, 512> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::fixed, decimals);
  std::string written(buffer.data(), end.ptr);
  if (written.starts_with('-') && written.find_first_not_of("-0.") == std::string::npos) {
    written.erase(0, 1);
  }
  return written;
}

}  // namespace

Number exact(Int128 mantissa, int scale) {
  Number number;
  number.kind = Number::Kind::exact;
  number.numerator = mantissa;
  number.scale = static_cast<std::int16_t>(scale);  // at most some dozens
  return number;
}

Number real(double value) {
  Number number;
  number.kind = Number::Kind::real;
  number.real = value;
  return number;
}

Number quotient(const Number& dividend, const Number& divisor) {
  using Kind = Number::Kind;
  if (dividend.kind == Kind::null || divisor.kind == Kind::null || is_zero(divisor)) return {};
  Number number;
  if (dividend.kind == Kind::real || divisor.kind == Kind::real) {
    number.kind = Kind::real;
    number.real = to_double(dividend) / to_double(divisor);
    return number;
  }
  number.kind = Kind::quotient;
  number.numerator = multiply(dividend.numerator, divisor.denominator);
  number.scale = static_cast<std::int16_t>(dividend.scale + divisor.denominator_scale);
  number.denominator = multiply(dividend.denominator, divisor.numerator);
  number.denominator_scale = static_cast<std::int16_t>(dividend.denominator_scale + divisor.scale);
  if (number.denominator < 0) {
    number.numerator = subtract(0, number.numerator);
    number.denominator = subtract(0, number.denominator);
  }
  return number;
}

double to_double(const Number& number) {
  switch (number.kind) {
    case Number::Kind::null:
      return std::nan("");
    case Number::Kind::real:
      return number.real;
    case Number::Kind::exact:
    case Number::Kind::quotient:
      return static_cast<double>(static_cast<long double>(number.numerator) /
                                 static_cast<long double>(number.denominator) *
                                 std::pow(10.0L, number.denominator_scale - number.scale));
  }
  return std::nan("");
}

std::string to_string(const Number& number, int decimals) {
  switch (number.kind) {
    case Number::Kind::null:
      return {};
    case Number::Kind::real:
      return real_to_string(number.real, decimals);
    case Number::Kind::exact:
    case Number::Kind::quotient:
      return with_point(rounded_quotient(magnitude(number.numerator), magnitude(number.denominator),
                                         number.denominator_scale - number.scale + decimals),
                        decimals, number.numerator < 0);
  }
  return {};
}

}  // namespace sceau::disclosure
