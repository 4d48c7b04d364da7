#include "audit/scan.h"

#include <algorithm>
#include <array>

#include "audit/bytes.h"

namespace sceau::audit {
namespace {

constexpr std::size_t most_fields = 64;
constexpr std::size_t longest_name = 64;
constexpr std::size_t time_length = 27;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A set of bytes: one look-up answers where comparisons would cost the verifier half its time.
using ByteSet = std::array<bool, 256>;

template <typename Allowed>
constexpr ByteSet set_of(Allowed allowed) {
  ByteSet set{};
  for (std::size_t i = 0; i < set.size(); ++i) set[i] = allowed(static_cast<unsigned char>(i));
  return set;
}

constexpr bool is_lower(unsigned char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_number(unsigned char c) { return c >= '0' && c <= '9'; }

constexpr ByteSet in_event = set_of([](unsigned char c) { return is_lower(c) || c == '.'; });
constexpr ByteSet in_key =
    set_of([](unsigned char c) { return is_lower(c) || is_number(c) || c == '_'; });
constexpr ByteSet in_actor = set_of([](unsigned char c) {
  return is_lower(c) || is_number(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
});
// What a string holds as it is, in ASCII: no quote, backslash or control.
constexpr ByteSet plain =
    set_of([](unsigned char c) { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\'; });

bool has(const ByteSet& set, char c) { return set[static_cast<unsigned char>(c)]; }

int two_digits(std::string_view text, std::size_t at) {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

// A time that exists, in the one form of 27 characters.
bool is_time(std::string_view text) {
  static constexpr std::string_view form = "dddd-dd-ddTdd:dd:dd.ddddddZ";
  for (std::size_t i = 0; i < form.size(); ++i)
    if (form[i] == 'd' ? !is_digit(text[i]) : text[i] != form[i]) return false;
  const int year = two_digits(text, 0) * 100 + two_digits(text, 2);
  const int month = two_digits(text, 5);
  const int day = two_digits(text, 8);
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  static constexpr int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1970 || month < 1 || month > 12 || day < 1) return false;
  if (day > lengths[month - 1] + (month == 2 && leap ? 1 : 0)) return false;
  return two_digits(text, 11) < 24 && two_digits(text, 14) < 60 && two_digits(text, 17) < 60;
}

// Reads from the front of the bytes. Every step returns false at the first fault and keeps it.
class Scanner {
 public:
  explicit Scanner(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] const ScanFault& fault() const { return fault_; }

  bool literal(std::string_view text, std::string_view why) {
    if (bytes_.substr(at_, text.size()) != text) return fail(why);
    at_ += text.size();
    return true;
  }

  bool sequence(std::uint64_t& value) {
    const std::size_t start = at_;
    while (at_ < bytes_.size() && is_digit(bytes_[at_])) ++at_;
    const auto parsed = parse_decimal(bytes_.substr(start, at_ - start));
    if (!parsed) return fail("the sequence number is not a whole number");
    value = *parsed;
    return true;
  }

  // 64 lower-case hex digits.
  bool hash(std::string_view& text, std::string_view why) {
    text = bytes_.substr(at_, 64);
    unsigned char bad = 0;
    for (const char c : text) {
      const auto digit = static_cast<unsigned char>(c - '0');
      const auto letter = static_cast<unsigned char>(c - 'a');
      bad |= static_cast<unsigned char>((digit > 9) & (letter > 5));
    }
    if (bad != 0 || text.size() != 64) return fail(why);
    at_ += 64;
    return true;
  }

  bool time(std::string_view& text) {
    text = bytes_.substr(at_, time_length);
    if (text.size() != time_length || !is_time(text))
      return fail("the time is not a UTC time with microseconds");
    at_ += time_length;
    return true;
  }

  // Characters of the set, up to the closing quote, which is taken too.
  bool name(std::string_view& text, const ByteSet& allowed, std::string_view why) {
    const std::size_t start = at_;
    while (at_ < bytes_.size() && has(allowed, bytes_[at_])) ++at_;
    text = bytes_.substr(start, at_ - start);
    if (text.empty() || text.size() > longest_name) return fail(why);
    return literal("\"", why);
  }

  bool value(ScannedField& field) {
    if (at_ < bytes_.size() && bytes_[at_] == '"') {
      ++at_;
      field.is_string = true;
      return string(field.raw);
    }
    field.is_string = false;
    return integer(field.raw);
  }

  bool fail(std::string_view why) {
    fault_ = {why, at_};
    return false;
  }

  [[nodiscard]] bool at_end() const { return at_ == bytes_.size(); }
  [[nodiscard]] char peek() const { return at_ < bytes_.size() ? bytes_[at_] : '\0'; }

 private:
  bool integer(std::string_view& raw) {
    const std::size_t start = at_;
    const bool negative = peek() == '-';
    if (negative) ++at_;
    const std::size_t digits = at_;
    while (at_ < bytes_.size() && is_digit(bytes_[at_])) ++at_;
    const auto text = bytes_.substr(digits, at_ - digits);
    raw = bytes_.substr(start, at_ - start);
    if (negative && text == "9223372036854775808") return true;  // the least 64-bit integer
    if (!parse_decimal(text) || (negative && text == "0"))
      return fail("a value is neither a string nor a 64-bit integer in its shortest form");
    return true;
  }

  // Nearly every string is plain ASCII up to the next quote: that is seen in one go.
  bool plain_string(std::string_view& raw) {
    const auto end = bytes_.find('"', at_);
    if (end == std::string_view::npos) return false;
    raw = bytes_.substr(at_, end - at_);
    unsigned char bad = 0;
    for (const char c : raw) {
      const auto byte = static_cast<unsigned char>(c);
      bad |= static_cast<unsigned char>((static_cast<unsigned char>(byte - 0x20) > 0x5F) |
                                        (byte == '\\'));
    }
    if (bad != 0) return false;
    at_ = end + 1;
    return true;
  }

  bool string(std::string_view& raw) {
    if (plain_string(raw)) return true;
    const std::size_t start = at_;
    bool ascii = true;
    for (;; ++at_) {
      while (at_ < bytes_.size() && has(plain, bytes_[at_])) ++at_;
      if (at_ >= bytes_.size()) return fail("a string has no end");
      const auto c = static_cast<unsigned char>(bytes_[at_]);
      if (c == '"') break;
      if (c < 0x20) return fail("a string holds a control character");
      if (c >= 0x80) ascii = false;
      if (c == '\\' && !escape()) return fail("a string holds an escape that is not canonical");
    }
    raw = bytes_.substr(start, at_ - start);
    if (!ascii && !is_utf8(raw)) return fail("a string is not UTF-8");
    ++at_;
    return true;
  }

  // At a backslash; leaves at_ on the escape's last character.
  bool escape() {
    const char kind = at_ + 1 < bytes_.size() ? bytes_[at_ + 1] : '\0';
    if (kind != 'u') {
      at_ += 1;
      return std::string_view("\"\\bfnrt").find(kind) != std::string_view::npos && kind != '\0';
    }
    const auto digits = bytes_.substr(at_ + 2, 4);
    if (digits.size() != 4 || !digits.starts_with("00")) return false;
    const auto byte = from_hex(digits.substr(2));
    // Only controls are escaped so, and those with a short escape are not.
    if (!byte || byte->front() >= 0x20) return false;
    if (std::string_view("\b\f\n\r\t").find(static_cast<char>(byte->front())) !=
        std::string_view::npos)
      return false;
    at_ += 5;
    return true;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  ScanFault fault_;
};

bool is_event_name(std::string_view text) {
  const auto dot = text.find('.');
  return dot != std::string_view::npos && dot > 0 && dot + 1 < text.size() &&
         text.find('.', dot + 1) == std::string_view::npos;
}

bool scan_data(Scanner& scanner, std::vector<ScannedField>& data) {
  data.clear();
  if (scanner.peek() == '}') return true;
  do {
    if (!data.empty() && !scanner.literal(",", "a comma is missing in data")) return false;
    if (data.size() == most_fields) return scanner.fail("data has more than 64 keys");
    ScannedField field;
    if (!scanner.literal("\"", "a data key is missing")) return false;
    if (!scanner.name(field.key, in_key, "a data key is not 1 to 64 of a-z 0-9 _")) return false;
    if (!data.empty() && data.back().key >= field.key)
      return scanner.fail("data keys are not in ascending order, each once");
    if (!scanner.literal(":", "a colon is missing in data") || !scanner.value(field)) return false;
    data.push_back(field);
  } while (scanner.peek() == ',');
  return true;
}

bool scan(Scanner& s, ScannedEntry& entry) {
  if (!s.literal(R"({"v":1,"seq":)", R"(it doesn't begin with {"v":1,"seq":)") ||
      !s.sequence(entry.seq) ||
      !s.literal(R"(,"prev":")", R"(,"prev":" is not where it belongs)") ||
      !s.hash(entry.prev, "prev is not 64 lower-case hex digits") ||
      !s.literal(R"(","time":")", R"(","time":" is not where it belongs)") || !s.time(entry.time) ||
      !s.literal(R"(","event":")", R"(","event":" is not where it belongs)") ||
      !s.name(entry.event, in_event, "the event is not a name"))
    return false;
  if (!is_event_name(entry.event)) return s.fail("the event is not two words with a dot");
  if (!s.literal(R"(,"actor":")", R"(,"actor":" is not where it belongs)") ||
      !s.name(entry.actor, in_actor, "the actor is not an id") ||
      !s.literal(R"(,"data":{)", R"(,"data":{ is not where it belongs)") ||
      !scan_data(s, entry.data) || !s.literal("}}", "the closing braces are not where they belong"))
    return false;
  return s.at_end() || s.fail("bytes follow the closing brace");
}

}  // namespace

const ScannedField* ScannedEntry::find(std::string_view key) const {
  const auto found = std::find_if(data.begin(), data.end(),
                                  [&](const ScannedField& field) { return field.key == key; });
  return found == data.end() ? nullptr : &*found;
}

std::optional<ScanFault> scan_entry(std::string_view bytes, ScannedEntry& entry) {
  Scanner scanner(bytes);
  if (scan(scanner, entry)) return std::nullopt;
  return scanner.fault();
}

std::string unescape(std::string_view raw) {
  std::string text;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\' || i + 1 >= raw.size()) {
      text += raw[i];
      continue;
    }
    const char kind = raw[++i];
    static constexpr std::string_view shorts = "bfnrt";
    static constexpr std::string_view meant = "\b\f\n\r\t";
    const auto at = shorts.find(kind);
    if (kind == 'u') {
      const auto byte = from_hex(raw.substr(i + 3, 2));
      if (byte && byte->size() == 1) text += static_cast<char>(byte->front());
      i += 4;
    } else {
      text += at == std::string_view::npos ? kind : meant[at];
    }
  }
  return text;
}

std::optional<std::uint64_t> natural(const ScannedField& field) {
  if (field.is_string) return std::nullopt;
  return parse_decimal(field.raw);
}

}  // namespace sceau::audit
