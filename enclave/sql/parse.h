#pragma once
// PostgreSQL's own parser reads the text; what passes the fences and the allow-list becomes our
// tree. Everything else is refused by name, with what to write instead.
//
//   parse("SELECT sexe, count(*) FROM lycees GROUP BY 1")   // one Statement, query not yet typed
//   parse("SELECT 1; DROP TABLE x")                          // SqlError 0A000: nothing is changed
//   here parse("SELECT 'a")                                       // SqlError 42601, at position 8
//
// The fences come first, since the parser falls over on deep input (a level takes 2 KiB of stack): at
// most 64 KiB, no NUL, valid UTF-8, at most max_tokens, brackets at most max_brackets deep, and no
// place that its tokens could nest deeper than max_nesting. The caller runs this in a process that
// may die.

#include <cstddef>
#include <string_view>
#include <vector>

#include "enclave/sql/plan.h"
#include "enclave/sql/tree.h"

namespace sceau::enclave::sql {

inline constexpr std::size_t max_text_bytes = std::size_t{64} * 1024;
inline constexpr std::size_t max_tokens = 20'000;
inline constexpr std::size_t max_nesting = 500;   ///< estimated from tokens; 1 MiB of stack
inline constexpr std::size_t max_brackets = 100;
inline constexpr int max_tree_depth = 120;
inline constexpr std::size_t max_tree_nodes = 50'000;
inline constexpr std::size_t max_statements = 64;

/// Throws SqlError: 54000 too long, 54001 too complex, 22021 not UTF-8, 42601 syntax, 0A000.
[[nodiscard]] std::vector<Statement> parse(std::string_view text);

}  // namespace sceau::enclave::sql
