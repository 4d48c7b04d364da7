#pragma once
// Every word of storey `disclosure` that a person reads stands in messages.cpp: one line an id,
// with {1}, {2} … for the arguments. text() and remedy() are declared in verdict.h.

#include <string_view>
#include <vector>

namespace sceau::disclosure {

/// All message ids, for catalogues and tests.
[[nodiscard]] std::vector<std::string_view> message_ids();

}  // namespace sceau::disclosure
