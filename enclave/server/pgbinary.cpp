// PostgreSQL's binary formats of the types that a session returns, made from their text form.
#include <bit>
#include <charconv>
#include <chrono>

#include "enclave/server/pgreply.h"

namespace sceau::enclave::pg {
namespace {

template <class Integer>
std::string big_endian(Integer value) {
  std::string bytes(sizeof(value), '\0');
  for (std::size_t i = 0; i < sizeof(value); ++i) {
    bytes[i] = static_cast<char>(value >> (8 * (sizeof(value) - 1 - i)));
  }
  return bytes;
}

template <class Integer>
std::optional<std::string> integer(std::string_view text) {
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return big_endian(static_cast<std::make_unsigned_t<Integer>>(value));
}

std::optional<std::string> real(std::string_view text) {
  if (text == "NaN") return big_endian(std::uint64_t{0x7ff8000000000000U});
  if (text == "Infinity") return big_endian(std::uint64_t{0x7ff0000000000000U});
  if (text == "-Infinity") return big_endian(std::uint64_t{0xfff0000000000000U});
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return big_endian(std::bit_cast<std::uint64_t>(value));
}

std::optional<int> digits(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Days since 2000-01-01, from YYYY-MM-DD.
std::optional<std::string> date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = digits(text.substr(0, 4));
  const auto month = digits(text.substr(5, 2));
  const auto day = digits(text.substr(8, 2));
  if (!year || !month || !day || *month < 1 || *day < 1) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year(*year),
                                        std::chrono::month(static_cast<unsigned>(*month)),
                                        std::chrono::day(static_cast<unsigned>(*day))};
  if (!ymd.ok()) return std::nullopt;
  const auto epoch = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1);
  const auto since = (std::chrono::sys_days(ymd) - epoch).count();
  return big_endian(static_cast<std::uint32_t>(static_cast<std::int32_t>(since)));
}

std::optional<std::string> bytea(std::string_view text) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 2; i < text.size(); i += 2) {
    std::uint8_t value = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
    if (error != std::errc() || end != text.data() + i + 2) return std::nullopt;
    bytes += static_cast<char>(value);
  }
  return bytes;
}

bool all_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// numeric: digits in groups of four around the point, weight of the first, sign, scale.
std::optional<std::string> numeric(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (text == "NaN") return std::string("\0\0\0\0\xc0\0\0\0", 8);
  const auto point = text.find('.');
  std::string whole(text.substr(0, point));
  std::string fraction(point == std::string_view::npos ? "" : text.substr(point + 1));
  if (whole.empty() || !all_digits(whole) || !all_digits(fraction)) return std::nullopt;
  const auto scale = fraction.size();
  whole.insert(0, (4 - whole.size() % 4) % 4, '0');
  fraction.append((4 - fraction.size() % 4) % 4, '0');
  auto weight = static_cast<std::int64_t>(whole.size() / 4) - 1;
  std::string all = whole + fraction;
  while (!all.empty() && all.starts_with("0000")) {
    all.erase(0, 4);
    --weight;
  }
  while (!all.empty() && all.ends_with("0000")) all.erase(all.size() - 4);
  if (all.empty()) weight = 0;
  if (all.size() / 4 > 32'000 || scale > 16'000) return std::nullopt;
  auto bytes = big_endian(static_cast<std::uint16_t>(all.size() / 4));
  bytes += big_endian(static_cast<std::uint16_t>(weight));
  bytes += big_endian(static_cast<std::uint16_t>(negative && !all.empty() ? 0x4000 : 0));
  bytes += big_endian(static_cast<std::uint16_t>(scale));
  for (std::size_t i = 0; i < all.size(); i += 4) {
    bytes += big_endian(static_cast<std::uint16_t>(*digits(std::string_view(all).substr(i, 4))));
  }
  return bytes;
}

}  // namespace

std::optional<std::string> binary_value(sql::Type type, std::string_view text) {
  switch (type) {
    case sql::Type::unknown:
    case sql::Type::text:
      return std::string(text);
    case sql::Type::boolean:
      if (text != "t" && text != "f") return std::nullopt;
      return std::string(1, text == "t" ? '\1' : '\0');
    case sql::Type::int4:
      return integer<std::int32_t>(text);
    case sql::Type::int8:
      return integer<std::int64_t>(text);
    case sql::Type::float8:
      return real(text);
    case sql::Type::numeric:
      return numeric(text);
    case sql::Type::date:
      return date(text);
    case sql::Type::bytea:
      return bytea(text);
  }
  return std::nullopt;
}

}  // namespace sceau::enclave::pg
