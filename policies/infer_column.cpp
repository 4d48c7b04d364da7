#include "policies/infer_column.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "policies/decimal.h"

namespace sceau::policies {
namespace {

using namespace std::string_view_literals;

constexpr std::array missing_tokens = {"NA"sv,  "N/A"sv, "NULL"sv, "null"sv,
                                       "NaN"sv, "nan"sv, "."sv,    "-"sv};
constexpr std::size_t most_counted_values = 512;
constexpr std::size_t most_counted_bytes = 65536;
constexpr std::size_t longest_list = 64;
constexpr std::uint64_t least_rows_of_a_code = 10;
constexpr std::uint64_t few_integers = 12;
constexpr std::uint64_t enough_to_call_unique = 100;
constexpr double nearly_all = 0.95;
constexpr double rows_a_category = 10;
constexpr int most_decimals = 9;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "01" and "-0" are codes, not numbers: as a number they would lose what they are written with.
bool is_plain_number(std::string_view text) {
  if (text.starts_with('-')) {
    text.remove_prefix(1);
    if (text == "0") return false;
  }
  return !text.empty() && is_digit(text[0]) &&
         (text[0] != '0' || text.size() == 1 || !is_digit(text[1]));
}

/// How many digits stand behind `sign`; nullopt where the text is no such number.
std::optional<int> decimals_of(std::string_view text, char sign) {
  std::string plain(text);
  if (sign == ',') {
    if (plain.find('.') != std::string::npos) return std::nullopt;
    std::replace(plain.begin(), plain.end(), ',', '.');
  }
  if (!is_plain_number(plain)) return std::nullopt;
  const std::optional<Decimal> value = parse_decimal(plain);
  return value ? std::optional(value->scale) : std::nullopt;
}

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t i : {0U, 1U, 2U, 3U, 5U, 6U, 8U, 9U}) {
    if (!is_digit(text[i])) return false;
  }
  const int year = std::stoi(std::string(text.substr(0, 4)));
  const int month = std::stoi(std::string(text.substr(5, 2)));
  const int day = std::stoi(std::string(text.substr(8, 2)));
  if (month < 1 || month > 12 || day < 1) return false;
  constexpr std::array days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= days.at(static_cast<std::size_t>(month - 1)) + (month == 2 && leap ? 1 : 0);
}

/// FNV-1a and a last stir: the smallest of many hashes must be small by chance alone.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ULL;
  }
  hash ^= hash >> 33U;
  hash *= 0xff51afd7ed558ccdULL;
  hash ^= hash >> 33U;
  hash *= 0xc4ceb9fe1a85ec53ULL;
  return hash ^ (hash >> 33U);
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
  return text;
}

bool may_be_a_code(std::string_view text) {
  return text != "Total" && text != "NA" && is_utf8(text) &&
         std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7F; });
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    if (lead < 0x80) continue;
    const std::size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || text.size() - at < more) return false;
    const auto next = static_cast<unsigned char>(text[at]);
    if ((lead == 0xE0 && next < 0xA0) || (lead == 0xED && next > 0x9F) ||
        (lead == 0xF0 && next < 0x90) || (lead == 0xF4 && next > 0x8F)) {
      return false;
    }
    for (std::size_t i = 0; i < more; ++i) {
      if ((static_cast<unsigned char>(text[at++]) & 0xC0U) != 0x80U) return false;
    }
  }
  return true;
}

void DistinctEstimate::add(std::string_view value) {
  const std::uint64_t hash = hash_of(value);
  if (smallest_.size() >= kept && hash >= *smallest_.rbegin()) return;
  smallest_.insert(hash);
  if (smallest_.size() > kept) smallest_.erase(std::prev(smallest_.end()));
}

double DistinctEstimate::count() const {
  if (smallest_.size() < kept) return static_cast<double>(smallest_.size());
  const double reach = static_cast<double>(*smallest_.rbegin()) / 0x1p64;
  return static_cast<double>(kept - 1) / reach;
}

void ColumnEvidence::add(std::string_view cell) {
  if (cell.empty()) {
    ++empty_;
    return;
  }
  if (std::find(missing_tokens.begin(), missing_tokens.end(), cell) != missing_tokens.end()) {
    ++tokens_[std::string(cell)];
    return;
  }
  if (const std::optional<int> point = decimals_of(cell, '.')) {
    ++(*point == 0 ? integers_ : points_);
    decimals_ = std::max(decimals_, *point);
  } else if (const std::optional<int> comma = decimals_of(cell, ',')) {
    ++commas_;
    decimals_ = std::max(decimals_, *comma);
  } else {
    ++(is_date(cell) ? dates_ : words_);
  }
  distinct_.add(cell);
  if (too_many_) return;
  const auto found = counts_.find(cell);
  if (found != counts_.end()) {
    ++found->second;
    return;
  }
  counted_bytes_ += cell.size();
  if (counts_.size() >= most_counted_values || counted_bytes_ > most_counted_bytes) {
    too_many_ = true;
    counts_.clear();
    return;
  }
  counts_.emplace(cell, 1);
}

std::uint64_t ColumnEvidence::values() const {
  return integers_ + points_ + commas_ + dates_ + words_;
}

bool ColumnEvidence::has_decimals(char sign) const {
  const std::uint64_t signed_ones = sign == ',' ? commas_ : points_;
  return signed_ones > 0 && integers_ + signed_ones == values();
}

bool ColumnEvidence::unique() const {
  return values() >= enough_to_call_unique &&
         distinct_.count() >= nearly_all * static_cast<double>(values());
}

void ColumnEvidence::guess_numbers(ColumnGuess& guess, char decimal) const {
  const std::uint64_t all = values();
  if (integers_ == all && unique()) {
    guess.type = Type::text;
    guess.role = Role::identifier;
    guess.comment = "nearly every row has its own number; a quantity: type integer, role measure";
  } else if (integers_ == all) {
    guess.type = Type::integer;
    const bool few = !too_many_ && counts_.size() <= few_integers;
    guess.role = few ? Role::classification : Role::measure;
  } else if (has_decimals(decimal)) {
    guess.type = Type::decimal;
    guess.role = Role::measure;
    guess.decimals = std::min(decimals_, most_decimals);
    if (decimals_ > most_decimals) guess.comment = "more than 9 decimals: recode before import";
  } else {
    guess.comment = "decimal points and commas are mixed: say decimal in [[files]]";
  }
}

void ColumnEvidence::guess_words(ColumnGuess& guess) const {
  const double different = distinct_.count();
  if (unique()) {
    guess.role = Role::identifier;
    guess.comment = "nearly every row has its own value: stored as a pseudonym";
    return;
  }
  if (different * rows_a_category > static_cast<double>(values())) {
    guess.comment = "free text, or few rows for each value: hidden until you say what it is";
    return;
  }
  guess.type = Type::category;
  guess.role = Role::classification;
  if (too_many_ || counts_.size() > longest_list) return;
  std::uint64_t rarest = values();
  bool codes = true;
  for (const auto& [code, count] : counts_) {
    rarest = std::min(rarest, count);
    codes = codes && may_be_a_code(code);
  }
  for (const auto& [token, count] : tokens_) {
    if (token != "NA") rarest = std::min(rarest, count);
  }
  if (!codes) {
    guess.comment = "a value is spelled Total or can't be written in TOML: no code list";
  } else if (rarest < least_rows_of_a_code) {
    guess.comment = "a value stands in fewer than 10 rows: no code list is proposed";
  } else {
    for (const auto& [code, count] : counts_) guess.values.push_back({code, {}});
    for (const auto& [token, count] : tokens_) {
      if (token != "NA") guess.values.push_back({token, {}});
    }
  }
}

ColumnGuess ColumnEvidence::guess(char decimal) const {
  ColumnGuess guess;
  guess.missing = {""};
  const std::uint64_t all = values();
  const bool numbers = all > 0 && integers_ + points_ + commas_ == all;
  const bool dates = all > 0 && dates_ == all;
  std::uint64_t absent = empty_;
  for (const auto& [token, count] : tokens_) {
    // Between numbers or dates, "." and "null" can only mean that there is none.
    if (token != "NA" && !numbers && !dates) continue;
    guess.missing.push_back(token);
    absent += count;
  }
  if (all == 0) {
    guess.comment = "no value in any row";
  } else if (numbers) {
    guess_numbers(guess, decimal);
  } else if (dates) {
    guess.type = Type::date;
    guess.role = Role::classification;
  } else {
    guess_words(guess);
  }
  const auto different = static_cast<std::uint64_t>(std::llround(distinct_.count()));
  const std::string counts = grouped(all) + " values, " + (too_many_ ? "about " : "") +
                             grouped(different) + " different; " + grouped(absent) + " missing";
  guess.comment = guess.comment.empty() ? counts : counts + "; " + guess.comment;
  return guess;
}

}  // namespace sceau::policies
