#pragma once
// Which categories stand in the rows that a condition lets through.

#include <string_view>
#include <vector>

#include "disclosure/source.h"
#include "disclosure/tabulation.h"

namespace sceau::disclosure {

/// By code of a codes column: whether it stands in a row for which the condition is true. Throws
/// DisclosureError as binding a condition does.
[[nodiscard]] std::vector<bool> observed_codes(const Source& source, const Condition& condition,
                                               std::string_view column);

}  // namespace sceau::disclosure
