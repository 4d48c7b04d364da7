#include "enclave/scan/blocks.h"

#include <algorithm>
#include <array>
#include <map>

#include "audit/bytes.h"

namespace sceau::enclave {
namespace {

using policies::FileType;

constexpr std::array<char, 5> separators = {',', ';', '\t', '|', ' '};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::string_view unquoted(std::string_view field) {
  field = trimmed(field);
  for (const char quote : {'"', '\''}) {
    if (field.size() >= 2 && field.front() == quote && field.back() == quote) {
      return trimmed(field.substr(1, field.size() - 2));
    }
  }
  return field;
}

/// Where a field ends: at the next separator that no quotes enclose.
std::size_t end_of_field(std::string_view line, std::size_t at, char separator) {
  if (at < line.size() && line[at] == '"') {
    const auto close = line.find('"', at + 1);
    if (close != std::string_view::npos) {
      return std::min(line.find(separator, close + 1), line.size());
    }
  }
  return std::min(line.find(separator, at), line.size());
}

void split(std::string_view line, char separator, std::vector<std::string_view>& fields) {
  fields.clear();
  std::size_t at = 0;
  while (at <= line.size() && fields.size() <= most_fields) {
    const auto end = end_of_field(line, at, separator);
    const auto field = unquoted(line.substr(at, end - at));
    if (separator != ' ' || !field.empty()) fields.push_back(field);
    at = end + 1;
  }
}

/// Lines by their number of fields.
void add_lines(Blocks& into, std::string_view text, char separator) {
  std::map<std::size_t, Block> by_width;
  std::vector<std::string_view> fields;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    split(text.substr(0, end), separator, fields);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (fields.size() < 2 || fields.size() > most_fields) continue;
    auto& block = by_width[fields.size()];
    block.width = fields.size();
    block.fields.insert(block.fields.end(), fields.begin(), fields.end());
  }
  for (auto& [width, block] : by_width) into.blocks.push_back(std::move(block));
}

/// Cells of HTML as fields, its rows as lines.
std::unique_ptr<std::string> without_tags(std::string_view text) {
  auto plain = std::make_unique<std::string>();
  plain->reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto close = text[i] == '<' ? text.find('>', i) : std::string_view::npos;
    if (close == std::string_view::npos || close - i > 200) {
      *plain += text[i] == '\n' ? ' ' : text[i];
      continue;
    }
    const auto tag = text.substr(i, close - i);
    if (tag.starts_with("</t") || tag.starts_with("</T")) {
      *plain += tag.size() > 3 && (tag[3] == 'r' || tag[3] == 'R') ? '\n' : '\t';
    }
    i = close;
  }
  return plain;
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

/// Decoded; line ends inside it are passed over.
std::string from_base64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const int digit = base64_digit(c);
    if (digit < 0) continue;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 0xFFU);
  }
  return bytes;
}

/// Runs of base64, which may be broken into lines of equal length.
std::vector<std::string_view> base64_runs(std::string_view text) {
  constexpr std::size_t least = 64;
  std::vector<std::string_view> runs;
  std::size_t begin = 0;
  std::size_t digits = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool end = i == text.size();
    const bool line_end = !end && (text[i] == '\n' || text[i] == '\r');
    if (!end && base64_digit(text[i]) >= 0) {
      ++digits;
      continue;
    }
    // A line of base64 that goes on is at least 60 digits long.
    if (line_end && digits >= 60) continue;
    if (digits >= least) runs.push_back(text.substr(begin, i - begin));
    begin = i + 1;
    digits = 0;
  }
  return runs;
}

bool is_words(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t';
  });
}

TextEncoding guessed(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe")) return TextEncoding::utf16_le;
  if (bytes.starts_with("\xfe\xff")) return TextEncoding::utf16_be;
  return audit::is_utf8(bytes) && is_words(bytes) ? TextEncoding::utf8 : TextEncoding::none;
}

void add_base64(Blocks& into, std::string_view text) {
  for (const auto run : base64_runs(text)) {
    const auto bytes = from_base64(run);
    const auto encoding = guessed(bytes);
    if (encoding == TextEncoding::none) {
      add_binary(into, bytes);
      continue;
    }
    into.base64 = true;
    auto plain = std::make_unique<std::string>(to_utf8(bytes, encoding));
    if (add_json(into, *plain)) continue;
    for (const char separator : separators) add_lines(into, *plain, separator);
    into.texts.push_back(std::move(plain));
  }
}

}  // namespace

void add_text(Blocks& into, std::unique_ptr<std::string> text) {
  // Old Macintosh line ends.
  if (text->find('\n') == std::string::npos) std::replace(text->begin(), text->end(), '\r', '\n');
  for (const char separator : separators) add_lines(into, *text, separator);
  if (text->find("<td") != std::string::npos || text->find("<TD") != std::string::npos) {
    auto plain = without_tags(*text);
    add_lines(into, *plain, '\t');
    into.texts.push_back(std::move(plain));
  }
  add_base64(into, *text);
  into.texts.push_back(std::move(text));
}

void add_columns(Blocks& into, std::vector<std::vector<std::string>> columns) {
  constexpr std::size_t least_lines = 3;
  std::map<std::size_t, std::vector<const std::vector<std::string>*>> by_length;
  for (const auto& column : columns) {
    auto& same = by_length[column.size()];
    if (column.size() >= least_lines && same.size() < most_fields) same.push_back(&column);
  }
  for (const auto& [length, same] : by_length) {
    if (same.size() < 2) continue;
    // One text of all fields, so that views into it stay.
    auto text = std::make_unique<std::string>();
    std::vector<std::pair<std::size_t, std::size_t>> places;
    for (std::size_t line = 0; line < length; ++line) {
      for (const auto* column : same) {
        places.emplace_back(text->size(), (*column)[line].size());
        *text += (*column)[line] + "\n";
      }
    }
    Block block;
    block.width = same.size();
    for (const auto& [at, size] : places) {
      block.fields.push_back(std::string_view(*text).substr(at, size));
    }
    into.blocks.push_back(std::move(block));
    into.texts.push_back(std::move(text));
  }
}

Blocks blocks_of(const FileFacts& facts, std::string_view bytes) {
  Blocks blocks;
  switch (facts.type) {
    case FileType::text:
    case FileType::csv:
    case FileType::svg:
      add_text(blocks, std::make_unique<std::string>(to_utf8(bytes, facts.encoding)));
      break;
    case FileType::json:
    case FileType::notebook: {
      auto text = to_utf8(bytes, facts.encoding);
      if (!add_json(blocks, text)) add_text(blocks, std::make_unique<std::string>(std::move(text)));
      break;
    }
    case FileType::rdata:
      add_binary(blocks, bytes);
      break;
    case FileType::png:
    case FileType::jpeg:
    case FileType::pdf:
      break;
  }
  std::stable_sort(blocks.blocks.begin(), blocks.blocks.end(), [](const Block& a, const Block& b) {
    return a.fields.size() > b.fields.size();
  });
  return blocks;
}

}  // namespace sceau::enclave
