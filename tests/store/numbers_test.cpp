// Numbers and dates as texts: exact where they can be, refused where they are none.
#include "enclave/store/numbers.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace sceau::enclave;

TEST_CASE("integers: the whole int64 range and nothing else") {
  CHECK(read_integer("0") == 0);
  CHECK(read_integer("-0") == 0);
  CHECK(read_integer("+7") == 7);
  CHECK(read_integer("007") == 7);
  CHECK(read_integer("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  CHECK(read_integer("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  for (const char* text : {"", "+", "-", "+-1", "--1", "1.0", "1e3", " 1", "1 ", "0x1", "1,0", "１",
                           "9223372036854775808", "-9223372036854775809", "nan"}) {
    CAPTURE(text);
    CHECK_FALSE(read_integer(text));
  }
}

TEST_CASE("decimals keep every digit that their scale holds") {
  const auto exact = [](std::string_view text, char point, int scale) {
    const ReadDecimal read = read_decimal(text, point, scale);
    CHECK(read.is_number);
    CHECK(read.exact);
    return read.mantissa;
  };
  CHECK(exact("12.5", '.', 2) == 1250);
  CHECK(exact("12,5", ',', 2) == 1250);
  CHECK(exact("-0.01", '.', 2) == -1);
  CHECK(exact(".5", '.', 1) == 5);
  CHECK(exact("5.", '.', 1) == 50);
  CHECK(exact("+1", '.', 0) == 1);
  CHECK(exact("1.000", '.', 0) == 1);
  CHECK(exact("1e3", '.', 2) == 100000);
  CHECK(exact("1.25E-1", '.', 4) == 1250);
  CHECK(exact("2500e-3", '.', 1) == 25);
  CHECK(exact("0e-9999", '.', 0) == 0);
  CHECK(exact("92233720368547758.07", '.', 2) == std::numeric_limits<std::int64_t>::max());
  CHECK(exact("-92233720368547758.08", '.', 2) == std::numeric_limits<std::int64_t>::min());
}

TEST_CASE("decimals that their scale can't hold are the nearest doubles") {
  for (const char* text : {"0.125", "92233720368547758.08", "1e300", "0.1e-30"}) {
    CAPTURE(text);
    const ReadDecimal read = read_decimal(text, '.', 2);
    CHECK(read.is_number);
    CHECK_FALSE(read.exact);
    CHECK(read.real == std::stod(text));
  }
  CHECK(read_decimal("0,125", ',', 2).real == 0.125);
}

TEST_CASE("what is no decimal number is refused") {
  for (const char* text : {"", ".", "-", "+", "1.2.3", "1,5", "1 000", "abc", "inf", "nan", "1e",
                           "e5", "1e5.5", "0x1p3", "1e99999", "1e400", "--1", "1-", "12 "}) {
    CAPTURE(text);
    CHECK_FALSE(read_decimal(text, '.', 2).is_number);
  }
  CHECK_FALSE(read_decimal("1.5", ',', 2).is_number);
}

TEST_CASE("dates are days that exist") {
  for (const char* text : {"2024-02-29", "1900-01-01", "0000-12-31", "9999-12-31"}) {
    CHECK(is_date(text));
  }
  for (const char* text : {"", "2023-02-29", "2024-2-29", "2024-13-01", "2024-00-10", "2024-01-00",
                           "2024-04-31", "24-01-01", "2024/01/01", "29/02/2024", "2024-01-01 ",
                           "2024-01-0x", "-024-01-01", "2024-+1-01", "20240101"}) {
    CAPTURE(text);
    CHECK_FALSE(is_date(text));
  }
}

TEST_CASE("mantissas become the nearest doubles") {
  CHECK(to_real(1250, 2) == 12.5);
  CHECK(to_real(1, 1) == 0.1);
  CHECK(to_real(std::numeric_limits<std::int64_t>::max(), 9) == 9223372036.854775807);
  CHECK(to_real(9007199254740993, 1) == std::stod("900719925474099.3"));
  CHECK(raise(12, 3) == 12000);
  CHECK(raise(-9, 18) == -9000000000000000000);
  CHECK_FALSE(raise(10, 18));
  CHECK(raise(std::numeric_limits<std::int64_t>::min(), 0) ==
        std::numeric_limits<std::int64_t>::min());
}

namespace {

/// The decoder by the book: RFC 3629's table as ranges of code points.
bool is_utf8_slowly(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t k) -> unsigned {
      return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U;
    };
    std::size_t length = 0;
    std::uint32_t point = 0;
    if (byte(0) < 0x80) {
      length = 1;
      point = byte(0);
    } else if ((byte(0) & 0xe0U) == 0xc0) {
      length = 2;
      point = byte(0) & 0x1fU;
    } else if ((byte(0) & 0xf0U) == 0xe0) {
      length = 3;
      point = byte(0) & 0x0fU;
    } else if ((byte(0) & 0xf8U) == 0xf0) {
      length = 4;
      point = byte(0) & 0x07U;
    } else {
      return false;
    }
    for (std::size_t k = 1; k < length; ++k) {
      if ((byte(k) & 0xc0U) != 0x80) return false;
      point = point << 6U | (byte(k) & 0x3fU);
    }
    constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
      return false;
    i += length;
  }
  return true;
}

}  // namespace

TEST_CASE("UTF-8 is judged as by the book, for every text of up to four bytes of a hard alphabet") {
  const std::string alphabet =
      "a\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xed\xef\xf0\xf1\xf4\xf5\xff";
  for (const char a : alphabet) {
    for (const char b : alphabet) {
      for (const char c : alphabet) {
        for (const char d : alphabet) {
          const std::string text = {a, b, c, d};
          for (std::size_t size = 1; size <= 4; ++size) {
            const auto part = std::string_view(text).substr(0, size);
            if (is_utf8(part) != is_utf8_slowly(part)) FAIL("they disagree");
          }
        }
      }
    }
  }
  CHECK(is_utf8("Académie d’Orléans-Tours 🎓"));
}
