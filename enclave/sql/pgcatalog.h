#pragma once
// What clients ask PostgreSQL's own catalogue (psql's \d and its kin, drivers at connect): known
// forms of queries, recognised in the tree, answered from the codebook. A query on pg_catalog or
// information_schema that is none of them is refused like any other unknown relation.

#include <optional>
#include <vector>

#include "enclave/sql/catalog.h"
#include "enclave/sql/tree.h"

namespace sceau::enclave::sql {

struct CatalogAnswer {
  std::vector<ResultColumn> columns;
  std::vector<Row> rows;
};

/// `query` as it was read, not typed. nullopt: not one of the known forms.
[[nodiscard]] std::optional<CatalogAnswer> answer_catalog(const Select& query,
                                                          const Catalog& catalog);

}  // namespace sceau::enclave::sql
