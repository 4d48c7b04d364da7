#include "disclosure/exact.h"

#include <array>
#include <cmath>

#include "disclosure/fault.h"

namespace sceau::disclosure {
namespace {

[[noreturn]] void overflow() {
  throw DisclosureError(Fault::overflow, "a sum is too large to be kept exactly");
}

struct Wide {  // 192 bits, most significant first
  UInt128 high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const Wide&, const Wide&) = default;
};

Wide product(UInt128 a, std::uint64_t b) {
  const UInt128 low = static_cast<UInt128>(static_cast<std::uint64_t>(a)) * b;
  const UInt128 high = static_cast<UInt128>(static_cast<std::uint64_t>(a >> 64)) * b;
  return {high + (low >> 64), static_cast<std::uint64_t>(low)};
}

double as_real(const Number& value) {
  return value.kind == Number::Kind::real ? value.real : to_double(value);
}

bool both_exact(const Number& a, const Number& b) {
  return a.kind == Number::Kind::exact && b.kind == Number::Kind::exact && a.scale == b.scale;
}

}  // namespace

Int128 power_of_ten(int exponent) {
  static constexpr auto powers = [] {
    std::array<Int128, 39> all{};
    all[0] = 1;
    for (std::size_t i = 1; i < all.size(); ++i) all[i] = all[i - 1] * 10;
    return all;
  }();
  if (exponent < 0 || exponent >= static_cast<int>(powers.size())) overflow();
  return powers[static_cast<std::size_t>(exponent)];
}

std::strong_ordering compare_products(UInt128 a, std::uint64_t b, UInt128 c, std::uint64_t d) {
  const Wide left = product(a, b);
  const Wide right = product(c, d);
  if (left.high != right.high) {
    return left.high < right.high ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return left.low <=> right.low;
}

Int128 add(Int128 a, Int128 b) {
  Int128 result = 0;
  if (__builtin_add_overflow(a, b, &result)) overflow();
  return result;
}

Int128 subtract(Int128 a, Int128 b) {
  Int128 result = 0;
  if (__builtin_sub_overflow(a, b, &result)) overflow();
  return result;
}

Int128 multiply(Int128 a, Int128 b) {
  Int128 result = 0;
  if (__builtin_mul_overflow(a, b, &result)) overflow();
  return result;
}

bool less(const Number& a, const Number& b) {
  return both_exact(a, b) ? a.numerator < b.numerator : as_real(a) < as_real(b);
}

std::strong_ordering compare_share(const Number& part, const policies::Decimal& share,
                                   const Number& whole) {
  if (both_exact(part, whole)) {
    if (part.numerator < 0) return std::strong_ordering::less;
    return compare_products(magnitude(part.numerator),
                            static_cast<std::uint64_t>(power_of_ten(share.scale)),
                            magnitude(whole.numerator), static_cast<std::uint64_t>(share.mantissa));
  }
  const double limit = policies::to_double(share) * as_real(whole);
  const double value = as_real(part);
  const double slack = 1e-12 * std::fmax(std::fabs(limit), std::fabs(as_real(whole)));
  if (std::fabs(value - limit) <= slack) return std::strong_ordering::equal;
  return value < limit ? std::strong_ordering::less : std::strong_ordering::greater;
}

Number difference(const Number& a, const Number& b) {
  if (both_exact(a, b)) return exact(subtract(a.numerator, b.numerator), a.scale);
  return real(as_real(a) - as_real(b));
}

Number sum(const Number& a, const Number& b) {
  if (both_exact(a, b)) return exact(add(a.numerator, b.numerator), a.scale);
  return real(as_real(a) + as_real(b));
}

Number absolute(const Number& value) {
  if (value.kind == Number::Kind::exact && value.numerator < 0) {
    return exact(subtract(0, value.numerator), value.scale);
  }
  return value.kind == Number::Kind::real ? real(std::fabs(value.real)) : value;
}

std::int64_t to_int64(const Number& value) {
  const auto number = static_cast<std::int64_t>(value.numerator);
  if (value.kind != Number::Kind::exact || value.scale != 0 || number != value.numerator)
    overflow();
  return number;
}

bool is_zero(const Number& value) {
  return value.kind == Number::Kind::real ? value.real == 0.0 : value.numerator == 0;
}

}  // namespace sceau::disclosure
