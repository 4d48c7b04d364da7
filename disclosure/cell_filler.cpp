#include "disclosure/cell_filler.h"

#include <cmath>
#include <utility>

#include "disclosure/exact.h"

namespace sceau::disclosure {
namespace {

// (n Σx² - (Σx)²) / (n (n - 1)) of a sample, / n² of a population.
Number variance_of(const Evidence& evidence, bool sample) {
  const std::int64_t divisor = evidence.rows - (sample ? 1 : 0);
  if (divisor < 1) return {};
  const auto n = static_cast<Int128>(evidence.rows);
  if (evidence.sum.kind == Number::Kind::real) {
    Number found = evidence.sum;
    found.real = evidence.deviations / static_cast<double>(divisor);
    return found;
  }
  if (evidence.squares.kind == Number::Kind::null) {
    return exact(multiply(power_of_ten(38), 10), 0);  // throws overflow
  }
  const Int128 spread = subtract(multiply(n, evidence.squares.numerator),
                                 multiply(evidence.sum.numerator, evidence.sum.numerator));
  return quotient(exact(spread, evidence.squares.scale), exact(multiply(n, divisor), 0));
}

Number root_of(const Number& variance) {
  if (variance.kind == Number::Kind::null) return {};
  return real(std::sqrt(to_double(variance)));
}

Number value_of(Function function, const Evidence& evidence) {
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
      return variance_of(evidence, true);
    case Function::standard_deviation:
      return root_of(variance_of(evidence, true));
    case Function::variance_population:
      return variance_of(evidence, false);
    case Function::standard_deviation_population:
      return root_of(variance_of(evidence, false));
    case Function::quantile:
    case Function::quantile_discrete:
    case Function::skewness:
    case Function::kurtosis:
    case Function::mode:
    case Function::gini:
    case Function::hhi:
    case Function::top_share:
    case Function::weighted_count:
    case Function::weighted_sum:
    case Function::weighted_mean:
    case Function::correlation:
    case Function::covariance_population:
    case Function::covariance_sample:
    case Function::regression_slope:
    case Function::regression_intercept:
    case Function::regression_r2:
    case Function::regression_sxx:
    case Function::regression_syy:
    case Function::regression_sxy:
      return {};  // see fill_results
  }
  return {};
}

// Another statistic's details of the same rows.
void forget_results(Evidence& evidence, bool numeric) {
  evidence.mode_units = -1;
  evidence.below = evidence.above = -1;
  evidence.weighted_total = {};
  if (!numeric) evidence.distinct_values = 0;
}

Number hundredfold(Number number) {
  number.real *= 100;
  number.numerator = multiply(number.numerator, 100);
  return number;
}

Number truncated(const Number& dividend, const Number& divisor) {
  if (dividend.kind != Number::Kind::exact || divisor.kind != Number::Kind::exact ||
      dividend.scale != 0 || divisor.scale != 0 || divisor.numerator == 0) {
    return quotient(dividend, divisor);
  }
  return exact(dividend.numerator / divisor.numerator, 0);
}

}  // namespace

CellFiller::CellFiller(const Tabulation& tabulation, const Plan& plan, const Groups& groups,
                       std::vector<Cell*> cells, std::vector<std::uint32_t> group_of)
    : tabulation_(&tabulation),
      plan_(&plan),
      groups_(&groups),
      cells_(std::move(cells)),
      group_of_(std::move(group_of)),
      made_(plan.measures.size()) {
  const Extent extent{1, std::vector<std::size_t>(groups.pairs.size(), 0)};
  const PairKeys no_pairs(groups.pairs.size());
  for (const auto& table : empty_tables(plan)) {
    table->resize(extent);
    std::vector<Evidence> one(1);
    table->fill(no_pairs, places_in(one));
    nothing_.push_back(std::move(one[0]));
  }
}

void CellFiller::fill() {
  for (Cell* const cell : cells_) cell->columns.resize(tabulation_->columns.size());
  for (std::size_t column = 0; column < tabulation_->columns.size(); ++column) fill_column(column);
  count_rows();
}

void CellFiller::fill_evidence(std::size_t column, std::size_t measure, Place place) {
  std::vector<const Evidence*>& made = made_[measure];
  if (!made.empty()) {  // an earlier column has the same
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      Evidence& evidence = place(cells_[i]->columns[column]);
      evidence = *made[i];
      forget_results(evidence, plan_->measures[measure].spec().numeric);
    }
    return;
  }
  EvidencePlaces places(groups_->count);
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    Evidence& evidence = place(cells_[i]->columns[column]);
    made.push_back(&evidence);
    if (has_rows(i)) {
      places[group_of_[i]] = &evidence;
    } else {
      evidence = nothing_[measure];
    }
  }
  groups_->measures[measure]->fill(groups_->pairs, places);
}

void CellFiller::fill_column(std::size_t c) {
  const ColumnPlan& plan = plan_->outputs[c];
  fill_evidence(c, plan.statistic.measure,
                [](ColumnResult& to) -> Evidence& { return to.evidence; });
  if (plan.statistic.holding) {
    fill_evidence(c, *plan.statistic.holding,
                  [](ColumnResult& to) -> Evidence& { return to.holding.emplace(); });
  }
  if (plan.denominator) {
    fill_evidence(c, plan.denominator->measure,
                  [](ColumnResult& to) -> Evidence& { return to.denominator.emplace(); });
  }
  if (plan.denominator && plan.denominator->holding) {
    fill_evidence(c, *plan.denominator->holding,
                  [](ColumnResult& to) -> Evidence& { return to.denominator_holding.emplace(); });
  }
  fill_value(c);
}

void CellFiller::fill_value(std::size_t c) {
  const Column& column = tabulation_->columns[c];
  const ColumnPlan& plan = plan_->outputs[c];
  std::vector<Number> found =
      plan.statistic.detail ? fill_results(c, false) : values(column.statistic, plan.statistic);
  if (column.percentage) {
    for (Number& number : found) number = hundredfold(number);
  }
  if (column.denominator) {
    const auto divisors = plan.denominator->detail ? fill_results(c, true)
                                                   : values(*column.denominator, *plan.denominator);
    for (std::size_t i = 0; i < found.size(); ++i) {
      found[i] = column.integer_division ? truncated(found[i], divisors[i])
                                         : quotient(found[i], divisors[i]);
    }
  }
  for (std::size_t i = 0; i < cells_.size(); ++i) cells_[i]->columns[c].value = found[i];
}

std::vector<Number> CellFiller::fill_results(std::size_t c, bool denominator) {
  const Column& column = tabulation_->columns[c];
  const ColumnPlan& plan = plan_->outputs[c];
  const std::size_t measure = denominator ? *plan.denominator->detail : *plan.statistic.detail;
  // One group more, without rows, for the cells that have none.
  auto of_group = groups_->measures[measure]->results(
      denominator ? *column.denominator : column.statistic, groups_->pairs, groups_->count + 1);
  std::vector<Number> found;
  found.reserve(cells_.size());
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    ColumnResult& result = cells_[i]->columns[c];
    const GroupResult& detail = of_group[group_of_[i]];
    Evidence& evidence = denominator ? *result.denominator : result.evidence;
    evidence.mode_units = detail.mode_units;
    evidence.below = detail.below;
    evidence.above = detail.above;
    evidence.weighted_total = detail.weighted_total;
    if (detail.distinct_values) evidence.distinct_values = *detail.distinct_values;
    if (detail.text && !denominator) result.text = *detail.text;
    found.push_back(detail.value);
  }
  return found;
}

std::vector<Number> CellFiller::values(const Statistic& statistic,
                                       const StatisticPlan& plan) const {
  std::vector<Number> found(cells_.size());
  const MeasureTable& table = *groups_->measures[plan.measure];
  if (statistic.function == Function::count_distinct) {
    std::vector<std::int64_t> counts(groups_->count + 1);
    table.distinct(*plan.kind, groups_->pairs, counts);
    for (std::size_t i = 0; i < found.size(); ++i) found[i] = exact(counts[group_of_[i]], 0);
    return found;
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    found[i] = value_of(statistic.function, *made_[plan.measure][i]);
  }
  return found;
}

void CellFiller::count_rows() {
  std::vector<Evidence> rows;
  if (made_[0].empty()) {  // no column tells how many there are
    rows.resize(groups_->count + 1);
    EvidencePlaces places = places_in(rows);
    places.pop_back();
    groups_->measures[0]->fill(groups_->pairs, places);
    for (std::size_t i = 0; i < cells_.size(); ++i) made_[0].push_back(&rows[group_of_[i]]);
  }
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    Cell& cell = *cells_[i];
    cell.rows = made_[0][i]->rows;
    cell.units = made_[0][i]->units;
    cell.suppressed = tabulation_->having_minimum && cell.rows < *tabulation_->having_minimum;
  }
}

}  // namespace sceau::disclosure
