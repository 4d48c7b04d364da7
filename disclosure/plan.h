#pragma once
// A tabulation made ready for one source: which columns it names, which measures its columns share,
// which contributors give evidence. Binding is where a wrong name or kind is found.

#include <cstdint>
#include <optional>
#include <vector>

#include "disclosure/columns.h"
#include "disclosure/condition.h"
#include "disclosure/dimension.h"
#include "disclosure/measure.h"
#include "disclosure/source.h"
#include "disclosure/table.h"
#include "disclosure/tabulation.h"
#include "policies/codebook.h"

namespace sceau::disclosure {

/// Where a statistic's value and evidence come from.
struct StatisticPlan {
  std::size_t measure = 0;
  std::optional<std::size_t> holding;  ///< of a 0/1 operand: the measure of the rows where it is 1
  std::optional<std::size_t> kind;     ///< count(DISTINCT …): the kind that is counted
  std::optional<std::size_t> detail;   ///< the measure that has the value, where evidence hasn't
};

struct ColumnPlan {
  StatisticPlan statistic;
  std::optional<StatisticPlan> denominator;
};

struct Plan {
  ColumnSet columns;
  BoundCondition where;
  std::vector<BoundDimension> dimensions;
  Kinds kinds;
  std::vector<BoundEntity> entities;   ///< one a kind
  std::vector<BoundMeasure> measures;  ///< the first counts all rows
  std::vector<ColumnPlan> outputs;     ///< one a column
  std::vector<std::string> vintages;
  bool has_real = false;  ///< sums over doubles: their order matters

  /// Dimensions that an entity of a kind doesn't decide.
  [[nodiscard]] std::vector<std::size_t> free_dimensions(std::size_t kind) const;
};

/// Throws DisclosureError.
[[nodiscard]] Plan make_plan(const Tabulation& tabulation, const Source& source,
                             const policies::Codebook& codebook, Detail detail = Detail::evidence);

/// Whether a variable can only hold 0, 1 and NULL by what the codebook declares.
[[nodiscard]] bool is_indicator(const policies::Variable& variable);
/// Those of the variables that the codebook calls sensitive.
[[nodiscard]] std::vector<std::string> sensitive_of(const std::set<std::string>& names,
                                                    const policies::Codebook& codebook);
/// Whether what is not in one of its categories is in another, single one.
[[nodiscard]] bool is_binary(const policies::Variable& variable);

}  // namespace sceau::disclosure
