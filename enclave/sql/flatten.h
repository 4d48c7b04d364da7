#pragma once
// Subqueries and CTEs that only filter, rename or derive are put into the query around them, and a
// query that only renames, filters or orders a grouped one becomes that one: dbplyr and its kin
// write such nests for a single tabulation.

#include "enclave/sql/tree.h"

namespace sceau::enclave::sql {

/// As flat as it gets; the meaning stays the same. Takes a typed query without set operation.
[[nodiscard]] Select flatten(Select query);

}  // namespace sceau::enclave::sql
