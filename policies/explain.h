#pragma once
// What a policy means, in words: for `sceau policy check` and for whoever signs one.

#include <string>
#include <string_view>
#include <vector>

#include "policies/policy.h"

namespace sceau::policies {

/// One line for exploration, one for the reviewers, then one for each rule in the order of `Rule`,
/// each "name: sentence"; then witness, and what is said of files and workspaces. `language`: "fr",
/// else English. A rule that is off says so.
[[nodiscard]] std::vector<std::string> explain(const Policy& policy, std::string_view language);

}  // namespace sceau::policies
