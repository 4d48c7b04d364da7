#pragma once
// The cheapest pattern of all, for small tables, or how far a pattern can be from it.
//
// To hide more never harms: whatever fits a pattern fits each that hides more. So where a pattern
// leaves a cell unsafe, all that hide less do too, and every safe pattern hides one of the cells
// that it publishes: a cut (Benders' idea, with sets for inequalities). The cheapest set that meets
// all cuts so far is cheaper than any safe pattern, or equal. Where it is safe itself it is the
// answer; else it gives new cuts, each from the most that could be hidden with the cell still
// unsafe.
//
//   3 7 | 10, 9 6 | 15: nothing hidden beside the 3 is unsafe, and still is with both 9 and 7, or
//   9 and 12, …: cuts {7, 10, …}, {9, 12, …}, until {7, 9, 6} is the cheapest that meets them.

#include "disclosure/suppress.h"

namespace sceau::disclosure {

/// `found` or a cheaper one, with `bound`: no pattern in which every primary cell can be certified
/// costs less. Looks at no more than `nodes` sets; where a cell's safety is in doubt it ends with
/// the bound so far.
[[nodiscard]] Suppression cheapest(const SumSystem& system, Suppression found,
                                   const AuditBudget& budget, std::uint64_t nodes);

}  // namespace sceau::disclosure
