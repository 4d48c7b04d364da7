#pragma once
// A typed SELECT as SQLite text with PostgreSQL's meaning. Every identifier is one that we made or
// that the catalogue holds, every literal is printed again from its value; what PostgreSQL computes
// otherwise than SQLite goes through our functions (s_…).
//
//   SELECT l.note / 2 FROM lycees l ORDER BY 1
//   SELECT s_divn(r1_0.c6, '2') AS c1 FROM main."lycees" AS r1_0
//     ORDER BY 1 COLLATE s_numeric ASC NULLS LAST

#include <string>

#include "enclave/sql/plan.h"
#include "enclave/sql/tree.h"

namespace sceau::enclave::sql {

/// `query` is typed and has no parameters left. Throws SqlError: 0A000, 54001.
[[nodiscard]] ExplorePlan explore_query(const Select& query);

/// The name of a relation's virtual table: "lycees", "lycees@2021", "sceau.requests".
[[nodiscard]] std::string table_name(const From& leaf);
[[nodiscard]] std::string quoted_identifier(std::string_view name);
[[nodiscard]] std::string quoted_text(std::string_view text);

}  // namespace sceau::enclave::sql
