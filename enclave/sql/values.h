#pragma once
// Single values between text and the form in which SQLite carries them: integers and booleans as
// INTEGER, float8 as REAL, all else (numeric, date, text) as TEXT in the form that is shown.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "enclave/sql/type.h"

namespace sceau::enclave::sql {

[[nodiscard]] std::string_view trimmed(std::string_view text);
[[nodiscard]] std::string lower_ascii(std::string_view text);

[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text, Type type);
[[nodiscard]] std::optional<double> parse_real(std::string_view text);
[[nodiscard]] std::optional<bool> parse_boolean(std::string_view text);
/// ISO "2021-09-01" alone; canonical.
[[nodiscard]] std::optional<std::string> parse_date(std::string_view text);

/// Days since 1970-01-01 of a canonical date, and back (nullopt outside the years 1..9999).
[[nodiscard]] std::int64_t days_of(std::string_view date);
[[nodiscard]] std::optional<std::string> date_of(std::int64_t days);

/// Shortest text that reads back as the same double, in PostgreSQL's form: 1e+20, 0.1, 12.
[[nodiscard]] std::string real_text(double value);

/// The text of a literal or parameter as a value of `type`, in the form that is shown; nullopt
/// where it isn't one.
[[nodiscard]] std::optional<std::string> canonical(Type type, std::string_view text);

/// PostgreSQL's SQLSTATE for a text that canonical refuses: 22P02, 22007 for no date, 22008 for a
/// day that there isn't.
[[nodiscard]] std::string unreadable_state(Type type, std::string_view text);

/// UTF-8 characters.
[[nodiscard]] std::size_t characters(std::string_view text);

}  // namespace sceau::enclave::sql
