#pragma once
// Every word of storey `disclosure` that a person reads stands in messages.cpp: one line an id,
// with {1}, {2} … for the arguments. text() and remedy() are declared in verdict.h.

// French stands in po/fr.po, under the id as msgctxt.

#include <string>
#include <string_view>
#include <vector>

#include "policies/translation.h"

namespace sceau::disclosure {

/// All message ids, for catalogues and tests.
[[nodiscard]] std::vector<std::string_view> message_ids();

/// A text to translate: where it stands, and its English.
struct SourceText {
  std::string context;  ///< a message's id, "remedy RULE", or "word" for one that is an argument
  std::string_view english;
};

/// Every text of this storey.
[[nodiscard]] std::vector<SourceText> source_texts();

/// po/fr.po, built in.
[[nodiscard]] policies::Translations french();

}  // namespace sceau::disclosure
