#pragma once
// The rules of models, each a pure function of what the fit tells, and their use on a table.
//
//   degrees of freedom  n - parameters < D fails: n = 14 with 4 parameters passes D = 10, n = 13
//                       doesn't; n is units where they are fewer than rows. Source: the UK's safe
//                       researcher training; Green, Ritchie, Smith: statbarns, class correlation
//                       and regression.
//   saturated           a regression on classes alone gives the means of its cells back, and each
//                       dummy's coefficient is told of the units with that code: the tables that it
//                       implies (implied.h) are judged as tables. A response that the terms
//                       determine, or that has one value, fails.
//   survival            each step's fall in those at risk < N fails; fewer than N events of a step,
//                       or fewer than N who left before the next one, is for a person. Source:
//                       statbarns, class survival.
//   separation          a logit without a finite maximum: a value of the terms tells the response.

#include <cstdint>
#include <optional>
#include <vector>

#include "disclosure/judge.h"
#include "disclosure/source.h"
#include "disclosure/table.h"

namespace sceau::disclosure {

/// Of steps in ascending order.
[[nodiscard]] std::vector<Breach> survival_steps(const std::vector<SurvivalStep>& steps,
                                                 std::int64_t minimum);

/// What one cell's fit tells by itself; number terms of two values are judge_models' to know.
[[nodiscard]] std::vector<Breach> judge_model(const ModelResult& result, const Evidence& evidence,
                                              const policies::Policy& policy);

/// All findings on a table's models: what they are made of, their cells, and the tables that they
/// imply, which are computed for it. None where no column has a model. Throws DisclosureError.
[[nodiscard]] std::vector<Placed> judge_models(const Table& table, const Source& source,
                                               const policies::Codebook& codebook,
                                               const policies::Policy& policy,
                                               const Cancelled& cancelled);

}  // namespace sceau::disclosure
