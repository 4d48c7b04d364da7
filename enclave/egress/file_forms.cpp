#include "enclave/egress/file_forms.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace sceau::enclave {
namespace {

using namespace std::string_view_literals;

std::uint32_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

template <typename List>
bool is_one_of(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string lower(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return small;
}

/// Parts of a picture that only say how it is shown, and what made it.
constexpr std::array<std::string_view, 12> png_parts = {
    "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "pHYs", "bKGD", "sBIT", "tIME"};
constexpr std::size_t longest_png_text = 200;

/// Brackets outside strings nest at most so deep: a parser must not be led astray.
bool is_shallow(std::string_view json, int most) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
      continue;
    }
    if (c == '"') quoted = true;
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    if (depth > most) return false;
  }
  return true;
}

/// A PDF's names with #xx written out, so that /Embedded#46ile is what it is.
std::string plain_names(std::string_view bytes) {
  std::string plain;
  plain.reserve(bytes.size());
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '#' && i + 2 < bytes.size() && digit(bytes[i + 1]) >= 0 &&
        digit(bytes[i + 2]) >= 0) {
      plain += static_cast<char>(digit(bytes[i + 1]) * 16 + digit(bytes[i + 2]));
      i += 2;
    } else {
      plain += bytes[i];
    }
  }
  return plain;
}

}  // namespace

void check_png(std::string_view bytes) {
  std::size_t at = 8;
  std::size_t texts = 0;
  bool ended = false;
  for (bool first = true; !ended; first = false) {
    if (bytes.size() - at < 12) refuse_malformed("png");
    const std::size_t length = big_endian(bytes, at, 4);
    if (length > bytes.size() - at - 12) refuse_malformed("png");
    const auto type = bytes.substr(at + 4, 4);
    const auto covered = bytes.substr(at + 4, length + 4);
    const auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(covered.data()),
                             static_cast<uInt>(covered.size()));
    if (sum != big_endian(bytes, at + 8 + length, 4)) refuse_malformed("png");
    if (first != (type == "IHDR")) refuse_malformed("png");
    if (type == "tEXt") {
      texts += length;  // "Software: Matplotlib version …"
      if (texts > longest_png_text) refuse_hidden("png", "tEXt");
    } else if (!is_one_of(png_parts, type)) {
      const bool word = std::all_of(type.begin(), type.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      });
      refuse_hidden("png", word ? type : "????");
    }
    ended = type == "IEND";
    at += length + 12;
  }
  if (at != bytes.size()) refuse_hidden("png", "bytes behind IEND");
}

void check_jpeg(std::string_view bytes) {
  constexpr std::size_t longest_application_part = 64;
  std::size_t at = 2;
  bool scanned = false;
  while (true) {
    if (at + 2 > bytes.size() || bytes[at] != '\xff') refuse_malformed("jpeg");
    const auto marker = static_cast<unsigned char>(bytes[at + 1]);
    if (marker == 0xd9) break;
    if (marker == 0xff) {  // a filling byte
      ++at;
      continue;
    }
    if (at + 4 > bytes.size()) refuse_malformed("jpeg");
    const std::size_t length = big_endian(bytes, at + 2, 2);
    if (length < 2 || length > bytes.size() - at - 2) refuse_malformed("jpeg");
    const bool application = marker >= 0xe0 && marker <= 0xef;
    if (application && marker != 0xe0 && marker != 0xee) refuse_hidden("jpeg", "Exif or its like");
    if ((application || marker == 0xfe) && length > longest_application_part) {
      refuse_hidden("jpeg", marker == 0xfe ? "comment" : "application data");
    }
    at += 2 + length;
    if (marker != 0xda) continue;
    scanned = true;  // entropy coded: up to the next marker that is no stuffing and no restart
    while (at + 1 < bytes.size() && (bytes[at] != '\xff' || bytes[at + 1] == '\0' ||
                                     (static_cast<unsigned char>(bytes[at + 1]) & 0xf8U) == 0xd0)) {
      ++at;
    }
  }
  if (!scanned) refuse_malformed("jpeg");
  if (at + 2 != bytes.size()) refuse_hidden("jpeg", "bytes behind the picture");
}

void check_pdf(std::string_view bytes) {
  const auto end = bytes.rfind("%%EOF");
  if (end == std::string_view::npos) refuse_malformed("pdf");
  if (bytes.substr(end + 5).find_first_not_of(" \r\n") != std::string_view::npos) {
    refuse_hidden("pdf", "bytes behind %%EOF");
  }
  const auto plain = plain_names(bytes);
  for (const auto name : {"/EmbeddedFile"sv, "/EmbeddedFiles"sv, "/Filespec"sv, "/Collection"sv,
                          "/FileAttachment"sv}) {
    if (plain.find(name) != std::string::npos) refuse_hidden("pdf", name);
  }
  for (const auto name : {"/JavaScript"sv, "/JS "sv, "/JS("sv, "/JS<"sv, "/Launch"sv,
                          "/RichMedia"sv, "/SubmitForm"sv, "/OpenAction"sv, "/XFA"sv}) {
    if (plain.find(name) != std::string::npos) refuse_active("pdf", name);
  }
  // What is locked, or stands in packed objects, can't be looked for.
  for (const auto name : {"/Encrypt"sv, "/ObjStm"sv}) {
    if (plain.find(name) != std::string::npos) refuse_hidden("pdf", name);
  }
}

void check_svg(std::string_view utf8) {
  const auto text = lower(utf8);
  const auto first = text.find_first_not_of(" \t\r\n");
  const auto last = text.find_last_not_of(" \t\r\n");
  const bool framed = first != std::string::npos && text[first] == '<' && text[last] == '>';
  if (!framed || text.find("<svg") == std::string::npos) refuse_malformed("svg");
  for (const auto part : {"<script"sv, "<foreignobject"sv, "<!entity"sv, "<iframe"sv, "<embed"sv,
                          "<object"sv, "javascript:"sv, "data:text"sv, "data:application"sv,
                          " onload"sv, " onclick"sv, " onmouseover"sv, "@import"sv}) {
    if (text.find(part) != std::string::npos) refuse_active("svg", part);
  }
  for (const auto part : {"href=\"http"sv, "href='http"sv, "url(http"sv, "src=\"http"sv}) {
    if (text.find(part) != std::string::npos) refuse_active("svg", part);
  }
}

void check_json(std::string_view utf8, bool notebook) {
  constexpr int deepest = 200;
  const auto what = notebook ? "notebook"sv : "json"sv;
  if (!is_shallow(utf8, deepest)) refuse_malformed(what);
  if (!notebook) {
    if (!nlohmann::json::accept(utf8)) refuse_malformed(what);
    return;
  }
  const auto json = nlohmann::json::parse(utf8, nullptr, false);
  if (!json.is_object() || !json.contains("nbformat") || !json.contains("cells") ||
      !json["cells"].is_array()) {
    refuse_malformed(what);
  }
}

void check_rdata(std::string_view bytes) {
  constexpr std::size_t least = 14;  // format, version of the form, of the writer, of the reader
  if (bytes.size() < least) refuse_malformed("rdata");
}

}  // namespace sceau::enclave
