#include "policies/translation.h"

#include <algorithm>
#include <optional>

namespace sceau::policies {
namespace {

constexpr std::string_view narrow_space = "\u202F";
constexpr std::string_view decimal_comma = ",";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A plain decimal number: sign, digits, perhaps a point and digits.
bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto whole = std::find_if_not(text.begin(), text.end(), is_digit);
  if (whole == text.begin()) return false;
  if (whole == text.end()) return true;
  return *whole == '.' && whole + 1 != text.end() && std::all_of(whole + 1, text.end(), is_digit);
}

/// Groups of three from five digits on: four are read at a glance, and may be a year.
std::string grouped_digits(std::string_view digits) {
  if (digits.size() < 5) return std::string(digits);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += narrow_space;
    text += digits[i];
  }
  return text;
}

/// "1 612 977": grouped already, with plain blanks.
bool is_grouped(std::string_view text) {
  return !text.empty() && is_digit(text.front()) && is_digit(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == ' '; });
}

std::string french_number(std::string_view number) {
  if (number.find(' ') != std::string_view::npos && is_grouped(number)) {
    std::string text;
    for (const char c : number) text += c == ' ' ? std::string(narrow_space) : std::string(1, c);
    return text;
  }
  if (!is_number(number)) return std::string(number);
  std::string text;
  if (number.starts_with('-')) {
    text = "-";
    number.remove_prefix(1);
  }
  const auto point = std::min(number.find('.'), number.size());
  text += grouped_digits(number.substr(0, point));
  if (point < number.size()) text.append(decimal_comma).append(number.substr(point + 1));
  return text;
}

struct Slot {
  std::size_t argument;  ///< from 0
  char kind;             ///< 'n', 'w', or 0
  std::size_t length;    ///< of "{1}" or "{1n}"
};

std::optional<Slot> slot_at(std::string_view form) {
  if (form.size() < 3 || form[0] != '{' || form[1] < '1' || form[1] > '9') return std::nullopt;
  const auto argument = static_cast<std::size_t>(form[1] - '1');
  if (form[2] == '}') return Slot{argument, 0, 3};
  const bool kind = form[2] == 'n' || form[2] == 'w';
  if (kind && form.size() > 3 && form[3] == '}') return Slot{argument, form[2], 4};
  return std::nullopt;
}

}  // namespace

std::string_view translated(Translations translations, std::string_view context,
                            std::string_view english) {
  if (translations.empty()) return english;
  std::string key(context);
  key.append(1, '\4').append(english);
  const auto at = std::lower_bound(
      translations.begin(), translations.end(), std::string_view(key),
      [](const Translation& one, std::string_view wanted) { return one.key < wanted; });
  return at != translations.end() && at->key == key ? at->text : english;
}

std::string filled(std::string_view form, const std::vector<std::string>& args,
                   std::string_view language, Translations translations) {
  std::string text;
  while (!form.empty()) {
    const auto slot = slot_at(form);
    if (!slot) {
      text += form.front();
      form.remove_prefix(1);
      continue;
    }
    form.remove_prefix(slot->length);
    if (slot->argument >= args.size()) continue;
    const std::string& arg = args[slot->argument];
    if (slot->kind == 'w') {
      text += translated(translations, "word", arg);
    } else {
      text += slot->kind == 'n' && language == "fr" ? french_number(arg) : arg;
    }
  }
  return text;
}

std::vector<char> slots_of(std::string_view form) {
  std::vector<char> slots;
  for (; !form.empty(); form.remove_prefix(1)) {
    if (const auto slot = slot_at(form)) slots.push_back(static_cast<char>('1' + slot->argument));
  }
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
  return slots;
}

}  // namespace sceau::policies
