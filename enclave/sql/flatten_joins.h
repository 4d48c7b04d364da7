#pragma once
// Derived tables on either side of a join that only filter or rename give way to what they read, so
// that SQL which filters pupils first and joins schools afterwards (as dbplyr writes it) is the
// same tabulation as one that says both at once.

#include "enclave/sql/tree.h"

namespace sceau::enclave::sql {

/// The meaning stays the same: the WHERE of a derived table on the left moves out, one on the right
/// has none, and its columns are plain. Takes a typed query without set operation.
[[nodiscard]] Select flatten_joins(Select query);

}  // namespace sceau::enclave::sql
