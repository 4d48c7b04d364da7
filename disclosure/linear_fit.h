#pragma once
// From the sums of one cell to a regression. All is solved in columns that are centred and scaled
// to the cell's own means and deviations, where the cross product is n times a correlation matrix:
// the normal equations then lose as many digits as the terms are alike, and no more. A column whose
// part that those before it don't explain is under 1e-10 is dropped, and named, as R drops it.
// Internal to the models.
//
// Sources: ordinary least squares: any textbook. Robust errors HC1: MacKinnon, White, Journal of
// Econometrics 29 (1985). Clustered: Cameron, Miller, Journal of Human Resources 50 (2015), eq. 12
// with its finite-sample factor; t with G - 1 degrees of freedom. Logit: Newton's method, McCullagh
// and Nelder, Generalized Linear Models, ch. 2.5.

#include <string>
#include <vector>

#include "disclosure/gram.h"
#include "disclosure/model_result.h"

namespace sceau::disclosure {

/// The columns that a cell's regression keeps: `to` gives them from z, centred and scaled, the
/// intercept first; `back` gives the coefficients of the terms as they are.
struct Kept {
  std::vector<std::string> names;
  std::vector<std::string> dropped;
  Matrix to;    ///< kept x width
  Matrix back;  ///< kept x kept
};

[[nodiscard]] Kept choose_columns(const Design& design, const CellSums& sums);

struct LeastSquares {
  Kept kept;
  Matrix inverse;       ///< (X'X)^-1 of the kept columns
  Vector coefficients;  ///< of the kept columns, response centred
  double rows = 0;
  double residual = 0;  ///< sum of squared residuals
  double total = 0;     ///< of squared deviations from the mean
  [[nodiscard]] Vector predictor() const { return kept.to.transpose() * coefficients; }
};

[[nodiscard]] LeastSquares least_squares(const Design& design, const CellSums& sums);

/// Terms, errors, t and p with `freedom` degrees; infinite: the normal law. `covariance` is that of
/// the terms as they are.
[[nodiscard]] std::vector<Estimate> estimates(const std::vector<std::string>& names,
                                              const Vector& values, const Matrix& covariance,
                                              double freedom);

/// Two-sided; NaN where there is no statistic or no freedom.
[[nodiscard]] double p_of_t(double statistic, double freedom);
[[nodiscard]] double p_of_chi_squared(double statistic, double freedom);

}  // namespace sceau::disclosure
