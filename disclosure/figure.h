#pragma once
// Figures drawn from a checked table: SVG whose every length and word comes from what the released
// file would hold, the rounded numbers and the codebook's names. So a figure tells what its table
// tells, and its verdict is the table's.
//
// Drawn: chart bar of SELECT academie, count(*) … GROUP BY academie.
// Refused, with what to write instead: the same as chart 'histogram' (no width_bucket), with
// ROLLUP (a margin beside its parts would be read as one of them), with 300 categories.
//
//   bar        1 or 2 dimensions, one statistic; the second dimension's categories side by side
//   line       the same; the first dimension is a number, a date, a vintage or a width_bucket
//   histogram  one width_bucket dimension and a count
//   box        0 or 1 dimension; quantiles 0.25, 0.5 and 0.75 of one variable. Whiskers reach to
//              the outermost of the further quantiles, minimum and maximum that are columns
//              themselves (and so were judged); without any there are none.
//
// A suppressed cell is drawn as absent, with a mark; so is one without a value. The edges of a
// histogram's classes are the researcher's numbers: they are written only where the codebook
// bounds the variable and they are values it could have; else classes have their numbers, as in
// the table.

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "disclosure/table.h"
#include "disclosure/verdict.h"

namespace sceau::disclosure {

enum class Chart { bar, histogram, line, box };

[[nodiscard]] std::string_view to_string(Chart chart);
[[nodiscard]] std::optional<Chart> parse_chart(std::string_view text);

/// The most that one figure shows.
inline constexpr std::size_t max_series = 8;
inline constexpr std::size_t max_bars = 120;     ///< categories of a bar or box chart
inline constexpr std::size_t max_points = 1000;  ///< categories of a line or histogram

/// Why this can't be drawn (figure.…), as far as the tabulation tells; nullopt: its shape is right.
[[nodiscard]] std::optional<Message> why_no_figure(const Tabulation& tabulation, Chart chart);

/// A whole SVG document in `language` ("fr" | "en"), or why not. Equal tables, equal bytes.
/// Accessible: role img, a title, and a description that lists every number.
[[nodiscard]] std::variant<std::string, Message> draw(const Table& table, Chart chart,
                                                      const policies::Codebook& codebook,
                                                      std::string_view language);

}  // namespace sceau::disclosure
