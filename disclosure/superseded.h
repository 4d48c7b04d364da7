#pragma once
// Memory across two versions of the same rows: a vintage was sealed again, corrected, and tables of
// the one that it replaced are out. Rows of two stores never hold one another, so history.h finds
// nothing between them; but to a reader they are the same pupils.
//
//   out: pupils by school, 2024. Asked: the same without one age, from 2024b, which replaced 2024.
//   The difference is that age: it fails as if both had stood on one version.
//
// Where the codebook's unit is a variable, the versions' rows correspond by unit, and
//   1. each earlier table is judged as if it stood on the rows of the question's version;
//   2. the question's table is judged as if it stood on the rows of the earlier one's;
//   3. a cell of the question's table that the two versions put apart by fewer units than the
//      history's minimum, or in its sums with the same units, is `review`: it tells of those who
//      were corrected.
// Without a unit nothing says which row became which: `review`, whatever the tables hold. So is a
// version that isn't here any more.

#include <vector>

#include "disclosure/examine.h"
#include "disclosure/history.h"
#include "disclosure/judge.h"

namespace sceau::disclosure {

/// Findings between the question and remembered tabulations of the policy's scope that stand on
/// another version of one of its vintages, each comparison within the budget. Throws
/// DisclosureError (cancelled).
[[nodiscard]] std::vector<Placed> judge_superseded(const Table& table, const Question& question,
                                                   const Source& source,
                                                   const policies::Codebook& codebook,
                                                   const policies::Policy& policy,
                                                   const Cancelled& cancelled = {},
                                                   HistoryBudget budget = {});

}  // namespace sceau::disclosure
