#pragma once
// Group disclosure among derived cells: two tables that share a sensitive variable give away its
// distribution over what lies between their cells, too. Neither "1,000 pupils, 300 with a grant"
// nor "970 pupils, 272 with a grant" tells much; that 28 of the 30 between them have one does.
//
// Looked for between the cells of two tables where both have the variable as the same dimension, or
// both tell of the same 0/1 variable or FILTER on it beside all rows.

#include <cstdint>
#include <string>
#include <vector>

#include "disclosure/difference.h"
#include "disclosure/released_sets.h"
#include "disclosure/tabulation.h"
#include "policies/codebook.h"

namespace sceau::disclosure {

/// A table as its released cells; all must outlive what is made of them.
struct ReleasedTable {
  const Tabulation* tabulation;
  const ReleasedSets* sets;
};

/// What is left of a cell once the parts that it holds are taken away; of no cell: nothing is.
struct Remainder {
  const Family* outer = nullptr;
  std::uint32_t cell = 0;
  const Family* inner = nullptr;
  Parts parts;

  [[nodiscard]] std::int64_t rows() const;
  [[nodiscard]] std::vector<std::uint32_t> profiles() const;
};

/// How what lies between two cells (or two groups of cells) is shared by the categories of a
/// sensitive variable.
struct DerivedGroup {
  std::string variable;
  std::vector<Remainder> held;   ///< one a category that is told: its rows; never empty
  std::vector<Remainder> whole;  ///< all rows whose category is known; empty: `held` together
  bool rest_is_one = false;      ///< what is not in `held` is in one category, too
};

/// What follows where the inner table's groups of cells are taken from the outer ones that hold
/// them, one at a time and all together. A table with suppressed cells gives none. `steps` grows by
/// the profiles that were looked at.
[[nodiscard]] std::vector<DerivedGroup> derived_groups(const ReleasedTable& outer,
                                                       const ReleasedTable& inner,
                                                       const policies::Codebook& codebook,
                                                       std::uint64_t& steps);

}  // namespace sceau::disclosure
