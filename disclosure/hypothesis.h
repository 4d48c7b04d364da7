#pragma once
// Tests of one cell from its sums. Welch, Biometrika 34 (1947), degrees of freedom by
// Satterthwaite; Pearson's χ² without continuity correction. Internal to the models.

#include "disclosure/gram.h"
#include "disclosure/model_result.h"

namespace sceau::disclosure {

/// The mean of the first group less that of the second. `squares`: of the residuals from each
/// group's mean. Of other than two groups: no estimate.
[[nodiscard]] ModelResult welch(const Design& design, const CellSums& sums,
                                const CellSums& squares);

/// The predictor of each row's own group mean.
[[nodiscard]] Vector group_means(const Design& design, const CellSums& sums);

[[nodiscard]] ModelResult pearson(const Design& design, const CellSums& sums);

}  // namespace sceau::disclosure
