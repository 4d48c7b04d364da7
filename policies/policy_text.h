#pragma once
// The digest of a policy, apart from its reading so that one file alone touches cryptography.

#include <string>

#include "policies/policy.h"

namespace sceau::policies {

/// Hex of SHA-256 over canonical_text(policy), 64 characters.
[[nodiscard]] std::string policy_digest(const Policy& policy);

}  // namespace sceau::policies
