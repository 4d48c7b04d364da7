#pragma once
// FROM of a tabulation: one data set, or one with others joined to it n:1 by references that its
// codebook declares.
//
//   lycees l LEFT JOIN "etablissements@2021" e ON l.uai = e.uai                 one vintage for all
//   lycees l LEFT JOIN etablissements e ON l.uai = e.uai AND l.vintage = e.vintage      its own
//   each lycees l JOIN etablissements e USING (uai)      no: it drops pupils whose school isn't
//   there

#include <string>
#include <variant>
#include <vector>

#include "disclosure/tabulation.h"
#include "disclosure/verdict.h"
#include "enclave/sql/catalog.h"
#include "enclave/sql/tree.h"

namespace sceau::enclave::sql {

/// One relation, as a tabulation sees it.
struct JoinedRelation {
  Relation relation;  ///< the first data set's; its columns, then the joined ones by joined name
  std::vector<disclosure::Reference> references;  ///< ascending
  /// By leaf of FROM, as the typer numbers them; each column's name is that of `relation`.
  std::vector<std::vector<ResultColumn>> leaves;
};

/// `from` is typed. Else the reason why no tabulation stands on it.
[[nodiscard]] std::variant<JoinedRelation, disclosure::Message> join_relations(
    const From& from, const Catalog& catalog);

}  // namespace sceau::enclave::sql
