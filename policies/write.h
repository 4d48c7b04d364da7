#pragma once
// A codebook as a TOML document that a person goes on editing.

#include <map>
#include <string>
#include <vector>

#include "policies/codebook.h"

namespace sceau::policies {

/// Lines that are written as `# …`: above a variable's table, or at the top for the name "".
using Comments = std::map<std::string, std::vector<std::string>>;

/// A document that parse_codebook reads as the same codebook (but for source_text, and for how many
/// zeros stand behind a minimum or maximum). Defaults are left out. `codebook` must hold to the
/// rules of parse_codebook; it isn't checked here.
[[nodiscard]] std::string to_toml(const Codebook& codebook, const Comments& comments = {});

}  // namespace sceau::policies
