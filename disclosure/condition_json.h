#pragma once
// A condition alone, in the form that it has within a tabulation's JSON (tabulation.h).
//
//   {"compare":["academie","equal","27"]}

#include <string>
#include <string_view>

#include "disclosure/tabulation.h"

namespace sceau::disclosure {

/// Equal conditions, equal bytes. Throws DisclosureError(malformed).
[[nodiscard]] std::string to_json(const Condition& condition);
/// Strict: throws DisclosureError(malformed) on anything that to_json would not write.
[[nodiscard]] Condition condition_from_json(std::string_view json);

/// As can_tabulate, of a condition. Where not, `why` (if given) gets one sentence.
[[nodiscard]] bool is_well_formed(const Condition& condition, std::string* why = nullptr);

}  // namespace sceau::disclosure
