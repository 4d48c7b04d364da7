#pragma once
// Group disclosure: what is true of nearly all of a group is known of each of its members, however
// many they are. Tested for every variable that the codebook calls sensitive, wherever a table
// tells of it: as a dimension (its distribution given all other dimensions), as a 0/1 measure, as a
// measure with declared bounds, in a FILTER and in WHERE; and for every mode, which by itself says
// what most of a group are.

#include <vector>

#include "disclosure/judge.h"
#include "disclosure/source.h"
#include "disclosure/table.h"
#include "policies/codebook.h"
#include "policies/policy.h"

namespace sceau::disclosure {

/// Shares are of the units whose category is known. A table whose WHERE names a sensitive variable
/// is counted once more without that condition. Throws DisclosureError.
[[nodiscard]] std::vector<Placed> judge_groups(const Table& table, const Source& source,
                                               const policies::Codebook& codebook,
                                               const policies::Policy& policy,
                                               const Cancelled& cancelled = {});

}  // namespace sceau::disclosure
