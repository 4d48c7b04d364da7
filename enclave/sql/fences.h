#pragma once
// What a text must be before PostgreSQL's parser sees it; parse.h says the limits.

#include <string_view>
#include <vector>

namespace sceau::enclave::sql {

/// Throws SqlError where a limit is passed. `text` has no terminator to rely on.
void check_fences(std::string_view text);

/// Whether the bytes are UTF-8 as RFC 3629 says: no surrogates, no overlong forms.
[[nodiscard]] bool is_utf8(std::string_view bytes);

/// For each byte, the number (from 1) of the character that it belongs to.
[[nodiscard]] std::vector<int> character_positions(std::string_view text);

}  // namespace sceau::enclave::sql
