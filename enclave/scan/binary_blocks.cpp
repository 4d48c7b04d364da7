// Columns that stand in binary: R's serialization (XDR, so big-endian: vectors of doubles, integers
// and texts, each behind its type and length), and runs of doubles of either byte order in anything
// else. Nothing is believed: a vector is one whose elements all fit behind its length.
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include "enclave/scan/blocks.h"

namespace sceau::enclave {
namespace {

using Column = std::vector<std::string>;

std::uint32_t word(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

double real(std::string_view bytes, std::size_t at, bool big) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    bits = bits << 8 | static_cast<unsigned char>(bytes[at + (big ? i : 7 - i)]);
  }
  return std::bit_cast<double>(bits);
}

/// The shortest text that reads back as the number; empty for NaN (R's NA).
std::string text_of(double value) {
  if (!std::isfinite(value)) return {};
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end.ptr};
}

constexpr std::uint32_t integer_vector = 13;
constexpr std::uint32_t logical_vector = 10;
constexpr std::uint32_t real_vector = 14;
constexpr std::uint32_t text_vector = 16;
constexpr std::uint32_t one_text = 9;
constexpr std::uint32_t na_integer = 0x80000000U;
constexpr std::size_t least = 3;

/// STRSXP: each text is its flags, its length and its bytes.
bool read_texts(std::string_view bytes, std::size_t& at, std::size_t count, Column& column) {
  for (std::size_t i = 0; i < count; ++i) {
    if (bytes.size() - at < 8 || (word(bytes, at) & 0xFFU) != one_text) return false;
    const auto length = word(bytes, at + 4);
    at += 8;
    if (length == 0xFFFFFFFFU) {  // NA
      column.emplace_back();
      continue;
    }
    if (length > bytes.size() - at) return false;
    column.emplace_back(bytes.substr(at, length));
    at += length;
  }
  return true;
}

/// A vector at this place; its column, and behind it.
bool read_vector(std::string_view bytes, std::size_t& at, Column& column, std::uint32_t& kind) {
  if (bytes.size() - at < 8) return false;
  const auto flags = word(bytes, at);
  kind = flags & 0xFFU;
  const std::size_t count = word(bytes, at + 4);
  auto next = at + 8;
  if (flags > 0xFFFFFU || count < (kind == text_vector ? 1 : least)) return false;
  const auto room = bytes.size() - next;
  if (kind == real_vector && count <= room / 8) {
    for (std::size_t i = 0; i < count; ++i, next += 8) {
      column.push_back(text_of(real(bytes, next, true)));
    }
  } else if ((kind == integer_vector || kind == logical_vector) && count <= room / 4) {
    for (std::size_t i = 0; i < count; ++i, next += 4) {
      const auto value = word(bytes, next);
      column.push_back(value == na_integer ? "" : std::to_string(static_cast<std::int32_t>(value)));
    }
  } else if (kind != text_vector || count > room / 8 || !read_texts(bytes, next, count, column)) {
    return false;
  }
  at = next;
  return true;
}

/// A factor is its numbers and, in its attributes, the texts that they stand for.
bool name_levels(Column& numbers, const Column& levels) {
  Column named;
  for (const auto& text : numbers) {
    std::size_t level = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), level);
    const bool fits = read.ec == std::errc() && level >= 1 && level <= levels.size();
    if (!fits && !text.empty()) return false;
    named.push_back(text.empty() ? "" : levels[level - 1]);
  }
  numbers = std::move(named);
  return true;
}

/// A number that people write: few digits, no giant.
bool is_plain(double value) {
  if (!std::isfinite(value) || std::fabs(value) > 1e12) return false;
  const double scaled = value * 1e6;
  return std::fabs(scaled - std::round(scaled)) < 1e-3 && (value == 0 || std::fabs(value) > 1e-6);
}

void add_runs(std::vector<Column>& columns, std::string_view bytes, bool big) {
  constexpr std::size_t least_run = 16;
  for (std::size_t offset = 0; offset < 8; ++offset) {
    Column run;
    std::size_t zeros = 0;
    for (std::size_t at = offset; at + 8 <= bytes.size(); at += 8) {
      const double value = real(bytes, at, big);
      if (is_plain(value)) {
        zeros += value == 0 ? 1 : 0;
        run.push_back(text_of(value));
        continue;
      }
      if (run.size() >= least_run && zeros * 2 < run.size()) columns.push_back(std::move(run));
      run.clear();
      zeros = 0;
    }
    if (run.size() >= least_run && zeros * 2 < run.size()) columns.push_back(std::move(run));
  }
}

/// All that could be words, for those that are looked up one by one.
std::unique_ptr<std::string> words_of(std::string_view bytes) {
  auto words = std::make_unique<std::string>();
  for (const char c : bytes) *words += c >= 0x20 && c < 0x7f ? c : '\n';
  return words;
}

}  // namespace

void add_binary(Blocks& into, std::string_view bytes) {
  std::vector<Column> columns;
  std::uint32_t before = 0;
  for (std::size_t at = 0; at + 8 <= bytes.size();) {
    Column column;
    std::uint32_t kind = 0;
    if (!read_vector(bytes, at, column, kind)) {
      ++at;
      continue;
    }
    const bool levels = kind == text_vector && before == integer_vector && !columns.empty() &&
                        name_levels(columns.back(), column);
    if (!levels) columns.push_back(std::move(column));
    before = kind;
  }
  if (columns.empty()) {
    add_runs(columns, bytes, false);
    add_runs(columns, bytes, true);
  }
  add_columns(into, std::move(columns));
  into.texts.push_back(words_of(bytes));
}

}  // namespace sceau::enclave
