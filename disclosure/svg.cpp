#include "disclosure/svg.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

namespace sceau::disclosure {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Bytes of the character at the beginning, 0 where there is none that XML may hold.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first >= 0x20 || first == '\t' || first == '\n' ? 1 : 0;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  std::uint32_t code = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
    code = code << 6U | (byte(i) & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  const bool allowed = code >= least[length] && code <= 0x10FFFF && !surrogate &&
                       (code & 0xFFFEU) != 0xFFFE && (code < 0x80 || code > 0x9F);
  return allowed ? length : 0;
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const std::size_t length = character(text);
    const char c = text[0];
    if (length == 0) {
      escaped += replacement;
    } else if (c == '&') {
      escaped += "&amp;";
    } else if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '"') {
      escaped += "&quot;";
    } else if (c == '\t' || c == '\n') {
      escaped += ' ';
    } else {
      escaped += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return escaped;
}

Svg::Attribute::Attribute(std::string_view key, double number) : name(key) {
  std::array<char, 64> digits{};
  const double shown = std::abs(number) < 0.05 ? 0 : number;  // never "-0.0"
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), shown,
                                 std::chars_format::fixed, 1);
  value.assign(digits.data(), end.ptr);
  if (value.ends_with(".0")) value.resize(value.size() - 2);
}

void Svg::start(std::string_view name, Attributes attributes) {
  out_ += "<" + std::string(name);
  for (const Attribute& attribute : attributes) {
    out_ += " " + std::string(attribute.name) + "=\"" + xml_text(attribute.value) + "\"";
  }
}

void Svg::open(std::string_view element, Attributes attributes) {
  start(element, attributes);
  out_ += ">\n";
  open_.emplace_back(element);
}

void Svg::close() {
  out_ += "</" + open_.back() + ">\n";
  open_.pop_back();
}

void Svg::element(std::string_view name, Attributes attributes, std::string_view text) {
  start(name, attributes);
  if (text.empty()) {
    out_ += "/>\n";
  } else {
    out_ += ">" + xml_text(text) + "</" + std::string(name) + ">\n";
  }
}

void Svg::shape(std::string_view name, Attributes attributes, std::string_view title) {
  start(name, attributes);
  out_ += "><title>" + xml_text(title) + "</title></" + std::string(name) + ">\n";
}

std::string Svg::take() {
  while (!open_.empty()) close();
  return std::exchange(out_, {});
}

}  // namespace sceau::disclosure
