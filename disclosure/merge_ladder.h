#pragma once
// Ever coarser forms of a dimension of a table that doesn't pass.
//
//   academie                           as it was asked for
//   region (Corse, Normandie)          regions with an academie that fails; others as they were
//   region                             all of them
//
//   age
//   width_bucket(age, 10, 20, 5)       neighbouring numbers in classes

#include <string>
#include <vector>

#include "disclosure/proposal.h"
#include "disclosure/tabulation.h"

namespace sceau::disclosure {

struct MergeRung {
  Dimension dimension;
  std::string text;  ///< what it has become
};

/// The first as it was asked for; behind the last the dimension is left out.
using MergeLadder = std::vector<MergeRung>;

/// Of dimension `d` of the original. Tabulates once where the codebook has something above it.
/// Throws DisclosureError (cancelled).
[[nodiscard]] MergeLadder merge_ladder(std::size_t d, const Examination& original,
                                       const Bench& bench);

}  // namespace sceau::disclosure
