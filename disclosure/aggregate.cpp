// One pass: rows into groups (groups.h), groups into cells (cells.h), measures into results.

#include <algorithm>
#include <cmath>

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

// The values of one statistic, one a cell of a grouping set.
class Results {
 public:
  Results(const Groups& groups, const Plan& plan) : groups_(&groups) {
    for (std::size_t i = 0; i < plan.measures.size(); ++i) {
      evidence_.emplace_back(groups.count);
      groups.measures[i]->fill(groups.pairs, evidence_.back());
    }
  }

  [[nodiscard]] const Evidence& evidence(std::size_t measure, std::size_t cell) const {
    return evidence_[measure][cell];
  }

  [[nodiscard]] std::vector<Number> values(const Statistic& statistic,
                                           const StatisticPlan& plan) const {
    if (statistic.function == Function::quantile) {
      return groups_->measures[plan.measure]->quantiles(statistic.fraction);
    }
    std::vector<Number> found;
    if (statistic.function == Function::count_distinct) {
      for (const std::int64_t count :
           groups_->measures[plan.measure]->distinct(*plan.kind, groups_->pairs)) {
        found.push_back(exact(count, 0));
      }
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

  const Groups* groups_;
  std::vector<std::vector<Evidence>> evidence_;  // by measure and cell
};

Number truncated(const Number& dividend, const Number& divisor) {
  if (dividend.kind != Number::Kind::exact || divisor.kind != Number::Kind::exact ||
      dividend.scale != 0 || divisor.scale != 0 || divisor.numerator == 0) {
    return quotient(dividend, divisor);
  }
  return exact(dividend.numerator / divisor.numerator, 0);
}

// Fills the cells of one grouping set.
void fill_cells(const Tabulation& tabulation, const Plan& plan, const Groups& groups,
                const std::vector<Cell*>& cells) {
  const Results results(groups, plan);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i]->rows = results.evidence(0, i).rows;
    cells[i]->units = results.evidence(0, i).units;
    cells[i]->suppressed = tabulation.having_minimum && cells[i]->rows < *tabulation.having_minimum;
    cells[i]->columns.resize(tabulation.columns.size());
  }
  for (std::size_t c = 0; c < tabulation.columns.size(); ++c) {
    const Column& column = tabulation.columns[c];
    const ColumnPlan& output = plan.outputs[c];
    std::vector<Number> values = results.values(column.statistic, output.statistic);
    if (column.denominator) {
      const auto divisors = results.values(*column.denominator, *output.denominator);
      for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = column.integer_division ? truncated(values[i], divisors[i])
                                            : quotient(values[i], divisors[i]);
      }
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
      ColumnResult& result = cells[i]->columns[c];
      result.value = values[i];
      result.evidence = results.evidence(output.statistic.measure, i);
      if (output.statistic.holding) {
        result.holding = results.evidence(*output.statistic.holding, i);
      }
      if (output.denominator) {
        result.denominator = results.evidence(output.denominator->measure, i);
      }
      if (output.denominator && output.denominator->holding) {
        result.denominator_holding = results.evidence(*output.denominator->holding, i);
      }
    }
  }
}

}  // namespace

Table tabulate(const Tabulation& tabulation, const Source& source,
               const policies::Codebook& codebook, const Cancelled& cancelled, int threads) {
  const Plan plan = make_plan(tabulation, source, codebook);
  const Scan found = scan(plan, cancelled, threads);
  const Keys keys = observed_keys(tabulation, plan, found);
  Table table{tabulation, keys.domains, possible_cells(tabulation, keys, codebook)};
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
    fill_cells(tabulation, plan, regroup(found.groups, plan, to, cells.size()), cells);
  }
  return table;
}

}  // namespace sceau::disclosure
