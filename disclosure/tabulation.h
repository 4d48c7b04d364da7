#pragma once
// A tabulation: what a table is, as a value. It names variables and codes, never files, rows or
// SQL, so that it can be replayed years later, remembered in a history, or answered by another
// engine.
//
// In SQL (the session makes one from a tree; this storey never sees the text):
//     SELECT academie, sexe, count(*), avg(note) FROM lycees WHERE niveau = '2nde' GROUP BY 1, 2
// Not one: a SELECT of rows, a sum over a CASE of an identifier, a LIMIT.

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "disclosure/model.h"
#include "policies/decimal.h"

namespace sceau::disclosure {

using policies::Decimal;

inline constexpr std::size_t max_cells = 1'000'000;
inline constexpr std::size_t max_dimensions = 16;

enum class Comparison { equal, not_equal, less, less_equal, greater, greater_equal };

/// A text for codes columns (compared bytewise), an exact number for scaled and real ones.
using Constant = std::variant<std::string, Decimal>;

/// A predicate over one row, in SQL's three-valued logic.
struct Condition {
  enum class Kind {
    always,    ///< true
    unknown,   ///< NULL: neither it nor its negation holds (x = NULL)
    all_of,    ///< AND of parts; empty: true
    any_of,    ///< OR of parts; empty: false
    negation,  ///< NOT parts[0]
    compare,   ///< variable comparison constants[0]; unknown where NULL
    in_list,   ///< variable IN constants; unknown where NULL
    is_null    ///< variable IS NULL; never unknown
  };
  Kind kind = Kind::always;
  std::vector<Condition> parts;
  std::string variable;
  Comparison comparison = Comparison::equal;
  std::vector<Constant> constants;

  friend bool operator==(const Condition&, const Condition&) = default;
};

/// variable IS NOT NULL.
[[nodiscard]] Condition is_known(std::string variable);
/// variable = constant.
[[nodiscard]] Condition is_equal(std::string variable, Constant constant);
/// variable = 1: the rows that a 0/1 variable counts.
[[nodiscard]] Condition is_one(std::string variable);
/// Every variable that it names.
[[nodiscard]] std::set<std::string> variables_of(const Condition& condition);

/// A category of a recode: the first case whose condition is true gives the label.
struct RecodeCase {
  Condition when;
  std::optional<std::string> label;  ///< nullopt: NULL
  friend bool operator==(const RecodeCase&, const RecodeCase&) = default;
};

/// CASE WHEN … END as a dimension.
struct Recode {
  std::vector<RecodeCase> cases;
  std::optional<std::string> otherwise;
  bool labels_are_numbers = false;  ///< the session types the column int8
  friend bool operator==(const Recode&, const Recode&) = default;
};

/// width_bucket(variable, low, high, buckets): "0" below, "1".."n", "n+1" at or above high. Exact.
struct WidthBucket {
  std::string variable;
  Decimal low;
  Decimal high;
  std::int32_t buckets = 1;
  friend bool operator==(const WidthBucket&, const WidthBucket&) = default;
};

struct Dimension {
  std::string name;                                     ///< the output's column name
  std::variant<std::string, Recode, WidthBucket> from;  ///< a variable (or "vintage"), or a recode
  friend bool operator==(const Dimension&, const Dimension&) = default;
};

/// Every variable that it is made from.
[[nodiscard]] std::set<std::string> variables_of(const Dimension& dimension);

enum class Function {
  count_rows,      ///< count(*)
  count_values,    ///< count(x)
  count_distinct,  ///< count(DISTINCT x)
  sum,
  mean,
  minimum,
  maximum,
  quantile,            ///< percentile_cont(fraction), median
  variance,            ///< of a sample, by n - 1; NULL under two rows
  standard_deviation,  ///< its root
  variance_population,
  standard_deviation_population,
  skewness,           ///< g1 = m3 / m2^(3/2), moments about the mean by n; NULL where m2 is 0
  kurtosis,           ///< g2 = m4 / m2² - 3; NULL where m2 is 0
  mode,               ///< the most frequent value, the smallest of several
  quantile_discrete,  ///< percentile_disc(fraction): the first value that so many don't pass
  // Of y (the operand) and x (second), over the rows where both are known. Definitions and NULLs
  // are PostgreSQL's; S.. are sums of (products of) deviations from the means.
  correlation,            ///< Sxy / √(Sxx Syy)
  covariance_population,  ///< Sxy / n
  covariance_sample,      ///< Sxy / (n - 1)
  regression_slope,       ///< Sxy / Sxx
  regression_intercept,   ///< mean y - slope · mean x
  regression_r2,          ///< Sxy² / (Sxx Syy); 1 where Syy is 0 and Sxx isn't
  regression_sxx,
  regression_syy,
  regression_sxy,
  // Of what each contributor gives: sums of the operand by `second`, or rows where that is empty.
  // NULL where a value is negative or all are 0.
  gini,       ///< (2 Σ i·x(i)) / (n Σ x) - (n + 1) / n, x(1) <= … <= x(n)
  hhi,        ///< Herfindahl and Hirschman: Σ (x / Σ x)², 1/n..1
  top_share,  ///< what the `top` largest give, of all: 0..1
  // With weights (second, a number), over the rows where both are known.
  weighted_count,  ///< Σ w; no operand
  weighted_sum,    ///< Σ w·x
  weighted_mean    ///< Σ w·x / Σ w
};

/// Whether `second` is a value that a valid row must have, too.
[[nodiscard]] bool needs_second_value(Function function);
/// Whether it is computed from what contributors give.
[[nodiscard]] bool is_concentration(Function function);
/// Whether `second` is its weight.
[[nodiscard]] bool is_weighted(Function function);
[[nodiscard]] bool has_fraction(Function function);

inline constexpr std::int32_t max_top_share = 100;

/// What is aggregated: nothing (count(*)), a variable, or a 0/1 indicator of a condition: 1 where
/// it is true, 0 where it is false or unknown, as CASE WHEN c THEN 1 ELSE 0 END; never NULL. An
/// indicator that is NULL where the condition is unknown is this one with any_of{c, not c} in
/// FILTER.
using Operand = std::variant<std::monostate, std::string, Condition>;

struct Statistic {
  Function function = Function::count_rows;
  Operand operand;
  Condition filter;        ///< FILTER (WHERE …)
  Decimal fraction{5, 1};  ///< quantiles only
  /// A variable, or empty: x of a pair, who contributes (concentration), the weight.
  std::string second = {};
  std::int32_t top = 1;  ///< top_share only: of how many
  friend bool operator==(const Statistic&, const Statistic&) = default;
};

/// One output column: a statistic, or the ratio of two; the whole may be a percentage. Of a mode no
/// ratio or percentage is made. Or a model: then `statistic` counts the rows that it can use, as
/// statistic_of (implied.h) says, and no other column stands beside it.
struct Column {
  std::string name;
  Statistic statistic;
  std::optional<Statistic> denominator;
  bool integer_division = false;  ///< PostgreSQL's: both sides integers, truncated towards zero
  bool percentage = false;        ///< 100 times it; before an integer division
  std::optional<Model> model = std::nullopt;
  friend bool operator==(const Column&, const Column&) = default;
};

/// A data set joined n:1: each row finds at most one row of it, the one whose `key` is the row's
/// own `variable`; where there is none, or `variable` is NULL, all that is joined is NULL. A key
/// stands once in a vintage.
struct Reference {
  std::string variable;  ///< of the table's own data set
  std::string dataset;
  std::string key;      ///< of that data set
  std::string vintage;  ///< the one that is joined to every row; empty: the row's own
  friend auto operator<=>(const Reference&, const Reference&) = default;
};

/// How conditions, dimensions and statistics name a joined variable: "uai>etablissements.secteur",
/// or "uai>etablissements@2021.secteur" where one vintage is joined to all rows. No variable of a
/// codebook has such a name.
[[nodiscard]] std::string joined_name(const Reference& reference, std::string_view variable);

/// A cell of a protected table (proposal.h) that is not shown, as HAVING's aren't.
struct HiddenCell {
  std::uint32_t grouping_set = 0;  ///< index into the tabulation's
  /// One a dimension; nullopt: NULL, or a dimension that the grouping set leaves out.
  std::vector<std::optional<std::string>> codes;
  friend auto operator<=>(const HiddenCell&, const HiddenCell&) = default;
};

struct Tabulation {
  std::string dataset;
  std::vector<std::string> vintages;  ///< ascending, at least one
  /// Ascending, no two alike but for the key; a joined variable needs its reference here.
  std::vector<Reference> references;
  std::vector<Dimension> dimensions;  ///< as selected
  std::vector<Column> columns;
  Condition where;
  std::vector<std::uint32_t> grouping_sets;  ///< bit i: dimension i is kept; one set without ROLLUP
  std::optional<std::int64_t> having_minimum;  ///< HAVING count(*) >= k: primary suppression
  std::vector<HiddenCell> hidden;              ///< ascending, no two alike
  std::int64_t rounded_to =
      0;  ///< counts are rounded to multiples of it (rounded_counts.h); 0: not
  friend bool operator==(const Tabulation&, const Tabulation&) = default;
};

/// Whether it is one of `hidden`; `codes` as HiddenCell has them.
[[nodiscard]] bool hides(const Tabulation& tabulation, const HiddenCell& cell);

/// JSON for people, the registry and frames. Equal tabulations, equal bytes.
[[nodiscard]] std::string to_json(const Tabulation& tabulation);
/// Strict: throws DisclosureError(malformed) on anything that to_json would not write.
[[nodiscard]] Tabulation tabulation_from_json(std::string_view json);

/// Deepest nesting of a condition that is taken.
inline constexpr int max_condition_depth = 1000;

/// Whether it is well formed on its own, before any source is seen: bits of grouping sets, operands
/// that the functions can bear, buckets, depth. Where not, `why` (if given) gets one sentence.
/// What passes here can still name a variable that a source doesn't have (tabulate throws).
[[nodiscard]] bool can_tabulate(const Tabulation& tabulation, std::string* why = nullptr);

/// A bit a dimension: every one that some grouping set shows.
[[nodiscard]] std::uint32_t shown_dimensions(const Tabulation& tabulation);
/// Whether one grouping set shows them all: then all others add it up.
[[nodiscard]] bool shows_its_leaves(const Tabulation& tabulation);

/// "sexe", or what the recode is made from: never the researcher's own name for it.
[[nodiscard]] std::string describe(const Dimension& dimension);
/// "count(*)", "avg(note)", "sum(x) / count(*)": as findings and release.json name a column.
[[nodiscard]] std::string describe(const Column& column);
[[nodiscard]] std::string describe(const Statistic& statistic);
[[nodiscard]] std::string describe(const Condition& condition);

/// Every variable that it names, joined ones among them, each once, ascending.
[[nodiscard]] std::vector<std::string> variables_of(const Tabulation& tabulation);

/// A joined variable taken apart.
struct JoinedVariable {
  const Reference* reference = nullptr;  ///< of the tabulation
  std::string name;                      ///< of the joined data set
};
/// nullopt: it is the data set's own. Throws DisclosureError(malformed): joined by a reference that
/// the tabulation doesn't have.
[[nodiscard]] std::optional<JoinedVariable> joined_variable(const Tabulation& tabulation,
                                                            std::string_view name);

}  // namespace sceau::disclosure
