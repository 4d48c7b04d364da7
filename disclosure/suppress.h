#pragma once
// Secondary suppression: which cells to hide beside the primary ones, so that no attacker who knows
// the rules gets closer to a primary cell than its demand, at a low cost.
//
//   F 3 7 | 10     the 3 alone is 10 - 7. Hidden with 7, 9 and 6 it is 1 … 9; so the proposal
//   M 9 6 | 15     hides four cells, and its certificate says +2 -2 / -2 +2.
//     12 13 | 25
//
// A first pattern by linear algebra (first_pattern.h); then each primary cell that no point found
// so far certifies gets the cheapest change that exchanges and linear programmes find, whose cells
// are hidden; then each secondary cell, the dearest first, is published again where every
// certificate that rested on it can be had without it. The same table gives the same pattern
// everywhere, however its lines stand: searches end after a number of steps, never of seconds.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "disclosure/certifier.h"

namespace sceau::disclosure {

struct SuppressBudget {
  AuditBudget audit;
  std::uint64_t steps = 60;       ///< of one search for a cheap exchange
  std::size_t programme = 2'400;  ///< cells of a linear programme for one
  std::uint64_t nodes = 0;        ///< of the search for the cheapest pattern; 0: none is made
};

struct Suppression {
  Pattern pattern;
  std::vector<CellAudit> audits;  ///< of each primary cell, in the order of cells
  std::int64_t cost = 0;          ///< of the secondary cells
  /// No pattern that certifies all costs less than this; 0 where nothing was proven.
  std::int64_t bound = 0;
  [[nodiscard]] bool all_certified() const;
};

/// Cost of the cells that are hidden though nothing says that they must be.
[[nodiscard]] std::int64_t cost_of(const SumSystem& system, const Pattern& pattern);

/// A pattern with its audit. Not every primary cell need be certified: then the table isn't safe.
[[nodiscard]] Suppression suppress(const SumSystem& system, const SuppressBudget& budget);

}  // namespace sceau::disclosure
