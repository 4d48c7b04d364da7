#pragma once
// Sums of w·z z' over the rows of each cell: from them ordinary least squares, a Newton step of a
// logit, and the middle of a sandwich all follow, in one pass each. Segments are shared out in a
// number of runs that depends on the table alone, and runs are added in order: the number of
// threads changes nothing. Internal to the models.

#include <cstdint>
#include <vector>

#include "disclosure/model_rows.h"

namespace sceau::disclosure {

/// The weight w of a row, and its residual r, from a fitted predictor u'z of its cell.
enum class Weighing {
  plain,             ///< w = 1
  squared_residual,  ///< r = y - u'z, w = r²
  logistic,          ///< p = 1 / (1 + exp(-u'z)), r = y - p, w = p (1 - p)
  logistic_squared   ///< the same p and r, w = r²
};

/// Of one number column in one cell: whether it takes two values, one, or more.
struct Spread {
  double low = 0;
  double high = 0;
  bool more = false;
};

struct CellSums {
  RowMatrix gram;  ///< width x width, symmetric once finished; of size 0: no rows
  Vector score;    ///< Σ r z
  double log_likelihood = 0;
  std::vector<Spread> spreads;  ///< plain: by number column
};

/// Residuals summed by cell and cluster: Σ r z of each.
struct ClusterSums {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> keys;  ///< cell, cluster
  std::vector<Vector> sums;
};

/// What a pass is made with. A cell with an empty predictor is left out, but for `plain`.
struct Pass {
  const ModelRows* rows = nullptr;
  Weighing weighing = Weighing::plain;
  std::vector<Vector> predictors;  ///< by cell
  int threads = 0;
};

/// One entry a cell. Throws DisclosureError: cancelled; too_many_cells where a model for each of so
/// many cells doesn't fit memory.
[[nodiscard]] std::vector<CellSums> sum_over_rows(const Pass& pass, const Cancelled& cancelled);

/// Ordered by cell and cluster.
[[nodiscard]] ClusterSums sum_by_cluster(const Pass& pass, const Cancelled& cancelled);

}  // namespace sceau::disclosure
