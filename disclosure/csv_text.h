#pragma once
// Texts in CSV files that leave. A spreadsheet takes a cell that begins with = + - @, a tab or a
// carriage return for a formula, and some would fetch or run what it says (CWE-1236, OWASP "CSV
// Injection"). Such a text gets an apostrophe before it, which spreadsheets read as "this is text".
// Numbers are left as they are: -0.5 stays -0.5.

#include <string>
#include <string_view>

namespace sceau::disclosure {

/// Digits with a sign, one point and an exponent: what a program reads as a number.
[[nodiscard]] bool is_written_number(std::string_view text);

/// With the apostrophe where it needs one; quotes are csv_field's business.
[[nodiscard]] std::string never_a_formula(std::string text);

}  // namespace sceau::disclosure
