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

std::string printable(std::string_view text) {
  std::string shown;
  const bool utf8 = audit::is_utf8(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool c1 = utf8 && byte == 0xC2 && i + 1 < text.size() &&
                    static_cast<unsigned char>(text[i + 1]) < 0xA0;
    // U+202A..U+202E and U+2066..U+2069 turn the direction of what stands behind them.
    const bool bidi = utf8 && byte == 0xE2 && i + 2 < text.size() &&
                      ((text[i + 1] == '\x80' && text[i + 2] >= '\xAA' && text[i + 2] <= '\xAE') ||
                       (text[i + 1] == '\x81' && text[i + 2] >= '\xA6' && text[i + 2] <= '\xA9'));
    if (c1) {
      ++i;
      shown += '?';
    } else if (bidi) {
      i += 2;
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
