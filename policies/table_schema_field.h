#pragma once
// One field of a Table Schema as a variable. Inside this folder only.

#include <string>
#include <string_view>
#include <vector>

#include "policies/codebook.h"
#include "policies/json_section.h"

namespace sceau::policies {

/// What a field becomes, beside the variable.
struct Field {
  Variable variable;
  std::string header;  ///< the schema's name
  std::vector<std::string> comments;
};

/// `missing`: the schema's own, where the field has none. Throws PolicyError(wrong_type).
[[nodiscard]] Field read_field(const JsonSection& field, std::string_view language,
                               const std::vector<std::string>& missing);

/// A text as a label that has it in one language.
[[nodiscard]] Label label_in(const std::string& text, std::string_view language);
/// { "fr": …, "en": … }
[[nodiscard]] Label label_both(const JsonSection& section);
/// Texts, or in version 2 objects with a value; nullopt where there is no list.
[[nodiscard]] std::optional<std::vector<std::string>> missing_values(const JsonSection& section);

}  // namespace sceau::policies
