#pragma once
// The classes that statistics fall into, and the rules that judge each class. The fourteen classes
// are those of Green, Ritchie and Smith, "A statbarn approach to output checking" (2021): what is
// alike in how it can disclose is judged alike. None falls through: a function without a class
// doesn't compile.

#include <set>
#include <string_view>

#include "disclosure/tabulation.h"
#include "policies/policy.h"

namespace sceau::disclosure {

enum class StatisticClass {
  frequency,      ///< counts, shares of counts, histograms
  linear,         ///< sums and means
  end_point,      ///< minimum, maximum
  position,       ///< median, quantiles
  mode,           ///< the most frequent value
  shape,          ///< variance, standard deviation, skewness, kurtosis
  correlation,    ///< correlations, regressions
  test,           ///< t, F, χ²
  ratio,          ///< ratios, odds ratios, risk ratios: both tables beneath
  survival,       ///< Kaplan–Meier
  concentration,  ///< Herfindahl index, share of the largest
  gini,           ///< Gini coefficient, Lorenz curve
  linked,         ///< several tables, margins, earlier releases: the history
  cluster         ///< sizes and means of clusters: each a cell
};

[[nodiscard]] std::string_view to_string(StatisticClass one);

/// Of a column's statistic; a column with a denominator is a `ratio` of two that have their own.
[[nodiscard]] StatisticClass class_of(Function function);
[[nodiscard]] StatisticClass class_of(ModelKind kind);

/// The rules that judge a class beyond threshold and contributors, which judge every one.
[[nodiscard]] std::set<policies::Rule> rules_of(StatisticClass one);

/// Parameters that a statistic of a class uses up: n less these are its degrees of freedom.
[[nodiscard]] int parameters_of(Function function);

}  // namespace sceau::disclosure
