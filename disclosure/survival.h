#pragma once
// Kaplan and Meier's product limit. Source: Journal of the American Statistical Association 53
// (1958); errors by Greenwood's formula. Those who leave at a time are at risk of it. Internal to
// the models.

#include <cstdint>
#include <map>
#include <vector>

#include "disclosure/model_result.h"
#include "disclosure/model_rows.h"

namespace sceau::disclosure {

struct Leaving {
  std::int64_t events = 0;
  std::int64_t censored = 0;
};
using Lifetimes = std::map<double, Leaving>;  ///< by time

[[nodiscard]] ModelResult survival(const Lifetimes& lifetimes);

/// One entry a cell. Throws DisclosureError: wrong_kind where an event is neither 0 nor 1;
/// too_many_cells where there are more than a million times.
[[nodiscard]] std::vector<Lifetimes> lifetimes(const ModelRows& rows, const Cancelled& cancelled);

}  // namespace sceau::disclosure
