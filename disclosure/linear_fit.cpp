#include "disclosure/linear_fit.h"

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

namespace sceau::disclosure {
namespace {

using Index = Eigen::Index;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr double alike = 1e-10;  // of a column's variance: less than that is no column of its own

struct Candidate {
  std::string name;
  Index column;
  double centre;
};

std::vector<Candidate> candidates(const Design& design, const CellSums& sums) {
  std::vector<Candidate> found;
  for (std::size_t i = 1; i < design.variables.size(); ++i) {
    const DesignVariable& variable = design.variables[i];
    if (!variable.categorical) {
      found.push_back({variable.name, static_cast<Index>(variable.first), variable.centre});
      continue;
    }
    bool is_reference = true;  // the first code that the cell has
    for (std::size_t level = 0; level < variable.levels.size(); ++level) {
      const auto column = static_cast<Index>(variable.first + level);
      if (sums.gram(column, column) == 0) continue;
      if (!is_reference) found.push_back({variable.name + "=" + variable.levels[level], column, 0});
      is_reference = false;
    }
  }
  return found;
}

// Which rows of a correlation matrix stand by themselves, earlier ones first.
std::vector<Index> independent(const Matrix& correlation) {
  std::vector<Index> kept;
  const Index size = correlation.rows();
  Eigen::ColPivHouseholderQR<Matrix> qr;
  qr.setThreshold(alike);
  if (size > 0) qr.compute(correlation);
  const bool all = size == 0 || qr.rank() == size;
  for (Index i = 0; i < size; ++i) {
    if (!all && !kept.empty()) {
      const Matrix before = correlation(kept, kept);
      const Vector with = correlation(kept, i);
      if (1 - with.dot(before.llt().solve(with)) < alike) continue;
    }
    kept.push_back(i);
  }
  return kept;
}

bool is_constant(const Design& design, const CellSums& sums, Index column, double deviations) {
  if (static_cast<std::size_t>(column) < design.numbers) {
    const Spread& spread = sums.spreads[static_cast<std::size_t>(column)];
    if (!spread.more && spread.low == spread.high) return true;
  }
  return deviations <= alike * alike * sums.gram(column, column);
}

}  // namespace

Kept choose_columns(const Design& design, const CellSums& sums) {
  const auto& gram = sums.gram;
  const double n = gram(0, 0);
  Kept kept;
  std::vector<Candidate> varying;
  for (Candidate& candidate : candidates(design, sums)) {
    const Index c = candidate.column;
    if (is_constant(design, sums, c, gram(c, c) - gram(0, c) * gram(0, c) / n)) {
      kept.dropped.push_back(candidate.name);
    } else {
      varying.push_back(std::move(candidate));
    }
  }
  const auto size = static_cast<Index>(varying.size());
  Matrix to = Matrix::Zero(size, gram.cols());
  Vector scales(size), means(size);
  for (Index i = 0; i < size; ++i) {
    const Candidate& one = varying[static_cast<std::size_t>(i)];
    const double mean = gram(0, one.column) / n;
    scales[i] = std::sqrt((gram(one.column, one.column) - n * mean * mean) / n);
    means[i] = mean + one.centre;
    to(i, one.column) = 1 / scales[i];
    to(i, 0) = -mean / scales[i];
  }
  const Matrix correlation = to * gram * to.transpose() / n;
  const std::vector<Index> own = independent(correlation);
  const auto p = static_cast<Index>(own.size()) + 1;
  kept.names = {"(intercept)"};
  kept.to = Matrix::Zero(p, gram.cols());
  kept.to(0, 0) = 1;
  kept.back = Matrix::Identity(p, p);
  for (Index i = 0, k = 1; i < size; ++i) {
    if (k >= p || own[static_cast<std::size_t>(k - 1)] != i) {
      kept.dropped.push_back(varying[static_cast<std::size_t>(i)].name);
      continue;
    }
    kept.names.push_back(varying[static_cast<std::size_t>(i)].name);
    kept.to.row(k) = to.row(i);
    kept.back(k, k) = 1 / scales[i];
    kept.back(0, k) = -means[i] / scales[i];
    ++k;
  }
  return kept;
}

LeastSquares least_squares(const Design& design, const CellSums& sums) {
  LeastSquares fit;
  fit.kept = choose_columns(design, sums);
  fit.rows = sums.gram(0, 0);
  const Matrix cross = fit.kept.to * sums.gram * fit.kept.to.transpose();
  const Vector with = fit.kept.to * sums.gram.col(1);
  const Eigen::LDLT<Matrix> solver(cross);
  fit.inverse = solver.solve(Matrix::Identity(cross.rows(), cross.cols()));
  fit.coefficients = solver.solve(with);
  fit.total = sums.gram(1, 1) - sums.gram(0, 1) * sums.gram(0, 1) / fit.rows;
  const Index others = with.size() - 1;
  const double explained = fit.coefficients.tail(others).dot(with.tail(others));
  fit.residual = std::max(0.0, fit.total - explained);
  return fit;
}

std::vector<Estimate> estimates(const std::vector<std::string>& names, const Vector& values,
                                const Matrix& covariance, double freedom) {
  std::vector<Estimate> found;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto at = static_cast<Index>(i);
    Estimate one{names[i], values[at], nothing, nothing, nothing};
    if (freedom > 0) {
      one.std_error = std::sqrt(covariance(at, at));
      one.statistic = one.std_error > 0 ? one.value / one.std_error : nothing;
      one.p_value = p_of_t(one.statistic, freedom);
    }
    found.push_back(std::move(one));
  }
  return found;
}

double p_of_t(double statistic, double freedom) {
  if (!std::isfinite(statistic) || !(freedom > 0)) return nothing;
  const double size = std::fabs(statistic);
  using boost::math::complement;
  if (std::isinf(freedom)) return 2 * cdf(complement(boost::math::normal(), size));
  return 2 * cdf(complement(boost::math::students_t(freedom), size));
}

double p_of_chi_squared(double statistic, double freedom) {
  if (!std::isfinite(statistic) || !(freedom > 0)) return nothing;
  return cdf(boost::math::complement(boost::math::chi_squared(freedom), std::max(statistic, 0.0)));
}

}  // namespace sceau::disclosure
