#include "enclave/store/numbers.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <string>

namespace sceau::enclave {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A number's text taken apart: value = digits * 10^-fraction * 10^exponent.
struct Parts {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::int64_t exponent = 0;
};

std::string_view take_digits(std::string_view& text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(digits.size());
  return digits;
}

bool take_exponent(std::string_view text, std::int64_t& exponent) {
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  const auto value = read_integer(text);
  if (!value || *value > 9999 || *value < -9999) return false;
  exponent = *value;
  return true;
}

std::optional<Parts> take_apart(std::string_view text, char point) {
  Parts parts;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    parts.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  parts.whole = take_digits(text);
  if (!text.empty() && text.front() == point) {
    text.remove_prefix(1);
    parts.fraction = take_digits(text);
  }
  if (parts.whole.empty() && parts.fraction.empty()) return std::nullopt;
  if (!take_exponent(text, parts.exponent)) return std::nullopt;
  return parts;
}

/// The mantissa at `scale`, or nullopt where digits would be lost or int64 is too small.
std::optional<std::int64_t> exact_mantissa(const Parts& parts, int scale) {
  std::int64_t shift = scale + parts.exponent - static_cast<std::int64_t>(parts.fraction.size());
  std::int64_t mantissa = 0;  // negative, since int64 reaches further down
  const auto take = [&mantissa](int digit) {
    return !__builtin_mul_overflow(mantissa, 10, &mantissa) &&
           !__builtin_sub_overflow(mantissa, digit, &mantissa);
  };
  const std::size_t digits = parts.whole.size() + parts.fraction.size();
  for (std::size_t i = 0; i < digits; ++i) {
    const char c = i < parts.whole.size() ? parts.whole[i] : parts.fraction[i - parts.whole.size()];
    const auto behind = static_cast<std::int64_t>(digits - 1 - i);
    if (shift < 0 && behind < -shift) {  // a digit below the scale: it must be 0
      if (c != '0') return std::nullopt;
      continue;
    }
    if (!take(c - '0')) return std::nullopt;
  }
  if (mantissa == 0) return 0;
  for (; shift > 0; --shift) {
    if (!take(0)) return std::nullopt;
  }
  if (parts.negative) return mantissa;
  if (mantissa == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
  return -mantissa;
}

std::optional<double> nearest(std::string_view text, char point) {
  std::string plain(text);
  if (point != '.') std::ranges::replace(plain, point, '.');
  const char* first = plain.data() + (plain.starts_with('+') ? 1 : 0);
  double value = 0;
  const auto [end, error] = std::from_chars(first, plain.data() + plain.size(), value);
  if (error != std::errc() || end != plain.data() + plain.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::int64_t> read_integer(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.empty() || !is_digit(text.front())) return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

ReadDecimal read_decimal(std::string_view text, char point, int scale) {
  ReadDecimal read;
  const auto parts = take_apart(text, point);
  if (!parts) return read;
  if (const auto mantissa = exact_mantissa(*parts, scale)) {
    read.is_number = read.exact = true;
    read.mantissa = *mantissa;
    return read;
  }
  if (const auto value = nearest(text, point); value && std::isfinite(*value)) {
    read.is_number = true;
    read.real = *value;
  }
  return read;
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const auto year = read_integer(text.substr(0, 4));
  const auto month = read_integer(text.substr(5, 2));
  const auto day = read_integer(text.substr(8, 2));
  if (!year || !month || !day || *year < 0 || *month < 1 || *day < 1) return false;
  if (!std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '-'; })) return false;
  return std::chrono::year_month_day(std::chrono::year(static_cast<int>(*year)),
                                     std::chrono::month(static_cast<unsigned>(*month)),
                                     std::chrono::day(static_cast<unsigned>(*day)))
      .ok();
}

double to_real(std::int64_t mantissa, int scale) {
  constexpr double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                               1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
  constexpr std::int64_t exact = std::int64_t{1} << 53;
  // Both sides exact: the quotient is rounded once. Else the text is, which is rounded once too.
  if (mantissa >= -exact && mantissa <= exact) return static_cast<double>(mantissa) / powers[scale];
  return nearest(std::to_string(mantissa) + "e-" + std::to_string(scale), '.').value_or(0);
}

std::optional<std::int64_t> raise(std::int64_t mantissa, int digits) {
  for (; digits > 0; --digits) {
    if (__builtin_mul_overflow(mantissa, 10, &mantissa)) return std::nullopt;
  }
  return mantissa;
}

bool is_utf8(std::string_view text) {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  const auto* const end = at + text.size();
  const auto follows = [end](const unsigned char* from, int count) {
    if (end - from < count) return false;
    return std::all_of(from, from + count, [](unsigned char c) { return (c & 0xc0U) == 0x80U; });
  };
  while (at < end) {
    const unsigned char c = *at++;
    if (c < 0x80) continue;
    int more = 0;
    unsigned char low = 0x80;  // bounds of the second byte: no overlong form, no surrogate
    unsigned char high = 0xbf;
    if (c >= 0xc2 && c <= 0xdf) {
      more = 1;
    } else if (c >= 0xe0 && c <= 0xef) {
      more = 2;
      if (c == 0xe0) low = 0xa0;
      if (c == 0xed) high = 0x9f;
    } else if (c >= 0xf0 && c <= 0xf4) {
      more = 3;
      if (c == 0xf0) low = 0x90;
      if (c == 0xf4) high = 0x8f;
    } else {
      return false;
    }
    if (!follows(at, more) || *at < low || *at > high) return false;
    at += more;
  }
  return true;
}

}  // namespace sceau::enclave
