#pragma once
// The cells of all tables, and what their HAVING hides, gathered for levels 2 and 3 while level 1
// of the release history compares.

#include <cstdint>
#include <vector>

#include "disclosure/compare.h"
#include "disclosure/history.h"
#include "disclosure/profiles.h"
#include "disclosure/released_cells.h"
#include "disclosure/together.h"

namespace sceau::disclosure {

class Gathered {
 public:
  Gathered(const Profiles& profiles, TableComparison& comparison, const policies::Policy& policy,
           const HistoryBudget& budget);

  /// In order of release, `table` counting up, the new one last. `steps` grows by what was looked
  /// at.
  void add(std::uint32_t table, const Tabulation& tabulation, const ReleasedSets& sets,
           std::uint64_t& steps);

  ReleasedCells cells;
  std::vector<Hidden> hidden;
  Asking asking;
  std::size_t operands = 0;  ///< whose sums are asked of
  bool complete = true;      ///< false: too much to hold

 private:
  std::uint64_t most_entries_;
  std::uint64_t hidden_entries_ = 0;
};

}  // namespace sceau::disclosure
