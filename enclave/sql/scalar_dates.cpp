#include <limits>

#include "enclave/sql/call.h"
#include "enclave/sql/values.h"

namespace sceau::enclave::sql {
namespace {

struct Parts {
  std::int64_t year, month, day;
};

Parts parts_of(std::string_view date) {
  const auto number = [&](std::size_t from, std::size_t size) {
    std::int64_t value = 0;
    for (const char c : date.substr(from, size)) value = value * 10 + (c - '0');
    return value;
  };
  return {number(0, 4), number(5, 2), number(8, 2)};
}

void give_date(const Call& call, std::int64_t days) {
  const auto date = date_of(days);
  if (!date) throw SqlError("22008", "sql.out_of_range", {"date"});
  call.give(std::string_view(*date));
}

std::int64_t moved(std::int64_t days, std::int64_t by) {
  constexpr std::int64_t far = 4'000'000;  // past every date that there is
  return by > far || by < -far ? std::numeric_limits<std::int64_t>::max() : days + by;
}

void later(const Call& call) { give_date(call, moved(days_of(call.text(0)), call.integer(1))); }
void later_of(const Call& call) { give_date(call, moved(days_of(call.text(1)), call.integer(0))); }
void earlier(const Call& call) { give_date(call, moved(days_of(call.text(0)), -call.integer(1))); }
void days_between(const Call& call) { call.give(days_of(call.text(0)) - days_of(call.text(1))); }

/// 1 Monday … 7 Sunday; 1970-01-01 was a Thursday.
std::int64_t weekday(std::int64_t days) { return ((days + 3) % 7 + 7) % 7 + 1; }

std::int64_t first_of_year(std::int64_t year) {
  auto text = std::to_string(year);
  text.insert(0, 4 - text.size(), '0');
  return days_of(text + "-01-01");
}

/// ISO weeks begin on Monday; the first one holds the year's first Thursday.
std::int64_t iso_week(std::int64_t days) {
  const auto thursday = days - weekday(days) + 4;
  const auto date = date_of(thursday);
  if (!date) return 1;
  return (thursday - first_of_year(parts_of(*date).year)) / 7 + 1;
}

std::int64_t field_of(std::string_view field, std::string_view date) {
  const auto name = lower_ascii(field);
  const auto parts = parts_of(date);
  const auto days = days_of(date);
  if (name == "year") return parts.year;
  if (name == "month") return parts.month;
  if (name == "day") return parts.day;
  if (name == "quarter") return (parts.month + 2) / 3;
  if (name == "isodow") return weekday(days);
  if (name == "dow") return weekday(days) % 7;
  if (name == "doy") return days - first_of_year(parts.year) + 1;
  if (name == "week") return iso_week(days);
  throw SqlError("0A000", "sql.no_date_field");
}

void extract(const Call& call) { call.give(Numeric::of(field_of(call.text(0), call.text(1)))); }
void date_part(const Call& call) {
  call.give_real(static_cast<double>(field_of(call.text(0), call.text(1))));
}

void make_date(const Call& call) {
  const auto year = call.integer(0), month = call.integer(1), day = call.integer(2);
  const auto two = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  std::string text;
  if (year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31) {
    text = std::to_string(year);
    text.insert(0, 4 - text.size(), '0');
    text += "-" + two(month) + "-" + two(day);
  }
  const auto date = parse_date(text);
  if (!date) throw SqlError("22008", "sql.out_of_range", {"date"});
  call.give(std::string_view(*date));
}

}  // namespace

std::vector<ScalarEntry> date_functions() {
  return {{"s_later", 2, later},        {"s_later_of", 2, later_of}, {"s_earlier", 2, earlier},
          {"s_days", 2, days_between},  {"s_extract", 2, extract},   {"s_date_part", 2, date_part},
          {"s_make_date", 3, make_date}};
}

}  // namespace sceau::enclave::sql
