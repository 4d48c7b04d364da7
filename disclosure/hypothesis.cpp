#include "disclosure/hypothesis.h"

#include <cmath>
#include <limits>

#include "disclosure/linear_fit.h"

namespace sceau::disclosure {
namespace {

using Index = Eigen::Index;

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

// Columns of z of the codes that the cell has.
std::vector<Index> present(const DesignVariable& variable, const CellSums& sums) {
  std::vector<Index> found;
  for (std::size_t i = 0; i < variable.levels.size(); ++i) {
    const auto column = static_cast<Index>(variable.first + i);
    if (sums.gram(column, column) > 0) found.push_back(column);
  }
  return found;
}

std::string name_of(const DesignVariable& variable, Index column) {
  return variable.name + "=" + variable.levels[static_cast<std::size_t>(column) - variable.first];
}

}  // namespace

Vector group_means(const Design& design, const CellSums& sums) {
  Vector predictor = Vector::Zero(sums.gram.cols());
  for (const Index column : present(design.variables[1], sums)) {
    predictor[column] = sums.gram(column, 1) / sums.gram(column, column);
  }
  return predictor;
}

ModelResult welch(const Design& design, const CellSums& sums, const CellSums& squares) {
  ModelResult result;
  result.kind = ModelKind::t_test;
  result.rows = static_cast<std::int64_t>(sums.gram(0, 0));
  const DesignVariable& group = design.variables[1];
  const auto groups = present(group, sums);
  result.parameters = static_cast<std::int64_t>(groups.size());
  result.converged = groups.size() == 2;
  result.constant = !sums.spreads[1].more && sums.spreads[1].low == sums.spreads[1].high;
  if (!result.converged) return result;
  double mean[2], error[2], freedom = 0;
  for (int i = 0; i < 2; ++i) {
    const Index column = groups[static_cast<std::size_t>(i)];
    const double n = sums.gram(column, column);
    mean[i] = sums.gram(column, 1) / n;
    error[i] = n > 1 ? squares.gram(column, column) / (n - 1) / n : nothing;
    freedom += error[i] * error[i] / (n - 1);
    result.estimates.push_back({name_of(group, column), mean[i] + design.variables[0].centre,
                                std::sqrt(error[i]), nothing, nothing});
    result.summary.emplace_back("n " + name_of(group, column), n);
  }
  const double both = error[0] + error[1];
  result.degrees_of_freedom = both > 0 ? both * both / freedom : 0;
  const double statistic = both > 0 ? (mean[0] - mean[1]) / std::sqrt(both) : nothing;
  result.estimates.push_back({"difference", mean[0] - mean[1], std::sqrt(both), statistic,
                              p_of_t(statistic, result.degrees_of_freedom)});
  result.exact = !(both > 0) && !result.constant;
  return result;
}

ModelResult pearson(const Design& design, const CellSums& sums) {
  ModelResult result;
  result.kind = ModelKind::chi2;
  const double n = sums.gram(0, 0);
  result.rows = static_cast<std::int64_t>(n);
  const auto lines = present(design.variables[0], sums);
  const auto columns = present(design.variables[1], sums);
  double statistic = 0;
  for (const Index line : lines) {
    for (const Index column : columns) {
      const double expected = sums.gram(line, line) * sums.gram(column, column) / n;
      const double apart = sums.gram(line, column) - expected;
      statistic += apart * apart / expected;
    }
  }
  const auto freedom = static_cast<double>((lines.size() - 1) * (columns.size() - 1));
  result.parameters = static_cast<std::int64_t>(lines.size() + columns.size()) - 1;
  result.degrees_of_freedom = freedom;
  result.converged = freedom > 0;
  if (!result.converged) return result;
  result.estimates.push_back(
      {"chi2", nothing, nothing, statistic, p_of_chi_squared(statistic, freedom)});
  return result;
}

}  // namespace sceau::disclosure
