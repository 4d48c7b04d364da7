#pragma once
// A computed tabulation: the cross product of observed categories, each cell with its results and
// with the evidence that the rules judge, from the same pass over the rows.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "disclosure/boxed.h"
#include "disclosure/model_result.h"
#include "disclosure/number.h"
#include "disclosure/source.h"
#include "disclosure/tabulation.h"
#include "policies/codebook.h"

namespace sceau::disclosure {

inline constexpr std::size_t max_top = 8;

/// Index of a category in its dimension's domain; `total` where the grouping set leaves it out.
using Member = std::int32_t;
inline constexpr Member total = -1;

/// Observed categories under WHERE, codes bytewise ascending, NULL (nullopt) last if observed.
struct Domain {
  std::string name;  ///< the dimension's
  std::vector<std::optional<std::string>> codes;
};

/// What one kind of contributor (a codebook's `contributors` entry, or the unit) gives to a cell:
/// the sum over its valid rows, as an absolute value. The safe side where a row's contributor is
/// NULL: all such rows of a cell are one contributor for shares, and none for `distinct`.
struct Contributions {
  std::string kind;             ///< variable name, or "row" for row units
  std::int64_t distinct = 0;    ///< known ones with at least one valid row
  std::vector<Number> largest;  ///< absolute, descending, at most max_top; counts for counts
  Number total;                 ///< Σ over contributors of |what it gives|: what shares are of
};

/// Of one statistic in one cell. "Valid" rows: in the cell, FILTER true, operand not NULL.
struct Evidence {
  std::int64_t rows = 0;   ///< valid rows
  std::int64_t units = 0;  ///< distinct known statistical units among them (NULL: none)
  Number sum;              ///< of the operand (of 1 for counts)
  Number absolute_sum;     ///< Σ |x|
  Number squares;          ///< Σ x²
  double deviations = 0;   ///< of doubles: Σ (x - mean)², which their Σ x² is too coarse for
  std::int64_t negatives = 0;  ///< rows with x < 0
  std::optional<Number> minimum, maximum;
  std::int64_t minimum_units = 0, maximum_units = 0;
  /// 0, 1, 2 (two or more); of a statistic of two variables the smaller of both. Of a mode too.
  int distinct_values = 0;
  /// Of a quantile: distinct known units (or rows) with a value strictly below, strictly above it;
  /// -1: not known. A unit with several rows may be in both.
  std::int64_t below = -1, above = -1;
  /// Of a mode: units (or rows) that have it. -1: not known.
  std::int64_t mode_units = -1;
  /// Of a weighted statistic: Σ w·|x| (of a count Σ w), what a weighted share is of; else null.
  /// Everything else of its evidence is unweighted.
  Number weighted_total;
  std::vector<Contributions> contributions;  ///< in the codebook's order, the unit's last
};

struct ColumnResult {
  Number value;
  Boxed<std::string> text;      ///< of a mode of codes, instead of `value`
  Evidence evidence;            ///< of the statistic (of the numerator)
  Boxed<Evidence> denominator;  ///< of a ratio's second statistic
  Boxed<Evidence> holding;      ///< of a 0/1 operand: of the valid rows where it is 1
  Boxed<Evidence> denominator_holding;
  Boxed<ModelResult> model;  ///< of a column with a model, where the cell has rows for it
};

struct Cell {
  std::uint32_t grouping_set = 0;  ///< index into Tabulation::grouping_sets
  std::vector<Member> key;         ///< one a dimension
  std::int64_t rows = 0;           ///< under WHERE; 0: a possible cell that didn't occur
  std::int64_t units = 0;
  bool suppressed = false;  ///< by HAVING count(*) >= k, or as one of the hidden cells
  std::vector<ColumnResult> columns;
};

/// Cells in canonical order: dimensions as selected, codes bytewise, NULL then Total last.
struct Table {
  Tabulation tabulation;
  std::vector<Domain> domains;  ///< one a dimension
  std::vector<Cell> cells;
};

/// A cell as Tabulation::hidden names it.
[[nodiscard]] HiddenCell place_of(const Table& table, const Cell& cell);

/// Asked between segments; true stops with DisclosureError(cancelled).
using Cancelled = std::function<bool()>;

/// How much is asked for. `results`: values, and what `rows`, `sum` and `squares` of the evidence
/// hold is what they were computed from; no units, contributors or shares; cells that occur alone.
/// For looking, never for the gate.
enum class Detail { results, evidence };

/// One pass over the source, by `threads` threads (0: as many as there are processors, where there
/// are rows enough; the answer is the same). `cancelled` is asked by the calling thread only.
/// Throws DisclosureError. Where hierarchies are declared in the codebook only observed parent >
/// child pairs make cells.
[[nodiscard]] Table tabulate(const Tabulation& tabulation, const Source& source,
                             const policies::Codebook& codebook, const Cancelled& cancelled = {},
                             int threads = 0, Detail detail = Detail::evidence);

/// Digits behind the point of a column in a released file: the variable's decimals + 2 for a
/// quotient, the variable's decimals for a sum, 0 for a count.
[[nodiscard]] int released_decimals(const Column& column, const policies::Codebook& codebook);

/// The file that leaves: header and one line a cell, RFC 4180, canonical order, NULL "NA", margin
/// "Total", a label column "<dimension>_label" behind a dimension whose variable has labels;
/// suppressed cells are empty.
[[nodiscard]] std::string released_csv(const Table& table, const policies::Codebook& codebook,
                                       std::string_view language);

/// The same with one column more behind the others: `values`, one a cell. Not of a table with a
/// model.
[[nodiscard]] std::string csv_with(const Table& table, const policies::Codebook& codebook,
                                   std::string_view language, const std::string& name,
                                   const std::vector<std::string>& values);

}  // namespace sceau::disclosure
