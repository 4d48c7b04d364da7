// Text of other encodings as UTF-8.
#include <array>
#include <cstdint>

#include "enclave/egress/file_type.h"

namespace sceau::enclave {
namespace {

constexpr char32_t replacement = 0xFFFD;

void append(std::string& text, char32_t point) {
  const auto tail = [&](int shift) {
    text += static_cast<char>(0x80U | ((point >> shift) & 0x3FU));
  };
  if (point < 0x80) {
    text += static_cast<char>(point);
  } else if (point < 0x800) {
    text += static_cast<char>(0xC0U | (point >> 6));
    tail(0);
  } else if (point < 0x10000) {
    text += static_cast<char>(0xE0U | (point >> 12));
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xF0U | (point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

char32_t unit(std::string_view bytes, std::size_t at, bool big) {
  const auto first = static_cast<unsigned char>(bytes[at]);
  const auto second = static_cast<unsigned char>(bytes[at + 1]);
  return big ? (char32_t{first} << 8 | second) : (char32_t{second} << 8 | first);
}

std::string from_utf16(std::string_view bytes, bool big) {
  std::string text;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    char32_t point = unit(bytes, i, big);
    if (i == 0 && point == 0xFEFF) continue;
    if (point >= 0xD800 && point < 0xDC00 && i + 3 < bytes.size()) {
      const char32_t low = unit(bytes, i + 2, big);
      if (low >= 0xDC00 && low < 0xE000) {
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      }
    }
    append(text, point >= 0xD800 && point < 0xE000 ? replacement : point);
  }
  if (bytes.size() % 2 != 0) append(text, replacement);
  return text;
}

/// WHATWG's table of what windows-1252 has at 0x80 to 0x9F.
constexpr std::array<char16_t, 32> windows_1252 = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

std::string from_windows_1252(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 8);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    append(text, byte >= 0x80 && byte < 0xA0 ? windows_1252[byte - 0x80U] : char32_t{byte});
  }
  return text;
}

}  // namespace

std::string to_utf8(std::string_view bytes, TextEncoding encoding) {
  switch (encoding) {
    case TextEncoding::none:
      return {};
    case TextEncoding::utf8:
      return std::string(bytes.starts_with("\xEF\xBB\xBF") ? bytes.substr(3) : bytes);
    case TextEncoding::utf16_le:
      return from_utf16(bytes, false);
    case TextEncoding::utf16_be:
      return from_utf16(bytes, true);
    case TextEncoding::windows_1252:
      return from_windows_1252(bytes);
  }
  return {};
}

}  // namespace sceau::enclave
