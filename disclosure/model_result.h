#pragma once
// What a model came to in one cell, and what its rules want to know of the fit.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "disclosure/model.h"

namespace sceau::disclosure {

/// A line of estimates; what there is no value for is NaN.
struct Estimate {
  std::string term;  ///< "(intercept)", "age", "sexe=F"; t_test: "sexe=F", "difference"
  double value = 0;
  double std_error = 0;
  double statistic = 0;  ///< t, or z of a logit, or χ²
  double p_value = 0;    ///< two-sided
};

/// A time at which something happened that km counts.
struct SurvivalStep {
  double time = 0;
  std::int64_t at_risk = 0;   ///< just before
  std::int64_t events = 0;    ///< > 0
  std::int64_t censored = 0;  ///< from here until before the next step
  double survival = 1;        ///< after
  double std_error = 0;       ///< Greenwood's; NaN where survival is 0
};

struct ModelResult {
  ModelKind kind = ModelKind::ols;
  std::int64_t rows = 0;          ///< used
  std::int64_t parameters = 0;    ///< estimated
  double degrees_of_freedom = 0;  ///< n - parameters; Welch's for t_test; (r-1)(c-1) for chi2
  std::vector<Estimate> estimates;
  std::vector<std::pair<std::string, double>> summary;  ///< "r2", "log_likelihood", …
  std::vector<SurvivalStep> steps;                      ///< km, ascending
  std::int64_t censored_before = 0;                     ///< km: before the first step
  std::vector<std::string> dropped;     ///< terms that others determine: not estimated
  std::vector<std::string> two_valued;  ///< number terms with two values: classes in disguise
  bool converged = true;                ///< false: logit without a finite maximum (separation)
  bool constant = false;                ///< the response has one value
  bool exact = false;                   ///< the terms determine the response
};

}  // namespace sceau::disclosure
