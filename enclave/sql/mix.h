#pragma once
// Tabulations inside a larger statement. Each SELECT of a statement that groups one data set is cut
// in two: the groups with their plain statistics, which are a tabulation and go to the engine, and
// what is made of them (HAVING, ORDER BY, LIMIT, windows, arithmetic), which SQLite does over the
// engine's rows.
//
//   SELECT academie, round(avg(note), 1) FROM eleves GROUP BY 1 HAVING count(*) > 9 ORDER BY 2
//     part 1: SELECT academie, avg(note), count(*) FROM eleves GROUP BY 1         (engine)
//     around: SELECT c1, round(c2, 1) FROM "computed 1" WHERE c3 > 9 ORDER BY 2    (SQLite)
//
//   SELECT note FROM eleves LIMIT 3      // no part: nullopt
//
// This is exploration only: such a statement is no tabulation to the gate.

#include <optional>

#include "enclave/sql/catalog.h"
#include "enclave/sql/plan.h"
#include "enclave/sql/tree.h"

namespace sceau::enclave::sql {

/// `query` is typed and has no parameters left. nullopt: no part of it is a tabulation, or what is
/// around the parts can't be written for SQLite.
[[nodiscard]] std::optional<MixedPlan> mix_query(const Select& query, const Catalog& catalog);

}  // namespace sceau::enclave::sql
