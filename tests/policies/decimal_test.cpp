// Exact decimals against 128-bit integers, and their text.

#include "policies/decimal.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace sceau::policies;

namespace {

__extension__ typedef __int128 Int128;

Int128 power(int exponent) {
  Int128 result = 1;
  for (int i = 0; i < exponent; ++i) result *= 10;
  return result;
}

/// Both over the denominator 10^(18): another common denominator than the one that the code takes.
std::strong_ordering slow_compare(const Decimal& a, const Decimal& b) {
  const Int128 left = Int128{a.mantissa} * power(18 - a.scale);
  const Int128 right = Int128{b.mantissa} * power(18 - b.scale);
  return left < right    ? std::strong_ordering::less
         : left == right ? std::strong_ordering::equal
                         : std::strong_ordering::greater;
}

rc::Gen<Decimal> decimals() {
  // Full-range mantissas hardly ever tie, so small ones with trailing zeros are made as well.
  return rc::gen::oneOf(
      rc::gen::construct<Decimal>(rc::gen::arbitrary<std::int64_t>(), rc::gen::inRange(0, 19)),
      rc::gen::construct<Decimal>(rc::gen::element<std::int64_t>(-100, -10, -1, 0, 1, 10, 100, 85),
                                  rc::gen::inRange(0, 4)));
}

}  // namespace

TEST_CASE("decimals are read as they are written") {
  CHECK(parse_decimal("0.85") == Decimal{85, 2});
  CHECK(parse_decimal("12") == Decimal{12, 0});
  CHECK(parse_decimal("-3.10") == Decimal{-310, 2});
  CHECK(parse_decimal("+7") == Decimal{7, 0});
  CHECK(parse_decimal("0.000000000000000001") == std::nullopt);  // 19 digits
  CHECK(parse_decimal("0.00000000000000001") == Decimal{1, 17});
  CHECK(parse_decimal("999999999999999999") == Decimal{999999999999999999, 0});
}

TEST_CASE("what is no decimal is refused") {
  for (const char* text : {"", "-", "+", ".", ".5", "5.", "1,5", "1e3", "1.2.3", " 1", "1 ", "0x1",
                           "1000000000000000000", "nan", "--1", "1-", "１"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_decimal(text).has_value());
  }
}

TEST_CASE("order is by value, not by bytes") {
  CHECK(compare({50, 2}, {5, 1}) == std::strong_ordering::equal);
  CHECK(compare({-1, 0}, {-1, 1}) == std::strong_ordering::less);
  CHECK(compare({INT64_MAX, 18}, {INT64_MIN, 0}) == std::strong_ordering::greater);
  CHECK(Decimal{50, 2} != Decimal{5, 1});
}

TEST_CASE("order agrees with 128-bit arithmetic") {
  CHECK(rc::check("compare", [] {
    const Decimal a = *decimals();
    const Decimal b = *decimals();
    RC_ASSERT(compare(a, b) == slow_compare(a, b));
    RC_ASSERT(compare(b, a) == slow_compare(b, a));
  }));
}

TEST_CASE("text and value are the same thing") {
  CHECK(to_string(Decimal{85, 2}) == "0.85");
  CHECK(to_string(Decimal{-310, 2}) == "-3.10");
  CHECK(to_string(Decimal{0, 3}) == "0.000");
  CHECK(to_string(Decimal{INT64_MIN, 0}) == "-9223372036854775808");
  CHECK(rc::check("round trip", [] {
    const auto mantissa =
        *rc::gen::inRange<std::int64_t>(-99'999'999'999'999'999, 99'999'999'999'999'999);
    const Decimal value{mantissa, *rc::gen::inRange(0, 18)};
    RC_ASSERT(parse_decimal(to_string(value)) == value);
  }));
}

TEST_CASE("zeros at the end can be dropped") {
  CHECK(shortened({90, 2}) == Decimal{9, 1});
  CHECK(shortened({1200, 2}) == Decimal{12, 0});
  CHECK(shortened({0, 3}) == Decimal{0, 0});
  CHECK(shortened({-310, 1}) == Decimal{-31, 0});
  CHECK(shortened({100, 0}) == Decimal{100, 0});
}

TEST_CASE("doubles come near") {
  CHECK(to_double({85, 2}) == 0.85);
  CHECK(to_double({-310, 2}) == -3.1);
}
