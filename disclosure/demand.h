#pragma once
// How far an attacker must be kept from a cell that fails, by the rule that it fails.
//
// - Too few (threshold, contributors, history and all else that is about who is there): of a count,
//   what is published must leave a value possible that would be published, N units, and two values
//   at least. 4 pupils under N = 10: the upper end is 10 or more. Of an empty cell, two units at
//   least. Site decisions of this program;
//   of a sum, the share of p_percent each way, as whoever stands in a cell of one or two could know
//   it otherwise.
// - One contributor too large: the upper and the lower end are as far as the rule itself needs
//   for the cell not to fail: p·x1 - (total - x1 - x2), and Σ n largest / share - total. Source:
//   Hundepool et al., Statistical Disclosure Control (2012), ch. 4: protection levels.
// - Nearly all of a group: the lower end is under the share of the group.
//   19 of 20 at 0.90: an attacker must think 17 possible.

#include <span>
#include <vector>

#include "disclosure/told_numbers.h"
#include "policies/policy.h"

namespace sceau::disclosure {

/// Why a cell is hidden, as far as its demand goes.
struct CellFaults {
  bool is_small = false;
  double group_share = 0;  ///< 0: no group disclosure
};

/// By cell, for one told number; `faults`: one a cell.
[[nodiscard]] std::vector<Demand> demands_of(const Table& table, const ToldNumber& number,
                                             std::span<const CellFaults> faults,
                                             const policies::Policy& policy);

}  // namespace sceau::disclosure
