#pragma once
// The ways of proposal.h, one by one, and what each keeps of a table.

#include "disclosure/proposal.h"

namespace sceau::disclosure {

/// Hides cells.
[[nodiscard]] Proposal suppressed_version(const Question& question, const Examination& original,
                                          const Bench& bench);

/// In coarser categories.
[[nodiscard]] Proposal merged_version(const Question& question, const Examination& original,
                                      const Bench& bench);

/// Counts rounded to the policy's base.
[[nodiscard]] Proposal rounded_version(const Question& question, const Examination& original,
                                       const Bench& bench);

/// Where no cells were chosen to be hidden: what HAVING hides is primary.
[[nodiscard]] std::vector<CellStatus> status_as_shown(const Table& table);

/// Σ log2(1 + rows) over the cells that are shown.
[[nodiscard]] double information(const Table& table);

/// 0..100, rounded down.
[[nodiscard]] int percent_kept(double kept, double of);

}  // namespace sceau::disclosure
