#include "disclosure/number.h"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cmath>

#include "disclosure/exact.h"
#include "disclosure/fault.h"

namespace sceau::disclosure {

TEST_CASE("numbers are rounded half away from zero, once, when they are written") {
  CHECK(to_string(exact(12345, 2), 2) == "123.45");
  CHECK(to_string(exact(12345, 2), 1) == "123.5");
  CHECK(to_string(exact(-12345, 2), 1) == "-123.5");
  CHECK(to_string(exact(12345, 2), 0) == "123");
  CHECK(to_string(exact(12345, 2), 4) == "123.4500");
  CHECK(to_string(exact(5, 1), 0) == "1");
  CHECK(to_string(exact(-5, 1), 0) == "-1");
  CHECK(to_string(exact(-4, 1), 0) == "0");
  CHECK(to_string(exact(995, 3), 2) == "1.00");
  CHECK(to_string(exact(0, 0), 3) == "0.000");
  CHECK(to_string(exact(7, 2), 2) == "0.07");
  CHECK(to_string(quotient(exact(1, 0), exact(3, 0)), 4) == "0.3333");
  CHECK(to_string(quotient(exact(2, 0), exact(3, 0)), 4) == "0.6667");
  CHECK(to_string(quotient(exact(-1, 0), exact(8, 0)), 2) == "-0.13");
  CHECK(to_string(quotient(exact(1, 0), exact(-8, 0)), 2) == "-0.13");
  CHECK(to_string(quotient(exact(100, 2), exact(4, 1)), 2) == "2.50");
  CHECK(to_string(quotient(exact(1, 0), exact(0, 0)), 2).empty());
  CHECK(to_string(Number{}, 2).empty());
  const auto large = multiply(power_of_ten(30), 7);
  CHECK(to_string(quotient(exact(large, 0), exact(1, 0)), 2) ==
        "7000000000000000000000000000000.00");
}

TEST_CASE("a quotient of quotients is exact, and null stays null") {
  const Number half = quotient(exact(1, 0), exact(2, 0));
  const Number third = quotient(exact(1, 0), exact(3, 0));
  CHECK(to_string(quotient(half, third), 3) == "1.500");
  CHECK(to_string(quotient(third, exact(2, 1)), 4) == "1.6667");
  CHECK(quotient(Number{}, half).kind == Number::Kind::null);
  CHECK(quotient(half, Number{}).kind == Number::Kind::null);
  CHECK(std::isnan(to_double(Number{})));
  CHECK(to_double(half) == 0.5);
}

TEST_CASE("sums and products that don't fit are refused, never wrong") {
  const Int128 large = power_of_ten(38);
  CHECK_THROWS_AS((void)multiply(large, 10), DisclosureError);
  CHECK_THROWS_AS((void)add(large, large), DisclosureError);
  CHECK_THROWS_AS((void)power_of_ten(39), DisclosureError);
  CHECK_THROWS_AS((void)power_of_ten(-1), DisclosureError);
  CHECK(compare_products(magnitude(large), 1000000007, magnitude(large), 1000000006) > 0);
  CHECK(compare_products(magnitude(large), 10, magnitude(large), 10) == 0);
}

TEST_CASE("shares are compared exactly: 17 of 20 is 0.85") {
  CHECK(compare_share(exact(17, 0), {85, 2}, exact(20, 0)) == 0);
  CHECK(compare_share(exact(17, 0), {850, 3}, exact(20, 0)) == 0);
  CHECK(compare_share(exact(1700000001, 0), {85, 2}, exact(2000000000, 0)) > 0);
  CHECK(compare_share(exact(1699999999, 0), {85, 2}, exact(2000000000, 0)) < 0);
  CHECK(compare_share(exact(-1, 0), {85, 2}, exact(20, 0)) < 0);
}

TEST_CASE("property: written quotients are the nearest ones") {
  CHECK(rc::check([] {
    const int dividend = *rc::gen::inRange(-100000, 100000);
    const int divisor = *rc::gen::inRange(1, 2000);
    const int decimals = *rc::gen::inRange(0, 5);
    const std::string text = to_string(quotient(exact(dividend, 0), exact(divisor, 0)), decimals);
    const auto mantissa =
        static_cast<long long>(std::llround(std::stold(text) * std::pow(10.0L, decimals)));
    const auto scale = static_cast<long long>(std::llround(std::pow(10.0L, decimals)));
    const long long error = std::llabs(mantissa * divisor - dividend * scale);
    RC_ASSERT(2 * error <= divisor);
  }));
}

}  // namespace sceau::disclosure
