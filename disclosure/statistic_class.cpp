#include "disclosure/statistic_class.h"

namespace sceau::disclosure {

using policies::Rule;

std::string_view to_string(StatisticClass one) {
  switch (one) {
    case StatisticClass::frequency:
      return "frequency";
    case StatisticClass::linear:
      return "linear";
    case StatisticClass::end_point:
      return "end_point";
    case StatisticClass::position:
      return "position";
    case StatisticClass::mode:
      return "mode";
    case StatisticClass::shape:
      return "shape";
    case StatisticClass::correlation:
      return "correlation";
    case StatisticClass::test:
      return "test";
    case StatisticClass::ratio:
      return "ratio";
    case StatisticClass::survival:
      return "survival";
    case StatisticClass::concentration:
      return "concentration";
    case StatisticClass::gini:
      return "gini";
    case StatisticClass::linked:
      return "linked";
    case StatisticClass::cluster:
      return "cluster";
  }
  return {};
}

StatisticClass class_of(Function function) {
  switch (function) {
    case Function::count_rows:
    case Function::count_values:
    case Function::count_distinct:
    case Function::weighted_count:
      return StatisticClass::frequency;
    case Function::sum:
    case Function::mean:
    case Function::weighted_sum:
    case Function::weighted_mean:
      return StatisticClass::linear;
    case Function::minimum:
    case Function::maximum:
      return StatisticClass::end_point;
    case Function::quantile:
    case Function::quantile_discrete:
      return StatisticClass::position;
    case Function::mode:
      return StatisticClass::mode;
    case Function::variance:
    case Function::standard_deviation:
    case Function::variance_population:
    case Function::standard_deviation_population:
    case Function::skewness:
    case Function::kurtosis:
      return StatisticClass::shape;
    case Function::correlation:
    case Function::covariance_population:
    case Function::covariance_sample:
    case Function::regression_slope:
    case Function::regression_intercept:
    case Function::regression_r2:
    case Function::regression_sxx:
    case Function::regression_syy:
    case Function::regression_sxy:
      return StatisticClass::correlation;
    case Function::gini:
      return StatisticClass::gini;
    case Function::hhi:
    case Function::top_share:
      return StatisticClass::concentration;
  }
  return StatisticClass::linear;  // not reached: the switch names every function
}

StatisticClass class_of(ModelKind kind) {
  switch (kind) {
    case ModelKind::ols:
    case ModelKind::logit:
      return StatisticClass::correlation;
    case ModelKind::km:
      return StatisticClass::survival;
    case ModelKind::t_test:
    case ModelKind::chi2:
      return StatisticClass::test;
  }
  return StatisticClass::correlation;  // not reached: the switch names every kind
}

std::set<Rule> rules_of(StatisticClass one) {
  switch (one) {
    case StatisticClass::frequency:
    case StatisticClass::cluster:
      return {Rule::dominance, Rule::p_percent, Rule::group_disclosure, Rule::history};
    case StatisticClass::linear:
      return {Rule::dominance, Rule::p_percent, Rule::group_disclosure, Rule::homogeneity,
              Rule::history};
    case StatisticClass::end_point:
      return {Rule::extremes, Rule::homogeneity, Rule::history};
    case StatisticClass::position:
      return {Rule::quantiles, Rule::homogeneity, Rule::history};
    case StatisticClass::mode:
      return {Rule::group_disclosure, Rule::homogeneity, Rule::history};
    case StatisticClass::shape:
    case StatisticClass::correlation:
    case StatisticClass::test:
      return {Rule::degrees_of_freedom, Rule::homogeneity, Rule::history};
    case StatisticClass::ratio:  // of its two sides, each in its own class
    case StatisticClass::linked:
      return {Rule::history};
    case StatisticClass::survival:
      return {Rule::history};
    case StatisticClass::concentration:
      return {Rule::dominance, Rule::p_percent, Rule::homogeneity, Rule::history};
    case StatisticClass::gini:
      return {Rule::homogeneity, Rule::history};
  }
  return {};
}

int parameters_of(Function function) {
  switch (function) {
    case Function::variance:
    case Function::standard_deviation:
    case Function::variance_population:
    case Function::standard_deviation_population:
    case Function::skewness:
    case Function::kurtosis:
    case Function::regression_sxx:
    case Function::regression_syy:
      return 1;
    case Function::correlation:
    case Function::covariance_population:
    case Function::covariance_sample:
    case Function::regression_slope:
    case Function::regression_intercept:
    case Function::regression_r2:
    case Function::regression_sxy:
      return 2;
    case Function::count_rows:
    case Function::count_values:
    case Function::count_distinct:
    case Function::sum:
    case Function::mean:
    case Function::minimum:
    case Function::maximum:
    case Function::quantile:
    case Function::quantile_discrete:
    case Function::mode:
    case Function::gini:
    case Function::hhi:
    case Function::top_share:
    case Function::weighted_count:
    case Function::weighted_sum:
    case Function::weighted_mean:
      return 0;
  }
  return 0;
}

}  // namespace sceau::disclosure
