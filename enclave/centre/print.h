#pragma once
// How results look: aligned columns for people, one JSON document for programs.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sceau::enclave {

/// "1 612 977": groups of three, as people read numbers.
[[nodiscard]] std::string grouped(std::uint64_t number);

/// Headers and rows in aligned columns, two blanks between; "none" where there are no rows.
/// Control characters and bytes that are no UTF-8 are shown as '?', so that a title can't move a
/// terminal's cursor.
[[nodiscard]] std::string aligned(const std::vector<std::string>& headers,
                                  const std::vector<std::vector<std::string>>& rows);

/// The same with headings, and "none", that are words of the catalogue (messages.h).
[[nodiscard]] std::string aligned(std::string_view language,
                                  const std::vector<std::string>& headings,
                                  const std::vector<std::vector<std::string>>& rows);

/// One line of text with control characters shown as '?'.
[[nodiscard]] std::string printable(std::string_view text);

/// Columns that `text` takes on a terminal (code points).
[[nodiscard]] std::size_t display_width(std::string_view text);

}  // namespace sceau::enclave
