#pragma once
// Contradictions inside one codebook: names that point nowhere, types that can't bear a role,
// codes that could never occur. The reader has checked keys and types of values before.

#include <string_view>

#include "policies/codebook.h"
#include "policies/document.h"

namespace sceau::policies {

/// [a-z_][a-z0-9_]*, at most 63 bytes: what SQL takes without quotes.
[[nodiscard]] bool is_name(std::string_view text);

/// Throws PolicyError(contradiction) at the place in `document` that made it.
void check_codebook(const Codebook& codebook, const Document& document);

}  // namespace sceau::policies
