#pragma once
// Memory at the gate: what follows from released cells is a cell, and every rule applies to it.
//
// Level 1, pairs: the difference of two released cells where one holds the other, and of one and
// all the cells of a table that it holds.
//
//   20 pupils in a class, 17 of them with a note:    3 absentees are told: fails.
//   all pupils by school, then all but one age:      what lies between is that age: fails if small.
//   the same table again, or a coarser one whose cells are sums of enough units: passes.
//
// One cell holds another exactly when the rows that both count are all that the smaller counts.
// Rows are (vintage, row), so cells of different vintages never hold one another. A difference
// of nothing passes, unless one of the two is narrower as written and by a sensitive variable: then
// all of them are it.
//
// Level 2, linear (together.h): each atom, each pair of atoms that are too few, and each cell that
// a HAVING hides, where it follows from a combination of all cells and didn't follow before.
//
// Level 3, bounds (history_bounds.h): each small atom, and each small cell that a HAVING hides,
// that all releases narrow down to two possible numbers of rows.
//
//   14 pupils shown, the two schools hidden as each has under 8: each has 7.
//
// What can't be compared makes the verdict `review`, said so: a file that a reviewer let out, a
// table of another data set of the population, a vintage, a variable or a joined data set that
// isn't here, or more tables or cells than the budget allows.

#include <cstdint>
#include <vector>

#include "disclosure/examine.h"
#include "disclosure/history_bounds.h"
#include "disclosure/judge.h"

namespace sceau::disclosure {

/// How much may be looked at before the answer is `review`: counts, and so the same on every
/// machine. Site decisions, by what a session can wait for and hold.
struct HistoryBudget {
  std::uint64_t steps = 4'000'000'000;  ///< level 1: profiles read and pairs of cells compared
  std::uint64_t multiplications = 2'000'000'000;  ///< level 2: some ten seconds
  std::uint64_t entries = 64'000'000;  ///< level 2: atoms of distinct cells, four bytes each
  BoundsBudget bounds = {};            ///< level 3
};

/// What the question's table tells by itself (its margins and valid rows among its cells) and with
/// the remembered tabulations that the policy's scope counts. Throws DisclosureError.
[[nodiscard]] std::vector<Placed> judge_history(const Table& table, const Question& question,
                                                const Source& source,
                                                const policies::Codebook& codebook,
                                                const policies::Policy& policy,
                                                const Cancelled& cancelled = {},
                                                HistoryBudget budget = {});

}  // namespace sceau::disclosure
