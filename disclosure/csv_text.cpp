#include "disclosure/csv_text.h"

namespace sceau::disclosure {

bool is_written_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const auto begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - begin;
  };
  const auto sign = [&] {
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  };
  sign();
  auto count = digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    count += digits();
  }
  if (count == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    sign();
    if (digits() == 0) return false;
  }
  return at == text.size();
}

std::string never_a_formula(std::string text) {
  constexpr std::string_view triggers = "=+-@\t\r";
  const bool formula = !text.empty() && triggers.find(text.front()) != std::string_view::npos;
  return formula && !is_written_number(text) ? "'" + text : text;
}

}  // namespace sceau::disclosure
