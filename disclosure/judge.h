#pragma once
// From the evidence of a table to findings: which rule judges which statistic of which cell.

#include <string>
#include <vector>

#include "disclosure/rules.h"
#include "disclosure/table.h"
#include "disclosure/verdict.h"
#include "policies/codebook.h"
#include "policies/policy.h"

namespace sceau::disclosure {

/// What a statistic tells of the rows behind it.
enum class Telling {
  count,     ///< how many there are (count(*), count(x), count(DISTINCT x), a 0/1 indicator's ones)
  presence,  ///< that they are there, and whether they agree (the rows behind an indicator, and
             ///< behind what is no sum: a quantile, a variance)
  magnitude  ///< a sum of what they give (sum, mean)
};

/// The rules of one body of evidence that the policy enforces.
[[nodiscard]] std::vector<Breach> judge(const Evidence& evidence, Telling telling,
                                        const policies::Policy& policy);

/// The rules of a statistic's class beside those: extremes, quantiles, degrees of freedom. What
/// can't be told from the evidence is `review`.
[[nodiscard]] std::vector<Breach> judge_class(const Statistic& statistic, const Evidence& evidence,
                                              const policies::Policy& policy);

/// A finding and its place in canonical order: 0 for the output as a whole, else 1 + the cell's.
struct Placed {
  std::size_t place = 0;
  Finding finding;
};

/// The cells of a table, one by one; suppressed ones tell nothing.
[[nodiscard]] std::vector<Placed> judge_cells(const Table& table, const policies::Policy& policy);

/// A cell's coordinates, as findings name them.
[[nodiscard]] std::vector<Coordinate> coordinates(const Table& table, const Cell& cell);

/// A text that no other coordinates have.
[[nodiscard]] std::string key_of(const std::vector<Coordinate>& cell);

/// What a statistic tells of this column's operand.
[[nodiscard]] Telling telling_of(const Statistic& statistic, bool zero_or_one);

}  // namespace sceau::disclosure
