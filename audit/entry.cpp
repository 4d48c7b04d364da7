#include "audit/entry.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "audit/events.h"
#include "audit/fault.h"

namespace sceau::audit {
namespace {

// A time_point counts nanoseconds in 64 bits, which end in 2262.
constexpr int last_year = 2261;

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void append_string(std::string& out, std::string_view text) {
  out += '"';
  if (std::none_of(text.begin(), text.end(), needs_escape)) {
    out.append(text) += '"';
    return;
  }
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          std::array<char, 8> escape;
          std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
          out += escape.data();
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// Writes the number into `count` places of the text, from `at` on.
void put_digits(std::string& text, std::size_t at, std::size_t count, int number) {
  for (std::size_t i = count; i-- > 0; number /= 10)
    text[at + i] = static_cast<char>('0' + number % 10);
}

[[noreturn]] void refuse(std::string_view event, const std::string& why, std::string hint = {}) {
  throw AuditError(Fault::refused, "the log takes no " + std::string(event) + " " + why,
                   std::move(hint));
}

void check_required(const Event& event, const RequiredKey& key, const Fields& data) {
  const std::string name(key.name);
  const auto field = data.find(name);
  if (field == data.end()) refuse(event.name, "without " + name);
  const auto* number = std::get_if<std::int64_t>(&field->second);
  const auto* text = std::get_if<std::string>(&field->second);
  switch (key.kind) {
    case Kind::number:
      if (number == nullptr || *number < 0)
        refuse(event.name, "whose " + name + " is not a number of at least 0");
      return;
    case Kind::word:
      if (text == nullptr) refuse(event.name, "whose " + name + " is not a string");
      return;  // that it is a word is checked for every string
    case Kind::digest:
      if (text == nullptr || !is_digest(*text))
        refuse(event.name, "whose " + name + " is not 64 hex digits");
      return;
  }
}

}  // namespace

void check_entry(std::string_view event, std::string_view actor, const Fields& data) {
  const Event* known = find_event(event);
  if (known == nullptr)
    throw AuditError(Fault::refused, "the log knows no event of this name",
                     "audit/FORMAT.md lists the events");
  if (!is_actor(actor))
    refuse(event, "by an actor who is not an id", "ids are 1 to 64 of A-Z a-z 0-9 . _ -");
  for (const auto& [key, value] : data) {
    if (!is_data_key(key) || key == clock_key)
      refuse(event, "with a data key that is reserved or not of a-z 0-9 _");
    const auto* text = std::get_if<std::string>(&value);
    if (text != nullptr && !is_word(*text))
      refuse(event, "whose " + key + " is not a word",
             "the log holds ids, hashes and counts; a text is kept in the registry, its salted "
             "commitment in the log");
  }
  for (const RequiredKey& key : known->required) {
    if (key.name.empty()) break;
    check_required(*known, key, data);
  }
}

std::string format_time(std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  const auto micros = floor<microseconds>(time);
  const auto day = floor<days>(micros);
  const year_month_day date(day);
  const hh_mm_ss clock(micros - day);
  const int year = static_cast<int>(date.year());
  if (year < 1970 || year > last_year)
    throw AuditError(Fault::refused, "the clock is outside the years 1970 to 2261",
                     "set the system's clock");
  std::string text = "0000-00-00T00:00:00.000000Z";
  put_digits(text, 0, 4, year);
  put_digits(text, 5, 2, static_cast<int>(static_cast<unsigned>(date.month())));
  put_digits(text, 8, 2, static_cast<int>(static_cast<unsigned>(date.day())));
  put_digits(text, 11, 2, static_cast<int>(clock.hours().count()));
  put_digits(text, 14, 2, static_cast<int>(clock.minutes().count()));
  put_digits(text, 17, 2, static_cast<int>(clock.seconds().count()));
  put_digits(text, 20, 6, static_cast<int>(clock.subseconds().count()));
  return text;
}

std::optional<std::chrono::system_clock::time_point> parse_time(std::string_view text) {
  using namespace std::chrono;
  int year = 0, hour = 0, minute = 0, second = 0, micro = 0;
  unsigned month = 0, day = 0;
  const std::string copy(text);
  if (std::sscanf(copy.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d.%6dZ", &year, &month, &day, &hour, &minute,
                  &second, &micro) != 7)
    return std::nullopt;
  if (year < 1970 || year > last_year) return std::nullopt;
  const system_clock::time_point time =
      sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) +
      hours(hour) + minutes(minute) + seconds(second) + microseconds(micro);
  if (format_time(time) != text) return std::nullopt;
  return time;
}

std::optional<std::chrono::system_clock::time_point> time_in(std::string_view entry) {
  static constexpr std::string_view label = R"(,"time":")";
  const auto at = entry.find(label);
  return at == std::string_view::npos ? std::nullopt
                                      : parse_time(entry.substr(at + label.size(), 27));
}

std::string format_head(std::uint64_t seq, const Digest& prev, std::string_view time) {
  std::string line;
  line.reserve(512);  // with the tail that most entries have
  line.append(R"({"v":1,"seq":)").append(std::to_string(seq));
  const HexDigest digits = hex_digest(prev);
  line.append(R"(,"prev":")").append(digits.data(), digits.size());
  line.append(R"(","time":")").append(time).append("\"");
  return line;
}

std::string format_tail(std::string_view event, std::string_view actor, const Fields& data) {
  std::string line;
  line.reserve(256);
  line += R"(,"event":)";
  append_string(line, event);
  line += R"(,"actor":)";
  append_string(line, actor);
  line += R"(,"data":{)";
  bool first = true;
  for (const auto& [key, value] : data) {  // a map: ascending order of bytes
    if (!first) line += ',';
    first = false;
    append_string(line, key);
    line += ':';
    if (const auto* number = std::get_if<std::int64_t>(&value))
      line += std::to_string(*number);
    else
      append_string(line, std::get<std::string>(value));
  }
  line += "}}";
  return line;
}

std::string format_entry(const Entry& entry) {
  check_entry(entry.event, entry.actor, entry.data);
  std::string line = format_head(entry.seq, entry.prev, entry.time) +
                     format_tail(entry.event, entry.actor, entry.data);
  if (line.size() > longest_entry)
    throw AuditError(Fault::refused, "the entry is longer than 65535 bytes");
  return line;
}

}  // namespace sceau::audit
