#pragma once
// What follows from the released cells of some tables, asked without a policy.

#include <set>
#include <string>
#include <vector>

#include "disclosure/source.h"
#include "disclosure/tabulation.h"
#include "policies/codebook.h"

namespace sceau::disclosure {

/// Sets as profiles, ascending, numbered as they are first seen.
struct Following {
  std::set<std::vector<std::uint32_t>> sets;
  std::set<std::vector<std::uint32_t>> hidden;      ///< those that a HAVING hides
  std::set<std::vector<std::string>> hidden_cells;  ///< codes; "Total", "NA"
};

/// The last table is the new one; pairs of atoms are asked of below `pair_rows`. Fails the test
/// where the answer isn't complete or a set is said twice.
Following follows_from(const std::vector<Tabulation>& tables, const Source& rows,
                       const policies::Codebook& book, std::int64_t pair_rows);

}  // namespace sceau::disclosure
