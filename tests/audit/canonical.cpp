#include "tests/audit/canonical.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "audit/events.h"

namespace sceau::audit::test {
namespace {

using nlohmann::ordered_json;

// A time that exists, said with the calendar of the library.
bool is_time(const std::string& text) {
  namespace chrono = std::chrono;
  int year = 0, hour = 0, minute = 0, second = 0, micro = 0;
  unsigned month = 0, day = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d.%6dZ", &year, &month, &day, &hour, &minute,
                  &second, &micro) != 7)
    return false;
  std::array<char, 64> again;
  std::snprintf(again.data(), again.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", year, month, day,
                hour, minute, second, micro);
  return again.data() == text && year >= 1970 && hour >= 0 && hour < 24 && minute >= 0 &&
         minute < 60 && second >= 0 && second < 60 && micro >= 0 &&
         chrono::year_month_day(chrono::year(year), chrono::month(month), chrono::day(day)).ok();
}

}  // namespace

bool parser_says_canonical(const std::string& bytes) {
  std::vector<std::vector<std::string>> keys;
  bool twice = false;
  const auto watch = [&](int, ordered_json::parse_event_t event, ordered_json& value) {
    if (event == ordered_json::parse_event_t::object_start) keys.emplace_back();
    if (event == ordered_json::parse_event_t::object_end) keys.pop_back();
    if (event == ordered_json::parse_event_t::key) {
      const auto name = value.get<std::string>();
      for (const auto& known : keys.back()) twice = twice || known == name;
      keys.back().push_back(name);
    }
    return true;
  };
  const ordered_json entry = ordered_json::parse(bytes, watch, false);
  if (entry.is_discarded() || twice || !entry.is_object() || entry.size() != 7) return false;
  std::vector<std::string> names;
  for (const auto& item : entry.items()) names.push_back(item.key());
  if (names != std::vector<std::string>{"v", "seq", "prev", "time", "event", "actor", "data"})
    return false;
  const auto is_natural = [](const ordered_json& value) {
    return value.is_number_unsigned() && value.get<std::uint64_t>() <= INT64_MAX;
  };
  if (entry["v"] != 1 || !is_natural(entry["seq"]) || !entry["data"].is_object()) return false;
  for (const char* key : {"prev", "time", "event", "actor"})
    if (!entry[key].is_string()) return false;
  if (!is_digest(entry["prev"].get<std::string>()) || !is_actor(entry["actor"].get<std::string>()))
    return false;
  if (!is_time(entry["time"].get<std::string>())) return false;
  const auto event = entry["event"].get<std::string>();
  const auto dot = event.find('.');
  if (event.size() > 64 || dot == std::string::npos || dot == 0 || dot + 1 == event.size() ||
      event.find_first_not_of("abcdefghijklmnopqrstuvwxyz", event.find('.') + 1) !=
          std::string::npos ||
      event.find_first_not_of("abcdefghijklmnopqrstuvwxyz") != dot)
    return false;
  std::string before;
  for (const auto& item : entry["data"].items()) {
    if (!is_data_key(item.key()) || item.key() <= before) return false;
    before = item.key();
    const ordered_json& value = item.value();
    const bool integer = value.is_number_integer() &&
                         !(value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX);
    if (!integer && !value.is_string()) return false;
  }
  return entry["data"].size() <= 64 && entry.dump() == bytes;
}

}  // namespace sceau::audit::test
