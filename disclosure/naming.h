#pragma once
// What a released file calls things: names of the codebook, never a word of the researcher.

#include <string>
#include <string_view>

#include "disclosure/tabulation.h"
#include "policies/codebook.h"

namespace sceau::disclosure {

/// Never the researcher's alias: the variable, "note_bucket", "age_sexe_recode".
[[nodiscard]] std::string canonical_name(const Dimension& dimension);

/// The variable whose code list gives the dimension's labels; null where it has none.
[[nodiscard]] const policies::Variable* labelled(const Dimension& dimension,
                                                 const policies::Codebook& codebook);

/// The variable's label where the codebook has one, else the canonical name.
[[nodiscard]] std::string title_of(const Dimension& dimension, const policies::Codebook& codebook,
                                   std::string_view language);

}  // namespace sceau::disclosure
