#include "enclave/sql/fences.h"

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include <memory>
#include <string>

#include "enclave/sql/fault.h"
#include "enclave/sql/parse.h"

namespace sceau::enclave::sql {
namespace {

/// The first byte of a character: how many continuation bytes follow, and the range of the second
/// byte; length 0: no character begins so.
struct Lead {
  int length = 0;
  unsigned char low = 0x80, high = 0xbf;
};

Lead lead(unsigned char byte) {
  if (byte < 0x80) return {1};
  if (byte >= 0xc2 && byte <= 0xdf) return {2};
  if (byte == 0xe0) return {3, 0xa0};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte >= 0xe1 && byte <= 0xef) return {3};
  if (byte == 0xf0) return {4, 0x90};
  if (byte >= 0xf1 && byte <= 0xf3) return {4};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {};
}

bool is_comment(int token) {
  return token == PG_QUERY__TOKEN__SQL_COMMENT || token == PG_QUERY__TOKEN__C_COMMENT;
}

/// How deep a statement can be nested at a place, from its tokens alone: each open bracket or CASE,
/// and in each of them the operators and keywords since the last comma, AND, OR or clause, which
/// stand side by side. More than the real depth, never less; what nests across these is counted for
/// the whole text.
class Nesting {
 public:
  void take(int token) {
    const bool name = before_ == '.';  // a.from: any word may be a column's name
    before_ = token;
    if (name) return;
    if (opens(token)) {
      levels_.push_back({token == PG_QUERY__TOKEN__CASE});
    } else if (token == ')' || token == ']') {
      if (levels_.size() > 1) levels_.pop_back();
    } else if (token == PG_QUERY__TOKEN__END_P) {
      if (levels_.back().of_case) levels_.pop_back();  // else a label: (SELECT 1 AS end)
    } else if (token == ';') {
      levels_.resize(1);
      levels_[0].chain = 0;
    } else if (separates(token)) {
      levels_.back().chain = 0;
    } else if (nests(token)) {
      ++levels_.back().chain;
    }
    if (nests_across(token)) ++across_;
  }
  [[nodiscard]] std::size_t depth() const {
    std::size_t depth = across_;
    for (const auto& level : levels_) depth += level.chain + 1;
    return depth;
  }
  [[nodiscard]] std::size_t brackets() const { return levels_.size() - 1; }

 private:
  static bool opens(int token) {
    return token == '(' || token == '[' || token == PG_QUERY__TOKEN__CASE;
  }
  static bool separates(int token) {
    return token == ',' || token == PG_QUERY__TOKEN__AND || token == PG_QUERY__TOKEN__OR ||
           token == PG_QUERY__TOKEN__SELECT || token == PG_QUERY__TOKEN__FROM ||
           token == PG_QUERY__TOKEN__WHERE || token == PG_QUERY__TOKEN__GROUP_P ||
           token == PG_QUERY__TOKEN__HAVING || token == PG_QUERY__TOKEN__ORDER ||
           token == PG_QUERY__TOKEN__WHEN || token == PG_QUERY__TOKEN__THEN ||
           token == PG_QUERY__TOKEN__ELSE;
  }
  static bool nests(int token) {
    return token != '.' && token != PG_QUERY__TOKEN__IDENT && token != PG_QUERY__TOKEN__SCONST &&
           token != PG_QUERY__TOKEN__ICONST && token != PG_QUERY__TOKEN__FCONST &&
           token != PG_QUERY__TOKEN__PARAM && !is_comment(token);
  }

  /// What nests to the right of a separator: (a) UNION (b) …, x BETWEEN y AND NOT z BETWEEN …
  static bool nests_across(int token) {
    return token == PG_QUERY__TOKEN__UNION || token == PG_QUERY__TOKEN__INTERSECT ||
           token == PG_QUERY__TOKEN__EXCEPT || token == PG_QUERY__TOKEN__JOIN ||
           token == PG_QUERY__TOKEN__BETWEEN || token == PG_QUERY__TOKEN__DISTINCT;
  }

  struct Level {
    bool of_case = false;
    std::size_t chain = 0;
  };
  std::vector<Level> levels_ = {{}};
  std::size_t across_ = 0;
  int before_ = 0;
};

void check_tokens(const PgQuery__ScanResult& tokens) {
  if (tokens.n_tokens > max_tokens) {
    throw SqlError("54001", "sql.too_many_tokens", {std::to_string(max_tokens)});
  }
  Nesting nesting;
  for (std::size_t i = 0; i < tokens.n_tokens; ++i) {
    nesting.take(tokens.tokens[i]->token);
    if (nesting.brackets() > max_brackets) {
      throw SqlError("54001", "sql.too_deep", {std::to_string(max_brackets)});
    }
    if (nesting.depth() > max_nesting) {
      throw SqlError("54001", "sql.too_many_operators", {std::to_string(max_nesting)});
    }
  }
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const auto first = lead(static_cast<unsigned char>(bytes[i]));
    const auto length = static_cast<std::size_t>(first.length);
    if (length == 0 || i + length > bytes.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      const auto byte = static_cast<unsigned char>(bytes[i + k]);
      const unsigned char low = k == 1 ? first.low : 0x80, high = k == 1 ? first.high : 0xbf;
      if (byte < low || byte > high) return false;
    }
    i += length;
  }
  return true;
}

std::vector<int> character_positions(std::string_view text) {
  std::vector<int> positions;
  positions.reserve(text.size());
  int character = 0;
  for (const char byte : text) {
    if ((static_cast<unsigned char>(byte) & 0xc0U) != 0x80U) ++character;
    positions.push_back(character);
  }
  return positions;
}

void check_fences(std::string_view text) {
  if (text.size() > max_text_bytes) {
    throw SqlError("54000", "sql.too_long", {std::to_string(max_text_bytes)});
  }
  if (text.find('\0') != std::string_view::npos) throw SqlError("22021", "sql.nul");
  if (!is_utf8(text)) throw SqlError("22021", "sql.not_utf8");

  const std::string terminated(text);
  const auto scanned = pg_query_scan(terminated.c_str());
  const std::unique_ptr<const PgQueryScanResult, void (*)(const PgQueryScanResult*)> freed(
      &scanned, [](const PgQueryScanResult* result) { pg_query_free_scan_result(*result); });
  if (scanned.error) {
    throw SqlError("42601", "sql.syntax", {scanned.error->message}, scanned.error->cursorpos);
  }
  const std::unique_ptr<PgQuery__ScanResult, void (*)(PgQuery__ScanResult*)> tokens(
      pg_query__scan_result__unpack(nullptr, scanned.pbuf.len,
                                    reinterpret_cast<const std::uint8_t*>(scanned.pbuf.data)),
      [](PgQuery__ScanResult* result) { pg_query__scan_result__free_unpacked(result, nullptr); });
  if (!tokens) throw SqlError("XX000", "sql.internal", {"scan"});
  check_tokens(*tokens);
}

}  // namespace sceau::enclave::sql
