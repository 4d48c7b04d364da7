#include <locale.h>
#include <wctype.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "enclave/sql/call.h"
#include "enclave/sql/values.h"

namespace sceau::enclave::sql {
namespace {

constexpr std::size_t longest = 1'000'000;  // bytes; sandbox.cpp limits texts likewise

void check_length(std::size_t bytes) {
  if (bytes > longest) throw SqlError("54000", "sql.text_too_long");
}

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U; }

/// Byte offset of the character `index` (from 0), or the text's size.
std::size_t offset_of(std::string_view text, std::size_t index) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_character(text[i]) && index-- == 0) return i;
  }
  return text.size();
}

std::string_view slice(std::string_view text, std::size_t from, std::size_t count) {
  const auto begin = offset_of(text, from);
  const auto rest = text.substr(begin);
  return rest.substr(0, offset_of(rest, count));
}

std::size_t not_negative(std::int64_t value) {
  return value < 0 ? 0 : static_cast<std::size_t>(value);
}

// ---- letters, in the C.UTF-8 locale whatever the process has

locale_t letters() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

wint_t decode(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  int more = first >= 0xf0 ? 3 : (first >= 0xe0 ? 2 : (first >= 0xc0 ? 1 : 0));
  wint_t code =
      more == 3 ? first & 7U : (more == 2 ? first & 15U : (more == 1 ? first & 31U : first));
  for (; more > 0 && at < text.size(); --more) {
    code = code << 6U | (static_cast<unsigned char>(text[at++]) & 63U);
  }
  return code;
}

void encode(wint_t code, std::string& out) {
  const auto put = [&](wint_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6U);
    put(0x80 | (code & 63U));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12U);
    put(0x80 | (code >> 6U & 63U));
    put(0x80 | (code & 63U));
  } else {
    put(0xf0 | code >> 18U);
    put(0x80 | (code >> 12U & 63U));
    put(0x80 | (code >> 6U & 63U));
    put(0x80 | (code & 63U));
  }
}

template <bool Upper>
std::string in_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto code = decode(text, at);
    if (code < 0x80 || !letters()) {
      const bool change = Upper ? code >= 'a' && code <= 'z' : code >= 'A' && code <= 'Z';
      encode(change ? code ^ 0x20U : code, out);
    } else {
      encode(Upper ? towupper_l(code, letters()) : towlower_l(code, letters()), out);
    }
  }
  return out;
}

void lower(const Call& call) { call.give(std::string_view(in_case<false>(call.text(0)))); }
void upper(const Call& call) { call.give(std::string_view(in_case<true>(call.text(0)))); }
void length(const Call& call) { call.give(static_cast<std::int64_t>(characters(call.text(0)))); }

// ---- parts

void substring(const Call& call) {
  const auto text = call.text(0);
  const auto start = call.integer(1);
  if (call.count() == 2) {
    return call.give(text.substr(offset_of(text, not_negative(start - 1))));
  }
  const auto count = call.integer(2);
  if (count < 0) throw SqlError("22011", "sql.negative_length");
  const auto end = start + count;  // both are int4
  const auto from = std::max<std::int64_t>(start, 1);
  call.give(end <= from ? std::string_view()
                        : slice(text, not_negative(from - 1), not_negative(end - from)));
}

void left(const Call& call) {
  const auto count = call.integer(1);
  const auto text = call.text(0);
  const auto all = static_cast<std::int64_t>(characters(text));
  call.give(slice(text, 0, not_negative(count < 0 ? all + count : count)));
}

void right(const Call& call) {
  const auto count = call.integer(1);
  const auto text = call.text(0);
  const auto all = static_cast<std::int64_t>(characters(text));
  call.give(text.substr(offset_of(text, not_negative(count < 0 ? -count : all - count))));
}

std::vector<std::string_view> characters_of(std::string_view text) {
  std::vector<std::string_view> all;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    while (end < text.size() && !begins_character(text[end])) ++end;
    all.push_back(text.substr(i, end - i));
    i = end;
  }
  return all;
}

template <bool Left, bool Right>
void trim(const Call& call) {
  auto text = call.text(0);
  const auto set = characters_of(call.count() > 1 ? call.text(1) : std::string_view(" "));
  const auto cut = [&](bool front) {
    for (const auto item : set) {
      if (front ? text.starts_with(item) : text.ends_with(item)) {
        text = front ? text.substr(item.size()) : text.substr(0, text.size() - item.size());
        return true;
      }
    }
    return false;
  };
  while (Left && !text.empty() && cut(true)) {
  }
  while (Right && !text.empty() && cut(false)) {
  }
  call.give(text);
}

void replace(const Call& call) {
  const auto text = call.text(0), from = call.text(1), to = call.text(2);
  if (from.empty()) return call.give(text);
  std::string out;
  std::size_t at = 0;
  for (auto found = text.find(from); found != std::string_view::npos; found = text.find(from, at)) {
    out.append(text.substr(at, found - at)).append(to);
    at = found + from.size();
    check_length(out.size());
  }
  out.append(text.substr(at));
  check_length(out.size());
  call.give(std::string_view(out));
}

void join(const Call& call) {
  std::string out(call.text(0));
  out += call.text(1);
  check_length(out.size());
  call.give(std::string_view(out));
}

void concat(const Call& call) {
  std::string out;
  for (int i = 0; i < call.count(); ++i) {
    if (!call.null(i)) out += call.text(i);
    check_length(out.size());
  }
  call.give(std::string_view(out));
}

void position(const Call& call) {
  const auto found = call.text(0).find(call.text(1));
  if (found == std::string_view::npos) return call.give(std::int64_t{0});
  call.give(static_cast<std::int64_t>(characters(call.text(0).substr(0, found))) + 1);
}

template <bool Left>
void pad(const Call& call) {
  const auto text = call.text(0);
  const auto fill = characters_of(call.count() > 2 ? call.text(2) : std::string_view(" "));
  const auto wanted = not_negative(call.integer(1));
  check_length(wanted);
  const auto have = characters(text);
  if (have >= wanted || fill.empty()) return call.give(slice(text, 0, wanted));
  std::string padding;
  for (std::size_t i = 0; i < wanted - have; ++i) padding += fill[i % fill.size()];
  check_length(padding.size() + text.size());
  call.give(std::string_view(Left ? padding + std::string(text) : std::string(text) + padding));
}

void split_part(const Call& call) {
  const auto text = call.text(0), delimiter = call.text(1);
  const auto wanted = call.integer(2);
  if (wanted == 0) throw SqlError("22023", "sql.zero_field");
  std::vector<std::string_view> parts;
  std::size_t at = 0;
  if (!delimiter.empty()) {
    for (auto found = text.find(delimiter); found != std::string_view::npos;
         found = text.find(delimiter, at)) {
      parts.push_back(text.substr(at, found - at));
      at = found + delimiter.size();
    }
  }
  parts.push_back(text.substr(at));
  const auto count = static_cast<std::int64_t>(parts.size());
  const auto index = wanted > 0 ? wanted - 1 : count + wanted;
  const bool there = index >= 0 && index < count;
  call.give(there ? parts[static_cast<std::size_t>(index)] : std::string_view());
}

void starts(const Call& call) { call.give_boolean(call.text(0).starts_with(call.text(1))); }

// ---- LIKE

/// One element of a pattern: a character, any one character (_), or any text (%).
struct Element {
  enum class Kind { character, one, any } kind;
  std::string_view character;
};

std::vector<Element> elements_of(std::string_view pattern, std::string_view escape) {
  std::vector<Element> elements;
  const auto all = characters_of(pattern);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!escape.empty() && all[i] == escape) {
      if (++i == all.size()) throw SqlError("22025", "sql.pattern_end");
      elements.push_back({Element::Kind::character, all[i]});
    } else if (all[i] == "%") {
      elements.push_back({Element::Kind::any, {}});
    } else if (all[i] == "_") {
      elements.push_back({Element::Kind::one, {}});
    } else {
      elements.push_back({Element::Kind::character, all[i]});
    }
  }
  return elements;
}

/// Going back to the last % alone suffices: time is at most text times pattern.
bool matches(const std::vector<std::string_view>& text, const std::vector<Element>& pattern) {
  std::size_t t = 0, p = 0, last_any = pattern.size(), resume = 0;
  while (t < text.size()) {
    const bool more = p < pattern.size();
    if (more && pattern[p].kind == Element::Kind::any) {
      last_any = p++;
      resume = t;
    } else if (more && (pattern[p].kind == Element::Kind::one || pattern[p].character == text[t])) {
      ++p;
      ++t;
    } else if (last_any < pattern.size()) {
      p = last_any + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p].kind == Element::Kind::any) ++p;
  return p == pattern.size();
}

template <bool AnyCase>
void like(const Call& call) {
  const auto escape = call.count() > 2 ? call.text(2) : std::string_view("\\");
  if (characters(escape) > 1) throw SqlError("22019", "sql.bad_escape");
  check_length(call.text(0).size() * std::min<std::size_t>(call.text(1).size(), 1000) / 1000);
  const std::string text = AnyCase ? in_case<false>(call.text(0)) : std::string(call.text(0));
  const std::string pattern = AnyCase ? in_case<false>(call.text(1)) : std::string(call.text(1));
  call.give_boolean(matches(characters_of(text), elements_of(pattern, escape)));
}

}  // namespace

std::vector<ScalarEntry> text_functions() {
  return {{"s_lower", 1, lower},
          {"s_upper", 1, upper},
          {"s_length", 1, length},
          {"s_substr", -1, substring},
          {"s_left", 2, left},
          {"s_right", 2, right},
          {"s_btrim", -1, trim<true, true>},
          {"s_ltrim", -1, trim<true, false>},
          {"s_rtrim", -1, trim<false, true>},
          {"s_replace", 3, replace},
          {"s_join", 2, join},
          {"s_concat", -1, concat, true},
          {"s_strpos", 2, position},
          {"s_lpad", -1, pad<true>},
          {"s_rpad", -1, pad<false>},
          {"s_split", 3, split_part},
          {"s_starts", 2, starts},
          {"s_like", -1, like<false>},
          {"s_ilike", -1, like<true>}};
}

}  // namespace sceau::enclave::sql
