// One pass: rows into groups (groups.h), groups into cells (cells.h), measures into results.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "disclosure/cells.h"
#include "disclosure/exact.h"
#include "disclosure/groups.h"
#include "disclosure/plan.h"
#include "disclosure/table.h"

namespace sceau::disclosure {
namespace {

// Sample variance: (n Σx² - (Σx)²) / (n (n - 1)).
Number variance_of(const Evidence& evidence) {
  if (evidence.rows < 2) return {};
  const auto n = static_cast<Int128>(evidence.rows);
  if (evidence.sum.kind == Number::Kind::real) {
    Number found = evidence.sum;
    const double mean = evidence.sum.real / static_cast<double>(evidence.rows);
    found.real = std::fmax(0.0, evidence.squares.real - mean * evidence.sum.real) /
                 static_cast<double>(evidence.rows - 1);
    return found;
  }
  if (evidence.squares.kind == Number::Kind::null) {
    return exact(multiply(power_of_ten(38), 10), 0);  // throws overflow
  }
  const Int128 spread = subtract(multiply(n, evidence.squares.numerator),
                                 multiply(evidence.sum.numerator, evidence.sum.numerator));
  return quotient(exact(spread, evidence.squares.scale), exact(multiply(n, n - 1), 0));
}

Number root_of(const Number& variance) {
  if (variance.kind == Number::Kind::null) return {};
  Number root;
  root.kind = Number::Kind::real;
  root.real = std::sqrt(to_double(variance));
  return root;
}

// What the measures hold of the groups of one grouping: evidence and values by group, and those of
// a cell without rows.
class Results {
 public:
  Results(const Groups& groups, const Plan& plan) : groups_(&groups), uses_(plan.measures.size()) {
    for (const ColumnPlan& output : plan.outputs) {
      count_uses(output.statistic);
      if (output.denominator) count_uses(*output.denominator);
    }
    const auto empty = empty_tables(plan);
    const Extent extent{1, std::vector<std::size_t>(groups.pairs.size(), 0)};
    const PairKeys no_pairs(groups.pairs.size());
    for (std::size_t i = 0; i < plan.measures.size(); ++i) {
      evidence_.emplace_back(groups.count);
      groups.measures[i]->fill(groups.pairs, evidence_.back());
      empty[i]->resize(extent);
      std::vector<Evidence> nothing(1);
      empty[i]->fill(no_pairs, nothing);
      evidence_.back().push_back(std::move(nothing[0]));
    }
  }

  /// `group` may be the number of groups: a cell without rows.
  [[nodiscard]] const Evidence& evidence(std::size_t measure, std::size_t group) const {
    return evidence_[measure][group];
  }

  /// Hands out the evidence of a measure, a group for each of `group_of`. The last time, what is
  /// there goes out itself: a copy of all evidence costs more than counting it.
  template <typename Take>
  void hand_out(std::size_t measure, const std::vector<std::uint32_t>& group_of, Take take) {
    std::vector<Evidence>& all = evidence_[measure];
    const bool last = --uses_[measure] == 0;
    for (std::size_t i = 0; i < group_of.size(); ++i) {
      const bool shared = group_of[i] == groups_->count;  // by all cells without rows
      if (last && !shared) {
        take(i, std::move(all[group_of[i]]));
      } else {
        take(i, Evidence(all[group_of[i]]));
      }
    }
  }

  /// One a group, then that of a cell without rows.
  [[nodiscard]] std::vector<Number> values(const Statistic& statistic,
                                           const StatisticPlan& plan) const {
    std::vector<Number> found;
    if (statistic.function == Function::quantile) {
      found = groups_->measures[plan.measure]->quantiles(statistic.fraction, groups_->count);
      found.emplace_back();
      return found;
    }
    if (statistic.function == Function::count_distinct) {
      std::vector<std::int64_t> counts(groups_->count + 1);
      groups_->measures[plan.measure]->distinct(*plan.kind, groups_->pairs, counts);
      for (const std::int64_t count : counts) found.push_back(exact(count, 0));
      return found;
    }
    for (const Evidence& evidence : evidence_[plan.measure]) {
      found.push_back(value(statistic.function, evidence));
    }
    return found;
  }

 private:
  static Number value(Function function, const Evidence& evidence) {
    const Number rows = exact(evidence.rows, 0);
    switch (function) {
      case Function::count_rows:
      case Function::count_values:
      case Function::count_distinct:
        return rows;
      case Function::sum:
        return evidence.rows == 0 ? Number{} : evidence.sum;
      case Function::mean:
        return quotient(evidence.sum, rows);
      case Function::minimum:
        return evidence.minimum.value_or(Number{});
      case Function::maximum:
        return evidence.maximum.value_or(Number{});
      case Function::variance:
        return variance_of(evidence);
      case Function::standard_deviation:
        return root_of(variance_of(evidence));
      case Function::quantile:
        return {};
    }
    return {};
  }

  void count_uses(const StatisticPlan& plan) {
    ++uses_[plan.measure];
    if (plan.holding) ++uses_[*plan.holding];
  }

  const Groups* groups_;
  std::vector<std::size_t> uses_;                // by measure
  std::vector<std::vector<Evidence>> evidence_;  // by measure and group
};

Number truncated(const Number& dividend, const Number& divisor) {
  if (dividend.kind != Number::Kind::exact || divisor.kind != Number::Kind::exact ||
      dividend.scale != 0 || divisor.scale != 0 || divisor.numerator == 0) {
    return quotient(dividend, divisor);
  }
  return exact(dividend.numerator / divisor.numerator, 0);
}

// A column's values, one a group, then that of a cell without rows.
std::vector<Number> column_values(const Column& column, const ColumnPlan& output,
                                  const Results& results) {
  std::vector<Number> values = results.values(column.statistic, output.statistic);
  if (!column.denominator) return values;
  const auto divisors = results.values(*column.denominator, *output.denominator);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = column.integer_division ? truncated(values[i], divisors[i])
                                        : quotient(values[i], divisors[i]);
  }
  return values;
}

// Fills the cells of one grouping set; `group_of`: each cell's group, or the number of groups.
void fill_cells(const Tabulation& tabulation, const Plan& plan, const Groups& groups,
                const std::vector<Cell*>& cells, const std::vector<std::uint32_t>& group_of) {
  Results results(groups, plan);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Evidence& counted = results.evidence(0, group_of[i]);
    cells[i]->rows = counted.rows;
    cells[i]->units = counted.units;
    cells[i]->suppressed = tabulation.having_minimum && cells[i]->rows < *tabulation.having_minimum;
    cells[i]->columns.resize(tabulation.columns.size());
  }
  for (std::size_t c = 0; c < tabulation.columns.size(); ++c) {
    const auto values = column_values(tabulation.columns[c], plan.outputs[c], results);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      cells[i]->columns[c].value = values[group_of[i]];
    }
  }
  for (std::size_t c = 0; c < tabulation.columns.size(); ++c) {
    const ColumnPlan& output = plan.outputs[c];
    const auto hand_out = [&](std::size_t measure, auto member) {
      results.hand_out(measure, group_of, [&](std::size_t i, Evidence evidence) {
        cells[i]->columns[c].*member = std::move(evidence);
      });
    };
    hand_out(output.statistic.measure, &ColumnResult::evidence);
    if (output.statistic.holding) hand_out(*output.statistic.holding, &ColumnResult::holding);
    if (!output.denominator) continue;
    hand_out(output.denominator->measure, &ColumnResult::denominator);
    if (output.denominator->holding) {
      hand_out(*output.denominator->holding, &ColumnResult::denominator_holding);
    }
  }
}

// Whether no two groups fall into one cell.
bool is_finest(const Tabulation& tabulation, std::uint32_t set) {
  const std::size_t width = tabulation.dimensions.size();
  return tabulation.grouping_sets[set] == (std::uint32_t{1} << width) - 1;
}

// Each cell's group, where each cell has at most one.
std::vector<std::uint32_t> invert(const std::vector<std::uint32_t>& cell_of, std::size_t cells) {
  std::vector<std::uint32_t> group_of(cells, static_cast<std::uint32_t>(cell_of.size()));
  for (std::uint32_t group = 0; group < cell_of.size(); ++group) group_of[cell_of[group]] = group;
  return group_of;
}

std::vector<std::uint32_t> counted_up(std::size_t count) {
  std::vector<std::uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

}  // namespace

Table tabulate(const Tabulation& tabulation, const Source& source,
               const policies::Codebook& codebook, const Cancelled& cancelled, int threads,
               Detail detail) {
  const Plan plan = make_plan(tabulation, source, codebook, detail);
  Scan found = scan(plan, cancelled, threads);
  const Keys keys = observed_keys(tabulation, plan, found);
  Table table{tabulation, keys.domains, possible_cells(tabulation, keys, codebook)};
  bool is_settled = false;
  for (std::uint32_t set = 0; set < tabulation.grouping_sets.size(); ++set) {
    std::vector<Cell*> cells;
    std::vector<const Cell*> sorted;
    for (Cell& cell : table.cells) {
      if (cell.grouping_set != set) continue;
      cells.push_back(&cell);
      sorted.push_back(&cell);
    }
    std::vector<std::uint32_t> to;
    if (keys.width == 0) {
      to.assign(found.groups.count, 0);
    } else {
      to = cells_of_groups(keys, tabulation.grouping_sets[set], sorted);
    }
    if (is_finest(tabulation, set)) {
      fill_cells(tabulation, plan, found.groups, cells, invert(to, cells.size()));
      continue;
    }
    if (!is_settled) found.groups = settled(std::move(found.groups), plan);
    is_settled = true;
    fill_cells(tabulation, plan, regroup(found.groups, plan, to, cells.size()), cells,
               counted_up(cells.size()));
  }
  return table;
}

}  // namespace sceau::disclosure
