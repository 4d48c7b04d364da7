#pragma once
// Memory at the gate, level 1: the difference of two released cells where one holds the other is a
// cell, and every rule applies to it.
//
//   20 pupils in a class, 17 of them with a note:    3 absentees are told: fails.
//   all pupils by school, then all but one age:      what lies between is that age: fails if small.
//   the same table again, or a coarser one whose cells are sums of enough units: passes.
//
// One cell holds another exactly when the rows that both count are all that the smaller counts.
// Rows are (vintage, row), so tables over different vintages never hold one another. A difference
// of nothing passes. What can't be compared makes the verdict `review`, said so: a file that a
// reviewer let out, a table of another data set of the population, a vintage, a variable or a
// joined data set that isn't here, or more tables than the budget allows.

#include <cstdint>
#include <vector>

#include "disclosure/examine.h"
#include "disclosure/judge.h"

namespace sceau::disclosure {

/// How much may be looked at before the answer is `review`: profiles read and pairs of cells
/// compared, a count and so the same on every machine.
struct HistoryBudget {
  std::uint64_t steps = 4'000'000'000;
};

/// Differences between the question's table and itself (its margins and valid rows among them), and
/// each remembered tabulation that the policy's scope counts. Throws DisclosureError.
[[nodiscard]] std::vector<Placed> judge_history(const Table& table, const Question& question,
                                                const Source& source,
                                                const policies::Codebook& codebook,
                                                const policies::Policy& policy,
                                                const Cancelled& cancelled = {},
                                                HistoryBudget budget = {});

}  // namespace sceau::disclosure
