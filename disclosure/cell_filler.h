#pragma once
// From the measures of a table's groups to its cells: results, and evidence made where it stays,
// since a table's evidence is large and copying it would cost more than counting it.

#include <cstdint>
#include <vector>

#include "disclosure/groups.h"
#include "disclosure/plan.h"
#include "disclosure/table.h"

namespace sceau::disclosure {

/// Fills the cells of one grouping set.
class CellFiller {
 public:
  /// `group_of`: each cell's group, or the number of groups for a cell without rows; no two cells
  /// have one. The references must outlive it.
  CellFiller(const Tabulation& tabulation, const Plan& plan, const Groups& groups,
             std::vector<Cell*> cells, std::vector<std::uint32_t> group_of);

  void fill();

 private:
  using Place = Evidence& (*)(ColumnResult&);  ///< where a column keeps it, made if need be

  [[nodiscard]] bool has_rows(std::size_t cell) const { return group_of_[cell] < groups_->count; }
  void fill_evidence(std::size_t column, std::size_t measure, Place place);
  void fill_column(std::size_t column);
  void count_rows();
  /// One a cell.
  [[nodiscard]] std::vector<Number> values(const Statistic& statistic,
                                           const StatisticPlan& plan) const;
  void fill_value(std::size_t column);
  /// Values that the evidence doesn't hold; what the evidence lacks goes there.
  std::vector<Number> fill_results(std::size_t column, bool denominator);

  const Tabulation* tabulation_;
  const Plan* plan_;
  const Groups* groups_;
  std::vector<Cell*> cells_;
  std::vector<std::uint32_t> group_of_;
  std::vector<Evidence> nothing_;                   // by measure: of a cell without rows
  std::vector<std::vector<const Evidence*>> made_;  // by measure and cell, once it is made
};

}  // namespace sceau::disclosure
