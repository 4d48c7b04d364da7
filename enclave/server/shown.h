#pragma once
// What a session is shown where the policy shows aggregates only: the cells that the gate gave out,
// as rows of the SELECT that asked. Every cell of the released table is a row, empty ones too, and
// each number has the digits of the file that would leave; a cast in the query can only take digits
// away.
//
//   SELECT sexe, avg(note) …      F | 12.345     as in the file, not 12.3454545454545455

#include <vector>

#include "enclave/centre/exchange.h"
#include "enclave/sql/plan.h"

namespace sceau::enclave {

/// Margins and NULLs are NULL, suppressed values too; in the query's
/// order. Throws server.bad_frame where the cells are not of this plan.
[[nodiscard]] std::vector<sql::Row> shown_rows(const std::vector<ShownCell>& cells,
                                               const sql::TabulationPlan& plan);

}  // namespace sceau::enclave
