#pragma once
// What may leave without a person looking: what an output is made of, before any cell is judged.
// Measures plain, dimensions of classification variables with the codebook's labels, no identifier
// in a condition, no rule pending that would judge it. Everything else is `review`, with the
// reason.

#include <vector>

#include "disclosure/source.h"
#include "disclosure/tabulation.h"
#include "disclosure/verdict.h"
#include "policies/codebook.h"
#include "policies/policy.h"

namespace sceau::disclosure {

[[nodiscard]] std::vector<Finding> eligibility(const Tabulation& tabulation, const Source& source,
                                               const policies::Codebook& codebook,
                                               const policies::Policy& policy);

}  // namespace sceau::disclosure
