#include "enclave/sql/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "enclave/sql/numeric.h"

namespace sceau::enclave::sql {
namespace {

constexpr std::int64_t days_of_400_years = 146097;

std::string digits(std::int64_t value, std::size_t width) {
  auto text = std::to_string(value);
  if (text.size() < width) text.insert(0, width - text.size(), '0');
  return text;
}

int number(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

int days_in(int year, int month) {
  constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[static_cast<std::size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\v\f";
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string lower_ascii(std::string_view text) {
  std::string result(text);
  for (auto& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return result;
}

std::optional<std::int64_t> parse_integer(std::string_view text, Type type) {
  text = trimmed(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  const bool fits = type != Type::int4 || (value >= std::numeric_limits<std::int32_t>::min() &&
                                           value <= std::numeric_limits<std::int32_t>::max());
  return fits ? std::optional(value) : std::nullopt;
}

std::optional<double> parse_real(std::string_view text) {
  text = trimmed(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = !text.empty() && error == std::errc() && end == text.data() + text.size();
  return whole && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::optional<bool> parse_boolean(std::string_view text) {
  const auto word = lower_ascii(trimmed(text));
  if (word == "t" || word == "true" || word == "yes" || word == "y" || word == "on" ||
      word == "1") {
    return true;
  }
  if (word == "f" || word == "false" || word == "no" || word == "n" || word == "off" ||
      word == "0") {
    return false;
  }
  return std::nullopt;
}

std::optional<std::string> parse_date(std::string_view text) {
  text = trimmed(text);
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = number(text.substr(0, 4)), month = number(text.substr(5, 2)),
            day = number(text.substr(8, 2));
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in(year, month)) {
    return std::nullopt;
  }
  return std::string(text);
}

// Both directions count in years that begin in March, so that a leap day ends its year.
std::int64_t days_of(std::string_view date) {
  std::int64_t year = number(date.substr(0, 4));
  const std::int64_t month = number(date.substr(5, 2)), day = number(date.substr(8, 2));
  if (month <= 2) --year;
  const std::int64_t era = year / 400, of_era = year % 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * days_of_400_years + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

std::optional<std::string> date_of(std::int64_t days) {
  constexpr std::int64_t first = -719162, last = 2932896;  // 0001-01-01, 9999-12-31
  if (days < first || days > last) return std::nullopt;
  const std::int64_t shifted = days + 719468;
  const std::int64_t era = shifted / days_of_400_years, of_era = shifted % days_of_400_years;
  const std::int64_t year_of_era =
      (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * of_year + 2) / 153;
  const std::int64_t day = of_year - (153 * shifted_month + 2) / 5 + 1;
  const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  const std::int64_t year = era * 400 + year_of_era + (month <= 2 ? 1 : 0);
  return digits(year, 4) + "-" + digits(month, 2) + "-" + digits(day, 2);
}

std::string real_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  if (value == 0) return std::signbit(value) ? "-0" : "0";
  std::array<char, 64> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                     std::chars_format::scientific);
  const std::string_view shortest(buffer.data(),
                                  static_cast<std::size_t>(written.ptr - buffer.data()));
  const auto e = shortest.find('e');
  const int exponent = std::stoi(std::string(shortest.substr(e + 1)));
  // PostgreSQL prints plain digits for exponents -4..14, like %.15g.
  if (exponent < -4 || exponent >= 15) return std::string(shortest);
  const auto plain =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return {buffer.data(), static_cast<std::size_t>(plain.ptr - buffer.data())};
}

std::optional<std::string> canonical(Type type, std::string_view text) {
  switch (type) {
    case Type::unknown:
    case Type::text:
    case Type::bytea:
      return std::string(text);
    case Type::boolean: {
      const auto value = parse_boolean(text);
      if (!value) return std::nullopt;
      return *value ? "t" : "f";
    }
    case Type::int4:
    case Type::int8: {
      const auto value = parse_integer(text, type);
      return value ? std::optional(std::to_string(*value)) : std::nullopt;
    }
    case Type::float8: {
      const auto value = parse_real(text);
      return value ? std::optional(real_text(*value)) : std::nullopt;
    }
    case Type::numeric: {
      const auto value = Numeric::parse(text);
      return value ? std::optional(value->text()) : std::nullopt;
    }
    case Type::date:
      return parse_date(text);
  }
  return std::nullopt;
}

std::string unreadable_state(Type type, std::string_view text) {
  if (type != Type::date) return "22P02";
  text = trimmed(text);
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-' &&
                      number(text.substr(0, 4)) >= 0 && number(text.substr(5, 2)) >= 0 &&
                      number(text.substr(8, 2)) >= 0;
  return shaped ? "22008" : "22007";
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U;
  }));
}

}  // namespace sceau::enclave::sql
