#include "enclave/centre/print.h"

#include <algorithm>

#include "audit/bytes.h"
#include "enclave/messages.h"

namespace sceau::enclave {

std::string grouped(std::uint64_t number) {
  const auto digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ' ';
    text += digits[i];
  }
  return text;
}

namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

/// How many bytes from here are one character that a terminal obeys or doesn't show: C1 controls,
/// what turns the direction (U+061C, U+200E, U+200F, U+202A..E, U+2066..9), what has no width
/// (U+200B..D, U+2060..4, U+FEFF), and line and paragraph separators. 0: none of them.
std::size_t unseen_at(std::string_view text, std::size_t at) {
  const auto first = byte_at(text, at);
  const auto second = byte_at(text, at + 1);
  const auto third = byte_at(text, at + 2);
  if (first == 0xC2 && second >= 0x80 && second < 0xA0) return 2;
  if (first == 0xD8 && second == 0x9C) return 2;
  if (first == 0xEF && second == 0xBB && third == 0xBF) return 3;
  if (first != 0xE2) return 0;
  const bool general =
      second == 0x80 && ((third >= 0x8B && third <= 0x8F) || (third >= 0xA8 && third <= 0xAE));
  const bool isolates = second == 0x81 && third >= 0xA0 && third <= 0xAF;
  return general || isolates ? 3 : 0;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  const bool utf8 = audit::is_utf8(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = byte_at(text, i);
    const auto unseen = utf8 ? unseen_at(text, i) : 0;
    if (unseen > 0) {
      i += unseen - 1;
      shown += '?';
    } else if (byte < 0x20 || byte == 0x7f || (!utf8 && byte >= 0x80)) {
      shown += '?';
    } else {
      shown += text[i];
    }
  }
  return shown;
}

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string aligned(const std::vector<std::string>& headers,
                    const std::vector<std::vector<std::string>>& rows) {
  if (rows.empty()) return "none\n";
  std::vector<std::vector<std::string>> lines = {headers};
  for (const auto& row : rows) {
    auto& line = lines.emplace_back();
    for (const auto& field : row) line.push_back(printable(field));
  }
  std::vector<std::size_t> widths(headers.size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(line[i]));
    }
  }
  std::string text;
  for (const auto& line : lines) {
    std::string shown;
    for (std::size_t i = 0; i < line.size() && i < widths.size(); ++i) {
      shown += line[i];
      shown.append(widths[i] - display_width(line[i]) + 2, ' ');
    }
    shown.erase(shown.find_last_not_of(' ') + 1);
    text += shown + "\n";
  }
  return text;
}

std::string aligned(std::string_view language, const std::vector<std::string>& headings,
                    const std::vector<std::vector<std::string>>& rows) {
  if (rows.empty()) return word("none", language) + "\n";
  std::vector<std::string> words;
  for (const auto& heading : headings) words.push_back(word(heading, language));
  return aligned(words, rows);
}

}  // namespace sceau::enclave
